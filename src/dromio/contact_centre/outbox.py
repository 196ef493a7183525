"""Tags that wait to be sent to the platform; written in the transaction that decides what they say.

A tag is sent at least once. It says who the customer is by our own id, how sure that is, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dromio.contact_centre.identities import Case
    from dromio.store.database import Transaction

CUSTOMER, STATUS, SCORE = "resolvedCustomerId", "identityMatchStatus", "identityScore"
_CHANGE = """
UPDATE cc_outbox SET attributes = ?, due_at = ?, attempts = 0
WHERE conversation_id = ? AND participant_id = ? AND state = 'WAITING' RETURNING tag_id
"""
_INSERT = """
INSERT INTO cc_outbox (conversation_id, participant_id, media, attributes, state, due_at, created_at)
VALUES (?, ?, ?, ?, 'WAITING', ?, ?)
"""
_LIVE = """
SELECT interaction, conversation_id, participant_id, media, tag FROM cc_interactions
WHERE identity IN ?? AND ended_at IS NULL AND tag IS NOT NULL
"""
_DUE = """
SELECT tag_id, conversation_id, participant_id, media, attributes, attempts FROM cc_outbox
WHERE state = 'WAITING' AND due_at <= ? ORDER BY due_at, tag_id LIMIT ? {lock}
"""


@dataclass(frozen=True, slots=True)
class Tag:
    """Attributes for a participant of a conversation."""

    tag_id: int
    conversation_id: str
    participant_id: str
    media: str
    attributes: Mapping[str, str]
    attempts: int


def enqueue(
    case: Case, interaction: int, conversation: str, participant: str, media: str, attributes: Mapping[str, str]
) -> None:
    """Let a participant be tagged; what still waits to be sent for the same one is replaced."""
    text = json.dumps(attributes, sort_keys=True)
    case.tx.run("UPDATE cc_interactions SET tag = ? WHERE interaction = ?", text, interaction)
    if not case.tx.rows(_CHANGE, text, case.now, conversation, participant):
        case.tx.run(_INSERT, conversation, participant, media, text, case.now, case.now)


def tag_again(case: Case, identities: Sequence[int], customer_id: str) -> None:
    """Tag conversations of identities that still go on with the id that their customer has now."""
    for interaction, conversation, participant, media, tag in case.tx.rows(_LIVE, list(identities)):
        attributes = json.loads(tag) | {CUSTOMER: customer_id}
        enqueue(case, interaction, conversation, participant, media, attributes)


def drop_tags(case: Case, identities: Sequence[int]) -> int:
    """Take tags on the conversations of identities out of the outbox; gives how many were still waiting."""
    query = "SELECT conversation_id, participant_id FROM cc_interactions WHERE identity IN ?? AND tag IS NOT NULL"
    update = """
    UPDATE cc_outbox SET state = 'DROPPED' WHERE conversation_id = ? AND participant_id = ? AND state = 'WAITING'
    RETURNING tag_id
    """
    return sum(len(case.tx.rows(update, *pair)) for pair in case.tx.rows(query, list(identities)))


def take_due(tx: Transaction, now: int, until: int, limit: int) -> list[Tag]:
    """Tags that are due, reserved for the caller until a moment: when it has vanished by then, others send them."""
    rows = tx.rows(_DUE, now, limit)
    tx.run("UPDATE cc_outbox SET due_at = ? WHERE tag_id IN ??", until, [row[0] for row in rows])
    return [
        Tag(tag_id, conversation, participant, media, json.loads(attributes), attempts)
        for tag_id, conversation, participant, media, attributes, attempts in rows
    ]


def end(tx: Transaction, tag: Tag, state: str, status: int | None) -> None:
    """Note what became of a tag, unless it says something else by now and so must be sent again."""
    text = json.dumps(tag.attributes, sort_keys=True)
    update = "UPDATE cc_outbox SET state = ?, last_status = ?, attempts = attempts + 1 WHERE tag_id = ?"
    tx.run(f"{update} AND attributes = ? AND state = 'WAITING'", state, status, tag.tag_id, text)


def release(tx: Transaction, tag: Tag, now: int) -> None:
    """Let a tag that was sent, and says something else by now, be sent again at once."""
    tx.run("UPDATE cc_outbox SET due_at = ? WHERE tag_id = ? AND state = 'WAITING'", now, tag.tag_id)


def put_off(tx: Transaction, tag: Tag, due_at: int, status: int | None) -> None:
    """Send a tag again at a moment."""
    update = "UPDATE cc_outbox SET due_at = ?, last_status = ?, attempts = attempts + 1 WHERE tag_id = ?"
    tx.run(f"{update} AND state = 'WAITING'", due_at, status, tag.tag_id)
