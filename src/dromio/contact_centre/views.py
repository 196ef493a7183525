"""Customers as they are shown."""

from __future__ import annotations

import json
from typing import Any

from dromio.contact_centre.contacts import IDENTIFYING, Contact
from dromio.contact_centre.conversations import REDACTED
from dromio.contact_centre.identities import Case, Identity, find, members, read
from dromio.store.clock import as_text
from dromio.store.database import only

_IDENTIFIERS = """
SELECT i.type, i.value, min(i.shown), min(i.quality), min(i.channel), min(i.first_seen), max(i.last_seen), sum(i.seen)
FROM cc_identifiers i JOIN cc_identities e ON e.identity = i.identity
WHERE e.root = ? GROUP BY i.type, i.value ORDER BY i.type, min(i.first_seen), i.value
"""
_COUNTS = """
SELECT sum(interactions), min(first_seen), max(last_seen), max(version) FROM cc_identities WHERE root = ?
"""
_HOLDERS = """
SELECT DISTINCT e.root FROM cc_identifiers i JOIN cc_identities e ON e.identity = i.identity
WHERE i.type = ? AND i.value = ? ORDER BY e.root LIMIT 200
"""
_CONVERSATIONS = """
SELECT i.conversation_id, i.participant_id, i.media, i.started_at, i.ended_at FROM cc_interactions i
JOIN cc_identities e ON e.identity = i.identity
WHERE e.root = ? AND i.conversation_id IS NOT NULL ORDER BY i.started_at, i.conversation_id
"""


def customer(case: Case, customer_id: str) -> dict[str, Any]:
    """What an id stands for. Raises UnknownError."""
    asked = find(case, customer_id)
    row = read(case, asked.root)
    if row.state == "ERASED":
        return _tombstone(case, asked, row)
    shown = _living(case, row)
    if asked.identity == row.identity:
        return shown
    return shown | {"mergedInto": row.customer_id, "askedFor": asked.customer_id}


def holders(case: Case, contact: Contact) -> list[dict[str, Any]]:
    """Customers who have an identifier of a contact."""
    roots = {
        row[0]: None
        for one in contact.identifiers
        if one.type in IDENTIFYING
        for row in case.tx.rows(_HOLDERS, one.type, one.value)
    }
    return [_living(case, read(case, root)) for root in roots]


def _living(case: Case, row: Identity) -> dict[str, Any]:
    merged = [read(case, one).customer_id for one in members(case, row.identity) if one != row.identity]
    identifiers = [
        {
            "type": kind,
            "value": shown or value,
            "quality": quality or None,
            "channel": channel,
            "firstSeen": as_text(first),
            "lastSeen": as_text(last),
            "count": int(seen),
        }
        for kind, value, shown, quality, channel, first, last, seen in case.tx.rows(_IDENTIFIERS, row.identity)
    ]
    conversations = [
        {
            "conversationId": conversation,
            "participantId": participant,
            "mediaType": media,
            "startedAt": as_text(started),
            "endedAt": None if ended is None else as_text(ended),
        }
        for conversation, participant, media, started, ended in case.tx.rows(_CONVERSATIONS, row.identity)
    ]
    return {
        "customerId": row.customer_id,
        "state": "SHARED" if row.shared else "ACTIVE",
        "identifiers": identifiers,
        "conversations": conversations,
        "mergedFrom": merged,
        **_counts(case, row),
    }


def _counts(case: Case, row: Identity) -> dict[str, Any]:
    interactions, first, last, version = case.tx.rows(_COUNTS, row.identity)[0]
    return {
        "interactions": int(interactions),
        "firstSeen": as_text(first),
        "lastSeen": as_text(last),
        "version": int(version),
    }


def _tombstone(case: Case, asked: Identity, row: Identity) -> dict[str, Any]:
    certificate = json.loads(row.certificate or "{}")
    gone = dict.fromkeys(("fullName", "emails", "phones", "cookies"), REDACTED)
    return {
        "customerId": asked.customer_id,
        "state": "ERASED",
        "erasedAt": certificate.get("erasedAt"),
        **gone,
        "interactions": int(only(case.tx.rows(_COUNTS, row.identity))),
    }
