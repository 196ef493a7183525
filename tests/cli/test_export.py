"""The command `export`: what comes from another system goes back to it, and what it cannot say is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dromio.cli.export import FORMATS, command
from dromio.errors import InputError, ModelError
from dromio.model.files import load_model

from .test_import_ import DOCUMENTS, imported

MODEL = """
format: dromio/1
attributes:
- {name: email, type: raw, inputs: [{columns: {value: email}}]}
- {name: name, type: raw, inputs: [{columns: {value: name}}]}
rules:
- {name: mail, when: equal(email.value)}
- {name: alike, when: soft_overlap(name.value) >= 0.9}
"""


def exported(tmp_path: Path, kind: str, *options: str) -> str:
    arguments = [str(tmp_path / "model.yaml"), "--as", kind, "--output", str(tmp_path / "out.json"), *options]
    done = CliRunner().invoke(command, arguments)
    if isinstance(done.exception, Exception):
        raise done.exception
    return done.output


@pytest.mark.parametrize("kind", FORMATS)
def test_an_imported_model_goes_back(tmp_path: Path, kind: str) -> None:
    imported(tmp_path, kind, DOCUMENTS[kind][0])
    first = load_model(tmp_path / "model.yaml")
    exported(tmp_path, kind)
    imported(tmp_path, kind, json.loads((tmp_path / "out.json").read_text(encoding="utf-8")))
    again = load_model(tmp_path / "model.yaml")
    assert (again.rules, again.groups, again.comparisons) == (first.rules, first.groups, first.comparisons)


def test_what_is_not_said_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    assert "not said: rules.1" in exported(tmp_path, "rules")


def test_match_groups_are_of_an_entity_type(tmp_path: Path) -> None:
    imported(tmp_path, "match-groups", DOCUMENTS["match-groups"][0])
    exported(tmp_path, "match-groups", "--entity-type", "HCO")
    document: Any = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert document["matchGroups"][0]["uri"].startswith("configuration/entityTypes/HCO/")


@pytest.mark.parametrize("kind", ["splink", "customer-profiles", "match-groups"])
def test_a_model_without_anything_to_say_is_refused_and_nothing_written(tmp_path: Path, kind: str) -> None:
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    with pytest.raises(ModelError):
        exported(tmp_path, kind)
    assert not (tmp_path / "out.json").exists()


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "out.json").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*out\.json"):
        exported(tmp_path, "rules")
