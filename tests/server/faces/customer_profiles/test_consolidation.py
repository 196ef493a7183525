"""Which members of a group auto-merging takes together."""

from __future__ import annotations

from typing import Any

from dromio.server.faces.customer_profiles.consolidation import parts_to_merge
from dromio.server.faces.customer_profiles.profiles import Profile, Value


def profile(name: str, **fields: Any) -> Profile:
    found = {key.replace("__", "."): Value(content, "crm", 0) for key, content in fields.items()}
    return Profile(0, name, found, 0, 0)


def parts(members: list[Profile], *criteria: list[str]) -> list[set[str]]:
    return [{one.id for one in part} for part in parts_to_merge(members, criteria)]


def test_all_attributes_of_a_criterion_must_agree_exactly() -> None:
    members = [
        profile("a", FirstName="Ann", Address__City="Rome"),
        profile("b", FirstName="Ann", Address__City="Rome"),
        profile("c", FirstName="Ann", Address__City="Paris"),
        profile("d", FirstName="ann", Address__City="Rome"),
    ]
    assert parts(members, ["FirstName", "Address.City"]) == [{"a", "b"}]


def test_criteria_add_up() -> None:
    members = [
        profile("a", EmailAddress="x"),
        profile("b", EmailAddress="x", Attributes__tier="1"),
        profile("c", Attributes__tier="1"),
    ]
    assert parts(members, ["EmailAddress"], ["Attributes.tier"]) == [{"a", "b", "c"}]


def test_what_is_missing_agrees_with_nothing() -> None:
    members = [profile("a", FirstName="Ann"), profile("b", FirstName="Ann")]
    assert parts(members, ["FirstName", "LastName"]) == []
    assert parts(members, ["Address"]) == []
