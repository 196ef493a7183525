"""What a server refuses, by what the caller can do about it; each is also the error that the library itself raises.

DromioError
└── ServerError            its operator finds more under the request id; carries the problem
    ├── RefusedInputError  an InputError: mend the values, or name something that exists
    ├── RefusedModelError  a ModelError: mend the model; carries every fault
    ├── RefusedUsageError  a UsageError: mend the call
    ├── AccessError        show another credential, or ask for the right
    ├── UnavailableError   a ResourceError: try again later; nothing was done
    └── UncertainError     ask whether it was done; a call that may be repeated can be made again
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.errors import DromioError, Fault, InputError, ModelError, ResourceError, UsageError

_PREFIX = "urn:dromio:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a server says of a refusal. `tag` is the end of its type; 'none' where the answer is no problem document.

    `status` is 0 where there was no answer. `retry_after` is in seconds.
    """

    status: int
    tag: str
    title: str
    detail: str = ""
    request_id: str = ""
    faults: tuple[Fault, ...] = ()
    retry_after: float | None = None

    def __str__(self) -> str:
        told = ": ".join(filter(None, (self.title, self.detail)))
        faults = "".join(f"\n  {fault}" for fault in self.faults)
        marks = [
            f"status {self.status}" if self.status else "",
            f"request {self.request_id}" if self.request_id else "",
        ]
        shown = ", ".join(filter(None, marks))
        return f"{told} ({shown}){faults}" if shown else f"{told}{faults}"


class ServerError(DromioError):
    """A server did not do what it was asked; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        Exception.__init__(self, str(problem))


class RefusedInputError(ServerError, InputError):
    """The values cannot be taken, or what is named does not exist."""


class RefusedModelError(ServerError, ModelError):
    """The model is not valid. `faults` holds all faults found."""

    def __init__(self, problem: Problem) -> None:
        ServerError.__init__(self, problem)
        self.faults = problem.faults


class RefusedUsageError(ServerError, UsageError):
    """The call does not fit what the server offers, or contradicts what is there."""


class AccessError(ServerError):
    """The credential is not valid, or does not allow this."""


class UnavailableError(ServerError, ResourceError):
    """The server cannot do it now, or cannot be reached; nothing was done."""


class UncertainError(ServerError):
    """No answer came, or too late: it is not known whether it was done."""


TABLE: Mapping[str, type[ServerError]] = {
    "invalid-request": RefusedUsageError,
    "unauthenticated": AccessError,
    "forbidden": AccessError,
    "not-found": RefusedInputError,
    "method-not-allowed": RefusedUsageError,
    "too-slow": UnavailableError,
    "conflict": RefusedUsageError,
    "idempotency-key-busy": UncertainError,
    "too-large": RefusedUsageError,
    "media-type": RefusedUsageError,
    "idempotency-key-reused": RefusedUsageError,
    "invalid-input": RefusedInputError,
    "invalid-model": RefusedModelError,
    "not-possible": RefusedUsageError,
    "too-many-requests": UnavailableError,
    "internal": ServerError,
    "busy": UnavailableError,
    "out-of-resources": UnavailableError,
    "overloaded": UnavailableError,
    "store-unavailable": UnavailableError,
    "time-over": UncertainError,
    "unreachable": UnavailableError,
    "no-answer": UncertainError,
}
"""Tag of a problem -> error. The last two are the client's own."""


def error_of(problem: Problem) -> ServerError:
    """The error for a problem; of an unknown one, its status decides."""
    if problem.tag in TABLE:
        return TABLE[problem.tag](problem)
    if problem.status in (401, 403):
        return AccessError(problem)
    if problem.status in (429, 503):
        return UnavailableError(problem)
    return UncertainError(problem) if problem.status in (502, 504) else ServerError(problem)


def problem_from(status: int, headers: Mapping[str, str], body: bytes) -> Problem:
    """The problem that an answer tells; headers are in small letters."""
    told = _document(body) if headers.get("content-type", "").startswith("application/problem+json") else {}
    kind = str(told.get("type", ""))
    return Problem(
        status,
        kind.removeprefix(_PREFIX) if kind.startswith(_PREFIX) else "none",
        str(told.get("title") or "The server did not do it"),
        str(told.get("detail") or ""),
        str(told.get("request_id") or headers.get("x-request-id", "")),
        tuple(Fault(str(one.get("path", "")), str(one.get("message", ""))) for one in _objects(told.get("faults"))),
        _seconds(headers.get("retry-after", "")),
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _objects(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _seconds(text: str) -> float | None:
    """The seconds of a Retry-After header; a date, which Dromio never sends, counts as none."""
    return float(text) if text.isascii() and text.isdecimal() else None
