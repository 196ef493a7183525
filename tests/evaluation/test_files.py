"""Reading truth and results of runs from files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dromio.errors import InputError
from dromio.evaluation.files import find_table, read_columns, run_link_type

COLUMNS = ("unique_id", "cluster_id")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text("unique_id,cluster_id,note\n007,NA,x\n8,2,\n", encoding="utf-8")
    return path


def test_csv_ids_stay_text_with_zeros_and_odd_words(csv: Path) -> None:
    assert read_columns(csv, COLUMNS).to_pydict() == {"unique_id": ["007", "8"], "cluster_id": ["NA", "2"]}


def test_optional_column_is_read_where_there_is_one(csv: Path) -> None:
    assert read_columns(csv, COLUMNS, ("note", "source_dataset")).column_names == ["unique_id", "cluster_id", "note"]


def test_json_lines_and_parquet_are_read(tmp_path: Path) -> None:
    lines = tmp_path / "truth.jsonl"
    lines.write_text('{"unique_id": "a", "cluster_id": 1}\n', encoding="utf-8")
    parquet = tmp_path / "truth.parquet"
    pq.write_table(pa.table({"unique_id": ["a"], "cluster_id": [1]}), parquet)
    assert read_columns(lines, COLUMNS).equals(read_columns(parquet, COLUMNS))


def test_absent_column_names_those_found(csv: Path) -> None:
    with pytest.raises(InputError, match="lacks column entity; columns found: unique_id, cluster_id, note"):
        read_columns(csv, ("entity",))


def test_other_suffix_names_those_allowed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suffix '\.xlsx' is not one of \.parquet, \.csv"):
        read_columns(tmp_path / "truth.xlsx", COLUMNS)


def test_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"truth\.csv: no such file"):
        read_columns(tmp_path / "truth.csv", COLUMNS)


def test_file_that_does_not_parse_is_named(tmp_path: Path) -> None:
    path = tmp_path / "truth.parquet"
    path.write_text("no parquet")
    with pytest.raises(InputError, match=r"truth\.parquet cannot be read"):
        read_columns(path, COLUMNS)


def test_parquet_is_found_before_csv(tmp_path: Path) -> None:
    assert find_table(tmp_path, "pairs") is None
    (tmp_path / "pairs.csv").touch()
    assert find_table(tmp_path, "pairs") == tmp_path / "pairs.csv"
    (tmp_path / "pairs.parquet").touch()
    assert find_table(tmp_path, "pairs") == tmp_path / "pairs.parquet"


def test_link_type_comes_from_run_json(tmp_path: Path) -> None:
    assert run_link_type(tmp_path) is None
    (tmp_path / "run.json").write_text('{"link_type": "link_only"}')
    assert run_link_type(tmp_path) == "link_only"
    (tmp_path / "run.json").write_text("[1]")
    with pytest.raises(InputError, match="must hold a JSON object, found list"):
        run_link_type(tmp_path)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(InputError, match="is not JSON"):
        run_link_type(tmp_path)
