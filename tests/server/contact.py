"""Raw events of a contact centre's bus."""

from __future__ import annotations

from typing import Any

PHONE = "+12065550100"


def started(conversation: str, ani: str = f"tel:{PHONE}", **body: Any) -> dict[str, Any]:
    """A voice conversation of somebody begins."""
    own = {
        "eventTime": 1_790_000_000_000,
        "conversationId": conversation,
        "participantId": "p",
        "sessionId": "s",
        "mediaType": "VOICE",
        "direction": "INBOUND",
        "ani": ani,
        **body,
    }
    topic = f"v2.detail.events.conversation.{conversation}.customer.start"
    return {"version": "0", "detail": {"topicName": topic, "version": "2", "eventBody": own}}
