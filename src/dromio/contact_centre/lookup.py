"""Who a contact might be: identities that share an identifier with it, or have one that is near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dromio.contact_centre.contacts import IDENTIFYING, Contact, Identifier
from dromio.contact_centre.identities import Case

_EXACT = """
SELECT DISTINCT e.root FROM cc_identifiers i JOIN cc_identities e ON e.identity = i.identity
WHERE i.type = ? AND i.value = ? AND e.state <> 'ERASED' ORDER BY e.root LIMIT ?
"""
_NEAR = "SELECT hash, identity FROM cc_keys WHERE hash IN ?? ORDER BY hash, identity LIMIT ?"
_FLAGGED = "SELECT hash FROM cc_flags WHERE flagged = 1 AND hash IN ??"


@dataclass(frozen=True, slots=True)
class Found:
    """Identities by number, and the identifiers that lead to too many to look at."""

    identities: frozenset[int]
    popular: tuple[Identifier, ...]


def flagged_among(case: Case, known: Iterable[Identifier]) -> list[Identifier]:
    """Those identifiers that many share, so that they identify nobody."""
    hashes = {case.scorer.hashed(one): one for one in known if one.type in IDENTIFYING}
    rows = case.tx.rows(_FLAGGED, sorted(hashes)) if hashes else []
    return [hashes[row[0]] for row in rows]


def unflagged(case: Case, known: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """The identifiers without those that many share."""
    given = Contact(tuple(known))
    return given.without(flagged_among(case, given.identifiers)).identifiers


def lookup(case: Case, contact: Contact) -> Found:
    """Identities that a contact might belong to, of which none is missing that the model would not refuse."""
    most = case.options.most_candidates
    found: set[int] = set()
    popular: list[Identifier] = []
    for one in contact.identifiers:
        if one.type not in IDENTIFYING:
            continue
        rows = case.tx.rows(_EXACT, one.type, one.value, most + 1)
        if len(rows) > most:
            popular.append(one)
        else:
            found |= {row[0] for row in rows}
    return Found(frozenset(found | _near(case, contact)), tuple(popular))


def lock_numbers(case: Case, contact: Contact) -> list[int]:
    """Numbers that two contacts share when one of them must wait for the other to be resolved."""
    return sorted({key for one in contact.identifiers for key in case.scorer.keys(one)})


def _near(case: Case, contact: Contact) -> set[int]:
    most = case.options.most_candidates
    keys = {key for one in contact.identifiers if one.type in ("email", "phone") for key in case.scorer.keys(one)}
    if not keys:
        return set()
    blocks: dict[int, set[int]] = {}
    for block, identity in case.tx.rows(_NEAR, sorted(keys), len(keys) * (most + 1)):
        blocks.setdefault(block, set()).add(identity)
    return {identity for inside in blocks.values() if len(inside) <= most for identity in inside}
