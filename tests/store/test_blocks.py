"""Many records entered at once stand in the index as if they had come one after another."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings

from dromio.records import RecordKey
from dromio.store.blocks import Entry, enter, enter_many
from dromio.store.bulk import without_collection
from dromio.store.delivered import canonical
from dromio.store.domain import Domain
from dromio.store.ingest import Arrival, begin
from dromio.store.settle import pair_of
from dromio.store.work import Placement, Work

from .indexed import RECORDS, Told, Undone

Enter = Callable[[Work, Sequence[Placement]], Mapping[int, Entry]]


class Index(NamedTuple):
    """What the index holds, and what was found on the way."""

    pairs: set[tuple[int, int]]
    same: set[tuple[int, int]]
    disturbed: set[int]
    arriving: set[int]
    keys: list[Any]
    large: list[Any]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=RECORDS)
def test_many_at_once_are_indexed_as_one_by_one(indexed: Domain, told: list[Told]) -> None:
    assert index_after(indexed, told, enter_many) == index_after(indexed, told, one_by_one)


def one_by_one(work: Work, records: Sequence[Placement]) -> Mapping[int, Entry]:
    return {one.record_id: enter(work, one) for one in records}


def index_after(indexed: Domain, told: Sequence[Told], entering: Enter) -> Index:
    seen: list[Index] = []

    def look(work: Work) -> None:
        seen.append(entered(work, told, entering))
        raise Undone

    with pytest.raises(Undone):
        indexed._change(look)
    return seen[0]


def entered(work: Work, told: Sequence[Told], entering: Enter) -> Index:
    records = []
    for number, values in enumerate(told):
        key = RecordKey("known", f"new {number}")
        arrival = Arrival(key, canonical(values), work.matcher.prepare(key, values))
        records.append(Placement.of(begin(work, arrival).record_id, key, arrival.prepared))
    entries = entering(work, records)
    return Index(
        {pair_of(record, other) for record, one in entries.items() for other in one.candidates},
        {pair_of(record, other) for record, one in entries.items() for other in one.same},
        {record for one in entries.values() for record in one.disturbed},
        set(work.arriving),
        work.tx.rows("SELECT hash, record_id FROM keys ORDER BY hash, record_id"),
        work.tx.rows("SELECT hash, size FROM large_blocks ORDER BY hash"),
    )


def test_collection_goes_on_after_the_block() -> None:
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collection_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with without_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
