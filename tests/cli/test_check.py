"""The command `check`: every fault of a model is listed with its path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import dromio
from dromio.cli.check import command
from dromio.errors import InputError, ModelError
from dromio.model.files import dump_model


@pytest.fixture(scope="module")
def document() -> dict[str, object]:
    rows = [
        {"id": number, "first_name": f"Anna{number % 3}", "city": "Ulm Bonn"[: 3 + number % 2]} for number in range(12)
    ]
    with dromio.resolve(rows) as result:
        loaded: dict[str, object] = yaml.safe_load(dump_model(result.model))
    return loaded


def check(path: Path, document: object) -> str:
    path.write_text(yaml.safe_dump(document))
    result = CliRunner().invoke(command, [str(path)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_a_good_model_is_said_to_be_good(tmp_path: Path, document: dict[str, object]) -> None:
    shown = check(tmp_path / "model.yaml", document)
    assert "model.yaml: 2 attributes, " in shown and "; trained." in shown


def test_all_faults_are_listed_with_their_paths(tmp_path: Path, document: dict[str, object]) -> None:
    wrong = document | {
        "link_type": "both",
        "zzz": 1,
        "keys": [{"fields": ["nowhere"], "max_block": 1}],
        "thresholds": {"match": float("nan"), "review": 0.0},
        "prior": {"match": 2.0},
    }
    with pytest.raises(ModelError) as caught:
        check(tmp_path / "model.yaml", wrong)
    assert {fault.path for fault in caught.value.faults} >= {
        "link_type", "zzz", "keys.0.max_block", "thresholds.match", "prior.match",
    }  # fmt: skip
    assert "(found 'both')" in str(caught.value) and "(found 1)" in str(caught.value)


@pytest.mark.parametrize("text", ["", "just text", "- a\n- b\n", "a: [", "\x00", "{" * 100])
def test_what_is_no_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.yaml").write_text(text)
    result = CliRunner().invoke(command, [str(tmp_path / "m.yaml")])
    assert isinstance(result.exception, ModelError)


def test_a_model_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\n")
    for path in (tmp_path, tmp_path / "none.yaml", tmp_path / "latin.yaml"):
        result = CliRunner().invoke(command, [str(path)])
        assert isinstance(result.exception, InputError) and str(path) in str(result.exception)


def test_the_schema_is_json() -> None:
    shown = json.loads(CliRunner().invoke(command, ["--schema"]).output)
    assert shown["title"] == "Dromio model"


def test_nothing_to_check_is_wrong_usage() -> None:
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 2 and "name a model file" in result.output
