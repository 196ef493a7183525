"""How tables are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dromio.service.outputs import _written_aside, write_batches, write_parts, write_table

SCHEMA = pa.schema([("unique_id_l", pa.int64()), ("decision", pa.string())])


def batches(count: int, written: list[int] | None = None) -> Iterator[pa.RecordBatch]:
    for number in range(count):
        if written is not None:
            written.append(number)
        yield pa.RecordBatch.from_arrays([pa.array([number]), pa.array(["match"])], schema=SCHEMA)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_written_aside_is_whole_when_it_is_done(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"pairs.{ending}"
    with _written_aside(batches(30), SCHEMA, path) as done:
        done.result()
    if ending == "parquet":
        assert pq.read_table(path)["unique_id_l"].to_pylist() == list(range(30))
    else:
        assert path.read_text().splitlines()[1:] == [f'{number},"match"' for number in range(30)]


def test_a_table_written_aside_stops_after_a_part_when_the_rest_fails(tmp_path: Path) -> None:
    written: list[int] = []
    with pytest.raises(KeyError), _written_aside(batches(10**9, written), SCHEMA, tmp_path / "pairs.parquet"):
        raise KeyError
    assert len(written) < 10**9


def test_what_goes_wrong_aside_is_told_when_asked(tmp_path: Path) -> None:
    with pytest.raises(OSError), _written_aside(batches(1), SCHEMA, tmp_path / "nowhere" / "x.parquet") as done:
        done.result()


def test_a_stopped_table_takes_no_further_part(tmp_path: Path) -> None:
    written: list[int] = []
    write_batches(batches(5, written), SCHEMA, tmp_path / "x.parquet", lambda: len(written) > 2)
    assert written == [0, 1, 2]


def test_a_written_table_comes_back_as_it_was(tmp_path: Path) -> None:
    """Repeated and distinct values, lists, missing ones; with and without statistics."""
    table = pa.table(
        {
            "id": [f"c{number}" for number in range(50)],
            "city": ["Basel", None] * 25,
            "tags": [["a", None], []] * 25,
            "none": pa.nulls(50, pa.string()),
        }
    )
    for statistics in (None, ["id"]):
        write_table(table, tmp_path / "x.parquet", statistics)
        assert pq.read_table(tmp_path / "x.parquet").equals(table)
        group = pq.read_metadata(tmp_path / "x.parquet").row_group(0)
        assert group.column(0).is_stats_set and group.column(1).is_stats_set is (statistics is None)
    write_table(table.slice(0, 0), tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").equals(table.slice(0, 0))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_in_parts_is_written_as_the_whole(tmp_path: Path, ending: str) -> None:
    table = pa.table({"id": ["a", "b", "c"], "tags": [["x", None], [], None]})
    write_table(table, tmp_path / f"whole.{ending}")
    write_parts((table.slice(at, 1) for at in range(3)), tmp_path / f"parts.{ending}")
    if ending == "parquet":
        assert pq.read_table(tmp_path / "parts.parquet").equals(table)
    else:
        assert (tmp_path / "parts.csv").read_text() == (tmp_path / "whole.csv").read_text()


def test_only_columns_that_repeat_have_dictionaries(tmp_path: Path) -> None:
    write_table(pa.table({"id": [f"c{n}" for n in range(50)], "city": ["Basel"] * 50}), tmp_path / "x.parquet")
    group = pq.read_metadata(tmp_path / "x.parquet").row_group(0)
    assert [group.column(at).has_dictionary_page for at in range(2)] == [False, True]
