"""Pairs for a person to decide: possible matches, matches that were not joined, merges that wait for consent.

An item is listed while its records are in different entities and nobody has judged them. What was declined is a
judgement, so it is never asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dromio.errors import ConflictError, UnknownError, UsageError
from dromio.records import RecordKey
from dromio.store.clock import as_text
from dromio.store.consent import release
from dromio.store.judgements import Author, judge, keep_apart, merge
from dromio.store.reasons import reason_of
from dromio.store.resolution import in_bits
from dromio.store.settle import Unsettled, settle
from dromio.store.work import Work

DECISIONS = ("accepted", "declined")
MOST_DAYS = 36_500
MICROSECONDS_A_DAY = 86_400_000_000
_OPEN = """
SELECT i.item_id, i.kind, i.weight, i.created_at, i.left_id, p.entity_id, i.right_id, q.entity_id
FROM review_items i
JOIN placements p ON p.record_id = i.left_id AND p.generation = ?
JOIN placements q ON q.record_id = i.right_id AND q.generation = ?
WHERE i.domain_id = ? AND i.state = 'open' AND i.item_id > ? AND p.entity_id <> q.entity_id
AND NOT EXISTS (
    SELECT 1 FROM judgements j WHERE j.left_id = i.left_id AND j.right_id = i.right_id AND j.ended_by IS NULL
)
ORDER BY i.item_id LIMIT ?
"""
_ITEM = """
SELECT i.state, i.kind, i.left_id, i.right_id, l.source, l.unique_id, r.source, r.unique_id FROM review_items i
JOIN records l ON l.record_id = i.left_id JOIN records r ON r.record_id = i.right_id
WHERE i.item_id = ? AND i.domain_id = ?
"""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A pair to decide on.

    `kind`: possible (below the match threshold), ambiguous (a match that was outvoted), shared (a match only thanks to
    values that too many people share), merge (entities that are not merged without consent); `weight`: bits above the
    match threshold; `reason`: the same in plain words, without values.
    """

    item_id: int
    kind: str
    reason: str
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


def open_items(work: Work, limit: int, after: int = 0) -> list[ReviewItem]:
    """Items to decide on, oldest first, from the one after `after`."""
    rows = work.tx.rows(_OPEN, work.generation, work.generation, work.domain_id, after, limit)
    placed = work.placed({row[place] for row in rows for place in (4, 6)})
    items = []
    for item, kind, weight, at, left, one, right, other in rows:
        records = placed[left], placed[right]
        reason = reason_of(work, kind, in_bits(weight), records[0].cleaned, records[1].cleaned)
        keys = (records[0].key, one, records[1].key, other)
        items.append(ReviewItem(item, kind, reason, in_bits(weight), *keys, as_text(at)))
    return items


def decide(work: Work, item_id: int, *, accept: bool, author: Author) -> int:
    """Decide on an item by judging its records, of a merge all records of both entities; gives the number of the act.

    Raises UnknownError, ConflictError where it is decided already or other judgements say otherwise.
    """
    work.hold_domain()
    rows = work.tx.rows(_ITEM, item_id, work.domain_id)
    if not rows:
        raise UnknownError(f"there is no review item {item_id}")
    state, kind, left_id, right_id, *keys = rows[0]
    if state != "open":
        raise ConflictError(f"review item {item_id} is {state} already")
    placed = work.placed([left_id, right_id])
    if kind == "merge" and len(placed) == 2:
        homes = placed[left_id].entity_id, placed[right_id].entity_id
        act = merge(work, homes, author) if accept else keep_apart(work, *homes, author)
    else:
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


def expire_old(work: Work) -> int:
    """Close items that are older than the domain keeps them open; gives their number."""
    days = settings_of(work).review_days
    return 0 if days is None else expire(work, work.now - days * MICROSECONDS_A_DAY)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set for a domain. `asks_consent`: whether existing entities are merged only when a person accepts it;
    `review_days`: how long review items stay open, None for ever."""

    asks_consent: bool
    review_days: int | None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"asks_consent": self.asks_consent, "review_days": self.review_days}


def settings_of(work: Work) -> Settings:
    """The settings of the domain."""
    days = work.tx.rows("SELECT review_days FROM domains WHERE domain_id = ?", work.domain_id)[0][0]
    return Settings(work.asks_consent, days)


def keep_for(work: Work, days: int | None) -> None:
    """Let items expire when they are older than some days; None: never. Raises UsageError."""
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise UsageError(f"review items are kept for 1 to {MOST_DAYS:,} days, found {days}")
    work.tx.run("UPDATE domains SET review_days = ? WHERE domain_id = ?", days, work.domain_id)


def ask_consent(work: Work, *, wanted: bool) -> None:
    """From now on hold merges of existing entities for a person's consent, or make those that were held."""
    work.hold_domain()
    work.tx.run("UPDATE domains SET asks_consent = ? WHERE domain_id = ?", int(wanted), work.domain_id)
    if not wanted:
        seeds = set(work.placed(release(work)))
        settle(replace(work, asks_consent=False), Unsettled(seeds))
