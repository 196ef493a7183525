"""Pending merges: pairs of identities about which people are asked, and whether the customer consents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.contact_centre.contacts import masked
from dromio.contact_centre.identities import Case, groups, held, root_of
from dromio.contact_centre.lookup import unflagged
from dromio.contact_centre.merging import are_apart, keep_apart, merge
from dromio.errors import ConflictError, UnknownError
from dromio.models.identifiers import distinct_names
from dromio.store.clock import as_text

OPEN = ("OPEN", "CONSENT_REQUESTED")
_DAY = 86_400_000_000
_COLUMNS = """
item, left_id, right_id, score, reason, evidence, status, created_at, decided_at, decided_by, channel, consent_text
"""
_ITEM = f"SELECT {_COLUMNS} FROM cc_pending WHERE item = ? {{lock}}"
_LIST = f"SELECT {_COLUMNS} FROM cc_pending WHERE status IN ('OPEN', 'CONSENT_REQUESTED') AND item > ? "
_OPEN_OF = """
SELECT p.item, l.root, r.root FROM cc_pending p
JOIN cc_identities l ON l.identity = p.left_id JOIN cc_identities r ON r.identity = p.right_id
WHERE p.status IN ('OPEN', 'CONSENT_REQUESTED') AND (l.root IN ?? OR r.root IN ??) ORDER BY p.item
"""
_INSERT = """
INSERT INTO cc_pending (left_id, right_id, score, reason, evidence, status, created_at)
VALUES (?, ?, ?, ?, ?, 'OPEN', ?) ON CONFLICT DO NOTHING RETURNING item
"""
_CLOSE = "UPDATE cc_pending SET status = ?, decided_at = ?, decided_by = ? WHERE item = ?"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the queue."""

    item: int
    left: int
    right: int
    score: float
    reason: str
    evidence: str
    status: str
    created_at: int
    decided_at: int | None
    decided_by: str | None
    channel: str | None
    consent_text: str | None


def propose(case: Case, one: int, other: int, score: float, reason: str) -> int | None:
    """The item of a pair, new unless there is an open one; None where the pair was judged not to be one."""
    left, right = sorted((one, other))
    if left == right or are_apart(case, left, right):
        return None
    standing = [item for item, *pair in _open_of(case, [left]) if sorted(pair) == [left, right]]
    if standing:
        return standing[0]
    known = groups(case, [left, right])
    evidence = json.dumps(case.scorer.evidence(known[left].known, known[right].known))
    rows = case.tx.rows(_INSERT, left, right, score, reason, evidence, case.now)
    return int(rows[0][0]) if rows else None


def open_items(case: Case, after: int, limit: int) -> list[dict[str, Any]]:
    """Open items as plain values, oldest first, from the one after `after`."""
    rows = case.tx.rows(f"{_LIST} ORDER BY item LIMIT ?", after, limit)
    return [shown(case, Item(*row)) for row in rows]


def shown(case: Case, item: Item) -> dict[str, Any]:
    """An item as plain values; customers by the ids that they have now."""
    expires = item.created_at + round(case.options.consent_days * _DAY)
    return {
        "pendingId": item.item,
        "customerIds": [root_of(case, one).customer_id for one in (item.left, item.right)],
        "score": item.score,
        "reason": item.reason,
        "status": item.status,
        "evidence": None if item.evidence == "[REDACTED]" else json.loads(item.evidence),
        "createdAt": as_text(item.created_at),
        "expiresAt": as_text(expires),
        "decidedAt": None if item.decided_at is None else as_text(item.decided_at),
        "decidedBy": item.decided_by,
        "channel": item.channel,
        "consentText": item.consent_text,
    }


def get(case: Case, number: int) -> Item:
    """The item of a number, held; what has run out is noted as expired. Raises UnknownError."""
    expire(case)
    rows = case.tx.rows(_ITEM, number)
    if not rows:
        raise UnknownError(f"there is no pending merge {number}")
    return Item(*rows[0])


def request_consent(case: Case, number: int, *, channel: str, consent_text: str) -> dict[str, Any]:
    """Note that the customer is asked, and give what may be shown: masked identifiers. Raises ConflictError."""
    item = _undecided(get(case, number))
    update = "UPDATE cc_pending SET status = 'CONSENT_REQUESTED', channel = ?, consent_text = ? WHERE item = ?"
    case.tx.run(update, channel, consent_text, number)
    roots = [root_of(case, one).identity for one in (item.left, item.right)]
    known = groups(case, roots)
    sides = [[masked(one) for one in known[root].known if one.type in ("phone", "email")] for root in roots]
    return shown(case, get(case, number)) | {"maskedIdentifiers": sides}


def decide(case: Case, number: int, *, approve: bool, author: str, channel: str | None = None) -> dict[str, Any]:
    """Merge the two, or keep them apart for ever. Raises ConflictError where that is not possible any more."""
    item = _undecided(get(case, number))
    held(case, [item.left, item.right])
    left, right = (root_of(case, one) for one in (item.left, item.right))
    if "ERASED" in (left.state, right.state):
        raise ConflictError("one of the two customers was erased; nothing was merged")
    if approve:
        _check_guard(case, left.identity, right.identity)
    _close(case, [number], "APPROVED" if approve else "DECLINED", author)
    if channel is not None:
        case.tx.run("UPDATE cc_pending SET channel = ? WHERE item = ?", channel, number)
    if approve:
        tidy(case, merge(case, left.identity, right.identity, author, f"pending merge {number} approved"))
    else:
        keep_apart(case, left.identity, right.identity, author)
    return shown(case, get(case, number))


def expire(case: Case) -> None:
    """Close items that nobody has decided in time."""
    before = case.now - round(case.options.consent_days * _DAY)
    update = "UPDATE cc_pending SET status = 'EXPIRED', decided_at = ? WHERE status IN ('OPEN', 'CONSENT_REQUESTED')"
    case.tx.run(f"{update} AND created_at < ?", case.now, before)


def tidy(case: Case, root: int) -> None:
    """After a merge: close items whose sides are one now, and all but the oldest of those on one pair."""
    seen: set[tuple[int, int]] = set()
    void = []
    for item, left, right in _open_of(case, [root]):
        low, high = sorted((left, right))
        if low == high or (low, high) in seen:
            void.append(item)
        seen.add((low, high))
    _close(case, void, "CANCELLED", "merged")


def cancel_baseless(case: Case, roots: Sequence[int]) -> None:
    """Close items that rest on nothing but identifiers which many share."""
    void = []
    for item, left, right in _open_of(case, roots):
        known = groups(case, {left, right})
        sides = [unflagged(case, known[one].known) for one in (left, right)]
        if case.scorer.compare(*sides).decision == "non-match":
            void.append(item)
    _close(case, void, "CANCELLED", "shared")


def cancel_all(case: Case, identities: Sequence[int]) -> int:
    """Close all open items on identities and take the evidence out of every item; gives how many there were."""
    numbers = list(identities)
    update = """
    UPDATE cc_pending SET evidence = '[REDACTED]', score = 0,
        status = CASE WHEN status IN ('OPEN', 'CONSENT_REQUESTED') THEN 'CANCELLED' ELSE status END
    WHERE left_id IN ?? OR right_id IN ?? RETURNING item
    """
    return len(case.tx.rows(update, numbers, numbers))


def _open_of(case: Case, roots: Iterable[int]) -> list[tuple[int, int, int]]:
    wanted = sorted(roots)
    return [(item, left, right) for item, left, right in case.tx.rows(_OPEN_OF, wanted, wanted)]


def _undecided(item: Item) -> Item:
    if item.status not in OPEN:
        raise ConflictError(f"pending merge {item.item} is {item.status} already")
    return item


def _check_guard(case: Case, left: int, right: int) -> None:
    known = groups(case, {left, right})
    if any(one.row.shared for one in known.values()):
        raise ConflictError("one of the two is shared by many people; clear it in review first")
    names = [name for one in known.values() for name in one.names]
    if distinct_names(names) > max(one.row.most_names for one in known.values()):
        raise ConflictError("together they would have too many names for one person")


def _close(case: Case, items: Iterable[int], status: str, author: str) -> None:
    for item in items:
        case.tx.run(_CLOSE, status, case.now, author, item)
