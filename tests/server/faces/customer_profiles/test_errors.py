"""How errors are answered."""

from __future__ import annotations

import pytest

from dromio.errors import BusyError, Fault, ModelError
from dromio.server import errors as server
from dromio.server.faces.customer_profiles import errors

from ...asking import Rig


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.BadRequestError("x"), 400, "BadRequestException"),
        (server.RequestError("x"), 400, "BadRequestException"),
        (errors.NotFoundError("x"), 404, "ResourceNotFoundException"),
        (server.MethodError(["GET"]), 404, "UnknownOperationException"),
        (server.NoRouteError("x"), 404, "UnknownOperationException"),
        (server.MissingError("x"), 404, "ResourceNotFoundException"),
        (server.CredentialError("x"), 403, "AccessDeniedException"),
        (server.ForbiddenError(), 403, "AccessDeniedException"),
        (server.RateError(2.5), 429, "ThrottlingException"),
        (server.OverloadError(), 429, "ThrottlingException"),
        (BusyError("x"), 429, "ThrottlingException"),
        (errors.NotOfferedError("x"), 501, "NotImplementedException"),
        (ZeroDivisionError("a secret"), 500, "InternalServerException"),
    ],
)
def test_an_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    reply = errors.refuse(error, "an-id")
    assert (reply.status, reply.headers["x-amzn-errortype"]) == (status, code)
    assert isinstance(reply.body, dict) and list(reply.body) == ["Message"]
    assert reply.body["Message"] and "secret" not in reply.body["Message"]
    assert ("retry-after" in reply.headers) == (status == 429)


def test_the_time_to_wait_is_rounded_up() -> None:
    assert errors.refuse(server.RateError(2.5), "an-id").headers["retry-after"] == "3"


def test_faults_are_named_without_the_values_that_were_sent() -> None:
    reply = errors.refuse(ModelError([Fault("Matching.Time", "'ann@example.org' does not fit the pattern x")]), "an-id")
    assert reply.body == {"Message": "Matching.Time: … does not fit the pattern x"}


def test_many_faults_are_cut() -> None:
    assert errors.summary(str(number) for number in range(12)).endswith("9; and 2 more")


def test_an_address_that_is_no_operation_is_told_in_the_way_of_the_protocol(small: Rig) -> None:
    answer = small.ask("GET", "/customer-profiles/nowhere/at/all")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert list(answer.json) == ["Message"]
