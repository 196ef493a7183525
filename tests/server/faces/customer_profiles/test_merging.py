"""Whose value a field takes when profiles are merged."""

from __future__ import annotations

from typing import Any

from dromio.server.faces.customer_profiles.merging import resolved, survivor_of
from dromio.server.faces.customer_profiles.profiles import MANUAL, Profile, Value

RECENCY = {"ConflictResolvingModel": "RECENCY"}
FROM_CRM = {"ConflictResolvingModel": "SOURCE", "SourceName": "crm"}


def profile(name: str, created: int = 0, **fields: tuple[Any, str, int]) -> Profile:
    found = {key.replace("__", "."): Value(*value) for key, value in fields.items()}
    return Profile(0, name, found, created, created)


def contents(members: list[Profile], conflicts: dict[str, str], ranks: dict[str, int] | None = None) -> dict[str, Any]:
    return {name: value.content for name, value in resolved(members, conflicts, ranks or {}).items()}


def test_survivor_is_the_oldest_then_that_of_the_smallest_id() -> None:
    members = [profile("c", 1), profile("b", 1), profile("a", 2)]
    assert survivor_of(members).id == "b"


def test_a_value_that_only_one_has_is_kept() -> None:
    members = [profile("a", FirstName=("Ann", "crm", 1)), profile("b", LastName=("Lee", "shop", 1))]
    assert contents(members, RECENCY) == {"FirstName": "Ann", "LastName": "Lee"}


def test_the_newest_value_wins_under_recency() -> None:
    members = [profile("a", FirstName=("old", "crm", 1)), profile("b", FirstName=("new", "shop", 2))]
    assert contents(members, RECENCY) == {"FirstName": "new"}


def test_the_named_source_wins_under_source_and_recency_decides_without_it() -> None:
    members = [profile("a", FirstName=("old", "crm", 1)), profile("b", FirstName=("new", "shop", 2))]
    assert contents(members, FROM_CRM) == {"FirstName": "old"}
    others = [profile("a", FirstName=("old", "web", 1)), profile("b", FirstName=("new", "shop", 2))]
    assert contents(others, FROM_CRM) == {"FirstName": "new"}


def test_a_value_by_hand_beats_all_and_the_newest_by_hand_beats_others() -> None:
    members = [
        profile("a", FirstName=("hand", MANUAL, 1)),
        profile("b", FirstName=("crm", "crm", 9)),
        profile("c", FirstName=("later", MANUAL, 2)),
    ]
    assert contents(members, FROM_CRM) == {"FirstName": "later"}


def test_equal_age_is_decided_by_priority_then_by_the_survivor() -> None:
    members = [profile("a", FirstName=("first", "web", 1)), profile("b", FirstName=("second", "crm", 1))]
    assert contents(members, RECENCY, {"crm": 1, "web": 2}) == {"FirstName": "second"}
    assert contents(members, RECENCY) == {"FirstName": "first"}


def test_an_address_is_taken_whole_and_attributes_key_by_key() -> None:
    members = [
        profile("a", Address__City=("Rome", "crm", 2), Attributes__x=("1", "crm", 1), Attributes__y=("1", "crm", 3)),
        profile("b", Address__Address1=("1 Main", "shop", 1), Attributes__x=("2", "shop", 2)),
    ]
    assert contents(members, RECENCY) == {"Address.City": "Rome", "Attributes.x": "2", "Attributes.y": "1"}
