"""Writing data sets to files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dromio.datasets import Dataset, write
from dromio.errors import UsageError

SMALL = Dataset(
    records=pa.table({"unique_id": [0, 1], "name": ["Ann", None]}),
    truth=pa.table({"unique_id": [0, 1], "cluster_id": [0, 0], "household": [0, 0]}),
)


def test_records_and_truth_are_written_apart_in_both_formats(tmp_path: Path) -> None:
    paths = write(SMALL, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["records.parquet", "records.csv", "truth.parquet", "truth.csv"]
    assert pq.read_table(paths[0]).equals(SMALL.records)
    assert paths[1].read_text() == '"unique_id","name"\n0,"Ann"\n1,\n'


def test_one_format_only(tmp_path: Path) -> None:
    assert [path.name for path in write(SMALL, tmp_path, ["csv"])] == ["records.csv", "truth.csv"]


def test_other_format_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'xlsx' is not one of parquet, csv"):
        write(SMALL, tmp_path / "out", ["csv", "xlsx"])
    assert not (tmp_path / "out").exists()
