"""Many new records in columns end where one after another would put them."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.errors import StoreError
from dromio.store import ConflictError, ingest_many

from .conftest import ANN, BOB
from .factory import model

EVE = {"given": "Eve", "family": "Lee", "email": "eve@x.org", "phone": "4713"}
TOLD = [ANN, BOB, ANN | {"phone": None}, EVE | {"email": ["eve@x.org", "ann@x.org"]}, {"given": "Bob"}, {}, BOB, ANN]


@pytest.fixture(autouse=True)
def in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_many, "FEW", 0)


def sent(*rows: object, source: str = "crm") -> list[store.Delivery]:
    return [store.Delivery(source, str(number), values) for number, values in enumerate(rows)]  # type: ignore[arg-type]


@pytest.mark.parametrize("max_block", [2, 1000])
def test_many_end_where_one_after_another_does(empty: store.Store, max_block: int) -> None:
    given = model(max_block=max_block)
    one, other = empty.create_domain("one", given), empty.create_domain("other", given)
    for each in sent(*TOLD, *TOLD[:3]):
        one.resolve(each.source, each.unique_id, each.values)
    found = other.resolve_many(sent(*TOLD)) + other.resolve_many(sent(*TOLD, *TOLD[:3])[len(TOLD) :])
    assert sorted(one.partition().values()) == sorted(other.partition().values())
    assert other.verify().is_sound
    assert [each.entity_id for each in found[-3:]] == [other.entity_of("crm", str(number)) for number in (8, 9, 10)]
    if max_block > len(TOLD):  # else pairs were seen, one at a time, of blocks that are too large by now
        assert queue(one) == queue(other)


def queue(domain: store.Domain) -> list[tuple[object, ...]]:
    return sorted((each.left, each.right, each.kind, each.weight) for each in domain.review())


def test_joined_records_that_may_be_one_with_a_stored_one_wait_for_a_person(empty: store.Store) -> None:
    one, other = empty.create_domain("one", model()), empty.create_domain("other", model())
    for domain in (one, other):
        domain.resolve("shop", "9", {"given": "Zoe", "family": "Ray", "phone": "4711"})
    for each in sent(ANN, ANN):
        one.resolve(each.source, each.unique_id, each.values)
    other.resolve_many(sent(ANN, ANN))
    assert [kind for _, _, kind, _ in queue(one)] == ["possible", "possible"]
    assert queue(one) == queue(other)


def test_answers_are_those_after_all_records_of_a_transaction(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN)
    found = people.resolve_many([store.Delivery("shop", "1", ANN), store.Delivery("crm", "1", BOB)])
    assert [one.outcome for one in found] == ["added", "updated"]
    assert [one.decision for one in found] == ["new", "new"]
    assert [one.entity_id for one in found] == [people.entity_of("shop", "1"), people.entity_of("crm", "1")]


def test_a_conflict_leaves_nothing(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=1)
    with pytest.raises(ConflictError):
        people.resolve_many([store.Delivery("shop", "1", EVE), store.Delivery("crm", "1", BOB, 1)])
    assert people.entity_of("shop", "1") is None


def test_versions_and_histories_are_kept(people: store.Domain) -> None:
    people.resolve_many([store.Delivery("crm", "1", ANN, 3), store.Delivery("crm", "2", BOB)])
    assert people.resolve("crm", "1", BOB, version=2).outcome == "ignored"
    assert [(one.number, one.version, one.values) for one in people.versions("crm", "1")] == [(1, 3, ANN)]
    entity = people.entity_of("crm", "1")
    assert entity is not None
    assert [event.kind for event in people.history(entity)] == ["added"]


def test_those_who_were_erased_do_not_come_back(people: store.Domain) -> None:
    entity = people.resolve("crm", "1", ANN).entity_id
    assert entity is not None
    people.erase(entity, suppress=True)
    with pytest.raises((ConflictError, StoreError)):
        people.resolve_many(sent(BOB, ANN, source="shop"))
    assert people.partition() == {}
