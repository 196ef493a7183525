"""New records entered in columns stand in the index as if they had come one after another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings

from dromio.records import RecordKey
from dromio.store.blocks import enter
from dromio.store.blocks_many import Entered, enter_columns, unpacked, write_index
from dromio.store.columns import prepare_columns
from dromio.store.delivered import canonical
from dromio.store.domain import Domain
from dromio.store.ingest import Arrival, begin
from dromio.store.work import Placement, Work

from .indexed import KNOWN, RECORDS, Told, Undone

Pairs = set[tuple[int, int]]
CROWD: list[Told] = [
    {"given": given, "family": family, "email": "a@x.org", "phone": phone}
    for given in ("Ann", "Bob")
    for family in ("Lee", "Kim")
    for phone in ("4711", "4713")
]
"""More than any block may hold, which the fields of a name part again."""


class Index(NamedTuple):
    """What the index holds, and the records that lost candidates."""

    keys: list[Any]
    large: list[Any]
    disturbed: set[int]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=RECORDS)
@example(told=[])
@example(told=CROWD)
def test_columns_are_indexed_as_one_by_one(indexed: Domain, told: list[Told]) -> None:
    index, entered, pairs = in_columns(indexed, told)
    assert index == one_by_one(indexed, told)
    left, right = unpacked(entered.pairs)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(pairs)


def test_those_who_say_the_same_are_told_apart_by_where_they_are(indexed: Domain) -> None:
    _, entered, _ = in_columns(indexed, [KNOWN[0], CROWD[-1], CROWD[-1], CROWD[0] | {"phone": "4712"}])
    known = indexed._read(lambda work: work.tx.rows("SELECT record_id FROM records ORDER BY record_id"))
    first = known[-1][0] + 1
    assert entered.same == {known[0][0]}
    assert entered.alike == {first, first + 1, first + 2}


def in_columns(indexed: Domain, told: Sequence[Told]) -> tuple[Index, Entered, Pairs]:
    """The index after the columns, what was found on the way, and the pairs of small blocks in which one is new."""
    seen: list[tuple[Index, Entered, Pairs]] = []

    def look(work: Work) -> None:
        keys = [RecordKey("known", f"new {number}") for number in range(len(told))]
        prepared = prepare_columns(work.matcher, keys, [dict(one) for one in told])
        ids = [one.record_id for one in placements(work, told)]
        entered = enter_columns(work, np.array(ids, np.int64), prepared)
        write_index(work, entered)
        digests = {value for (value,) in work.tx.rows("SELECT digest FROM placements")} | set(prepared.digest.tolist())
        seen.append((index_of(work, entered.disturbed), entered, small_pairs(work, set(ids), digests)))
        raise Undone

    with pytest.raises(Undone):
        indexed._change(look)
    return seen[0]


def one_by_one(indexed: Domain, told: Sequence[Told]) -> Index:
    seen: list[Index] = []

    def look(work: Work) -> None:
        records = placements(work, told)
        lost = {one for record in records for one in enter(work, record).disturbed}
        seen.append(index_of(work, lost - {one.record_id for one in records}))
        raise Undone

    with pytest.raises(Undone):
        indexed._change(look)
    return seen[0]


def placements(work: Work, told: Sequence[Told]) -> list[Placement]:
    records = []
    for number, values in enumerate(told):
        key = RecordKey("known", f"new {number}")
        arrival = Arrival(key, canonical(values), work.matcher.prepare(key, values))
        records.append(Placement.of(begin(work, arrival).record_id, key, arrival.prepared))
    return records


def index_of(work: Work, disturbed: set[int]) -> Index:
    return Index(
        work.tx.rows("SELECT hash, record_id FROM keys ORDER BY hash, record_id"),
        work.tx.rows("SELECT hash, size FROM large_blocks ORDER BY hash"),
        disturbed,
    )


def small_pairs(work: Work, new: set[int], digests: set[int]) -> Pairs:
    large = {value for (value,) in work.tx.rows("SELECT hash FROM large_blocks")}
    blocks: dict[int, list[int]] = {}
    for value, record in work.tx.rows("SELECT hash, record_id FROM keys ORDER BY hash, record_id"):
        if value not in large | digests:
            blocks.setdefault(value, []).append(record)
    return {pair for inside in blocks.values() for pair in combinations(inside, 2) if not new.isdisjoint(pair)}
