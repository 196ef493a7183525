"""Members of bodies: every fault is noted with its path."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from dromio.server.faces.younite.errors import CodedFault, MalformedError
from dromio.server.faces.younite.members import Members, RulesBody, kind_of


def test_faults_are_collected_with_their_paths() -> None:
    faults: list[CodedFault] = []
    members = Members({"a": 5, "b": [], "c": None, "d": ""}, "outer", faults)
    assert (members.text("a"), members.list("b", required=True), members.object("c", required=True)) == (None, [], {})
    assert members.text("d") == "" and members.text("d", required=True) == ""
    assert [(fault.path, fault.code) for fault in faults] == [
        ("outer.a", "WRONG_TYPE"),
        ("outer.b", "MISSING"),
        ("outer.c", "MISSING"),
        ("outer.d", "MISSING"),
    ]
    with pytest.raises(MalformedError) as caught:
        members.done()
    assert len(caught.value.faults) == 4


def test_what_is_absent_and_not_required_is_no_fault() -> None:
    members = Members({"a": None}, "", [])
    assert (members.text("a"), members.list("b"), members.object("c"), members.any("d")) == (None, [], {}, None)
    members.done()


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "null"), (True, "a truth value"), ({}, "an object"), ([], "a list"), ("", "a text"), (1.5, "a number")],
)
def test_kinds(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


def test_bodies_that_could_not_be_written_again_are_refused() -> None:
    deep: Any = 1
    for _ in range(70):
        deep = [deep]
    for wrong in (float("nan"), {"a": [float("inf")]}, deep):
        with pytest.raises(ValidationError):
            RulesBody.model_validate(wrong)
    assert RulesBody.model_validate({"a": [1, None, "x"]}).root == {"a": [1, None, "x"]}
