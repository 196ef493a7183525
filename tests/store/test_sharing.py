"""Values of too many people: noted as they come and go, on any way into a store."""

from __future__ import annotations

from typing import Any

import pytest

from dromio import store
from dromio.store import ingest_many, sharing
from dromio.store.sharing import pairs_within

from .conftest import Open
from .factory import model

PEOPLE = [("Ann", "Lee"), ("Bob", "Ray"), ("Cid", "Oak")]


def one(given: str, family: str, phone: str | None = "4711") -> dict[str, Any]:
    return {"given": given, "family": family, "phone": phone}


@pytest.fixture
def watching(empty: store.Store) -> store.Domain:
    """Equal phones are enough for a match, of at most two people."""
    made = model(rules=True, compared=False, most_people=2)
    rules = [each.model_copy(update={"when": "equal(phone.value)"}) for each in made.rules if each.name == "same email"]
    return empty.create_domain("people", made.model_copy(update={"rules": rules}))


def sizes(domain: store.Domain) -> list[int]:
    verified = domain.verify()
    assert verified.differences == ()
    return sorted(len(keys) for keys in domain.partition().values())


@pytest.mark.parametrize("at_once", [0, 1, 10])
def test_value_of_too_many_people_takes_entities_apart(watching: store.Domain, at_once: int) -> None:
    rows = [store.Delivery("crm", str(place), one(*name)) for place, name in enumerate(PEOPLE)]
    if at_once:
        watching.resolve_many(rows[:2], at_once=at_once)
        assert sizes(watching) == [2]
        watching.resolve_many(rows[2:], at_once=at_once)
    else:
        assert watching.resolve(*rows[0][:3]).decision == "new"
        assert watching.resolve(*rows[1][:3]).decision == "match"
        found = watching.resolve(*rows[2][:3])
        assert found.decision == "new"
        assert {each.decision for each in found.candidates} == {"review"}
        assert {each.reason for each in found.candidates} == {"same email, against it shared phone.value"}
    assert sizes(watching) == [1, 1, 1]


def test_value_becomes_shared_between_the_parts_of_one_transaction(
    watching: store.Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier part read of the value must not be held against the later one that makes it shared."""
    monkeypatch.setattr(ingest_many, "_PART", 1)
    watching.resolve_many([store.Delivery("crm", str(place), one(*name)) for place, name in enumerate(PEOPLE)])
    assert sizes(watching) == [1, 1, 1]


def test_resolve_looks_up_who_shares_a_value_only_when_noting_it(
    watching: store.Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    monkeypatch.setattr(sharing, "_shared_rows", lambda work, values: asked.append(list(values)) or [])
    for place, name in enumerate(PEOPLE):
        watching.resolve("crm", str(place), one(*name))
    assert [values for values in asked if values] == []
    monkeypatch.undo()
    assert sizes(watching) == [1, 1, 1]


def test_spellings_of_a_name_are_one_person(watching: store.Domain) -> None:
    for place, name in enumerate([("Ann", "Lee"), ("Anna", "Lee"), ("A", "Lee"), ("Bob", "Ray"), ("Robert", "Ray")]):
        watching.resolve("crm", str(place), one(*name))
    assert sizes(watching) == [5]


def test_value_shared_no_longer_waits_in_the_queue(watching: store.Domain) -> None:
    for place, name in enumerate(PEOPLE):
        watching.resolve("crm", str(place), one(*name))
    watching.resolve("crm", "2", one("Ann", "Lee"))
    assert watching.verify().waiting == 1
    assert watching.redo() == 0
    assert sizes(watching) == [3]
    watching.resolve("crm", "3", one("Cid", "Oak"))
    assert sizes(watching) == [1, 1, 1, 1]
    watching.delete("crm", "3")
    watching.resolve("crm", "4", one("Eve", "Elm"))
    assert watching.redo() == 0
    assert sizes(watching) == [1, 1, 1, 1]
    watching.erase(watching.entity_of("crm", "4") or 0)
    assert watching.redo() == 0
    assert sizes(watching) == [3]


def test_batch_agrees_and_fills_the_queue(watching: store.Domain) -> None:
    watching.resolve_many([store.Delivery("crm", str(place), one(*name)) for place, name in enumerate(PEOPLE)])
    items = [(item.kind, item.left, item.right) for item in watching.review()]
    assert items == [("shared", ("crm", a), ("crm", b)) for a, b in (("0", "1"), ("0", "2"), ("1", "2"))]
    watching.resolve_all()
    assert sizes(watching) == [1, 1, 1]
    assert [(item.kind, item.left, item.right) for item in watching.review()] == items
    assert watching.review()[0].reason == (
        "a match (same email) only thanks to a shared value: phone.value is shared by 3 people"
    )


def test_person_outranks_the_guard(watching: store.Domain) -> None:
    for place, name in enumerate(PEOPLE):
        watching.resolve("crm", str(place), one(*name))
    first, second, third = watching.review()
    watching.decide(first.item_id, accept=True, author="eve")
    assert sizes(watching) == [1, 2]
    watching.decide(second.item_id, accept=False, author="eve")
    watching.resolve_all()
    assert [item.item_id for item in watching.review()] == [third.item_id]


def test_search_counts_the_name_asked_for(watching: store.Domain) -> None:
    for place, name in enumerate(PEOPLE[:2]):
        watching.resolve("crm", str(place), one(*name))
    assert watching.search(one("Ann", "Lee")).decision == "match"
    found = watching.search(one("Cid", "Oak"))
    assert (found.entity_id, {each.decision for each in found.candidates}) == (None, {"review"})


def test_records_without_a_full_name_are_held_to_it_too(watching: store.Domain) -> None:
    watching.resolve("crm", "8", {"phone": "4711"})
    watching.resolve("crm", "9", {"phone": "4711", "family": "Lee"})
    assert sizes(watching) == [2]
    for place, name in enumerate(PEOPLE):
        watching.resolve("crm", str(place), one(*name))
    assert sizes(watching) == [1] * 5


def test_names_are_gone_with_the_person(watching: store.Domain, opened: Open) -> None:
    watching.resolve("crm", "1", one("Ann", "Lee"))
    watching.erase(watching.entity_of("crm", "1") or 0)
    with watching._database.read() as transaction:
        assert transaction.rows("SELECT * FROM value_names") == []


def test_pairs_within_blocks_are_each_given_once() -> None:
    assert pairs_within([[3, 1], [1, 3, 2]]) == {(1, 3), (1, 2), (2, 3)}
