"""Blocks that grow too large and shrink again: what a batch over the records would do, once the queue is empty."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.records import RecordKey

from .factory import model, oracle

WEAK = {"family": "Lee", "email": "all@x.org"}


@pytest.fixture
def few(empty: store.Store) -> store.Domain:
    """A domain whose blocks hold three records at most."""
    return empty.create_domain("people", model(max_block=3))


def fill(few: store.Domain, count: int) -> dict[RecordKey, dict[str, str]]:
    told = {
        RecordKey("crm", str(number)): WEAK | {"given": "ABCDEFGH"[number], "phone": str(number)}
        for number in range(count)
    }
    for key, values in told.items():
        few.resolve(*key, values)
    return told


def clusters(few: store.Domain) -> set[frozenset[RecordKey]]:
    return {frozenset(keys) for keys in few.partition().values()}


def test_pairs_vanish_when_their_block_grows_too_large(few: store.Domain) -> None:
    told = fill(few, 3)
    together = clusters(few)
    told |= fill(few, 4)
    assert clusters(few) == oracle(told, {}, few.model)
    assert clusters(few) != together
    assert few.verify().is_sound


def test_pairs_come_back_when_the_block_is_small_again_and_the_queue_is_worked_off(few: store.Domain) -> None:
    told = fill(few, 5)
    for number in ("3", "4"):
        few.delete("crm", number)
        del told[RecordKey("crm", number)]
    assert few.verify().waiting > 0
    assert few.redo(limit=0) > 0
    assert few.redo() == 0
    assert clusters(few) == oracle(told, {}, few.model)
    assert few.verify().is_sound


def test_a_block_that_is_large_again_before_its_turn_stays_large(few: store.Domain) -> None:
    told = fill(few, 4)
    few.delete("crm", "0")
    few.resolve("crm", "0", told[RecordKey("crm", "0")])
    assert few.redo() == 0
    assert clusters(few) == oracle(told, {}, few.model)
    assert few.verify().is_sound
