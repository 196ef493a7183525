"""Events taken in: once each, in whatever order they come, each conversation led to one customer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.contact_centre import events, outbox
from dromio.contact_centre.contacts import Contact, Identifier, contact_of
from dromio.contact_centre.events import Event
from dromio.contact_centre.identities import Case, read, root_of
from dromio.contact_centre.intake import Resolved, resolve_contact
from dromio.store.database import only

REDACTED = "[REDACTED]"
_FIND = """
SELECT interaction, identity, ended_at, told FROM cc_interactions WHERE conversation_id = ? AND participant_id = ?
"""
_INSERT = """
INSERT INTO cc_interactions (conversation_id, participant_id, media, started_at, told) VALUES (?, ?, ?, ?, '[]')
RETURNING interaction
"""
_TOLD = """
UPDATE cc_interactions SET identity = ?, told = ?,
    started_at = CASE WHEN started_at > ? THEN ? ELSE started_at END
WHERE interaction = ?
"""


@dataclass(frozen=True, slots=True)
class _Interaction:
    interaction: int
    identity: int | None
    ended_at: int | None
    told: tuple[Identifier, ...]


def take(case: Case, event: Event) -> dict[str, Any]:
    """What was decided on an event; the same again, and nothing done, when it was taken in before."""
    case.tx.hold([case.scorer.hashed_text(one) for one in (event.key, f"conversation {event.conversation_id}")])
    known = replayed(case, event.key)
    if known is not None:
        return {"eventKey": _public(event), **known}
    standing = _interaction(case, event)
    if standing.identity is not None and root_of(case, standing.identity).state == "ERASED":
        return _done(case, event, standing.identity, {"decision": "ERASED"})
    if event.kind == events.END:
        update = "UPDATE cc_interactions SET ended_at = ? WHERE interaction = ?"
        case.tx.run(update, event.at, standing.interaction)
        return _done(case, event, standing.identity, {"decision": "ENDED"})
    told = contact_of(event.told, case.options)
    contact = told.with_more(standing.told)
    if contact.is_nobody:
        _write(case, event, standing, None, contact)
        return _done(case, event, None, {"decision": "NONE"})
    found = resolve_contact(case, contact, event.at, own=_own(case, standing), before=standing.told)
    _write(case, event, standing, found.identity, contact)
    if case.options.api_url and standing.ended_at is None:
        _tag(case, event, standing, found)
    return _done(case, event, found.identity, found.answer, found.compared)


def replayed(case: Case, key: str) -> dict[str, Any] | None:
    """What was decided under a key, with the id that the customer has now; None for a new key."""
    rows = case.tx.rows("SELECT identity, answer FROM cc_events WHERE event_key = ?", _kept_key(case, key))
    if not rows:
        return None
    identity, answer = rows[0]
    customer = None if identity is None else root_of(case, identity)
    if customer is not None and customer.state == "ERASED":
        return {"customerId": read(case, identity).customer_id, "decision": "ERASED"}
    return {"customerId": customer and customer.customer_id, **json.loads(answer)}


def remember(
    case: Case, key: str, identity: int | None, answer: Mapping[str, Any], compared: int | None = None
) -> None:
    """Keep what was decided under a key, and with whom it was compared."""
    insert = "INSERT INTO cc_events (event_key, identity, compared, answer, at) VALUES (?, ?, ?, ?, ?)"
    case.tx.run(insert, _kept_key(case, key), identity, compared, json.dumps(answer), case.now)


def append(case: Case, identity: int, contact: Contact, at: int) -> None:
    """Note a contact that belongs to no conversation of the platform."""
    insert = "INSERT INTO cc_interactions (identity, media, started_at, told) VALUES (?, ?, ?, ?)"
    case.tx.run(insert, identity, contact.channel.upper() or "UNKNOWN", at, _as_text(contact.identifiers))


def _kept_key(case: Case, key: str) -> str:
    return f"{case.scorer.hashed_text(key) & (1 << 64) - 1:016x}"


def _public(event: Event) -> str:
    return event.key.replace("\x1f", "|")


def _interaction(case: Case, event: Event) -> _Interaction:
    rows = case.tx.rows(_FIND, event.conversation_id, event.participant_id)
    if not rows:
        ids = event.conversation_id, event.participant_id
        return _Interaction(int(only(case.tx.rows(_INSERT, *ids, event.media, event.at))), None, None, ())
    interaction, identity, ended_at, told = rows[0]
    before = () if told == REDACTED else tuple(Identifier(*one) for one in json.loads(told))
    return _Interaction(interaction, identity, ended_at, before)


def _own(case: Case, standing: _Interaction) -> int | None:
    return None if standing.identity is None else root_of(case, standing.identity).identity


def _write(case: Case, event: Event, standing: _Interaction, identity: int | None, contact: Contact) -> None:
    """Keep whose the conversation is. It stays with the identity that it was first led to: a merge can be undone."""
    kept = identity
    if standing.identity is not None and _own(case, standing) == identity:
        kept = standing.identity
    case.tx.run(_TOLD, kept, _as_text(contact.identifiers), event.at, event.at, standing.interaction)


def _as_text(known: tuple[Identifier, ...]) -> str:
    return json.dumps(known, ensure_ascii=False)


def _tag(case: Case, event: Event, standing: _Interaction, found: Resolved) -> None:
    attributes = {
        outbox.CUSTOMER: read(case, found.identity).customer_id,
        outbox.STATUS: str(found.answer["decision"]),
        outbox.SCORE: f"{found.answer['score']:.4f}",
    }
    ids = event.conversation_id, event.participant_id
    outbox.enqueue(case, standing.interaction, *ids, event.media, attributes)


def _done(
    case: Case, event: Event, identity: int | None, answer: Mapping[str, Any], compared: int | None = None
) -> dict[str, Any]:
    remember(case, event.key, identity, answer, compared)
    known = replayed(case, event.key)
    return {"eventKey": _public(event), **(known or {})}
