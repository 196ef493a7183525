"""Contacts and events, as short as tests need them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from dromio.contact_centre import Centre, Told

P, P2 = "+12065550100", "+12065550177"
MONDAY = 1_790_000_000_000
_numbers = itertools.count(1)
Many = str | Iterable[str]


def told(
    phone: Many = (), email: Many = (), name: Many = (), cookie: Many = (), external_id: Many = (), **given: Any
) -> Told:
    values = {"phones": phone, "emails": email, "full_names": name, "cookies": cookie, "external_ids": external_id}
    return Told(**{key: (one,) if isinstance(one, str) else tuple(one) for key, one in values.items()}, **given)


def met(centre: Centre, **given: Any) -> dict[str, Any]:
    """The answer to a contact."""
    return centre.resolve(told(**given))


def event(
    media: str,
    kind: str = "start",
    *,
    conversation: str = "",
    at: int = MONDAY,
    direction: str = "INBOUND",
    **body: Any,
) -> dict[str, Any]:
    """An event in the envelope of the bus."""
    conversation = conversation or f"conversation-{next(_numbers)}"
    topic = f"v2.detail.events.conversation.{{id}}.customer.{kind}"
    own = {
        "eventTime": at,
        "conversationId": conversation,
        "participantId": f"participant-of-{conversation}",
        "sessionId": f"session-of-{conversation}",
        "mediaType": media,
        "direction": direction,
        **body,
    }
    return {
        "version": "0",
        "id": "5e2b",
        "detail-type": topic,
        "source": "aws.partner/genesys.com/cloud/org/suffix",
        "account": "1",
        "time": "2026-09-21T00:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {
            "topicName": topic.replace("{id}", conversation),
            "version": "2",
            "timestamp": "2026-09-21T00:00:00Z",
            "eventBody": own,
            "metadata": {},
        },
    }


def call(ani: str = f"tel:{P}", **given: Any) -> dict[str, Any]:
    """The start of a call that comes in."""
    return event("VOICE", ani=ani, **given)


def email(address: str, **given: Any) -> dict[str, Any]:
    """The start of an e-mail that comes in."""
    return event("EMAIL", addressFrom=address, **given)


def message(kind: str, address: str, **given: Any) -> dict[str, Any]:
    """The start of a message that comes in."""
    return event("MESSAGE", messageType=kind, addressFrom=address, **given)


def chat(session: str, **given: Any) -> dict[str, Any]:
    """The start of a web chat, or what was typed in one."""
    given = {"journeyContext": {"sessionId": session, "sessionIdType": "web"}, **given}
    return event("MESSAGE", messageType="WEBMESSAGING", **given)


def rows(centre: Centre, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of the database."""
    with centre.database.read() as transaction:
        return transaction.rows(sql, *values)


def count(centre: Centre, table: str, where: str = "1 = 1") -> int:
    """How many rows a table has."""
    return int(rows(centre, f"SELECT count(*) FROM {table} WHERE {where}")[0][0])


def partition(centre: Centre) -> set[frozenset[str]]:
    """Conversations of every customer."""
    found: dict[int, set[str]] = {}
    query = "SELECT e.root, i.conversation_id FROM cc_interactions i JOIN cc_identities e ON e.identity = i.identity"
    for root, conversation in rows(centre, query):
        found.setdefault(root, set()).add(conversation)
    return {frozenset(one) for one in found.values()}
