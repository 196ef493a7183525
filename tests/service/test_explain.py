"""Explaining records that are given by hand, in files, or by their ids in a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dromio
from dromio.errors import InputError, MissingExtraError, ModelError, UsageError
from dromio.model.files import save_model
from dromio.model.schema import Model
from dromio.service.explain import explain, explain_of_run, figures, read_record, write_picture

MODEL = Model.model_validate(
    {
        "attributes": [
            {"name": "name", "type": "folded", "inputs": [{"columns": {"value": "name"}}]},
            {"name": "mail", "type": "folded", "inputs": [{"columns": {"value": "mail"}}]},
        ],
        "rules": [{"name": "same mail", "when": "equal(mail.value)"}],
    }
)
ANN, ANNE = {"name": "Ann", "mail": "A@b.co"}, {"name": "Anne", "mail": "a@b.co "}


def test_records_given_by_hand_are_cleaned_and_explained(tmp_path: Path) -> None:
    found = dromio.explain(ANN, ANNE, model=MODEL)
    assert (found.decision, found.verdict.reason) == ("match", "same mail")
    save_model(MODEL, tmp_path / "model.yaml")
    assert dromio.explain(ANN, ANNE, model=tmp_path / "model.yaml") == found


def test_the_side_of_a_record_without_any_column_is_named() -> None:
    with pytest.raises(InputError, match="right: no column is used by the model"):
        explain(ANN, {"e-mail": "x"}, MODEL)


def test_a_model_that_is_not_trained_cannot_explain() -> None:
    levels = [{"label": "same", "when": "equal(value)"}, {"label": "else"}]
    compared = {"name": "mail", "attribute": "mail", "null_when": "missing(value)", "levels": levels}
    made = {
        "attributes": MODEL.model_dump()["attributes"],
        "comparisons": [compared],
        "keys": [{"fields": ["mail.value"]}],
    }
    with pytest.raises(ModelError, match="not trained"):
        explain(ANN, ANNE, Model.model_validate(made))


@pytest.mark.parametrize("text", ['{"a": 1}', '\n{"a": 1}\n', '[{"a": 1}]', '\ufeff{"a": 1}'])
def test_a_file_of_one_record_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert read_record(tmp_path / "a.json") == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not one record as JSON"),
        ('{"a": 1}\n{"a": 2}', "is not one record as JSON"),
        ("[{}, {}]", "found a list of 2"),
        ("3", "found int"),
        ("[" * 100_000, "is not one record as JSON"),
    ],
)
def test_what_is_not_one_record_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_record(tmp_path / "a.json")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.json"):
        read_record(tmp_path / "none.json")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    rows = [{"id": n, "name": name, "mail": "a@b.co"} for n, name in enumerate(("Ann", "Anne", "Bob"), 1)]
    (tmp_path / "crm.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "web.jsonl").write_text("\n".join(map(json.dumps, rows[:1])))
    with dromio.resolve([str(tmp_path / "crm.jsonl"), str(tmp_path / "web.jsonl")], model=MODEL) as result:
        result.write(tmp_path / "out", report=False)
    return tmp_path / "out"


def test_records_of_a_run_are_read_again_by_their_ids(run: Path) -> None:
    found = explain_of_run(run, ("2", "web:1"), dromio.load_model(run / "model.yaml"))
    assert found.decision == "match"
    assert found.verdict.reason == "same mail"


def test_values_that_too_many_of_the_run_share_are_told(tmp_path: Path) -> None:
    names = ["Ann Lee", "Bob Ray", "Cid Oak", "Dee Fox", "Ann Lee"]
    rows = [{"id": n, "given": name[:3], "family": name[4:], "mail": "a@b.co"} for n, name in enumerate(names, 1)]
    (tmp_path / "crm.jsonl").write_text("\n".join(map(json.dumps, rows)))
    name = {"name": "name", "type": "person_name", "inputs": [{"columns": {"given": "given", "family": "family"}}]}
    watched = [{"field": "mail.value", "names": ["name.given", "name.family"]}]
    model = Model.model_validate(MODEL.model_dump(include={"rules"}) | {
        "attributes": [name, MODEL.attribute("mail").model_dump()], "shared_values": watched,
    })  # fmt: skip
    with dromio.resolve(str(tmp_path / "crm.jsonl"), model=model) as result:
        result.write(tmp_path / "out", report=False)
    found = explain_of_run(tmp_path / "out", ("1", "2"), model)
    assert (found.decision, found.verdict.reason) == ("review", "same mail, against it shared mail.value")
    assert "Both have a value of mail.value that 4 people share." in found.to_text()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [(("9", "2"), "'9' is the id of no record"), (("2", "1"), "2 records; name the source too, as in crm:1")],
)
def test_an_id_that_names_no_one_record_is_refused(run: Path, wanted: tuple[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        explain_of_run(run, wanted, MODEL)


def test_a_run_whose_input_is_gone_cannot_be_read_again(run: Path) -> None:
    (run.parent / "web.jsonl").unlink()
    with pytest.raises(InputError, match="cannot read the records of the run"):
        explain_of_run(run, ("1", "2"), MODEL)
    with pytest.raises(InputError, match="holds no run"):
        explain_of_run(run.parent, ("1", "2"), MODEL)


@pytest.mark.parametrize(("name", "begins"), [("p.svg", b"<svg"), ("p.png", b"\x89PNG"), ("p.html", b"<!DOCTYPE html")])
def test_a_picture_is_written_in_the_format_of_its_name(tmp_path: Path, name: str, begins: bytes) -> None:
    write_picture(explain(ANN, ANNE, MODEL), tmp_path / name)
    assert (tmp_path / name).read_bytes().lstrip().startswith(begins)


def test_a_picture_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"p\.gif: a picture is svg, png, html"):
        write_picture(explain(ANN, ANNE, MODEL), tmp_path / "p.gif")


def test_a_picture_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*No such file"):
        write_picture(explain(ANN, ANNE, MODEL), tmp_path / "none" / "p.svg")


def test_a_picture_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    with pytest.raises(MissingExtraError, match=r"dromio\[report\]"):
        write_picture(explain(ANN, ANNE, MODEL), tmp_path / "p.svg")


def test_figures_are_what_the_charts_of_the_report_take() -> None:
    found: dict[str, Any] = figures(explain(ANN, ANNE, MODEL))
    assert (found["unit"], found["match_probability"]) == ("clauses", None)
    assert [step["comparison"] for step in found["steps"]] == ["same mail"]
