"""Every error of the server has the shape of the face."""

from __future__ import annotations

import pytest

from dromio import errors as store_errors
from dromio.errors import Fault
from dromio.interchange.reltio import DocumentError, GroupError, RequestError
from dromio.server import errors
from dromio.server.faces.reltio.errors import NotOfferedError, UnknownError, refuse


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RequestError("first must be given"), 400, 101),
        (DocumentError("first", [Fault("type", "is missing")]), 400, 102),
        (GroupError([Fault("0.uri", "is missing")]), 400, 103),
        (NotOfferedError("two tenants"), 400, 104),
        (errors.RequestError("not readable", [Fault("", "not valid JSON")]), 400, 100),
        (errors.TooLargeError("too large"), 413, 105),
        (errors.MissingError("nothing"), 404, 200),
        (UnknownError("no entity"), 404, 201),
        (store_errors.UnknownError("no entity"), 404, 201),
        (store_errors.ConflictError("contradiction"), 409, 301),
        (errors.CredentialError("expired"), 401, 401),
        (errors.ForbiddenError(), 403, 403),
        (errors.RateError(1.5), 429, 429),
        (errors.OverloadError(), 503, 503),
        (RuntimeError("secret"), 500, 500),
    ],
)
def test_refusals(error: Exception, status: int, code: int) -> None:
    reply = refuse(error, "1")
    assert isinstance(reply.body, dict)
    assert (reply.status, reply.body["severity"], reply.body["errorCode"]) == (status, "Error", code)
    message = reply.body["errorMessage"]
    assert message and "secret" not in message and "expired" not in message


def test_headers_say_what_to_do() -> None:
    assert refuse(errors.RateError(1.5), "1").headers == {"retry-after": "2"}
    assert refuse(errors.OverloadError(), "1").headers == {"retry-after": "1"}
    assert refuse(errors.MethodError(["PUT", "GET"]), "1").headers == {"allow": "GET, PUT"}
    assert "www-authenticate" in refuse(errors.CredentialError("x"), "1").headers


def test_faults_are_told_with_their_paths() -> None:
    body = refuse(errors.RequestError("the body is not as described", [Fault("a.b", "is wrong")]), "1").body
    assert isinstance(body, dict) and "a.b" in body["errorMessage"]
