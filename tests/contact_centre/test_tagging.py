from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dromio.contact_centre import Centre
from dromio.contact_centre.options import Options
from dromio.contact_centre.outbox import take_due
from dromio.contact_centre.platform import HttpPlatform, attributes_path
from dromio.contact_centre.tagging import Tagger, retry_after
from dromio.errors import UsageError

from .conftest import Open
from .factory import P2, P, call, chat, count, email, event, message, met, rows
from .stub import Stub, platform

SECOND = 1_000_000
START = 1_800_000_000 * SECOND


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="module")
def running() -> Iterator[Stub]:
    with platform() as stub:
        yield stub


@pytest.fixture
def stub(running: Stub) -> Stub:
    for kept in (running.calls, running.tokens, running.attributes, running.failures, running.gone):
        kept.clear()
    return running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def centre(opened: Open, stub: Stub, clock: Clock) -> Centre:
    return opened(clock, **client(stub))


def client(stub: Stub) -> dict[str, Any]:
    return {"api_url": stub.url, "login_url": stub.url, "client_id": "client", "client_secret": "secret"}


@pytest.fixture
def tagger(centre: Centre) -> Tagger:
    return Tagger(centre, HttpPlatform(centre.options), chance=lambda: 1.0)


def patches(stub: Stub) -> list[tuple[str, int]]:
    return [(path.removeprefix("PATCH "), status) for path, status in stub.calls if path.startswith("PATCH")]


def states(centre: Centre) -> list[tuple[str, int, int | None]]:
    return [tuple(row) for row in rows(centre, "SELECT state, attempts, last_status FROM cc_outbox ORDER BY tag_id")]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (call(conversation="x"), "calls/"),
        (email("ann@x.example", conversation="x"), "emails/"),
        (message("SMS", P, conversation="x"), "messages/"),
        (event("CALLBACK", callbackNumbers=[P], callbackUserName="Ann Lee", conversation="x"), "callbacks/"),
        (event("CHAT", journeyContext={"sessionId": "s"}, conversation="x"), ""),
    ],
)
def test_vector_20_every_medium_has_its_path(
    centre: Centre, tagger: Tagger, stub: Stub, given: dict[str, Any], kind: str
) -> None:
    found = centre.take_event(given)
    assert tagger.send_due() == 1
    (path, status), participant = patches(stub)[0], "participant-of-x"
    assert path == f"/api/v2/conversations/{kind}x/participants/{participant}/attributes"
    assert status in (200, 204)
    expected = {"resolvedCustomerId": found["customerId"], "identityMatchStatus": "NEW", "identityScore": "0.0000"}
    assert stub.attributes["x", participant] == expected
    assert states(centre) == [("SENT", 1, status)]


def test_vector_20_told_to_wait_it_waits_and_sends_again(
    centre: Centre, tagger: Tagger, stub: Stub, clock: Clock
) -> None:
    given = email("ann@x.example", conversation="x")
    first = centre.take_event(given)
    stub.failures += [(429, {"Retry-After": "7"})]
    assert tagger.send_due() == 1
    assert states(centre) == [("WAITING", 1, 429)]
    clock.now += 6 * SECOND
    assert tagger.send_due() == 0
    clock.now += SECOND
    assert tagger.send_due() == 1
    assert states(centre) == [("SENT", 2, 200)]
    assert centre.take_event(given)["customerId"] == first["customerId"]
    assert tagger.send_due() == 0
    assert (count(centre, "cc_identities"), len(patches(stub))) == (1, 2)


def test_a_failing_platform_is_asked_less_and_less_often(
    centre: Centre, tagger: Tagger, stub: Stub, clock: Clock
) -> None:
    centre.take_event(call())
    waits = []
    stub.failures += [(503, {})] * 4
    for _ in range(4):
        tagger.send_due()
        due = int(rows(centre, "SELECT due_at FROM cc_outbox")[0][0])
        waits.append((due - clock.now) // SECOND)
        clock.now = due
    assert waits == [1, 2, 4, 8]
    tagger.send_due()
    assert states(centre) == [("SENT", 5, 200)]


def test_a_tag_is_given_up_in_the_end(opened: Open, stub: Stub, clock: Clock) -> None:
    centre = opened(clock, **client(stub), tag_attempts=2)
    tagger = Tagger(centre, HttpPlatform(centre.options))
    centre.take_event(call())
    stub.failures += [(500, {})] * 2
    for _ in range(2):
        assert tagger.send_due() == 1
        clock.now += 3600 * SECOND
    assert states(centre) == [("DEAD", 2, 500)]
    assert tagger.send_due() == 0


@pytest.mark.parametrize(("status", "state"), [(404, "DROPPED"), (400, "DEAD"), (403, "DEAD"), (302, "DEAD")])
def test_what_cannot_be_mended_by_waiting_is_not_sent_again(
    centre: Centre, tagger: Tagger, stub: Stub, clock: Clock, status: int, state: str
) -> None:
    centre.take_event(call())
    stub.failures += [(status, {"Location": "http://127.0.0.1:1/"})]
    tagger.send_due()
    clock.now += 3600 * SECOND
    assert tagger.send_due() == 0
    assert states(centre) == [(state, 1, status)]


def test_a_token_that_has_run_out_is_renewed_once(centre: Centre, tagger: Tagger, stub: Stub, clock: Clock) -> None:
    centre.take_event(call(conversation="x"))
    tagger.send_due()
    stub.expire_tokens()
    centre.take_event(call(conversation="y"))
    tagger.send_due()
    assert [status for _, status in patches(stub)] == [200, 401, 200]
    assert [path for path, _ in stub.calls].count("POST /oauth/token") == 2
    stub.failures += [(401, {})] * 2
    centre.take_event(call(conversation="z"))
    tagger.send_due()
    assert states(centre)[-1] == ("WAITING", 1, 401)
    assert [status for _, status in patches(stub)][3:] == [401, 401]


def test_a_platform_that_cannot_be_reached_or_refuses_the_client_is_tried_again(
    opened: Open, stub: Stub, clock: Clock
) -> None:
    for wrong in ({"client_secret": "wrong"}, {"api_url": "http://127.0.0.1:9", "login_url": "http://127.0.0.1:9"}):
        centre = opened(clock, **{**client(stub), **wrong})
        centre.take_event(call())
        Tagger(centre, HttpPlatform(centre.options)).send_due()
        assert states(centre)[-1] == ("WAITING", 1, None)


def test_the_survivor_is_sent_while_the_conversation_goes_on(centre: Centre, tagger: Tagger, stub: Stub) -> None:
    older = centre.take_event(call(conversation="x"))
    younger = centre.take_event(email("ann@x.example", conversation="y"))
    centre.take_event(email("ann@x.example", conversation="ended"))
    centre.take_event(event("EMAIL", "end", conversation="ended"))
    tagger.send_due()
    stub.calls.clear()
    assert met(centre, phone=P, email="ann@x.example")["customerId"] == older["customerId"]
    assert younger["customerId"] != older["customerId"]
    tagger.send_due()
    assert [path.split("/")[5] for path, _ in patches(stub)] == ["y"]
    assert stub.attributes["y", "participant-of-y"]["resolvedCustomerId"] == older["customerId"]
    centre.unmerge(younger["customerId"], author="steward")
    tagger.send_due()
    assert stub.attributes["y", "participant-of-y"]["resolvedCustomerId"] == younger["customerId"]


def test_what_was_typed_later_corrects_the_tag(centre: Centre, tagger: Tagger, stub: Stub) -> None:
    known = met(centre, email="ann@x.example")
    centre.take_event(chat("s", conversation="x"))
    centre.take_event(chat("s", kind="attributes", conversation="x", attributes={"email": "ann@x.example"}))
    tagger.send_due()
    assert len(patches(stub)) == 1
    sent = stub.attributes["x", "participant-of-x"]
    assert (sent["resolvedCustomerId"], sent["identityMatchStatus"]) == (known["customerId"], "MATCHED")


def test_a_tag_that_changes_while_it_is_sent_is_sent_again(centre: Centre, stub: Stub) -> None:
    known = met(centre, email="ann@x.example")

    class Slow(HttpPlatform):
        def patch(self, path: str, body: Any) -> Any:
            if not stub.attributes:
                typed = {"email": "ann@x.example"}
                centre.take_event(chat("s", kind="attributes", conversation="x", attributes=typed))
            return super().patch(path, body)

    centre.take_event(chat("s", conversation="x"))
    tagger = Tagger(centre, Slow(centre.options))
    assert (tagger.send_due(), tagger.send_due(), tagger.send_due()) == (1, 1, 0)
    assert stub.attributes["x", "participant-of-x"]["resolvedCustomerId"] == known["customerId"]


def test_a_tag_taken_by_one_who_vanished_is_sent_by_another(
    centre: Centre, tagger: Tagger, stub: Stub, clock: Clock
) -> None:
    centre.take_event(call())
    with centre.database.write() as transaction:
        assert len(take_due(transaction, clock.now, clock.now + 60 * SECOND, 10)) == 1
    assert tagger.send_due() == 0
    clock.now += 60 * SECOND
    assert tagger.send_due() == 1


def test_erased_customers_are_not_tagged(centre: Centre, tagger: Tagger, stub: Stub) -> None:
    found = centre.take_event(call(conversation="x"))
    centre.erase(found["customerId"])
    assert tagger.send_due() == 0
    redelivered = centre.take_event(call(conversation="x"))
    assert (redelivered["decision"], redelivered["customerId"]) == ("ERASED", found["customerId"])
    later = {"phone": P2, "name": "Ann Lee"}
    assert centre.take_event(call(kind="attributes", conversation="x", attributes=later))["decision"] == "ERASED"
    assert (tagger.send_due(), count(centre, "cc_identifiers"), stub.calls) == (0, 0, [])


def test_nothing_is_kept_to_be_sent_without_a_platform(opened: Open) -> None:
    centre = opened()
    centre.take_event(call())
    assert count(centre, "cc_outbox") == 0


def test_ids_cannot_leave_their_place_in_the_path() -> None:
    path = attributes_path("VOICE", "../x", "a/b?c")
    assert path == "/api/v2/conversations/calls/..%2Fx/participants/a%2Fb%3Fc/attributes"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("999999999999", 3600),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
    ],
)
def test_how_long_to_wait_is_read_from_the_header(text: str, seconds: float | None) -> None:
    assert retry_after(text, START) == seconds


def test_a_secret_is_not_sent_in_the_clear() -> None:
    for url in ("http://api.mypurecloud.ie", "ftp://x", ""):
        with pytest.raises(UsageError, match="https"):
            HttpPlatform(Options(api_url=url, login_url="https://login.mypurecloud.ie"))
    assert "hunter2" not in repr(Options(client_secret="hunter2"))


def test_the_vendors_own_client_speaks_to_the_same_platform(centre: Centre, tagger: Tagger, stub: Stub) -> None:
    """The stub takes and gives what the public SDK does, so that it stands for the platform."""
    import PureCloudPlatformClientV2 as sdk

    signed_in = sdk.api_client.ApiClient(host=stub.url)
    signed_in.get_client_credentials_token("client", "secret")
    api = sdk.ConversationsApi(signed_in)
    body = sdk.ParticipantAttributes()
    body.attributes = {"key": "value"}
    for kind in ("call", "email", "callback"):
        patch = getattr(api, f"patch_conversations_{kind}_participant_attributes")
        assert patch("x", "participant-of-x", body).attributes["key"] == "value"
    assert api.patch_conversations_message_participant_attributes("x", "participant-of-x", body=body).attributes
    assert api.patch_conversation_participant_attributes("x", "participant-of-x", body) is None
    theirs = {path for path, _ in patches(stub)}
    stub.calls.clear()
    for given in (call(conversation="x"), email("a@x.example", conversation="x", sessionId="2"),
                  event("CALLBACK", callbackNumbers=[P], conversation="x", sessionId="3"),
                  message("SMS", P, conversation="x", sessionId="4"),
                  event("CHAT", journeyContext={"sessionId": "s"}, conversation="x", sessionId="5")):  # fmt: skip
        centre.take_event(given)
        tagger.send_due()
    assert {path for path, _ in patches(stub)} <= theirs
    assert stub.attributes["x", "participant-of-x"]["key"] == "value"
