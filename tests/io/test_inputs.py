"""Records from what Python has: tables, DataFrames, relations, rows, database URLs; their names, ids and order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dromio.errors import InputError, MissingExtraError, UsageError
from dromio.io import databases
from dromio.io.columns import column_of
from dromio.io.inputs import name_inputs, to_arrow
from dromio.io.names import distinct_names
from dromio.io.sources import Records, read_records

ROWS = [{"id": 1, "name": "Anna Koch", "city": "Ulm"}, {"id": 2, "name": "Eva Klein", "city": None}]
TABLE = pa.Table.from_pylist(ROWS)
WANTED = {"1": ["Anna Koch", "Ulm"], "2": ["Eva Klein", None]}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def rows_of(records: Records) -> dict[str, list[Any]]:
    texts = [records.texts(one.inside).to_pylist() for one in records.columns]
    return {str(key): list(values) for key, *values in zip(records.ids.to_pylist(), *texts, strict=True)}


MADE = {
    "table": lambda con: TABLE,
    "batch": lambda con: TABLE.to_batches()[0],
    "reader": lambda con: TABLE.to_reader(),
    "pandas": lambda con: pd.DataFrame(ROWS),
    "pandas with an index": lambda con: pd.DataFrame(ROWS).set_index("id"),
    "pandas categories": lambda con: pd.DataFrame(ROWS).astype({"name": "category", "id": float}),
    "polars": lambda con: pl.DataFrame(ROWS),
    "polars, lazy": lambda con: pl.DataFrame(ROWS).lazy(),
    "relation": lambda con: con.from_arrow(TABLE),
    "rows": lambda con: ROWS,
    "tuple of rows": lambda con: tuple(ROWS),
}


@pytest.mark.parametrize("kind", MADE)
def test_every_kind_of_table_gives_the_same_records(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    with duckdb.connect() as other:
        assert rows_of(read_records(con, MADE[kind](other))) == WANTED


@pytest.mark.parametrize(
    "given", [5, None, object(), pd.Series([1]), ["x.csv", 5], {"a": ["x", "y"]}, (row for row in ROWS), b"x.csv"]
)
def test_what_cannot_be_read_is_refused_with_what_can(con: duckdb.DuckDBPyConnection, given: Any) -> None:
    with pytest.raises((UsageError, InputError), match=r"cannot read records from .*pandas or Polars|no file x\.csv"):
        read_records(con, given)


@pytest.mark.parametrize("given", [[], {}, ""])
def test_no_input_is_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="no input was given"):
        name_inputs(given)


@pytest.mark.parametrize("empty", [TABLE[:0], pd.DataFrame(ROWS)[:0], pl.DataFrame(ROWS)[:0]])
def test_tables_without_rows_are_refused(con: duckdb.DuckDBPyConnection, empty: Any) -> None:
    with pytest.raises(InputError, match=r"holds no records \(columns: id, name, city\)"):
        read_records(con, empty)


def test_rows_may_lack_keys_and_mix_types(con: duckdb.DuckDBPyConnection) -> None:
    rows = [{"a": 1, "b": b"\xe9"}, {"a": "x", "c": {"k": 1}}, {"a": 2.0, "d": 2**80}, {"a": [3, None]}]
    assert rows_of(read_records(con, rows)) == {
        "1": [["1"], "\\xE9", None, None],
        "2": [["x"], None, "{'k': 1}", None],
        "3": [["2"], None, None, str(2**80)],
        "4": [["3", None], None, None, None],
    }


def test_pandas_columns_may_be_mixed_and_named_twice(con: duckdb.DuckDBPyConnection) -> None:
    frame = pd.DataFrame([[1, "a", 7, "u"], [2, 2.5, "x", "v"]], columns=["id", "z", 5, "z"])
    records = read_records(con, frame)
    assert [one.name for one in records.columns] == ["z", "5", "z_2"]
    assert rows_of(records) == {"1": ["a", "7", "u"], "2": ["2.5", "x", "v"]}
    assert records.notes == ("the second column called 'z' is read as 'z_2'",)


def test_a_relation_that_fails_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError, match=r"cannot read records from DuckDBPyRelation: .*boom"):
        to_arrow(con.sql("SELECT error('boom') AS a"))


def test_texts_of_loose_values() -> None:
    values = [None, float("nan"), 1.0, 0.5, True, b"\xe4", "a\ud800", 7]
    assert column_of(values).to_pylist() == [None, None, "1", "0.5", "true", "ä", "a?", "7"]
    assert column_of([[1, None], "x", {"b", "a"}, None]).to_pylist() == [["1", None], ["x"], ["a", "b"], None]


def test_distinct_names_leave_good_names_alone() -> None:
    assert distinct_names(["a", " ", "A"]) == (("a", " ", "A"), [])


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        ("dir/people.2020.csv.gz", ["people"]), (["a.csv", "b.csv"], ["a", "b"]), ("crm=a.csv", ["crm"]),
        ([TABLE, TABLE], ["source_1", "source_2"]), (TABLE, ["records"]), ({"x": "a.csv", "y": TABLE}, ["x", "y"]),
        ("sqlite:///a.db?table=people", ["people"]), (".csv", ["records"]), (ROWS, ["records"]),
    ],
)  # fmt: skip
def test_sources_are_named(inputs: Any, names: list[str]) -> None:
    assert [name for name, _ in name_inputs(inputs)] == names


@pytest.mark.parametrize("inputs", [["a.csv", "dir/a.csv"], ["x=a.csv", "x=b.csv"], {1: "a.csv", "1": "b.csv"}])
def test_two_sources_of_one_name_are_refused(inputs: Any) -> None:
    with pytest.raises(UsageError, match=r"two sources are called '(a|x|1)'; give each its own name"):
        name_inputs(inputs)


def test_sources_may_have_different_columns_and_ids(con: duckdb.DuckDBPyConnection) -> None:
    inputs = {"b": [{"id": "x9", "name": "N", "tags": ["t"]}], "a": [{"phone": "1", "tags": "u"}, {"phone": "2"}]}
    records = read_records(con, inputs)
    assert [(one.name, one.is_list) for one in records.columns] == [("name", False), ("tags", True), ("phone", False)]
    assert list(zip(records.source_names.to_pylist(), records.ids.to_pylist(), strict=True)) == [
        ("a", "1"), ("a", "2"), ("b", "x9"),
    ]  # fmt: skip
    texts = {one.name: records.texts(one.inside).to_pylist() for one in records.columns}
    assert texts == {"name": [None, None, "N"], "tags": [["u"], None, ["t"]], "phone": ["1", "2", None]}


@pytest.mark.parametrize(
    ("ids", "shown"),
    [([1, 1, 2], "'1' (2 times)"), ([None, "a", "b"], "nothing (1 times)"), (["a", "a", "a"], "'a' (3 times)")],
)
def test_ids_that_do_not_tell_records_apart_are_refused_when_asked_for(
    con: duckdb.DuckDBPyConnection, ids: list[Any], shown: str
) -> None:
    table = pa.table({"id": ids, "x": ["p", "q", "r"]})
    with pytest.raises(InputError) as caught:
        read_records(con, table, id_column="id")
    assert shown in str(caught.value) and "column 'id' does not tell records apart" in str(caught.value)
    with duckdb.connect() as other:
        records = read_records(other, table)
        assert records.id_column is None and records.ids.to_pylist() == [1, 2, 3]
        assert shown in records.notes[0]


def test_an_id_column_that_is_not_there_is_refused_with_those_that_are(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(InputError, match="has no column 'key'; columns are 'id', 'name', 'city'"):
        read_records(con, TABLE, id_column="key")


@pytest.mark.parametrize(
    ("ids", "wanted"),
    [
        (pa.array([10, 9, 100]), [9, 10, 100]),
        (pa.array([10.0, 9.0, 100.0]), [9, 10, 100]),
        (pa.array([-1, 5, 10]), [5, -1, 10]),
        (pa.array(["10", "9", "100"]), ["9", "10", "100"]),
        (pa.array([2**63, 3], pa.uint64()), ["3", str(2**63)]),
        (pa.array(["b", "aa", "a"]), ["a", "b", "aa"]),
    ],
)
def test_records_are_ordered_by_id_shorter_ones_first(
    con: duckdb.DuckDBPyConnection, ids: pa.Array, wanted: list[Any]
) -> None:
    assert read_records(con, pa.table({"id": ids, "x": ["v"] * len(ids)})).ids.to_pylist() == wanted


@pytest.mark.parametrize("ids", [[1, None, 3], [3, 1, 3]])
def test_numbers_that_are_missing_or_repeated_are_no_ids(con: duckdb.DuckDBPyConnection, ids: list[int | None]) -> None:
    with pytest.raises(InputError, match="does not tell records apart"):
        read_records(con, pa.table({"id": pa.array(ids, pa.int64()), "x": ["v"] * 3}), id_column="id")


@pytest.mark.parametrize(
    ("text", "wanted"), [("10\n9", [9, 10]), ("007\n9", ["9", "007"]), ("9\n1e1", ["9", "1e1"]), ("1\n-2", [1, -2])]
)
def test_ids_of_csv_are_numbers_where_all_are_written_so(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, text: str, wanted: list[Any]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,x\n" + "\n".join(f"{one},v" for one in text.split("\n")))
    assert read_records(con, path).ids.to_pylist() == wanted


def test_csv_json_and_parquet_of_the_same_rows_give_the_same_ids_in_the_same_order(tmp_path: Path) -> None:
    table = pa.table({"id": [12, 7, 100], "x": ["a", "b", "c"]})
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("id,x\n7,b\n100,c\n12,a\n")
    (tmp_path / "a.jsonl").write_text('{"id":100,"x":"c"}\n{"id":12,"x":"a"}\n{"id":7,"x":"b"}')
    for ending in ("parquet", "csv", "jsonl"):
        with duckdb.connect() as con:
            records = read_records(con, tmp_path / f"a.{ending}")
            assert records.ids.type == pa.int64() and records.ids.to_pylist() == [7, 12, 100]
            assert records.texts("c0").to_pylist() == ["b", "a", "c"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a b?c#.db"
    with sqlite3.connect(path) as con:
        con.execute('CREATE TABLE "we ird""t" (id REAL, name, note)')
        rows = [(2.0, "Eva", None), (1.0, b"\xe4", 2.5), (10.0, "Jörg", 7)]
        con.executemany('INSERT INTO "we ird""t" VALUES (?, ?, ?)', rows)
        con.execute("CREATE TABLE empty (a, b)")
    con.close()
    return path


def url(path: Path, table: str) -> str:
    return f"sqlite:///{quote(str(path))}?table={quote(table)}"


def test_a_table_of_sqlite_is_read(con: duckdb.DuckDBPyConnection, database: Path) -> None:
    records = read_records(con, url(database, 'we ird"t'))
    assert rows_of(records) == {"1": ["ä", "2.5"], "2": ["Eva", None], "10": ["Jörg", "7"]}
    assert records.ids.type == pa.int64()


def test_a_database_that_cannot_be_read_is_named(con: duckdb.DuckDBPyConnection, database: Path) -> None:
    for given, message in [
        (url(database, "nope"), "has no table 'nope'; tables are 'empty', 'we ird\"t'"),
        (url(database, "empty"), r"table=empty holds no records \(columns: a, b\)"),
        (f"sqlite:///{quote(str(database))}", r"names no table; add \?table=NAME"),
        ("sqlite:///nothing.db?table=a", "there is no file nothing.db"),
        ("sqlite://x.db?table=a", "write sqlite:///file.db for a path from here"),
        ("postgres://[bad/db?table=a", "cannot read a database URL"),
    ]:
        with pytest.raises(InputError, match=message):
            read_records(con, given)


def test_postgresql_that_does_not_answer_is_named_without_its_password(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(
        (InputError, MissingExtraError), match=r"postgresql://me@127.0.0.1:1/shop\?table=people|extra|optional"
    ) as caught:
        read_records(con, "postgresql://me:secret@127.0.0.1:1/shop?table=people&password=hidden")
    assert "secret" not in str(caught.value) and "hidden" not in str(caught.value)


def test_a_url_is_shown_without_password_or_options() -> None:
    shown = databases.without_password("postgresql://u:p@h:5/db?table=t&password=x&sslmode=require")
    assert shown == "postgresql://u@h:5/db?table=t"
    assert databases.without_password("sqlite:////a/b.db?table=t") == "sqlite:////a/b.db?table=t"


def test_a_model_that_needs_other_columns_lists_all_of_them(con: duckdb.DuckDBPyConnection) -> None:
    records = read_records(con, TABLE)
    records.require(["name", "city"])
    with pytest.raises(InputError, match="lacks: 'phone', 'id'; columns are 'name', 'city' besides the id column 'id'"):
        records.require(["name", "phone", "id"])
