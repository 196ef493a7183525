"""Errors of the rules face: a status, and a body of code, message and path.

RequestError
└── MalformedError      400: the body breaks the contract; every fault is listed
MissingError
└── UnknownError        404: a zone, adaptor or version does not exist
OverloadError
└── ScanBudgetError     503: the rule would look at more records than the budget allows
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.errors import Fault
from dromio.language import LanguageError, ParseError
from dromio.server import errors
from dromio.server.messages import Reply
from dromio.server.problems import ErrorShape, headers_of, problem_of

_MEMBERS = {
    "code": {"type": "string"},
    "message": {"type": "string"},
    "path": {"type": "string"},
    "line": {"type": "integer"},
    "column": {"type": "integer"},
    "found": {"type": "string"},
    "expected": {"type": "array", "items": {"type": "string"}},
}
_FAULT = {"type": "object", "required": ["code", "message", "path"], "additionalProperties": False}
SHAPE = ErrorShape(
    "RulesError",
    "application/json",
    _FAULT | {"properties": _MEMBERS | {"faults": {"type": "array", "items": _FAULT | {"properties": _MEMBERS}}}},
)


@dataclass(frozen=True, slots=True)
class CodedFault(Fault):
    """A fault of a body with its code, and what else is known of its place."""

    code: str = "MALFORMED"
    place: tuple[tuple[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fault as it is answered."""
        return {"code": self.code, "message": self.message, "path": self.path, **dict(self.place)}


class MalformedError(errors.RequestError):
    """A body breaks the contract. `faults` is never empty."""

    faults: tuple[CodedFault, ...]

    def __init__(self, faults: Sequence[CodedFault]) -> None:
        super().__init__(faults[0].message, faults)


class UnknownError(errors.MissingError):
    """Something that the request names does not exist."""

    def __init__(self, code: str, message: str, path: str = "") -> None:
        self.fault = CodedFault(path, message, code)
        super().__init__(message)


class ScanBudgetError(errors.OverloadError):
    """A rule without an index would look at too many records."""

    def __init__(self, message: str) -> None:
        self.fault = CodedFault("testDrKeys", message, "SCAN_BUDGET_EXCEEDED")
        super().__init__(message)


def language_faults(error: LanguageError, base: str) -> list[CodedFault]:
    """The faults of an algorithm that stands at a path of the body."""
    if isinstance(error, ParseError):
        place = (("line", error.line), ("column", error.column), ("found", error.found))
        expected = ("expected", list(error.expected))
        return [CodedFault(base, fault.message, str(fault.code), (*place, expected)) for fault in error.faults]
    return [CodedFault(_path(fault.path, base), fault.message, str(fault.code)) for fault in error.faults]


def _path(path: str, base: str) -> str:
    """Faults of the key properties stand beside the algorithm, all others in it."""
    if path.startswith("drKeyProperties"):
        return path
    return ".".join(part for part in (base, path) if part)


def refuse(error: Exception, request_id: str) -> Reply:
    """The reply to a request that ended in an error; the first fault, and all of them where there are more."""
    problem = problem_of(error)
    faults = list(_faults(error))
    body = faults[0].to_dict()
    if len(faults) > 1:
        body["faults"] = [fault.to_dict() for fault in faults]
    return Reply(body, problem.status, headers_of(error, problem.status))


def _faults(error: Exception) -> Iterable[CodedFault]:
    if isinstance(error, MalformedError):
        return error.faults
    if isinstance(error, UnknownError | ScanBudgetError):
        return [error.fault]
    problem = problem_of(error)
    code = problem.tag.replace("-", "_").upper()
    if isinstance(error, errors.RequestError) and error.faults:
        return [CodedFault(fault.path, fault.message, code) for fault in error.faults]
    return [CodedFault("", str(error) if problem.tells else problem.title, code)]
