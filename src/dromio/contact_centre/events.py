"""Events of the platform's bus, read: which conversation, whose side, and what they tell of the customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dromio.contact_centre.contacts import Told
from dromio.contact_centre.options import Options
from dromio.errors import InputError

START, CONTACT, ATTRIBUTES, END = "start", "contact", "attributes", "end"
_TOPIC = re.compile(r"^v2\.detail\.events\.conversation\.[^.]+\.(?:customer\.)?(start|contact|attributes|end)$")
_NOT_CUSTOMERS = frozenset({"INTERNALMESSAGE", "SCREENMONITORING"})
_MILLISECOND = 1000
_LONGEST = 500
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `key`: equal for all deliveries of one event; `at`: when it happened, in microseconds."""

    key: str
    kind: str
    conversation_id: str
    participant_id: str
    at: int
    media: str
    told: Told


def read_event(raw: Any, options: Options) -> Event | None:
    """The event of an envelope of the bus; None for one that does not concern customers. Raises InputError."""
    detail = _mapping(_mapping(raw, "the event").get("detail"), "detail")
    topic = _TOPIC.match(_text(detail, "topicName") or "")
    body = _mapping(detail.get("eventBody"), "detail.eventBody")
    media = (_text(body, "mediaType") or "UNKNOWN").upper()
    if not topic or media in _NOT_CUSTOMERS:
        return None
    ids = [_text(body, name) for name in ("conversationId", "participantId", "sessionId")]
    if not ids[0] or not ids[1]:
        raise InputError("an event needs a conversationId and a participantId")
    kind = topic[1]
    at = _moment(body)
    # What was typed can change within a session, so that such events differ by their moments.
    parts = [*(one or "" for one in ids), kind, *([str(at)] if kind in (CONTACT, ATTRIBUTES) else [])]
    return Event("\x1f".join(parts), kind, ids[0], ids[1], at, media, told_by(body, kind, media, options))


def told_by(body: Body, kind: str, media: str, options: Options) -> Told:
    """What the body of an event tells of the customer."""
    if kind == END:
        return Told()
    typed = _typed(body, options)
    contact = _text(body, "externalContactId") if options.external_contacts else None
    taken = _TAKEN.get(media, _of_a_session)(body)
    return Told(
        phones=(*taken.phones, *typed["phone"]),
        emails=(*taken.emails, *typed["email"]),
        full_names=(*taken.full_names, *typed["name"]),
        cookies=taken.cookies,
        external_ids=(f"platform:{contact}",) if contact else (),
        channel=_channel(body, media),
        whatsapp=taken.whatsapp,
    )


def _typed(body: Body, options: Options) -> dict[str, tuple[str | None, ...]]:
    """What the customer typed in the flow, or was told to it."""
    found = body.get("attributes")
    attributes = found if isinstance(found, Mapping) else {}
    return {
        name: tuple(_text(attributes, key) for key in options.attribute_names.get(name, ()))
        for name in ("phone", "email", "name")
    }


def _of_a_call(body: Body) -> Told:
    """The customer is the calling party; of a call that the centre makes, the called one."""
    if _is_outbound(body):
        return Told(phones=(_text(body, "dnis") or _text(body, "addressTo"),))
    return Told(phones=(_text(body, "ani") or _text(body, "addressFrom"),))


def _of_an_email(body: Body) -> Told:
    return Told(emails=(_their_address(body),))


def _of_a_callback(body: Body) -> Told:
    numbers = body.get("callbackNumbers")
    phones = tuple(one for one in numbers if isinstance(one, str)) if isinstance(numbers, list) else ()
    return Told(phones=phones[:10], full_names=(_text(body, "callbackUserName"),))


def _of_a_message(body: Body) -> Told:
    kind = (_text(body, "messageType") or "").upper()
    if kind in ("SMS", "WHATSAPP"):
        return Told(phones=(_their_address(body),), whatsapp=kind == "WHATSAPP")
    return _of_a_session(body)


def _of_a_session(body: Body) -> Told:
    """A cookie or session of the web; ids of different kinds never meet."""
    journey = body.get("journeyContext")
    if not isinstance(journey, Mapping):
        return Told()
    customer = journey.get("customer")
    if isinstance(customer, Mapping) and (found := _text(customer, "id")):
        return Told(cookies=(f"{_text(customer, 'idType') or 'cookie'}:{found}",))
    session = _text(journey, "sessionId")
    return Told(cookies=(f"{_text(journey, 'sessionIdType') or 'session'}:{session}",) if session else ())


_TAKEN: Mapping[str, Callable[[Body], Told]] = {
    "VOICE": _of_a_call,
    "EMAIL": _of_an_email,
    "CALLBACK": _of_a_callback,
    "MESSAGE": _of_a_message,
}


def _their_address(body: Body) -> str | None:
    return _text(body, "addressTo" if _is_outbound(body) else "addressFrom")


def _is_outbound(body: Body) -> bool:
    return (_text(body, "direction") or "").upper() == "OUTBOUND"


def _channel(body: Body, media: str) -> str:
    kind = (_text(body, "messageType") or "").lower()
    return kind if media == "MESSAGE" and kind else media.lower()


def _moment(body: Body) -> int:
    at = body.get("eventTime")
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < 10**14:
        raise InputError("an event needs an eventTime in milliseconds since 1970")
    return at * _MILLISECOND


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{name} must be an object")
    return value


def _text(body: Body, name: str) -> str | None:
    """A text; None for one that is missing, of another type, or too long to be what it should be."""
    found = body.get(name)
    return found.replace("\x00", "") if isinstance(found, str) and len(found) <= _LONGEST else None
