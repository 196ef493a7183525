"""The guard against identifiers and identities that many people share: more distinct full names than one person has.

What it flags decides nothing any more until a person clears it in review.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dromio.contact_centre.contacts import IDENTIFYING, Contact, Identifier, masked
from dromio.contact_centre.identities import Case, Group, groups, read, root_of
from dromio.contact_centre.pending import cancel_baseless
from dromio.errors import ConflictError, UnknownError
from dromio.models.identifiers import distinct_names
from dromio.store.clock import as_text
from dromio.store.database import only

_LIMITS = "SELECT hash, flagged, most_names FROM cc_flags WHERE hash IN ??"
_FLAG = """
INSERT INTO cc_flags (hash, flagged, most_names, item) VALUES (?, 1, ?, ?)
ON CONFLICT (hash) DO UPDATE SET flagged = 1, item = excluded.item
"""
_ITEM = """
INSERT INTO cc_review (kind, identity, hash, subject, status, created_at) VALUES (?, ?, ?, ?, 'OPEN', ?) RETURNING item
"""
_OPEN = """
SELECT item, kind, identity, subject, created_at FROM cc_review WHERE status = 'OPEN' AND item > ?
ORDER BY item LIMIT ?
"""


def flag_identity(case: Case, group: Group, contact: Contact, known: Mapping[int, Group]) -> None:
    """Flag an identity that a contact would give too many names, and those of its identifiers that have too many."""
    item = _standing_item(case, group.row.identity)
    if item is None:
        item = _new_item(case, "IDENTITY", group.row.identity, None, group.row.customer_id)
        case.tx.run("UPDATE cc_identities SET shared = 1, version = version + 1 WHERE identity = ?", group.row.identity)
    _flag(case, crowded(case, contact, known), item, known)


def flag_identifiers(case: Case, popular: Iterable[Identifier], known: Mapping[int, Group]) -> None:
    """Flag identifiers, one review item for each, and close pending merges that rest on nothing else."""
    for one in popular:
        item = _new_item(case, "IDENTIFIER", None, case.scorer.hashed(one), f"{one.type} {masked(one)}")
        _flag(case, [one], item, known)


def crowded(case: Case, contact: Contact, known: Mapping[int, Group]) -> list[Identifier]:
    """Identifiers of a contact under which, with it, too many distinct names are known."""
    if not contact.names:
        return []
    hashes = {case.scorer.hashed(one): one for one in contact.identifiers if one.type in IDENTIFYING}
    limits = {row[0]: row[2] for row in case.tx.rows(_LIMITS, sorted(hashes))}
    return [
        one
        for number, one in hashes.items()
        if _names_under(one, contact, known) > limits.get(number, case.options.most_names)
    ]


def open_items(case: Case, after: int, limit: int) -> list[dict[str, Any]]:
    """Open review items as plain values, oldest first."""
    return [
        {
            "reviewId": item,
            "kind": kind,
            "customerId": None if identity is None else root_of(case, identity).customer_id,
            "subject": subject,
            "createdAt": as_text(at),
        }
        for item, kind, identity, subject, at in case.tx.rows(_OPEN, after, limit)
    ]


def resolve_item(case: Case, number: int, *, clear: bool, author: str) -> dict[str, Any]:
    """Clear what was flagged, so that it counts again and may have as many more names, or confirm that it is shared.

    Raises UnknownError, ConflictError.
    """
    rows = case.tx.rows("SELECT kind, identity, status FROM cc_review WHERE item = ? {lock}", number)
    if not rows:
        raise UnknownError(f"there is no review item {number}")
    kind, identity, status = rows[0]
    if status != "OPEN":
        raise ConflictError(f"review item {number} is {status} already")
    outcome = "CLEARED" if clear else "CONFIRMED"
    update = "UPDATE cc_review SET status = ?, decided_at = ?, decided_by = ? WHERE item = ?"
    case.tx.run(update, outcome, case.now, author, number)
    if clear:
        _clear(case, number, identity)
    return {"reviewId": number, "kind": kind, "status": outcome}


def _clear(case: Case, number: int, identity: int | None) -> None:
    more = case.options.most_names
    case.tx.run("UPDATE cc_flags SET flagged = 0, most_names = most_names + ? WHERE item = ?", more, number)
    if identity is None:
        return
    root = root_of(case, identity).identity
    names = distinct_names(groups(case, [root])[root].names)
    update = "UPDATE cc_identities SET shared = 0, most_names = ?, version = version + 1 WHERE identity = ?"
    case.tx.run(update, max(names, read(case, root).most_names) + more, root)


def _flag(case: Case, identifiers: Sequence[Identifier], item: int | None, known: Mapping[int, Group]) -> None:
    for one in identifiers:
        case.tx.run(_FLAG, case.scorer.hashed(one), case.options.most_names, item)
    if identifiers:
        cancel_baseless(case, sorted(known))


def _standing_item(case: Case, identity: int) -> int | None:
    rows = case.tx.rows("SELECT item FROM cc_review WHERE identity = ? AND status <> 'CANCELLED'", identity)
    return max((row[0] for row in rows), default=None) if read(case, identity).shared else None


def _new_item(case: Case, kind: str, identity: int | None, number: int | None, subject: str) -> int:
    return int(only(case.tx.rows(_ITEM, kind, identity, number, subject, case.now)))


def _names_under(one: Identifier, contact: Contact, known: Mapping[int, Group]) -> int:
    holders = (group for group in known.values() if (one.type, one.value) in {each[:2] for each in group.known})
    return distinct_names([*contact.names, *(name for group in holders for name in group.names)])
