"""The command `check`: every fault of a model is listed with its path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

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


WITH_EXAMPLES = """
attributes:
- {name: mail, type: folded, inputs: [{columns: {value: mail}}]}
- {name: name, type: folded, inputs: [{columns: {value: name}}]}
rules:
- {name: same mail, when: equal(mail.value)}
- {name: other name, when: not equal(name.value), decision: review}
examples:
- {name: good, must_link: [{mail: a, id: 1}, {mail: a}]}
- {name: bad, cannot_link: [{mail: b}, {mail: b}]}
"""


def tried(folder: Path, *options: str, text: str = WITH_EXAMPLES) -> Result:
    (folder / "m.yaml").write_text(text)
    return CliRunner().invoke(command, [str(folder / "m.yaml"), *options])


def test_keys_scans_and_failed_examples_are_shown(tmp_path: Path) -> None:
    result = tried(tmp_path)
    assert result.exit_code == 1
    assert "Decides by rules." in result.output
    assert "\n  mail.value (derived)\n" in result.output
    assert "No key serves rules.1.when: not equal(name.value): " in result.output
    assert "Note: the model does not use 'id' of the example \"good\"." in result.output
    assert "Examples: 1 of 2 came out as expected." in result.output
    assert 'FAILED "bad" (cannot_link), records 1 and 2: the pair is a match.' in result.output
    assert '    Match, by the rule "same mail".' in result.output


def test_a_model_whose_examples_come_out_right_passes(tmp_path: Path) -> None:
    result = tried(tmp_path, text=WITH_EXAMPLES.replace("cannot_link", "must_link"))
    assert result.exit_code == 0 and "Examples: 2 of 2 came out as expected." in result.output


def test_json_holds_what_was_found(tmp_path: Path) -> None:
    result = tried(tmp_path, "--json")
    found = json.loads(result.output)
    assert (result.exit_code, found["passed"], found["examples"], len(found["failures"])) == (1, False, 2, 1)
    assert found["keys"] == [{"name": "mail.value", "derived": True}]
    assert found["scans"][0]["path"] == "rules.1.when"
    assert found["failures"][0]["explanation"]["reason"] == "same mail"
    assert found["estimate"] is None


def test_only_the_first_failures_are_told_at_length(tmp_path: Path) -> None:
    many = WITH_EXAMPLES.replace("{mail: b}, {mail: b}", ", ".join(["{mail: b}"] * 5))
    output = tried(tmp_path, text=many).output
    assert output.count("FAILED") == 5 and "… and 5 more pairs that failed." in output


def test_data_gives_the_pairs_of_every_key_and_the_time(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("id,mail,name\n1,a,x\n2,a,y\n3,b,y\n")
    output = tried(tmp_path, "--data", str(tmp_path / "d.csv"), "--id", "id").output
    assert "  mail.value (derived): 1 pairs, largest block 2 records\n" in output
    assert "3 records have 1 pairs to compare by these keys, of 3 possible ones" in output
    assert "Scans would look at 3 pairs." in output
    assert "A run would take about " in output


def test_keys_of_the_file_are_told_from_derived_ones(tmp_path: Path) -> None:
    given = WITH_EXAMPLES.replace("rules:", "keys:\n- fields: [name.value]\nrules:")
    found = json.loads(tried(tmp_path, "--json", text=given).output)
    assert found["keys"] == [{"name": "name.value", "derived": False}] and found["scans"] == []


def test_examples_of_a_model_that_is_not_trained_fail(tmp_path: Path, document: dict[str, object]) -> None:
    row = {"first_name": "a"}
    untrained = document | {"prior": None, "examples": [{"name": "x", "must_link": [row, row]}]}
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(untrained))
    result = CliRunner().invoke(command, [str(tmp_path / "m.yaml")])
    assert result.exit_code == 1
    assert "The 1 examples were not tried: the model is not trained" in result.output
