"""Errors of the Verify Matches face: severity, message and code.

RequestError
└── NotOfferedError     400: the protocol has it, this server has not
MissingError
└── UnknownError        404: an entity, a type or a tenant does not exist, or did not at the time asked for
"""

from __future__ import annotations

from dromio import errors as store_errors
from dromio.errors import Fault
from dromio.interchange import reltio
from dromio.server import errors
from dromio.server.messages import Reply
from dromio.server.problems import ErrorShape, headers_of, problem_of

SHAPE = ErrorShape(
    "VerifyMatchesError",
    "application/json",
    {
        "type": "object",
        "required": ["severity", "errorMessage", "errorCode"],
        "properties": {
            "severity": {"const": "Error"},
            "errorMessage": {"type": "string"},
            "errorCode": {"type": "integer"},
        },
        "additionalProperties": False,
    },
)


class UnknownError(errors.MissingError):
    """Something that the request names does not exist."""


class NotOfferedError(errors.RequestError):
    """The protocol has it, this server has not."""


_CODES: dict[type[BaseException], tuple[int, int]] = {
    reltio.RequestError: (400, 101),
    reltio.DocumentError: (400, 102),
    reltio.GroupError: (400, 103),
    NotOfferedError: (400, 104),
    errors.TooLargeError: (413, 105),
    errors.MediaTypeError: (415, 106),
    errors.TooSlowError: (408, 107),
    errors.RequestError: (400, 100),
    UnknownError: (404, 201),
    store_errors.UnknownError: (404, 201),
    errors.MissingError: (404, 200),
    store_errors.ConflictError: (409, 301),
    errors.CredentialError: (401, 401),
    errors.ForbiddenError: (403, 403),
}
"""Error class -> status and code; the first entry among the ancestors of an error's class counts."""
_TOLD = (reltio.RequestError, reltio.DocumentError, reltio.GroupError, UnknownError, errors.RequestError)


def refuse(error: Exception, request_id: str) -> Reply:
    """The reply to a request that ended in an error. Other errors have the status as their code."""
    problem = problem_of(error)
    usual = (problem.status, problem.status)
    status, code = next((_CODES[kind] for kind in type(error).__mro__ if kind in _CODES), usual)
    message = _message(error) if problem.tells or isinstance(error, _TOLD) else problem.title
    return Reply({"severity": "Error", "errorMessage": message, "errorCode": code}, status, headers_of(error, status))


def _message(error: Exception) -> str:
    faults: tuple[Fault, ...] = getattr(error, "faults", ())
    if isinstance(error, errors.RequestError) and faults:
        return f"{error}: {'; '.join(map(str, faults))}"
    return str(error)
