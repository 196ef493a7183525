"""Identities and what is known of each: sets of identifiers with first and last sight; nothing is ever replaced.

A merged identity keeps what it knew and points at what it became (`root`), so that a merge can be undone.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dromio.contact_centre.contacts import Contact, Identifier, names_in
from dromio.contact_centre.options import Options
from dromio.contact_centre.scoring import Scorer
from dromio.errors import BusyError, ConflictError, UnknownError
from dromio.store.database import Row, Transaction, only

_ROW = """
SELECT identity, customer_id, state, root, shared, most_names, first_seen, last_seen, certificate FROM cc_identities
"""
_KNOWN = """
SELECT e.root, i.type, i.value, i.shown, i.quality FROM cc_identifiers i
JOIN cc_identities e ON e.identity = i.identity WHERE e.root IN ?? ORDER BY i.identity, i.type, i.value
"""
_SEEN_AGAIN = """
UPDATE cc_identifiers SET seen = seen + 1,
    first_seen = CASE WHEN first_seen > ? THEN ? ELSE first_seen END,
    last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END
WHERE type = ? AND value = ? AND identity IN (SELECT identity FROM cc_identities WHERE root = ?) RETURNING identity
"""
_INSERT = """
INSERT INTO cc_identifiers (identity, type, value, shown, quality, channel, first_seen, last_seen, seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)
"""
_KEY = "INSERT INTO cc_keys (hash, identity) VALUES (?, ?) ON CONFLICT DO NOTHING"
_TOUCH = """
UPDATE cc_identities SET version = version + 1, interactions = interactions + ?,
    first_seen = CASE WHEN first_seen > ? THEN ? ELSE first_seen END,
    last_seen = CASE WHEN last_seen < ? THEN ? ELSE last_seen END
WHERE identity = ?
"""
_LOCK = """
SELECT identity FROM cc_identities WHERE identity IN ?? AND root = identity AND state = 'LIVE' ORDER BY identity {lock}
"""
_ATTEMPTS = 8


@dataclass(frozen=True)
class Case:
    """One transaction of the contact centre, at a moment."""

    tx: Transaction
    now: int
    options: Options
    scorer: Scorer


@dataclass(frozen=True, slots=True)
class Identity:
    """A row of the table of identities."""

    identity: int
    customer_id: str
    state: str
    root: int
    shared: bool
    most_names: int
    first_seen: int
    last_seen: int
    certificate: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A living identity with all that is known of it and of those merged into it."""

    row: Identity
    known: tuple[Identifier, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Its full names."""
        return names_in(self.known)


def find(case: Case, customer_id: str) -> Identity:
    """The identity of an id that was once given. Raises UnknownError."""
    rows = case.tx.rows(f"{_ROW} WHERE customer_id = ?", customer_id)
    if not rows:
        raise UnknownError("there is no customer of this id, and there never was")
    return _identity(rows[0])


def read(case: Case, identity: int) -> Identity:
    """The identity of a number."""
    return _identity(case.tx.rows(f"{_ROW} WHERE identity = ?", identity)[0])


def root_of(case: Case, identity: int) -> Identity:
    """What an identity has become."""
    return read(case, read(case, identity).root)


def living(case: Case, customer_id: str) -> Identity:
    """What the id stands for now. Raises UnknownError, ConflictError for somebody who was erased."""
    found = read(case, find(case, customer_id).root)
    if found.state == "ERASED":
        raise ConflictError("the customer was erased; nothing can be added to what is left")
    return found


def members(case: Case, root: int) -> list[int]:
    """The identity and all that were merged into it, oldest first."""
    rows = case.tx.rows("SELECT identity FROM cc_identities WHERE root = ? ORDER BY identity", root)
    return [row[0] for row in rows]


def groups(case: Case, roots: Collection[int]) -> dict[int, Group]:
    """Living identities with what is known of them."""
    wanted = sorted(roots)
    known: dict[int, list[Identifier]] = {root: [] for root in wanted}
    for root, *values in case.tx.rows(_KNOWN, wanted):
        known[root].append(Identifier(*values))
    rows = [_identity(row) for row in case.tx.rows(f"{_ROW} WHERE identity IN ??", wanted)]
    return {row.identity: Group(row, tuple(known[row.identity])) for row in rows}


def held(case: Case, identities: Iterable[int]) -> list[int]:
    """What the identities have become, held until the transaction ends, so that it stays so. The erased are left out.

    Raises BusyError where others merge them again and again.
    """
    wanted = sorted(set(identities))
    for _ in range(_ATTEMPTS):
        query = "SELECT DISTINCT root FROM cc_identities WHERE identity IN ??"
        roots = sorted(row[0] for row in case.tx.rows(query, wanted))
        found = [row[0] for row in case.tx.rows(_LOCK, roots)]
        erased = {row[0] for row in case.tx.rows(f"{_ROW} WHERE identity IN ?? AND state = 'ERASED'", roots)}
        if set(found) == set(roots) - erased:
            return found
    raise BusyError("others keep merging the same customers; nothing was changed")


def create(case: Case, contact: Contact, seen: int) -> int:
    """A new identity that knows what a contact tells; its id tells nothing."""
    insert = """
    INSERT INTO cc_identities (customer_id, state, root, most_names, first_seen, last_seen)
    VALUES (?, 'LIVE', 0, ?, ?, ?) RETURNING identity
    """
    given = str(uuid.uuid4())
    identity = int(only(case.tx.rows(insert, given, case.options.most_names, seen, seen)))
    case.tx.run("UPDATE cc_identities SET root = identity WHERE identity = ?", identity)
    attach(case, identity, contact, seen)
    return identity


def attach(case: Case, root: int, contact: Contact, seen: int, *, interactions: int = 1) -> None:
    """Add what a contact tells to a living identity; what is known stays, and is noted as seen again."""
    for one in contact.identifiers:
        moments = (seen, seen, seen, seen)
        if case.tx.rows(_SEEN_AGAIN, *moments, one.type, one.value, root):
            continue
        case.tx.run(_INSERT, root, *one[:4], contact.channel, seen, seen)
        case.tx.many(_KEY, [(key, root) for key in case.scorer.keys(one)])
    case.tx.run(_TOUCH, interactions, seen, seen, seen, seen, root)


def _identity(row: Row) -> Identity:
    identity, customer_id, state, root, shared, *rest = row
    return Identity(identity, customer_id, state, root, bool(shared), *rest)
