"""Files of every kind become the same records; what cannot be read is said with its name and reason."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import InputError
from dromio.io import delimited, texts
from dromio.io.sources import Records, read_records

TEXT = "id,name,city\n1,Jörg Müller,Köln\n2,Anna “A” Weber,Bonn\n3,,Ulm\n"
ROWS = {"1": ["Jörg Müller", "Köln"], "2": ["Anna “A” Weber", "Bonn"], "3": [None, "Ulm"]}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


def rows_of(records: Records) -> dict[str, list[Any]]:
    """id -> values of all columns, through the view that everything else reads."""
    texts = [records.texts(one.inside).to_pylist() for one in records.columns]
    return {str(key): list(values) for key, *values in zip(records.ids.to_pylist(), *texts, strict=True)}


def read(con: duckdb.DuckDBPyConnection, path: Path, data: bytes | str, **options: Any) -> Records:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_records(con, path, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstd])
def test_every_encoding_and_packing_gives_the_same_records(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, encoding: str, packed: Any
) -> None:
    end = {bytes: "", gzip.compress: ".gz", zstd: ".zst"}[packed]
    records = read(con, tmp_path / f"people.csv{end}", packed(TEXT.encode(encoding)))
    assert rows_of(records) == ROWS
    assert bool(records.notes) == (encoding == "cp1252")


def test_latin_1_is_read_with_a_note(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    records = read(con, tmp_path / "people.csv", "id,name\n1,Jörg\n".encode("latin-1"))
    assert rows_of(records) == {"1": ["Jörg"]}
    assert "people.csv is not valid UTF-8" in records.notes[0] and "Windows-1252" in records.notes[0]


def test_one_invalid_byte_late_in_a_file_leaves_the_rest_as_it_is(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    start = "id,name\n" + "".join(f"{number},Zoë\n" for number in range(200_000))
    found = rows_of(read(con, tmp_path / "long.csv", start.encode() + b"777777,Zo\xeb\n"))
    assert set(map(tuple, found.values())) == {("Zoë",)} and len(found) == 200_001


def test_utf_16_that_breaks_off_is_refused(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people\.csv begins as UTF-16 but is not valid UTF-16"):
        read(con, tmp_path / "people.csv", TEXT.encode("utf-16")[:-1])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_recognised(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, delimiter: str, newline: str
) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", newline)
    assert rows_of(read(con, tmp_path / "people.csv", text)) == ROWS


def test_mixed_line_ends_are_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert rows_of(read(con, tmp_path / "people.csv", TEXT.replace("\n", "\r\n", 2))) == ROWS


def test_other_delimiters_inside_values_do_not_mislead(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = 'id;"name, first";note\n1;"Koch; Eva";a,b,c\n2;Weber, Anna;d|e\n'
    records = read(con, tmp_path / "people.csv", text)
    assert [one.name for one in records.columns] == ["name, first", "note"]
    assert rows_of(records) == {"1": ["Koch; Eva", "a,b,c"], "2": ["Weber, Anna", "d|e"]}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('1,"a\nb"', "a\nb"), ('1,"say ""hi"""', 'say "hi"'), ('1,5" pipe', '5" pipe'), ("1,#x", "#x"),
        ('1,"x, \\"y\\" z"', 'x, "y" z'),
        ("1,  padded ", "  padded "), ("1,a\0b", "a\0b"), ("1,", None), ('1,""', None),
    ],
)  # fmt: skip
def test_values_come_through_as_written(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, line: str, value: str | None
) -> None:
    assert rows_of(read(con, tmp_path / "a.csv", f"id,x\n{line}\n")) == {"1": [value]}


@pytest.mark.parametrize("text", ["name\nWeber, Anna\nKoch\n", '"name"\n"Weber, Anna"\n"Koch"\n'])
def test_a_single_column_is_not_split(con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str) -> None:
    assert rows_of(read(con, tmp_path / "a.csv", text)) == {"1": ["Weber, Anna"], "2": ["Koch"]}


def test_the_line_of_excel_that_names_the_delimiter_is_obeyed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert rows_of(read(con, tmp_path / "a.csv", "sep=;\nid;x\n1;a,b\n")) == {"1": ["a,b"]}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2,b\n", r"a\.csv, line 3: 2 fields, but the header has 3 .*it begins '2,b'"),
        ("2,b,c,d\n", r"a\.csv, line 3: 4 fields, but the header has 3 .*it begins '2,b,c,d'"),
        ('2,"b,c\n', r"a\.csv, line 3: a quoted field does not end where it should"),
        ('2,"b"x,c\n', r"a\.csv, line 3: a quoted field does not end where it should"),
    ],
)
def test_a_row_that_does_not_fit_is_named(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(con, tmp_path / "a.csv", "id,x,y\n1,a,b\n" + line)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\r\n", "is empty"),
        ("a.csv", b"a,b\n", r"holds no records \(columns: a, b\)"),
        ("a.csv", b'{"id": 1}\n', "is not CSV: it begins with"),
        ("a.csv", b"<!DOCTYPE html>", "is not CSV"),
        ("a.csv", b"PAR1....", "is a Parquet file, not text"),
        ("a.csv", b"PK\x03\x04....", "is a ZIP archive or an Excel workbook"),
        (
            "a.csv.gz",
            gzip.compress(b"id,x\n" + b"1,abcdefgh\n" * 99, mtime=0)[:-20],
            r"cannot read .*csv\.gz: .*end",
        ),
        ("a.parquet", b"id,x\n1,a\n", r"is not a Parquet file: it begins with b'id,x'"),
        ("a.parquet", b"PAR1" + b"x" * 50, r"cannot read .*a\.parquet"),
        ("a.xlsx", b"PK\x03\x04", r"the ending '\.xlsx' is not known; known are \.csv, .*\.parquet"),
        ("a", b"id\n1\n", "the ending '' is not known"),
        ("a.jsonl", b'{"id": 1}\n{"id":', r"cannot read .*a\.jsonl: Malformed JSON"),
        ("a.jsonl", b"1\n2\n", r"a\.jsonl, value 1: found a number; every record must be an object"),
        ("a.jsonl", b'{"id": 1}\n[2]', r"a\.jsonl, value 2: found a list"),
        ("a.jsonl", b"{}\n{}\n", "holds objects without any keys"),
    ],
)
def test_files_that_cannot_be_read_are_refused_by_name(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(con, tmp_path / name, data)


def test_what_is_no_file_is_refused(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; give a file"):
        read_records(con, tmp_path)
    for path in ("nothing.csv", "a\0b.csv", "x" * 5000 + ".csv"):
        with pytest.raises(InputError, match=r"there is no file|File name too long"):
            read_records(con, path)


def test_a_file_that_may_not_be_opened_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(self))

    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"cannot read .*a\.csv: Permission denied"):
        read_records(con, path)


def test_names_with_the_signs_of_patterns_mean_that_file_only(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = tmp_path / "year=2020"
    folder.mkdir()
    for name in ("a1.csv", "ab.csv", "a[1].csv", "a*.csv", "a?.csv"):
        (folder / name).write_text(f"id,x\n1,{name}\n")
        pq.write_table(pa.table({"id": [1], "x": [name]}), folder / name.replace("csv", "parquet"))
    for name in ("a[1].csv", "a*.csv", "a?.csv", "a[1].parquet", "a*.parquet"):
        with duckdb.connect() as own:
            records = read_records(own, folder / name)
            assert rows_of(records) == {"1": [name.replace("parquet", "csv")]}
            assert [one.name for one in records.columns] == ["x"]


HOSTILE = [
    'a"b', "it's", "[x]", "select", "x;drop table records", "c0", "position", "source", "unique_id", "rowid", "records",
    "é", "مرحبا", "n" * 10_240, "a\nb", "{", "file_row_number", "=cmd()", " ", "a.b", "exact", "ID2", "a\0b", "-- x",
]  # fmt: skip


def test_columns_of_any_name_come_through(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    row = {name: f"value {number}" for number, name in enumerate(HOSTILE)} | {"id": "7"}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row))
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "a.parquet")
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in part) for part in (row, row.values())]
    (tmp_path / "a.csv").write_text("\n".join(quoted), newline="")
    for ending in ("csv", "jsonl", "parquet"):
        with duckdb.connect() as own:
            records = read_records(own, tmp_path / f"a.{ending}", id_column="id")
            assert [one.name for one in records.columns] == HOSTILE
            assert rows_of(records) == {"7": list(row.values())[:-1]}


def test_columns_without_a_name_or_with_one_twice_get_their_own(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    records = read(con, tmp_path / "a.csv", "x,x,,column_3,x_2\n1,2,3,4,5\n")
    assert [one.name for one in records.columns] == ["x", "x_3", "column_3_2", "column_3", "x_2"]
    assert records.notes == (
        "a.csv: the second column called 'x' is read as 'x_3'",
        "a.csv: column 3, which has no name, is read as 'column_3_2'",
    )


def test_two_hundred_columns_and_wide_rows(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    header = ",".join(f"column {number}" for number in range(200))
    found = read(con, tmp_path / "a.csv", header + "\n" + ",".join("x" * 100 for _ in range(200)) + "\n")
    assert rows_of(found) == {"1": ["x" * 100] * 200}


def test_a_field_of_fifty_megabytes_is_read(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = rows_of(read(con, tmp_path / "a.csv", b"id,x\n1," + b"y" * 50_000_000 + b"\n2,z\n"))
    assert {key: len(values[0]) for key, values in found.items()} == {"1": 50_000_000, "2": 1}


def test_json_values_are_texts_as_written_and_lists_are_lists(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "n": 123456789012345678901234567890, "d": "2020-01-02", "l": ["p", null, 5], "m": 1, "b": true}',
        '{"id": "b", "n": 1.0, "o": {"k": [1]}, "l": "q", "m": "x", "late": "z", "b": null}',
    ]
    records = read(con, tmp_path / "a.jsonl", "\n".join(lines))
    assert [(one.name, one.is_list) for one in records.columns] == [
        ("n", False), ("d", False), ("l", True), ("m", False), ("b", False), ("o", False), ("late", False),
    ]  # fmt: skip
    assert rows_of(records) == {
        "a": ["123456789012345678901234567890", "2020-01-02", ["p", None, "5"], "1", "true", None, None],
        "b": ["1", None, ["q"], "x", None, '{"k":[1]}', "z"],
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_json_in_other_encodings_is_read(con: duckdb.DuckDBPyConnection, tmp_path: Path, encoding: str) -> None:
    text = json.dumps([{"id": 1, "x": "Köln"}], ensure_ascii=False)
    assert rows_of(read(con, tmp_path / "a.json", text.encode(encoding))) == {"1": ["Köln"]}


def test_every_type_of_parquet_becomes_text(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    columns = {
        "decimal": (pa.array([Decimal("12.50")]), "12.50"),
        "date": (pa.array([date(1990, 1, 2)]), "1990-01-02"),
        "timestamp": (pa.array([datetime(2020, 1, 2, 3, 4)], pa.timestamp("us")), "2020-01-02 03:04:00"),
        "bool": (pa.array([True]), "true"),
        "binary": (pa.array([b"\xff\x00a"]), "\\xFF\\x00a"),
        "text as binary": (pa.array(["é".encode()]), "é"),
        "struct": (pa.array([{"a": 1}]), "{'a': 1}"),
        "dictionary": (pa.array(["x"]).dictionary_encode(), "x"),
        "whole float": (pa.array([5.0]), "5"),
        "float": (pa.array([0.1]), "0.1"),
        "nan": (pa.array([float("nan")]), None),
        "null": (pa.nulls(1), None),
        "list": (pa.array([["a", None]]), ["a", None]),
        "list of lists": (pa.array([[[1], [2]]]), ["[1]", "[2]"]),
        "unsigned": (pa.array([2**63], pa.uint64()), str(2**63)),
    }
    pq.write_table(pa.table({name: array for name, (array, _) in columns.items()}), tmp_path / "a.parquet")
    assert rows_of(read_records(con, tmp_path / "a.parquet")) == {"1": [text for _, text in columns.values()]}


def test_types_that_duckdb_lacks_are_taken_over(con: duckdb.DuckDBPyConnection) -> None:
    table = pa.table({
        "half": pa.array([1.5], pa.float16()),
        "wide": pa.array([Decimal("1.25")], pa.decimal256(50, 2)),
        "zoned": pa.array([datetime(2020, 1, 2, tzinfo=UTC)]),
    })  # fmt: skip
    assert rows_of(read_records(con, table))["1"][:2] == ["1.5", "1.25"]


@given(st.lists(st.text("ab\r\n", max_size=6).map(str.encode), max_size=4), st.sampled_from([1, 2, 3, 1 << 22]))
def test_the_last_line_is_measured_from_the_last_break_before_text(pieces: list[bytes], chunk: int) -> None:
    data = b"".join(pieces)
    wanted = len(re.split(rb"[\r\n]", data.rstrip(b"\r\n"))[-1])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(texts, "_CHUNK", chunk)
        plain, packed = Path(folder) / "a.csv", Path(folder) / "a.csv.gz"
        plain.write_bytes(data)
        packed.write_bytes(gzip.compress(data))
        assert texts.last_line(texts.TextFile(plain, "none", "utf-8"), 1 << 30) == wanted
        assert texts.last_line(texts.TextFile(packed, "gzip", "utf-8"), 1 << 30) == wanted


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_last_row_larger_than_the_buffer_is_not_lost(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, packed: Any
) -> None:
    data = b"id,x\n1,z\n2," + b"y" * 34_000_000 + b"\n"
    records = read(con, tmp_path / ("a.csv" if packed is bytes else "a.csv.gz"), packed(data))
    assert [len(values[0]) for values in rows_of(records).values()] == [1, 34_000_000]


@pytest.mark.parametrize("place", ["last", "first"])
def test_a_row_above_the_limit_is_refused(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(delimited, "_LONGEST_ROW", 3_000_000)
    big, small = b"2," + b"y" * 4_000_000 + b"\n", b"3,z\n"
    with pytest.raises(InputError, match=r"row is longer than 3 MB"):
        read(con, tmp_path / "a.csv", b"id,x\n" + (small + big if place == "last" else big + small))
