"""The command `evaluate`: what it reads, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from dromio.cli.evaluate import command
from dromio.errors import InputError

ENTITIES = {"source_dataset": ["crm"] * 3, "unique_id": ["1", "2", "3"], "cluster_id": ["1", "1", "3"]}
PAIRS = {
    "source_dataset_l": ["crm", "crm"],
    "unique_id_l": ["1", "1"],
    "source_dataset_r": ["crm", "crm"],
    "unique_id_r": ["2", "3"],
    "match_weight": [6.5, -2.25],
    "match_probability": [0.99, 0.17],
    "decision": ["match", "non-match"],
}


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    pq.write_table(pa.table(ENTITIES), folder / "entities.parquet")
    pq.write_table(pa.table(PAIRS), folder / "pairs.parquet")
    return folder


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text("unique_id,cluster_id\n1,a\n2,a\n3,a\n")
    return path


def lines(result: Result) -> list[str]:
    """Lines printed, runs of blanks as one."""
    return [" ".join(line.split()) for line in result.output.splitlines()]


def test_table_shows_scores_calibration_and_reasons(run: Path, truth: Path) -> None:
    shown = lines(invoke(run, "--truth", truth))
    assert "pairs of clusters 1.0000 0.3333 0.5000" in shown
    assert "exact clusters 0.0000 0.0000 0.0000" in shown
    assert "pairs by decision 1.0000 0.3333 0.5000" in shown
    assert "true, never compared 1" in shown
    assert "true, scored too low 1" in shown


def test_errors_lists_wrong_pairs_with_their_weight(run: Path, truth: Path) -> None:
    assert "-2.25 crm/1 crm/3" in lines(invoke(run, "--truth", truth, "--errors", "5"))
    assert "-2.25 crm/1 crm/3" not in lines(invoke(run, "--truth", truth))


def test_json_holds_all_figures(run: Path, truth: Path) -> None:
    report = json.loads(invoke(run, "--truth", truth, "--json").output)
    assert report["clusters"]["f1"] == 0.5
    assert report["pairs"]["mistakes"]["counts"]["scored_too_low"] == 1
    assert [each["unique_id_r"] for each in report["pairs"]["mistakes"]["listed"]] == ["3", "3"]


def test_csv_run_without_pairs_is_scored_too(tmp_path: Path, truth: Path) -> None:
    pa_csv.write_csv(pa.table(ENTITIES), tmp_path / "entities.csv")
    report = json.loads(invoke(tmp_path, "--truth", truth, "--json").output)
    assert (report["clusters"]["f1"], report["pairs"]) == (0.5, None)


def test_link_type_of_the_run_is_obeyed(run: Path, truth: Path) -> None:
    (run / "run.json").write_text('{"link_type": "link_only"}')
    report = json.loads(invoke(run, "--truth", truth, "--json").output)
    assert (report["link_type"], report["counts"]["true_pairs"]) == ("link_only", 0)


def test_compare_says_what_changed(run: Path, truth: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    pq.write_table(pa.table({**ENTITIES, "cluster_id": ["1", "2", "3"]}), earlier / "entities.parquet")
    assert "merged: 1, 2 -> 1 (crm/1, crm/2)" in invoke(run, "--truth", truth, "--compare", earlier).output
    report = json.loads(invoke(run, "--truth", truth, "--compare", earlier, "--json").output)
    assert (report["comparison"]["merged"], report["comparison"]["pairs_gained"]) == (1, 1)


def test_truth_without_its_columns_names_those_found(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("id,label\n1,a\n")
    error = invoke(run, "--truth", path).exception
    assert isinstance(error, InputError)
    assert "lacks column unique_id, cluster_id; columns found: id, label" in str(error)


def test_folder_without_entities_names_what_it_holds(tmp_path: Path, truth: Path) -> None:
    error = invoke(tmp_path, "--truth", truth).exception
    assert isinstance(error, InputError)
    assert "holds neither entities.parquet nor entities.csv; found: truth.csv" in str(error)
