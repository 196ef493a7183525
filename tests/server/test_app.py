"""The application: checks come before work, every error becomes an answer, and too much is refused in good order."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from dromio.errors import BusyError, InputError, ResourceError, StoreError, UsageError
from dromio.server.app import App
from dromio.server.faces import all_faces
from dromio.server.heads import SECURITY
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route
from dromio.server.service import Call

from .asking import Rig
from .conftest import Make
from .factory import ANN

MARKER = "zebra-4711"
SIGNED_IN = frozenset({Scope.SIGNED_IN})


def face(handler: Callable[..., Reply], method: str = "GET", path: str = "/x") -> Face:
    return Face("toy", (Route(method, path, handler, SIGNED_IN),))  # type: ignore[arg-type]


def failing(error: Exception) -> Callable[[Call], Reply]:
    def fail(call: Call) -> Reply:
        """Fail."""
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "tag"),
    [
        (RuntimeError(MARKER), 500, "internal"),
        (KeyError(MARKER), 500, "internal"),
        (RecursionError(MARKER), 500, "internal"),
        (InputError(f"{MARKER!r} is not {MARKER!r}"), 422, "invalid-input"),
        (UsageError(f"allowed is one of a, b, found {MARKER!r}"), 422, "not-possible"),
        (BusyError(MARKER), 503, "busy"),
        (StoreError(MARKER), 503, "store-unavailable"),
        (ResourceError(MARKER), 503, "out-of-resources"),
        (TimeoutError(MARKER), 503, "time-over"),
    ],
)
def test_errors_are_answered_without_what_they_say(
    make: Make, capsys: pytest.CaptureFixture[str], error: Exception, status: int, tag: str
) -> None:
    answer = make([face(failing(error))]).ask("GET", "/x")
    assert (answer.status, answer.problem) == (status, tag)
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert ("retry-after" in answer.headers) == (status == 503)
    assert MARKER not in answer.body.decode() and "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("target", ["/v1/nowhere", "/v1/domains", "/healthz", "/metrics", "/v1/domains/nobody"])
def test_all_replies_have_security_headers(small: Rig, target: str) -> None:
    for key in ("all", None, "nonsense"):
        headers = small.ask("GET", target, key=key).headers
        assert SECURITY.items() <= headers.items()
        assert "server" not in headers and "x-powered-by" not in headers


def test_a_route_without_a_scope_keeps_the_server_from_starting(small: Rig) -> None:
    def handler(call: Call) -> Reply:
        """Do something."""
        return Reply({})

    with pytest.raises(UsageError, match="GET /x declares no scope"):
        App(small.settings, small.service, [*all_faces(), Face("bad", (Route("GET", "/x", handler, frozenset()),))])


@pytest.mark.parametrize("credential", ["", "Bearer", "Bearer x", "Basic YTpi", "bearer dromio_x_y", "Bearer \xff"])
def test_a_wrong_credential_gets_401_and_no_reason(small: Rig, credential: str) -> None:
    answer = small.ask("GET", "/v1/domains", headers={"authorization": credential})
    assert (answer.status, answer.problem) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer") and "detail" not in answer.json


def test_two_credentials_are_refused(small: Rig) -> None:
    headers = [("authorization", f"Bearer {small.key}")] * 2
    assert small.ask("GET", "/v1/domains", headers=headers).status == 400


def test_unknown_paths_and_methods_are_told_apart(small: Rig) -> None:
    assert small.ask("GET", "/v2/domains").problem == "not-found"
    answer = small.ask("DELETE", "/v1/domains")
    assert (answer.problem, answer.headers["allow"]) == ("method-not-allowed", "GET, POST")
    for method in ("HEAD", "OPTIONS", "TRACE", "PATCH", "get", "X" * 1000):
        assert small.ask(method, "/v1/domains").status == 405


def test_a_revoked_key_is_refused_soon(make: Make) -> None:
    rig = make(credential_cache_seconds=0.2)
    row, key = rig.service.keys.create("short", {"*": frozenset()} | {"a": frozenset()})
    assert rig.ask("GET", "/v1/domains", key=key).status == 200
    rig.service.keys.revoke(row.key_id)
    deadline = time.monotonic() + 5
    while rig.ask("GET", "/v1/domains", key=key).status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert rig.ask("GET", "/v1/domains", key=key).status == 401


def test_a_caller_that_asks_too_often_gets_429_and_others_do_not(make: Make) -> None:
    rig = make(requests_per_second=0.01, burst=3)
    own, other = rig.key_for("a:reader"), rig.key_for("a:reader")
    assert [rig.ask("GET", "/v1/domains", key=own).status for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = rig.ask("GET", "/v1/domains", key=own)
    assert 1 <= int(answer.headers["retry-after"]) <= 100
    assert rig.ask("GET", "/v1/domains", key=other).status == 200


def test_guessing_keys_is_slowed_down(make: Make) -> None:
    rig = make(failures_per_minute=3)
    statuses = [rig.ask("GET", "/v1/domains", key="guess", client="10.0.0.9").status for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert rig.ask("GET", "/v1/domains", client="10.0.0.8").status == 200


def test_more_than_the_queue_holds_is_refused_and_the_rest_is_right(make: Make) -> None:
    go = threading.Event()

    def slow(call: Call) -> Reply:
        """Wait."""
        assert go.wait(10)
        return Reply({"done": True})

    rig = make([face(slow)], threads=2, queue=3, credential_cache_seconds=5)
    rig.service.guard.check(_signed_in(rig), "bearer")

    async def flood() -> list[int]:
        asked = [asyncio.create_task(rig.asked("GET", "/x")) for _ in range(5)]
        await asyncio.sleep(0.1)
        asked += [asyncio.create_task(rig.asked("GET", "/x")) for _ in range(15)]
        while sum(task.done() for task in asked) < 15:
            await asyncio.sleep(0.01)
        go.set()
        return sorted([(await task).status for task in asked])

    assert asyncio.run(flood()) == [200] * 5 + [503] * 15
    assert rig.ask("GET", "/x").status == 200


def test_one_caller_cannot_take_all_the_room(make: Make) -> None:
    go = threading.Event()

    def slow(call: Call) -> Reply:
        """Wait for the first caller only."""
        assert call.principal.name == "everything" or go.wait(10)
        return Reply({})

    rig = make([face(slow)], threads=4, queue=4, share=3, credential_cache_seconds=5)
    greedy = rig.key_for("a:reader")

    async def flood() -> tuple[list[int], int]:
        await rig.asked("GET", "/x")
        asked = [asyncio.create_task(rig.asked("GET", "/x", key=greedy)) for _ in range(12)]
        while sum(task.done() for task in asked) < 9:
            await asyncio.sleep(0.01)
        other = await rig.asked("GET", "/x")
        go.set()
        return sorted([(await task).status for task in asked]), other.status

    assert asyncio.run(flood()) == ([200] * 3 + [429] * 9, 200)


def _signed_in(rig: Rig):  # type: ignore[no-untyped-def]
    from dromio.server.messages import Request

    return Request("GET", b"/x", b"", ((b"authorization", f"Bearer {rig.key}".encode()),), "", "")


def test_work_that_takes_too_long_is_answered_in_time(make: Make) -> None:
    go = threading.Event()

    def slow(call: Call) -> Reply:
        """Wait."""
        go.wait(10)
        return Reply({})

    rig = make([face(slow)], total_seconds=0.3, body_seconds=0.2)
    began = time.monotonic()
    answer = rig.ask("GET", "/x")
    assert (answer.status, answer.problem) == (503, "time-over") and time.monotonic() - began < 3
    go.set()


def test_a_body_over_the_limit_is_refused_before_it_is_read(make: Make) -> None:
    rig = make(max_body_bytes=1_000)
    path = "/v1/models/check"
    assert rig.ask("POST", path, raw=b"x", headers={"content-length": "1001"}).problem == "too-large"
    assert rig.ask("POST", path, chunks=[b"x" * 600, b"x" * 600]).problem == "too-large"
    assert rig.ask("POST", path, chunks=[b"x" * 600]).problem == "invalid-request"
    assert rig.ask("POST", path, raw=b"x", headers={"content-length": "9" * 20}).status == 413


def test_a_body_that_does_not_come_is_given_up(make: Make) -> None:
    rig = make(body_seconds=0.2)

    async def ask() -> list[dict[str, object]]:
        got: list[dict[str, object]] = []

        async def send(message: object) -> None:
            got.append(message)  # type: ignore[arg-type]

        async def receive() -> dict[str, object]:
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": b" ", "more_body": True}

        headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {rig.key}".encode())]
        headers += [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
        path = "/v1/models/check"
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await rig.app(scope, receive, send)
        return got

    assert asyncio.run(ask())[0]["status"] == 408


def test_nobody_is_answered_who_has_gone(small: Rig) -> None:
    async def ask() -> list[object]:
        got: list[object] = []

        async def send(message: object) -> None:
            got.append(message)

        async def receive() -> dict[str, object]:
            return {"type": "http.disconnect"}

        headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {small.key}".encode())]
        path = "/v1/models/check"
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await small.app(scope, receive, send)
        return got

    assert asyncio.run(ask()) == []


def test_a_refused_body_closes_the_connection(small: Rig) -> None:
    """What follows on the connection would be the rest of a body that nobody reads."""
    refused = small.ask("POST", "/v1/domains", {"name": "a"}, key=None)
    assert (refused.status, refused.headers["connection"]) == (401, "close")
    assert "connection" not in small.ask("POST", "/v1/models/check", {"model": {}}).headers


def test_a_denied_request_is_in_the_audit_log(small: Rig) -> None:
    key = small.key_for("a:reader")
    answer = small.ask("POST", "/v1/keys", {"name": "mine", "grants": ["*:admin"]}, key=key)
    assert answer.status == 403
    with small.service.access.read() as transaction:
        last = str(transaction.rows("SELECT event FROM audit_log ORDER BY number DESC LIMIT 1")[0][0])
    assert '"action":"post_key"' in last and '"status":403' in last


def test_without_its_audit_log_the_server_refuses_work(make: Make) -> None:
    rig = make()
    rig.service.audit.is_well = False
    assert rig.ask("GET", "/readyz").status == 503
    assert rig.ask("GET", "/v1/domains").problem == "overloaded"
    rig.service.audit.is_well = True
    assert rig.ask("GET", "/readyz").status == 200


def test_a_first_look_needs_no_credential_but_refuses_other_sites(make: Make) -> None:
    rig = make(dev=True)
    body = {"model": {}}
    path = "/v1/models/check"
    assert rig.ask("POST", path, body, key=None).status == 422
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"host": "evil.example"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
    ):
        assert rig.ask("POST", path, body, key=None, headers=headers).status in (400, 403, 415), headers
    same = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
    assert rig.ask("POST", path, body, key=None, headers=same).status == 422
    assert rig.ask("GET", "/v1/domains", key="wrong").status == 401


def test_no_reply_repeats_what_was_sent(rig: Rig, people: str) -> None:
    """A marker in every place of a request that is refused; none comes back, except where it is the answer."""
    base = f"/v1/domains/{people}"
    attempts = [
        rig.ask("GET", f"/{MARKER}"),
        rig.ask("GET", f"/v1/domains/{MARKER}"),
        rig.ask("GET", f"/v1/domains?{MARKER}=1"),
        rig.ask("GET", f"{base}/entities/{MARKER}"),
        rig.ask("GET", f"{base}/records/{MARKER}/{MARKER}"),
        rig.ask("GET", "/v1/domains", headers={"host": MARKER}),
        rig.ask("GET", "/v1/domains", key=MARKER),
        rig.ask("GET", f"/v1/audit?cursor={MARKER}"),
        rig.ask("PUT", f"{base}/records/crm/1", {"values": {MARKER: {MARKER: MARKER}}, MARKER: MARKER}),
        rig.ask("PUT", f"{base}/records/crm/1", raw=MARKER.encode()),
        rig.ask("POST", f"{base}/judgements", {"verdict": MARKER}),
        rig.ask("POST", f"{base}/merge", {"entities": [MARKER]}),
        rig.ask("POST", "/v1/domains", {"name": MARKER, "model": {MARKER: MARKER, "name": 5}}),
        rig.ask("POST", "/v1/models/check", {"model": {"link_type": MARKER, MARKER: 1}}),
        rig.ask("POST", "/v1/keys", {"name": "x", "grants": [MARKER]}),
        rig.ask("DELETE", f"/v1/keys/{MARKER}"),
    ]
    assert all(400 <= answer.status < 500 for answer in attempts)
    assert [answer.body for answer in attempts if MARKER in answer.body.decode() + str(answer.headers)] == []


def test_request_ids_are_kept_where_they_are_plain(small: Rig) -> None:
    assert small.ask("GET", "/healthz", headers={"x-request-id": "abc-123_X"}).headers["x-request-id"] == "abc-123_X"
    for given in ("short", "x" * 65, "a b c d e f", "é" * 10, "a\r\nset-cookie: x=1"):
        assert small.ask("GET", "/healthz", headers={"x-request-id": given}).headers["x-request-id"] != given


def test_every_read_and_change_is_in_the_audit_log_once(rig: Rig, people: str) -> None:
    key = rig.key_for(f"{people}:reader", f"{people}:ingest")
    path = f"/v1/domains/{people}/records/crm/ann@example.org"
    for method, body in (("PUT", {"values": ANN}), ("GET", None), ("DELETE", None)):
        assert rig.ask(method, path, body, key=key).status == 200
    with rig.service.access.read() as transaction:
        entries = [str(row[0]) for row in transaction.rows("SELECT event FROM audit_log ORDER BY number")]
    own = [one for one in entries if f'"domain":"{people}"' in one]
    assert [one.split('"action":"')[1].split('"')[0] for one in own] == ["put_record", "get_record", "delete_record"]
    assert "ann" not in "".join(own).lower() and "lee" not in "".join(own).lower()


def test_work_in_the_background_begins_and_ends_with_the_server(make: Make) -> None:
    told: list[str] = []

    def begin(service: object) -> Callable[[], None]:
        told.append("begun")
        return lambda: told.append("ended")

    rig = make([Face("toy", (), begin=begin)])
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return messages.pop(0)

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])
        told.append("served")

    asyncio.run(rig.app({"type": "lifespan"}, receive, send))  # type: ignore[arg-type]
    assert told == ["begun", "served", "ended", "served"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_changes_wait_for_their_audit_entry_and_reads_as_it_is_set(make: Make) -> None:
    waits = {}
    for name, given in (("strict", True), ("quick", False)):
        rig = make(audit_reads_wait=given, total_seconds=0.4, body_seconds=0.2)
        rig.ask("GET", "/v1/domains")
        held: Future[int] = Future()
        rig.service.audit.append = lambda event, held=held: held  # type: ignore[method-assign]
        key = {"name": "x", "grants": ["a:reader"]}
        waits[name] = rig.ask("GET", "/v1/domains").status, rig.ask("POST", "/v1/keys", key).status
        held.set_result(1)
    assert waits == {"strict": (503, 503), "quick": (200, 503)}
