"""Subject access: all about one, nothing about another."""

from __future__ import annotations

import json

import pytest

from dromio import store
from dromio.store import UnknownError

from .conftest import ANN, BOB


def test_everything_about_one_and_nothing_about_another(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN | {"note": "first"})
    people.resolve("crm", "1", ANN | {"note": "second"})
    entity = people.resolve("shop", "2", ANN).entity_id or 0
    people.resolve("shop", "bob-77", BOB)
    people.judge(("shop", "2"), ("shop", "bob-77"), "negative", author="eve", reason="they said so")
    people.write_value(entity, "given", "Anne", author="eve")
    found = people.export(entity)
    text = json.dumps(found)
    for told in ("first", "second", "Anne", "they said so", "ann@x.org"):
        assert told in text
    for other in ("Bob", "Ray", "bob-77", "bob@x.org", "4712"):
        assert other not in text
    assert [len(record["versions"]) for record in found["records"]] == [2, 1]
    assert found["judgements"][0]["records"] == [["shop", "2"], "another"]


def test_records_that_were_merged_in_error_and_left_are_not_exported(people: store.Domain) -> None:
    one = people.resolve("crm", "1", ANN).entity_id or 0
    two = people.resolve("crm", "bob-77", BOB).entity_id or 0
    act = people.merge(one, two, author="eve")
    people.undo(act)
    assert "bob-77" not in json.dumps(people.export(one))


def test_only_live_entities_are_exported(people: store.Domain) -> None:
    with pytest.raises(UnknownError):
        people.export(3)
