"""Many records in one transaction: what one at a time would give, with all pairs compared at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dromio.records import RecordKey
from dromio.store.blocks import enter_many, leave
from dromio.store.bulk import compare_pairs
from dromio.store.database import only
from dromio.store.delivered import Delivered, canonical
from dromio.store.doubts import forget
from dromio.store.erase import refuse_suppressed
from dromio.store.ingest import Arrival, Begun, as_it_stands, begin, judged_partners
from dromio.store.resolution import Resolution
from dromio.store.settle import Pair, Unsettled, may_pair, pair_of, settle
from dromio.store.work import Change, Placement, Work

MOST_ID = 1 << 30
"""Records whose numbers may come to be larger are placed one by one."""
_NAMED = "SELECT unique_id FROM records WHERE domain_id = ? AND source = ? AND unique_id IN ?texts"
_ENTITIES = """
SELECT r.unique_id, p.entity_id FROM records r JOIN placements p ON p.record_id = r.record_id AND p.generation = ?
WHERE r.domain_id = ? AND r.source = ? AND r.unique_id IN ?texts
"""
_SIZES = "SELECT entity_id, count(*) FROM placements WHERE generation = ? AND entity_id IN ?? GROUP BY entity_id"
FEW = 400
"""So many new records are placed one by one: columns would take longer."""
_PART = 2000
"""Known records placed together."""


class Coming(NamedTuple):
    """A record as it is delivered. `version`: as in `Arrival`."""

    key: RecordKey
    values: Delivered
    version: int | None = None


def accept_all(work: Work, coming: Sequence[Coming]) -> list[Resolution]:
    """Add or replace records, each key at most once, and resolve them; without candidates in the answers.

    Raises ConflictError as one at a time would; then none of them is accepted.
    """
    work.hold_domain()
    answers: dict[RecordKey, Resolution] = {}
    if len(coming) > FEW and _fits(work, len(coming)):
        from dromio.store.ingest_columns import accept_new

        known = named_among(work, [one.key for one in coming])
        new = [one for one in coming if one.key not in known]
        if len(new) > FEW:
            answers = dict(zip([one.key for one in new], accept_new(work, new), strict=True))
    rest = [one for one in coming if one.key not in answers]
    for at in range(0, len(rest), _PART):
        part = rest[at : at + _PART]
        prepared = [work.matcher.prepare(one.key, one.values) for one in part]
        arrivals = [
            Arrival(one.key, canonical(one.values), made, one.version) for one, made in zip(part, prepared, strict=True)
        ]
        answers |= dict(zip([one.key for one in part], accept_many(work, arrivals), strict=True))
    if 0 < len(rest) < len(coming) or len(rest) > _PART:
        answers = _as_all_left_it(work, answers)
    return [answers[one.key] for one in coming]


def _as_all_left_it(work: Work, answers: Mapping[RecordKey, Resolution]) -> dict[RecordKey, Resolution]:
    """The answers after all parts of a transaction: a later one may have moved the records of an earlier one."""
    entities = {
        RecordKey(source, row[0]): row[1]
        for source, ids in _by_source(answers).items()
        for row in work.tx.rows(_ENTITIES, work.generation, work.domain_id, source, ids)
    }
    sizes: dict[int, int] = dict(work.tx.rows(_SIZES, work.generation, sorted(set(entities.values()))))
    return {
        key: replace(one, entity_id=entities[key], decision="match" if sizes[entities[key]] > 1 else "new")
        if key in entities
        else one
        for key, one in answers.items()
    }


def _fits(work: Work, count: int) -> bool:
    """Whether so many new records can be done in columns, which hold two record ids in one number."""
    last = only(work.tx.rows("SELECT coalesce(max(record_id), 0) FROM records"))
    return bool(last + count < MOST_ID)


def named_among(work: Work, keys: Sequence[RecordKey]) -> set[RecordKey]:
    """Those keys by which the domain knows a record, whatever its state."""
    return {
        RecordKey(source, row[0])
        for source, ids in _by_source(keys).items()
        for row in work.tx.rows(_NAMED, work.domain_id, source, ids)
    }


def _by_source(keys: Iterable[RecordKey]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, unique_id in keys:
        found.setdefault(source, []).append(unique_id)
    return found


@dataclass
class _Coming:
    """Records that are about to be placed, by their numbers."""

    change: Unsettled = field(default_factory=lambda: Unsettled(set()))
    candidates: dict[int, set[int]] = field(default_factory=dict)


def accept_many(work: Work, arrivals: Sequence[Arrival]) -> list[Resolution]:
    """Add or replace records, each key at most once, and resolve them; without candidates in the answers.

    Raises ConflictError as one at a time would; then none of them is accepted.
    """
    work.hold_domain()
    coming = _Coming()
    begun = [_begin(work, coming, one) for one in arrivals]
    change = coming.change
    _enter(work, coming)
    others = work.placed({other for found in coming.candidates.values() for other in found} - set(change.arrived))
    placed = others | change.arrived
    change.fresh = compare_pairs(
        work.matcher, {number: one.cleaned for number, one in placed.items()}, list(_pairs(work, coming, placed))
    )
    for pair, weight in change.fresh.items():
        if work.rules.links(weight):
            change.seeds.update(pair)
    change.seeds -= set(change.arrived)
    change.known = others | change.gone
    placed |= settle(work, change)
    sizes = Counter(one.entity_id for one in placed.values())
    return [
        as_it_stands(work, one.record_id, one.outcome) if one.outcome else _answer(work, change, sizes, one.record_id)
        for one in begun
    ]


def _begin(work: Work, coming: _Coming, arrival: Arrival) -> Begun:
    """Write the record, and take its old keys out of the index."""
    begun = begin(work, arrival)
    if begun.outcome:
        return begun
    record_id, known, _ = begun
    change = coming.change
    change.arrived[record_id] = Placement.of(record_id, arrival.key, arrival.prepared)
    change.changed.add(record_id)
    if work.suppresses:
        refuse_suppressed(work, change.arrived[record_id])
    if known:
        change.seeds |= judged_partners(work, record_id)
        forget(work, record_id)
    old = work.placed([record_id]).get(record_id) if known and known.state == "current" else None
    if old:
        leave(work, old)
        change.gone[record_id] = old
    return begun


def _enter(work: Work, coming: _Coming) -> None:
    """Put the records into the index, once all old keys are out of it."""
    change = coming.change
    for record, entry in enter_many(work, list(change.arrived.values())).items():
        change.seeds |= entry.same | work.linked_among(entry.disturbed - {record})
        change.disturbed |= entry.disturbed
        coming.candidates[record] = entry.candidates


def _pairs(work: Work, coming: _Coming, placed: dict[int, Placement]) -> Iterator[Pair]:
    for record, others in coming.candidates.items():
        for other in sorted(others):
            if other in placed and may_pair(work, placed[record], placed[other]):
                yield pair_of(record, other)


def _answer(work: Work, change: Unsettled, sizes: Counter[int], record_id: int) -> Resolution:
    record = change.arrived[record_id]
    old = change.gone.get(record_id)
    outcome = "updated" if old else "added"
    work.note(Change(outcome, record_id, record.entity_id, old.entity_id if old else None))
    return Resolution(record.entity_id, "match" if sizes[record.entity_id] > 1 else "new", outcome)
