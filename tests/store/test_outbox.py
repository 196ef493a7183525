"""Subscribers see every change until they acknowledge it, and none that was rolled back."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.store import ConflictError

from .conftest import ANN, BOB


def test_nothing_is_kept_without_a_subscriber(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN)
    assert people.outgoing() == []


def test_changes_wait_in_order_until_acknowledged(people: store.Domain) -> None:
    people.subscribe()
    one = people.resolve("crm", "1", ANN).entity_id
    people.resolve("crm", "2", ANN)
    events = people.outgoing()
    assert [(event.kind, event.record, event.entity_id) for event in events] == [
        ("added", ("crm", "1"), one),
        ("added", ("crm", "2"), one),
    ]
    people.acknowledge([events[0].change_id])
    assert people.outgoing() == events[1:]
    people.subscribe(wanted=False)
    people.resolve("crm", "3", ANN)
    assert people.outgoing() == events[1:]


def test_what_was_rolled_back_is_never_told(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=1)
    people.subscribe()
    with pytest.raises(ConflictError):
        people.resolve("crm", "1", BOB, version=1)
    assert people.outgoing() == []


def test_a_mirror_built_from_the_outbox_is_the_store(people: store.Domain) -> None:
    people.subscribe()
    mirror: dict[tuple[str, str], int | None] = {}
    for number, values in enumerate([ANN, BOB, ANN, BOB | ANN, {"family": "Lee", "phone": "4711"}]):
        people.resolve("crm", str(number), values)
    people.delete("crm", "0")
    people.judge(("crm", "2"), ("crm", "1"), "positive", author="eve")
    people.resolve("crm", "1", {"given": "Zoe"})
    people.resolve_all()
    for event in people.outgoing():
        if event.record and event.kind == "deleted":
            del mirror[event.record]
        elif event.record:
            mirror[event.record] = event.entity_id
    entities: dict[int | None, list[tuple[str, str]]] = {}
    for key, entity in sorted(mirror.items()):
        entities.setdefault(entity, []).append(key)
    assert entities == people.partition()
