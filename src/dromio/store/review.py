"""Pairs for a person to decide: possible matches, and matches whose clusters were not joined.

An item is listed while its records are in different entities and nobody has judged them. What was declined is a
judgement, so it is never asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dromio.records import RecordKey
from dromio.store.clock import as_text
from dromio.store.errors import ConflictError, UnknownError
from dromio.store.judgements import Author, judge
from dromio.store.resolution import in_bits
from dromio.store.settle import Pair
from dromio.store.work import Work

DECISIONS = ("accepted", "declined")
_OFFER = """
INSERT INTO review_items (domain_id, left_id, right_id, kind, weight, state, created_at)
VALUES (?, ?, ?, ?, ?, 'open', ?)
ON CONFLICT (left_id, right_id) DO UPDATE SET kind = excluded.kind, weight = excluded.weight
"""
_FORGET = "DELETE FROM review_items WHERE state = 'open' AND (left_id = ? OR right_id = ?)"
_OPEN = """
SELECT i.item_id, i.kind, i.weight, i.created_at, l.source, l.unique_id, p.entity_id, r.source, r.unique_id, q.entity_id
FROM review_items i
JOIN records l ON l.record_id = i.left_id JOIN records r ON r.record_id = i.right_id
JOIN placements p ON p.record_id = i.left_id AND p.generation = ?
JOIN placements q ON q.record_id = i.right_id AND q.generation = ?
WHERE i.domain_id = ? AND i.state = 'open' AND i.item_id > ? AND p.entity_id <> q.entity_id
AND NOT EXISTS (
    SELECT 1 FROM judgements j WHERE j.left_id = i.left_id AND j.right_id = i.right_id AND j.ended_by IS NULL
)
ORDER BY i.item_id LIMIT ?
"""
_ITEM = """
SELECT i.state, l.source, l.unique_id, r.source, r.unique_id FROM review_items i
JOIN records l ON l.record_id = i.left_id JOIN records r ON r.record_id = i.right_id
WHERE i.item_id = ? AND i.domain_id = ?
"""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A pair to decide on. `kind`: possible (below the match threshold), ambiguous (a match that was outvoted);
    `weight`: bits above the match threshold."""

    item_id: int
    kind: str
    weight: float
    left: RecordKey
    left_entity: int
    right: RecordKey
    right_entity: int
    created_at: str

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"left": list(self.left), "right": list(self.right)}


def offer(work: Work, pairs: Iterable[tuple[Pair, str, int]]) -> None:
    """Put pairs with their kind and weight into the queue; those that were decided stay decided."""
    rows = [(work.domain_id, *pair, kind, weight, work.now) for pair, kind, weight in pairs]
    if rows:
        work.tx.many(_OFFER, rows)


def forget(work: Work, record_id: int) -> None:
    """Take the open items of a record out of the queue."""
    work.tx.run(_FORGET, record_id, record_id)


def open_items(work: Work, limit: int, after: int = 0) -> list[ReviewItem]:
    """Items to decide on, oldest first, from the one after `after`."""
    rows = work.tx.rows(_OPEN, work.generation, work.generation, work.domain_id, after, limit)
    return [
        ReviewItem(
            item, kind, in_bits(weight), RecordKey(left, left_id), one, RecordKey(right, right_id), other, as_text(at)
        )
        for item, kind, weight, at, left, left_id, one, right, right_id, other in rows
    ]


def decide(work: Work, item_id: int, *, accept: bool, author: Author) -> int:
    """Decide on an item by judging its records, and give the number of the act.

    Raises UnknownError, ConflictError where it is decided already or other judgements say otherwise.
    """
    work.hold_domain()
    rows = work.tx.rows(_ITEM, item_id, work.domain_id)
    if not rows:
        raise UnknownError(f"there is no review item {item_id}")
    state, *keys = rows[0]
    if state != "open":
        raise ConflictError(f"review item {item_id} is {state} already")
    left, right = RecordKey(*keys[:2]), RecordKey(*keys[2:])
    act = judge(work, left, right, "positive" if accept else "negative", author)
    decided = "UPDATE review_items SET state = ?, decided_at = ? WHERE item_id = ?"
    work.tx.run(decided, DECISIONS[0] if accept else DECISIONS[1], work.now, item_id)
    return act


def expire(work: Work, before: int) -> int:
    """Close items opened before a moment; gives their number."""
    update = """
    UPDATE review_items SET state = 'expired', decided_at = ?
    WHERE domain_id = ? AND state = 'open' AND created_at < ? RETURNING item_id
    """
    return len(work.tx.rows(update, work.now, work.domain_id, before))
