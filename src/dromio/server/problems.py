"""Errors as problem details (RFC 9457): one table from error class to reply.

The texts of errors from inside may quote what was sent; quotes are taken out, so that no reply repeats a value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.errors import (
    BusyError,
    ConflictError,
    Fault,
    InputError,
    ModelError,
    ResourceError,
    StoreError,
    UnknownError,
    UsageError,
)
from dromio.server import errors
from dromio.server.messages import Reply

MEDIA_TYPE = "application/problem+json"
_FAULTS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["path", "message"],
        "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
    },
}
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,39}|\d{1,9}")
_FOUND = re.compile(r"\s*\(?found\b.*", re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """How one class of errors is answered: `tells` says whether its own text is the detail."""

    status: int
    tag: str
    title: str
    tells: bool = False


@dataclass(frozen=True)
class ErrorShape:
    """How refusals of a face look: their name in the OpenAPI document, media type and JSON schema."""

    name: str
    media_type: str
    schema: Mapping[str, Any]


PROBLEM = ErrorShape(
    "Problem",
    MEDIA_TYPE,
    {
        "type": "object",
        "required": ["type", "title", "status", "request_id"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "faults": _FAULTS,
        },
        "additionalProperties": False,
    },
)
TABLE: dict[type[Exception], Problem] = {
    errors.TooLargeError: Problem(413, "too-large", "The request is too large", tells=True),
    errors.TooSlowError: Problem(408, "too-slow", "The request did not arrive in time"),
    errors.MediaTypeError: Problem(415, "media-type", "The body has a type that is not taken", tells=True),
    errors.RequestError: Problem(400, "invalid-request", "The request cannot be understood", tells=True),
    errors.CredentialError: Problem(401, "unauthenticated", "A valid credential is needed"),
    errors.ForbiddenError: Problem(403, "forbidden", "The credential does not allow this here"),
    errors.NoRouteError: Problem(404, "not-found", "There is nothing at this address"),
    errors.MissingError: Problem(404, "not-found", "There is no such thing"),
    errors.MethodError: Problem(405, "method-not-allowed", "The address has other methods", tells=True),
    errors.RateError: Problem(429, "too-many-requests", "Too many requests"),
    errors.OverloadError: Problem(503, "overloaded", "The server is busy; nothing was done"),
    errors.TimeOverError: Problem(503, "time-over", "The work took too long; it may still be done"),
    errors.KeyReuseError: Problem(422, "idempotency-key-reused", "The idempotency key was used for another request"),
    errors.KeyBusyError: Problem(409, "idempotency-key-busy", "A request with this idempotency key is being worked on"),
    UnknownError: Problem(404, "not-found", "There is no such thing"),
    ConflictError: Problem(409, "conflict", "This contradicts what is there", tells=True),
    BusyError: Problem(503, "busy", "Others were in the way; nothing was done"),
    StoreError: Problem(503, "store-unavailable", "The store cannot be used"),
    ResourceError: Problem(503, "out-of-resources", "Memory, disk or time ran out; nothing was done"),
    ModelError: Problem(422, "invalid-model", "The model is not valid"),
    InputError: Problem(422, "invalid-input", "The values cannot be taken", tells=True),
    UsageError: Problem(422, "not-possible", "This cannot be done", tells=True),
    Exception: Problem(500, "internal", "The server failed; its operator finds more under the request id"),
}
"""The first entry among the ancestors of an error's class counts."""


def problem_of(error: BaseException) -> Problem:
    """How an error is answered."""
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), TABLE[Exception])


def refusal(error: BaseException, request_id: str) -> Reply:
    """The reply to a request that ended in an error."""
    problem = problem_of(error)
    body: dict[str, Any] = {
        "type": f"urn:dromio:problem:{problem.tag}",
        "title": problem.title,
        "status": problem.status,
        "request_id": request_id,
    }
    if problem.tells:
        body["detail"] = without_values(str(error).partition("\n")[0])
    if isinstance(error, errors.RequestError | ModelError) and error.faults:
        body["faults"] = [_fault(fault) for fault in error.faults]
    return Reply(body, problem.status, {"content-type": MEDIA_TYPE} | headers_of(error, problem.status))


def without_values(text: str) -> str:
    """The text with every quoted value, and what follows 'found', taken out."""
    return _QUOTED.sub("…", _FOUND.sub("", text))


def _fault(fault: Fault) -> dict[str, str]:
    path = ".".join(part if _PLAIN.fullmatch(part) else "…" for part in fault.path.split(".")) if fault.path else ""
    return {"path": path, "message": without_values(fault.message)}


def headers_of(error: BaseException, status: int) -> dict[str, str]:
    """Headers of a refusal, in whatever shape its body is."""
    if isinstance(error, errors.RateError):
        return {"retry-after": str(math.ceil(error.retry_after))}
    if isinstance(error, errors.MethodError):
        return {"allow": ", ".join(error.allowed)}
    return {401: {"www-authenticate": 'Bearer realm="dromio"'}, 503: {"retry-after": "1"}}.get(status, {})
