"""The command `explain`: words, JSON or a picture, of two files or of two records of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import dromio
from dromio.cli.explain import command
from dromio.errors import InputError
from dromio.model.files import parse_model, save_model

MODEL = parse_model("""
attributes:
- {name: name, type: folded, inputs: [{columns: {value: name}}]}
- {name: mail, type: folded, inputs: [{columns: {value: mail}}]}
rules:
- {name: same mail, when: equal(mail.value)}
""")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_model(MODEL, tmp_path / "m.yaml")
    for name in ("Ann", "Anné"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"name": name, "mail": "a@b.co"}))
    return tmp_path


def explained(folder: Path, *options: str) -> Result:
    files = [str(folder / "Ann.json"), str(folder / "Anné.json")]
    return CliRunner().invoke(command, [*files, "--model", str(folder / "m.yaml"), *options])


def test_the_decision_comes_first_in_words(folder: Path) -> None:
    lines = explained(folder).output.splitlines()
    assert lines[:2] == ['Match, by the rule "same mail".', "Both records have the key mail.value: a@b.co."]


def test_json_holds_the_same_as_the_explanation(folder: Path) -> None:
    left, right = {"name": "Ann", "mail": "a@b.co"}, {"name": "Anné", "mail": "a@b.co"}
    assert json.loads(explained(folder, "--json").output) == dromio.explain(left, right, model=MODEL).to_dict()


def test_a_picture_is_written_beside_the_words(folder: Path) -> None:
    result = explained(folder, "--picture", str(folder / "p.svg"))
    assert result.exit_code == 0 and "Match" in result.output
    assert "same mail" in (folder / "p.svg").read_text()


def test_two_records_of_a_run_are_explained_by_its_model(folder: Path) -> None:
    rows = [{"id": n, "name": f"n{n}", "mail": "a@b.co"} for n in (1, 2)]
    (folder / "crm.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with dromio.resolve(str(folder / "crm.jsonl"), model=MODEL) as result:
        result.write(folder / "out", report=False)
    shown = CliRunner().invoke(command, ["1", "2", "--run", str(folder / "out")])
    assert shown.output.startswith('Match, by the rule "same mail".')


def test_neither_a_model_nor_a_run_is_wrong_usage() -> None:
    result = CliRunner().invoke(command, ["a.json", "b.json"])
    assert result.exit_code == 2 and "name a --model, or a --run that has one" in result.output


def test_a_record_that_is_not_there_is_an_input_error(folder: Path) -> None:
    result = CliRunner().invoke(command, ["none", str(folder / "Ann.json"), "--model", str(folder / "m.yaml")])
    assert isinstance(result.exception, InputError)
