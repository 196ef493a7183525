"""Errors of the vendor's protocol: a status, a code in a header, and a message with a capital M."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dromio.errors import BusyError, ConflictError, DromioError, InputError, ModelError, UnknownError, UsageError
from dromio.server import errors
from dromio.server.messages import Reply
from dromio.server.problems import without_values

CODE_HEADER = "x-amzn-errortype"


class BadRequestError(errors.RequestError):
    """The request breaks a constraint, or asks for a change that is not possible now."""


class NotFoundError(errors.MissingError):
    """A domain, profile, job, object type or match does not exist."""


class NotOfferedError(UsageError):
    """The protocol has the operation, this server has not."""


class ExportError(DromioError):
    """What was to be exported could not be written."""


_BAD, _MISSING, _DENIED = (
    (400, "BadRequestException"),
    (404, "ResourceNotFoundException"),
    (403, "AccessDeniedException"),
)
_THROTTLED, _UNKNOWN = (429, "ThrottlingException"), (404, "UnknownOperationException")
_TABLE: dict[type[BaseException], tuple[int, str]] = {
    NotOfferedError: (501, "NotImplementedException"),
    errors.MethodError: _UNKNOWN,
    errors.NoRouteError: _UNKNOWN,
    errors.MissingError: _MISSING,
    UnknownError: _MISSING,
    errors.CredentialError: _DENIED,
    errors.ForbiddenError: _DENIED,
    errors.RateError: _THROTTLED,
    errors.OverloadError: _THROTTLED,
    BusyError: _THROTTLED,
    errors.RequestError: _BAD,
    ConflictError: _BAD,
    ModelError: _BAD,
    InputError: _BAD,
    UsageError: _BAD,
    BaseException: (500, "InternalServerException"),
}
"""The first entry among the ancestors of an error's class counts."""


def refuse(error: Exception, request_id: str) -> Reply:
    """The reply to a request that ended in an error."""
    status, code = next(_TABLE[kind] for kind in type(error).__mro__ if kind in _TABLE)
    headers = {CODE_HEADER: code, "x-amzn-requestid": request_id}
    if status == 429:
        headers["retry-after"] = str(math.ceil(getattr(error, "retry_after", 1)))
    return Reply({"Message": _message(error, status)}, status, headers)


def _message(error: Exception, status: int) -> str:
    if status == 500:
        return "the server failed; its operator finds more under the request id"
    if isinstance(error, ModelError):
        return summary(without_values(str(fault)) for fault in error.faults)
    return without_values(str(error)) or "not allowed"


def summary(faults: Iterable[str]) -> str:
    """Faults as one text, the first ten of them."""
    found = list(faults)
    more = f"; and {len(found) - 10} more" if len(found) > 10 else ""
    return "; ".join(found[:10]) + more
