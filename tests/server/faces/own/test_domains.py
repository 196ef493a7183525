"""Domains and models over the own API."""

from __future__ import annotations

import pytest

from dromio.model.files import model_from

from ...asking import Rig
from ...factory import document


def test_a_domain_is_made_and_found(rig: Rig) -> None:
    made = rig.ask("POST", "/v1/domains", {"name": "made-here", "model": document()})
    assert (made.status, made.json) == (201, {"name": "made-here"})
    assert rig.ask("GET", "/v1/domains/made-here").json == {"name": "made-here"}
    assert model_from(rig.ask("GET", "/v1/domains/made-here/model").json) == model_from(document())
    again = rig.ask("POST", "/v1/domains", {"name": "made-here", "model": document()})
    assert (again.status, again.problem) == (409, "conflict")


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "a/b", "..", "*", "a" * 64, "é", "a\n"])
def test_names_that_are_none_are_refused(rig: Rig, name: str) -> None:
    assert rig.ask("POST", "/v1/domains", {"name": name, "model": document()}).status == 400


def test_a_model_is_checked_with_every_fault(rig: Rig) -> None:
    right = rig.ask("POST", "/v1/models/check", {"model": document()}).json
    assert right == {"attributes": 2, "keys": 2, "comparisons": 2, "trained": True}
    wrong = document() | {"link_type": "both", "keys": [{"fields": ["nowhere"], "max_block": 1}]}
    answer = rig.ask("POST", "/v1/models/check", {"model": wrong})
    assert (answer.status, answer.problem) == (422, "invalid-model")
    assert {fault["path"] for fault in answer.json["faults"]} >= {"link_type", "keys.0.max_block"}


def test_a_model_that_is_not_trained_makes_no_domain(rig: Rig) -> None:
    untrained = document()
    del untrained["prior"]
    assert rig.ask("POST", "/v1/domains", {"name": "untrained", "model": untrained}).status == 422
    assert rig.ask("GET", "/v1/domains/untrained").status == 404


def test_a_model_nested_too_deep_is_refused(rig: Rig) -> None:
    deep: object = 1
    for _ in range(40):
        deep = {"a": [deep]}
    for model in ({"attributes": deep}, {"a": deep}):
        assert rig.ask("POST", "/v1/models/check", {"model": model}).status == 422
