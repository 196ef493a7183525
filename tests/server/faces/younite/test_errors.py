"""Every error of the server has the shape of the face."""

from __future__ import annotations

import pytest

from dromio.errors import Fault
from dromio.server import errors
from dromio.server.faces.younite.errors import CodedFault, MalformedError, ScanBudgetError, UnknownError, refuse


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (MalformedError([CodedFault("a", "is wrong", "WRONG_TYPE")]), 400, "WRONG_TYPE"),
        (UnknownError("UNKNOWN_ZONE", "there is none"), 404, "UNKNOWN_ZONE"),
        (ScanBudgetError("too many"), 503, "SCAN_BUDGET_EXCEEDED"),
        (errors.RequestError("not readable", [Fault("", "not valid JSON")]), 400, "INVALID_REQUEST"),
        (errors.TooLargeError("too large"), 413, "TOO_LARGE"),
        (errors.CredentialError("expired"), 401, "UNAUTHENTICATED"),
        (errors.ForbiddenError(), 403, "FORBIDDEN"),
        (errors.RateError(1.5), 429, "TOO_MANY_REQUESTS"),
        (errors.MethodError(["GET"]), 405, "METHOD_NOT_ALLOWED"),
        (RuntimeError("secret"), 500, "INTERNAL"),
    ],
)
def test_refusals(error: Exception, status: int, code: str) -> None:
    reply = refuse(error, "1")
    assert isinstance(reply.body, dict)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert {"code", "message", "path"} <= set(reply.body)
    assert "secret" not in str(reply.body) and "expired" not in str(reply.body)


def test_headers_say_what_to_do() -> None:
    assert refuse(errors.RateError(1.5), "1").headers == {"retry-after": "2"}
    assert refuse(ScanBudgetError("x"), "1").headers == {"retry-after": "1"}
    assert refuse(errors.MethodError(["PUT", "GET"]), "1").headers == {"allow": "GET, PUT"}
    assert "www-authenticate" in refuse(errors.CredentialError("x"), "1").headers


def test_several_faults_are_all_listed() -> None:
    faults = [CodedFault("a", "x", "MISSING"), CodedFault("b", "y", "CONFLICT", (("line", 3),))]
    body = refuse(MalformedError(faults), "1").body
    assert isinstance(body, dict)
    assert body["faults"] == [
        {"code": "MISSING", "message": "x", "path": "a"},
        {"code": "CONFLICT", "message": "y", "path": "b", "line": 3},
    ]
