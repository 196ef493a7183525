"""Idempotency keys: the same request has one effect and one answer; another one under its key is refused."""

from __future__ import annotations

import asyncio
import threading

import pytest

from dromio.errors import BusyError
from dromio.server.errors import KeyBusyError, KeyReuseError, RequestError
from dromio.server.idempotency import Kept, KeptReplies
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route
from dromio.server.service import Call
from dromio.store import clock

from .asking import Rig
from .conftest import Make
from .factory import ANN, BOB

KEY = {"idempotency-key": "one"}


@pytest.fixture
def two(rig: Rig, people: str) -> tuple[int, int]:
    """Two entities."""
    for number, values in (("1", ANN), ("2", BOB)):
        rig.ask("PUT", f"/v1/domains/{people}/records/crm/{number}", {"values": values})
    domain = rig.service.store.domain(people)
    return domain.entity_of("crm", "1") or 0, domain.entity_of("crm", "2") or 0


def test_the_same_request_has_one_effect_and_one_answer(rig: Rig, people: str, two: tuple[int, int]) -> None:
    path, body = f"/v1/domains/{people}/merge", {"entities": list(two)}
    first, second = (rig.ask("POST", path, body, headers=KEY) for _ in range(2))
    assert (first.status, first.body) == (200, second.body)
    assert second.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert rig.ask("POST", path, body).status in (404, 422)  # without the key it is done again, and cannot be


def test_another_request_under_the_key_is_refused(rig: Rig, people: str, two: tuple[int, int]) -> None:
    path = f"/v1/domains/{people}/merge"
    rig.ask("POST", path, {"entities": list(two)}, headers=KEY)
    answer = rig.ask("POST", path, {"entities": list(two), "reason": "other"}, headers=KEY)
    assert (answer.status, answer.problem) == (422, "idempotency-key-reused")


def test_a_key_counts_for_one_caller_and_address(rig: Rig, people: str) -> None:
    path = f"/v1/domains/{people}/records/crm"
    keys = [rig.key, rig.key_for(f"{people}:ingest")]
    outcomes = [
        rig.ask("PUT", f"{path}/{number}", {"values": ANN}, headers=KEY, key=key).json["outcome"]
        for number in (1, 2)
        for key in keys
    ]
    assert outcomes == ["added", "unchanged", "added", "unchanged"]


def test_refused_requests_are_not_kept(rig: Rig, people: str) -> None:
    path = f"/v1/domains/{people}/merge"
    assert rig.ask("POST", path, {"entities": [1]}, headers=KEY).status == 400
    assert rig.ask("POST", path, {"entities": [10**6, 10**6 + 1]}, headers=KEY).status == 404
    assert rig.ask("POST", path, {"entities": [10**6, 10**6 + 2]}, headers=KEY).status == 404


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_keys_that_are_none_are_refused(rig: Rig, people: str, key: str) -> None:
    answer = rig.ask("PUT", f"/v1/domains/{people}/records/a/1", {"values": ANN}, headers={"idempotency-key": key})
    assert answer.status == 400


def test_of_many_at_once_one_is_done(make: Make) -> None:
    done: list[int] = []
    go = threading.Event()

    def act(call: Call) -> Reply:
        """Act."""
        done.append(1)
        assert go.wait(10)
        return Reply({"act": len(done)})

    scopes = frozenset({Scope.SIGNED_IN})
    rig = make([Face("toy", (Route("POST", "/x", act, scopes, keeps_replies=True),))])

    async def race() -> list[int]:
        asked = [asyncio.create_task(rig.asked("POST", "/x", headers=KEY)) for _ in range(16)]
        while sum(task.done() for task in asked) < 15:
            await asyncio.sleep(0.01)
        go.set()
        return sorted([(await task).status for task in asked])

    assert asyncio.run(race()) == [200] + [409] * 15
    assert len(done) == 1
    assert rig.ask("POST", "/x", headers=KEY).json == {"act": 1}


def test_a_failure_in_the_middle_is_kept_and_one_before_is_not(make: Make) -> None:
    errors: list[Exception] = [BusyError("others"), RuntimeError("broken")]

    def act(call: Call) -> Reply:
        """Fail."""
        raise errors.pop(0)

    scopes = frozenset({Scope.SIGNED_IN})
    rig = make([Face("toy", (Route("POST", "/x", act, scopes, keeps_replies=True),))])
    answers = [rig.ask("POST", "/x", headers=KEY) for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 500, 500]
    assert answers[1].body == answers[2].body and errors == []


def replies(rig: Rig, now: list[int]) -> KeptReplies:
    return KeptReplies(rig.service.access, rig.service.vault, keep_seconds=100, work_seconds=10, now=lambda: now[0])


def test_a_reply_is_kept_for_its_time(rig: Rig) -> None:
    now = [clock.now()]
    kept = replies(rig, now)
    scope = kept.scope("k", "time", str(now[0]))
    assert kept.begin(scope, b"a") is None
    kept.end(scope, Kept(200, b"body", "application/json"))
    now[0] += 99_000_000
    assert kept.begin(scope, b"a") == Kept(200, b"body", "application/json")
    now[0] += 2_000_000
    assert kept.begin(scope, b"a") is None


def test_a_request_whose_process_died_can_be_sent_again(rig: Rig) -> None:
    now = [clock.now()]
    kept = replies(rig, now)
    scope = kept.scope("k", "died", str(now[0]))
    kept.begin(scope, b"a")
    with pytest.raises(KeyBusyError):
        kept.begin(scope, b"a")
    with pytest.raises(KeyReuseError):
        kept.begin(scope, b"b")
    now[0] += 11_000_000
    assert kept.begin(scope, b"a") is None


def test_kept_replies_cannot_be_read_in_the_database(rig: Rig) -> None:
    kept = replies(rig, [clock.now()])
    scope = kept.scope("k", "sealed")
    kept.begin(scope, b"secret request")
    kept.end(scope, Kept(200, b"secret reply", "text/plain"))
    with rig.service.access.read() as transaction:
        stored = str(transaction.rows("SELECT * FROM kept_replies WHERE scope = ?", scope))
    assert "secret" not in stored and scope in stored


def test_scopes_do_not_run_into_each_other(rig: Rig) -> None:
    kept = replies(rig, [0])
    assert kept.scope("a", "b", "c") != kept.scope("a", "bc", "") != kept.scope("ab", "", "c")
    with pytest.raises(RequestError):
        kept.scope("", "b")
