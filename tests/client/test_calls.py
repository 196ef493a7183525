"""When a call is made again, when not, and what it says."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from dromio.client.calls import Call, Repeat
from dromio.client.connections import Answer, NoAnswerError, NotSentError
from dromio.client.errors import RefusedUsageError, ServerError, UnavailableError, UncertainError
from dromio.errors import InputError

from .factory import Script, answer, caller, refusal

DONE = answer({"done": True})


def call(repeat: Repeat, **given: Any) -> Call:
    return Call("POST", "/v1/x", repeat, {"a": 1}, **given)


def test_a_refusal_that_passes_is_waited_for_as_long_as_it_says() -> None:
    waits: list[float] = []
    script = Script(refusal(503, "busy", retry_after="7"), refusal(429, "too-many-requests", retry_after="2"), DONE)
    assert caller(script, waits).json(call("safe")) == {"done": True}
    assert waits == [7, 2]


def test_waits_grow_where_nothing_is_said() -> None:
    waits: list[float] = []
    with pytest.raises(UncertainError):
        caller(Script(*[NoAnswerError("x")] * 4), waits).json(call("safe"))
    assert [0.05 <= waits[0] <= 0.1, 0.1 <= waits[1] <= 0.2, 0.2 <= waits[2] <= 0.4] == [True] * 3
    assert len(waits) == 3


def test_a_wait_that_is_too_long_is_left_to_the_caller() -> None:
    waits: list[float] = []
    with pytest.raises(UnavailableError) as caught:
        caller(Script(refusal(429, "too-many-requests", retry_after="31")), waits).json(call("safe"))
    assert caught.value.problem.retry_after == 31 and waits == []


@pytest.mark.parametrize("first", [NoAnswerError("x"), NotSentError("x"), refusal(503, "time-over")])
def test_what_must_not_be_done_twice_is_sent_once(first: Answer | Exception) -> None:
    script = Script(first)
    with pytest.raises(ServerError):
        caller(script, []).json(call("never"))
    assert len(script.sent) == 1


def test_all_attempts_carry_the_same_idempotency_key_and_each_call_its_own() -> None:
    script = Script(NoAnswerError("x"), refusal(409, "idempotency-key-busy"), DONE, DONE)
    one = caller(script, [])
    one.json(call("keyed"))
    one.json(call("keyed"))
    keys = [headers["idempotency-key"] for _, _, headers, _ in script.sent]
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_a_mistake_is_not_repeated() -> None:
    script = Script(refusal(409, "conflict"))
    with pytest.raises(RefusedUsageError):
        caller(script, []).json(call("keyed"))
    assert len(script.sent) == 1


def test_a_failure_of_the_server_is_not_repeated() -> None:
    script = Script(refusal(500, "internal"))
    with pytest.raises(ServerError, match="request r1"):
        caller(script, []).json(call("safe"))


def test_an_answer_that_leads_elsewhere_is_not_followed() -> None:
    with pytest.raises(ServerError):
        caller(Script(Answer(302, {"location": "https://evil.example"}, b"")), []).json(call("safe"))


def test_an_answer_of_something_else_is_an_error() -> None:
    with pytest.raises(ServerError, match="is there a Dromio server"):
        caller(Script(Answer(200, {}, b"<p>hello</p>")), []).json(call("safe"))


@pytest.mark.parametrize("value", [date(2020, 1, 1), float("nan"), "\ud800"])
def test_what_is_no_json_is_not_sent(value: Any) -> None:
    script = Script()
    with pytest.raises(InputError, match="cannot be sent"):
        caller(script, []).json(Call("POST", "/", "safe", {"a": value}))
    assert script.sent == []


def test_what_is_sent() -> None:
    script = Script(DONE)
    caller(script, []).json(Call("POST", "/v1/x", "safe", {"a": "ü"}, {"cursor": "a+b"}))
    ((method, target, headers, body),) = script.sent
    assert (method, target, json.loads(body or b"")) == ("POST", "/v1/x?cursor=a%2Bb", {"a": "ü"})
    assert (headers["authorization"], headers["content-type"]) == ("Bearer dromio_secret", "application/json")
