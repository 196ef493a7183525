"""Errors as this surface answers them: code, message, path. No value that was sent is repeated."""

from __future__ import annotations

from dromio.errors import Fault, InputError
from dromio.server import errors
from dromio.server.messages import Reply
from dromio.server.problems import ErrorShape, headers_of, problem_of, without_values
from dromio.store import UnknownError

SHAPE = ErrorShape(
    "IdentityError",
    "application/json",
    {
        "type": "object",
        "required": ["code", "message", "path"],
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "path": {"type": "string"}},
        "additionalProperties": False,
    },
)


def refuse(error: Exception, request_id: str) -> Reply:
    """The reply to a request that ended in an error."""
    problem = problem_of(error)
    status = status_of(error)
    fault = _first_fault(error)
    message = fault.message if fault else str(error).partition("\n")[0] if problem.tells else problem.title
    body = {"code": code_of(error), "message": without_values(message), "path": fault.path if fault else ""}
    return Reply(body, status, headers_of(error, status))


def code_of(error: Exception) -> str:
    """The code of an error, as INVALID_REQUEST."""
    return problem_of(error).tag.replace("-", "_").upper()


def status_of(error: Exception) -> int:
    """The status of an error: what cannot be understood or identifies nobody is a bad request here."""
    is_bad = isinstance(error, InputError) and not isinstance(error, UnknownError)
    return 400 if is_bad else problem_of(error).status


def _first_fault(error: Exception) -> Fault | None:
    faults = error.faults if isinstance(error, errors.RequestError) else ()
    return faults[0] if faults else None
