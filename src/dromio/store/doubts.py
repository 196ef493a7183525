"""What is put before a person: pairs of records in different entities that may be, or seem to be, one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dromio.store.work import Placement, Work

Pair = tuple[int, int]
KINDS = ("possible", "ambiguous", "shared", "merge")

_OFFER = """
INSERT INTO review_items (domain_id, left_id, right_id, kind, weight, state, created_at)
VALUES (?, ?, ?, ?, ?, 'open', ?)
ON CONFLICT (left_id, right_id) DO UPDATE SET weight = excluded.weight,
kind = CASE review_items.kind WHEN 'merge' THEN 'merge' ELSE excluded.kind END
"""
_FORGET = "DELETE FROM review_items WHERE state IN ('open', 'expired') AND (left_id = ? OR right_id = ?)"
_OPEN = "SELECT left_id, right_id FROM review_items WHERE domain_id = ? AND state = 'open' AND kind <> 'merge'"
_TAKE = "DELETE FROM review_items WHERE left_id = ? AND right_id = ? AND state = 'open'"


class Doubt(NamedTuple):
    """Why a pair is put before a person. `kind`: possible (below the match threshold), ambiguous (a match whose records
    were not joined), shared (a match only thanks to values that too many people share), merge (entities that are not
    merged without consent); `weight` in thousandths of a bit above the match threshold."""

    kind: str
    weight: int


def least_weight(work: Work) -> int:
    """The least weight above the match threshold of a pair that may be put before a person."""
    return min(work.matcher.least_doubtful, -1)


def doubts(
    work: Work, placed: Mapping[int, Placement], entity_of: Mapping[int, int], weights: Mapping[Pair, int],
    lowered: Iterable[Pair], held: Iterable[Pair] = (),
) -> Iterator[tuple[Pair, Doubt]]:  # fmt: skip
    """Of compared pairs those that a person should see.

    `lowered`: those that matched only thanks to shared values; `held`: pairs of whose entities a person is asked
    anyway.
    """
    least, shared = least_weight(work), set(lowered)
    asked = {frozenset((entity_of[one], entity_of[other])) for one, other in held}
    for pair, weight in weights.items():
        left, right = pair
        if (weight < least and pair not in shared) or entity_of[left] == entity_of[right]:
            continue
        if pair in shared:
            yield pair, Doubt("shared", weight)
            continue
        decision = work.matcher.compare(placed[left].cleaned, placed[right].cleaned).decision
        if decision == "review":
            yield pair, Doubt("possible", weight)
        elif decision == "match" and frozenset((entity_of[left], entity_of[right])) not in asked:
            yield pair, Doubt("ambiguous", weight)


def offer(work: Work, found: Iterable[tuple[Pair, Doubt]]) -> None:
    """Put pairs into the queue; those that were decided stay decided."""
    rows = [(work.domain_id, *pair, doubt.kind, doubt.weight, work.now) for pair, doubt in sorted(found)]
    if rows:
        work.tx.many(_OFFER, rows)


def offer_exactly(work: Work, found: Iterable[tuple[Pair, Doubt]]) -> None:
    """Put pairs into the queue and take out what is not among them, but merges that wait for consent."""
    wanted = dict(found)
    left = [row for row in work.tx.rows(_OPEN, work.domain_id) if (row[0], row[1]) not in wanted]
    work.tx.many(_TAKE, left)
    offer(work, wanted.items())


def forget(work: Work, record_id: int) -> None:
    """Take a record out of the queue: what was open, and what has expired and may be asked again."""
    work.tx.run(_FORGET, record_id, record_id)
