from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.contact_centre.contacts import contact_of
from dromio.contact_centre.events import read_event
from dromio.contact_centre.options import Options
from dromio.errors import InputError

from .factory import MONDAY, P2, P, call, event

OPTIONS = Options()


def values(raw: Any, **options: Any) -> dict[str, str]:
    """Type -> value of what an event tells."""
    given = Options(**options)
    found = read_event(raw, given)
    assert found
    return {one.type: one.value for one in contact_of(found.told, given).identifiers}


JOURNEY = {"journeyContext": {"sessionId": "s1", "sessionIdType": "web"}}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (call(f"tel:{P}"), {"phone": P}),
        (call(f"sip:{P}@example.com;user=phone"), {"phone": P}),
        (call("sip:agent7@example.com"), {}),
        (call("911"), {}),
        (event("VOICE", direction="OUTBOUND", ani=P2, dnis=P), {"phone": P}),
        (event("VOICE", direction="OUTBOUND", ani=P2, addressTo=P), {"phone": P}),
        (event("EMAIL", addressFrom='"Ann" <Ann+x@X.example>', addressTo="us@y.example"), {"email": "ann@x.example"}),
        (event("EMAIL", direction="OUTBOUND", addressFrom="us@y.example", addressTo="ann@x.example"),
         {"email": "ann@x.example"}),
        (event("EMAIL", addressFrom="noreply@x.example"), {}),
        (event("MESSAGE", messageType="SMS", addressFrom=P), {"phone": P}),
        (event("MESSAGE", messageType="SMS", direction="OUTBOUND", addressFrom=P2, addressTo=P), {"phone": P}),
        (event("MESSAGE", messageType="WHATSAPP", addressFrom=P.strip("+")), {"phone": P}),
        (event("MESSAGE", messageType="WEBMESSAGING", addressFrom="x", **JOURNEY), {"cookie": "web:s1"}),
        (event("CHAT", **JOURNEY), {"cookie": "web:s1"}),
        (event("CHAT", journeyContext={"customer": {"id": "c", "idType": "cookie"}, "sessionId": "s"}),
         {"cookie": "cookie:c"}),
        (event("MESSAGE", messageType="FACEBOOK", addressFrom="123456789"), {}),
        (event("CALLBACK", callbackNumbers=[P], callbackUserName="Ann Lee"), {"phone": P, "name": "ann lee"}),
        (event("CHAT", attributes={"email": "ann@x.example", "name": "Ann Lee", "other": P}),
         {"email": "ann@x.example", "name": "ann lee"}),
        (event("VOICE", ani=5, attributes=7, journeyContext="x"), {}),
    ],
)  # fmt: skip
def test_every_medium_tells_its_identifier(raw: dict[str, Any], expected: dict[str, str]) -> None:
    assert values(raw) == expected


def test_own_numbers_and_addresses_do_not_identify() -> None:
    own = ("206 555 0100", "Desk@x.example")
    assert values(call(f"tel:{P}"), not_identifiers=own) == {}
    assert values(event("EMAIL", addressFrom="desk@x.example"), not_identifiers=own) == {}


def test_the_platforms_contact_is_taken_where_that_is_wanted() -> None:
    raw = call(externalContactId="e1")
    assert "external_id" not in values(raw)
    assert values(raw, external_contacts=True)["external_id"] == "platform:e1"


@pytest.mark.parametrize("media", ["INTERNALMESSAGE", "SCREENMONITORING"])
def test_what_no_customer_says_is_ignored(media: str) -> None:
    assert read_event(event(media), OPTIONS) is None


def test_other_topics_are_ignored() -> None:
    raw = call()
    raw["detail"]["topicName"] = "v2.detail.events.conversation.x.user.start"
    assert read_event(raw, OPTIONS) is None


def test_the_key_tells_deliveries_of_one_event_from_other_events() -> None:
    def key(**given: Any) -> str:
        found = read_event(call(conversation="x", **given), OPTIONS)
        assert found
        return found.key

    assert key() == key(at=MONDAY + 1)
    different = [key(), key(kind="end"), key(sessionId="2"), key(participantId="2"), key(kind="attributes")]
    assert len({*different, key(kind="attributes", at=MONDAY + 1)}) == 6


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"detail": None},
        {"detail": {"topicName": "x"}},
        call(conversationId=""),
        call(participantId=7),
        call(eventTime="now"),
        call(eventTime=True),
        call(eventTime=-1),
        call(eventTime=10**20),
    ],
)
def test_what_cannot_be_read_is_refused(raw: Any) -> None:
    with pytest.raises(InputError):
        read_event(raw, OPTIONS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["ani", "dnis", "addressFrom", "journeyContext", "attributes", "callbackNumbers", "messageType", "direction"]
MEDIA = ["VOICE", "EMAIL", "MESSAGE", "CALLBACK", "CHAT", "ODD"]


@given(st.sampled_from(MEDIA), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_body_breaks_the_reader(media: str, body: dict[str, Any]) -> None:
    body.pop("direction", None)
    found = read_event(event(media, **body), OPTIONS)
    assert found
    contact_of(found.told, OPTIONS)
