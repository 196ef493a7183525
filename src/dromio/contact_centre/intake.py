"""A contact comes in: found out who it is, and written down, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.contact_centre import guard, pending
from dromio.contact_centre.choosing import Candidate, Choice, choose
from dromio.contact_centre.contacts import EXACT, Contact, Identifier
from dromio.contact_centre.identities import Case, Group, attach, create, groups, held, read
from dromio.contact_centre.lookup import flagged_among, lock_numbers, lookup
from dromio.contact_centre.merging import are_apart, merge
from dromio.contact_centre.scoring import agreeing

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Resolved:
    """To whom a contact belongs. `identity` is a living one; `answer` tells the caller all but its id; `compared` is
    the identity of which the evidence tells."""

    identity: int
    answer: Mapping[str, Any]
    compared: int | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known before anything is written. `shares`: some identifier of the contact is shared by many."""

    choice: Choice
    candidates: tuple[Candidate, ...]
    known: Mapping[int, Group]
    usable: Contact
    shares: bool


def resolve_contact(
    case: Case, contact: Contact, seen_at: int, *, own: int | None = None, before: tuple[Identifier, ...] = ()
) -> Resolved:
    """Attach a contact to whom it belongs, or to somebody new.

    `own`: the identity to which the conversation of the contact belongs already, which was told `before`.
    """
    case.tx.hold(lock_numbers(case, contact))
    seen = _look(case, contact, own)
    choice = seen.choice
    if choice.refused is not None:
        guard.flag_identity(case, seen.known[choice.refused.identity], contact, seen.known)
    evidence = _evidence(case, seen)
    identity = create(case, contact, seen_at) if choice.best is None else choice.best.identity
    for other in choice.merge:
        identity = merge(case, identity, other.identity, "pipeline", "linked by one contact")
        pending.tidy(case, identity)
    if choice.best is not None and choice.refused is None:
        new = contact.without(before) if choice.best.own else contact
        attach(case, identity, new, seen_at, interactions=0 if choice.best.own else 1)
    asked = [pending.propose(case, identity, other.identity, other.score, why) for other, why in choice.ask]
    item = next((one for one in asked if one is not None), None)
    first = _first(seen)
    return Resolved(identity, _answer(case, seen, evidence, item), None if first is None else first.identity)


def _look(case: Case, contact: Contact, own: int | None) -> _Seen:
    """The choice for a contact. Identifiers that turn out to be shared are flagged, and left out."""
    usable = contact.without(flagged_among(case, contact.identifiers))
    while True:
        found = lookup(case, usable)
        roots = held(case, found.identities | ({own} if own is not None else set()))
        known = groups(case, roots)
        candidates = _candidates(case, usable, known, None if own is None else read(case, own).root)
        merges = case.options.bridge == "merge"
        choice = choose(contact.names, candidates, merges=merges, are_apart=lambda one, two: are_apart(case, one, two))
        popular = list(found.popular)
        if choice.refused is None:
            popular += [one for one in guard.crowded(case, usable, known) if one not in popular]
        if not popular:
            shares = len(usable.identifiers) < len(contact.identifiers)
            return _Seen(choice, tuple(candidates), known, usable, shares)
        guard.flag_identifiers(case, popular, known)
        usable = usable.without(popular)


def _candidates(case: Case, usable: Contact, known: Mapping[int, Group], own: int | None) -> list[Candidate]:
    shared = set(flagged_among(case, {one for group in known.values() for one in group.known}))
    made = []
    for root, group in known.items():
        theirs = [one for one in group.known if one not in shared]
        compared = case.scorer.compare(usable.identifiers, theirs)
        if compared.decision == "non-match" and root != own and not agreeing(usable.identifiers, theirs, EXACT):
            continue
        row = group.row
        made.append(
            Candidate(
                root,
                row.customer_id,
                compared.score,
                compared.decision,
                compared.exact,
                group.names,
                row.most_names,
                row.shared,
                root == own,
            )
        )
    return made


def _evidence(case: Case, seen: _Seen) -> list[dict[str, Any]]:
    """What each field gave to the comparison that counted most, as it was before anything was attached."""
    first = _first(seen)
    return [] if first is None else case.scorer.evidence(seen.usable.identifiers, seen.known[first.identity].known)


def _first(seen: _Seen) -> Candidate | None:
    """The candidate that counted most."""
    ranked = sorted(seen.candidates, key=lambda one: (-one.score, -one.exact, one.identity))
    return seen.choice.best or next(iter(ranked), None)


def _answer(case: Case, seen: _Seen, evidence: list[dict[str, Any]], item: int | None) -> dict[str, Any]:
    first = _first(seen)
    status = "SHARED" if seen.shares and seen.choice.status == "NEW" else seen.choice.status
    ranked = sorted(seen.candidates, key=lambda one: (-one.score, -one.exact, one.identity))
    answer = {
        "decision": "NEW" if status == "PENDING" and item is None else status,
        "score": 0.0 if first is None else round(first.score, 6),
        "evidence": evidence,
        "candidates": [
            {"customerId": one.customer_id, "score": round(one.score, 6), "decision": _band(one)}
            for one in ranked[:_SHOWN]
        ],
        "algorithm": case.scorer.version,
        "thresholds": {"auto": case.options.auto, "pending": case.options.pending},
    }
    return answer if item is None else answer | {"pendingId": item}


def _band(one: Candidate) -> str:
    return {"match": "auto", "review": "pending"}.get(one.decision, "new")
