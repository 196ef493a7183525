"""Many records in one transaction: what one at a time would give, with all pairs compared at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dromio.store import review
from dromio.store.blocks import enter_many, leave
from dromio.store.bulk import compare_pairs
from dromio.store.erase import refuse_suppressed
from dromio.store.ingest import Arrival, Begun, as_it_stands, begin, judged_partners
from dromio.store.resolution import Resolution
from dromio.store.settle import Pair, Unsettled, may_pair, pair_of, settle
from dromio.store.work import Change, Placement, Work


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
    placed |= settle(work, change)
    _offer(work, coming, placed)
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
        review.forget(work, record_id)
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


def _offer(work: Work, coming: _Coming, placed: dict[int, Placement]) -> None:
    """Put what a person should see into the review queue."""
    found = []
    least = work.matcher.least_doubtful
    for pair, weight in [one for one in coming.change.fresh.items() if one[1] >= least]:
        left, right = placed[pair[0]], placed[pair[1]]
        if left.entity_id != right.entity_id:
            decision = work.matcher.compare(left.cleaned, right.cleaned).decision
            if decision != "non-match":
                found.append((pair, "possible" if decision == "review" else "ambiguous", weight))
    review.offer(work, found)


def _answer(work: Work, change: Unsettled, sizes: Counter[int], record_id: int) -> Resolution:
    record = change.arrived[record_id]
    old = change.gone.get(record_id)
    outcome = "updated" if old else "added"
    work.note(Change(outcome, record_id, record.entity_id, old.entity_id if old else None))
    return Resolution(record.entity_id, "match" if sizes[record.entity_id] > 1 else "new", outcome)
