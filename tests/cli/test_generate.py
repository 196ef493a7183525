"""The command `generate`: made-up records and their truth, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from dromio.cli.generate import command


def generate(folder: Path, *options: str) -> None:
    result = CliRunner().invoke(command, [str(folder), "--records", "200", *options], catch_exceptions=False)
    assert result.exit_code == 0


@pytest.mark.parametrize("kind", ["customers", "organisations"])
def test_records_have_their_truth(tmp_path: Path, kind: str) -> None:
    generate(tmp_path / "made", "--kind", kind)
    records, truth = (pq.read_table(tmp_path / "made" / f"{name}.parquet") for name in ("records", "truth"))
    assert len(records) == len(truth) == 200
    assert set(records["unique_id"].to_pylist()) == set(truth["unique_id"].to_pylist())
    assert (tmp_path / "made" / "records.csv").read_text().count("\n") >= 201


def test_a_seed_gives_the_same_records_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        generate(tmp_path / name, "--seed", seed)
    one, again, other = ((tmp_path / name / "records.csv").read_bytes() for name in "abc")
    assert one == again != other


@pytest.mark.parametrize("options", [["--records", "many"], ["--kind", "cats"], []])
def test_wrong_usage_is_told(options: list[str]) -> None:
    assert CliRunner().invoke(command, options).exit_code == 2
