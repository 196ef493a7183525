"""Every problem of the server is an error of the library."""

from __future__ import annotations

import pytest

from dromio import errors
from dromio.client.errors import (
    TABLE,
    AccessError,
    Problem,
    RefusedModelError,
    ServerError,
    UnavailableError,
    UncertainError,
    error_of,
    problem_from,
)
from dromio.errors import DromioError, Fault
from dromio.server.problems import TABLE as PROBLEMS

from .factory import refusal


def test_every_problem_of_the_server_is_in_the_table_and_no_other() -> None:
    assert set(TABLE) == {problem.tag for problem in PROBLEMS.values()} | {"unreachable", "no-answer"}


@pytest.mark.parametrize("kind", ["InputError", "ModelError", "UsageError", "ResourceError"])
def test_what_the_library_raises_is_what_the_server_s_refusal_is(kind: str) -> None:
    wanted = getattr(errors, kind)
    tags = {problem.tag for raised, problem in PROBLEMS.items() if raised is wanted}
    assert tags and all(issubclass(TABLE[tag], wanted) for tag in tags)


@pytest.mark.parametrize("tag", sorted(TABLE))
def test_an_error_carries_its_problem(tag: str) -> None:
    problem = Problem(400, tag, "No", "because", "r1", (Fault("a.b", "wrong"),), 2.0)
    error = error_of(problem)
    assert isinstance(error, DromioError) and error.problem is problem
    assert str(error) == "No: because (status 400, request r1)\n  a.b: wrong"


def test_faults_of_a_model_are_told() -> None:
    sent = refusal(422, "invalid-model", faults=[{"path": "keys.0", "message": "unknown"}], retry_after="3")
    error = error_of(problem_from(sent.status, sent.headers | {"content-type": "application/problem+json"}, sent.body))
    assert isinstance(error, RefusedModelError) and error.faults == (Fault("keys.0", "unknown"),)


@pytest.mark.parametrize(
    ("status", "wanted"),
    [(401, AccessError), (503, UnavailableError), (429, UnavailableError), (504, UncertainError), (418, ServerError)],
)
@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("text/html", b"<p>proxy</p>"),
        ("application/problem+json", b"{"),
        ("application/problem+json", b"[]"),
        ("application/problem+json", b'{"type": "urn:dromio:problem:new", "faults": [1], "detail": null}'),
        ("", b""),
    ],
)
def test_an_answer_that_is_no_known_problem_is_understood_by_its_status(
    status: int, wanted: type[ServerError], media: str, body: bytes
) -> None:
    error = error_of(problem_from(status, {"content-type": media, "x-request-id": "r2"}, body))
    assert type(error) is wanted and "r2" in str(error)


@pytest.mark.parametrize(("text", "seconds"), [("3", 3.0), ("", None), ("soon", None), ("-1", None), ("²", None)])
def test_retry_after_is_in_seconds(text: str, seconds: float | None) -> None:
    assert problem_from(503, {"retry-after": text}, b"").retry_after == seconds
