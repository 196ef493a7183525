from __future__ import annotations

from dromio.contact_centre import Centre

from .conftest import Open
from .factory import MONDAY, P, call, chat, count, event, met

DAY = 86_400_000_000


def test_what_was_typed_leads_a_conversation_to_who_is_known(centre: Centre) -> None:
    known = met(centre, email="ann@x.example")["customerId"]
    started = centre.take_event(chat("s", conversation="x"))["customerId"]
    typed = centre.take_event(chat("s", kind="attributes", conversation="x", attributes={"email": "ann@x.example"}))
    assert (typed["decision"], typed["customerId"], known != started) == ("MATCHED", known, True)
    shown = centre.customer(started)
    assert (shown["mergedInto"], shown["interactions"], len(shown["conversations"])) == (known, 2, 1)


def test_a_conversation_without_anybody_finds_somebody_later(centre: Centre) -> None:
    assert centre.take_event(call("anonymous", conversation="x"))["customerId"] is None
    typed = centre.take_event(call("anonymous", kind="attributes", conversation="x", attributes={"phone": P}))
    assert typed["decision"] == "NEW"
    ended = centre.take_event(event("VOICE", "end", conversation="x"))
    assert (ended["decision"], ended["customerId"]) == ("ENDED", typed["customerId"])


def test_an_end_that_comes_first_ends_the_conversation(opened: Open) -> None:
    centre = opened(api_url="http://127.0.0.1:9", login_url="http://127.0.0.1:9")
    assert centre.take_event(event("VOICE", "end", conversation="x", at=MONDAY + 5))["customerId"] is None
    centre.take_event(call(conversation="x"))
    assert count(centre, "cc_interactions", "ended_at IS NOT NULL AND identity IS NOT NULL") == 1
    assert count(centre, "cc_outbox") == 0
