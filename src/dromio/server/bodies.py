"""Bodies of requests: read within their bounds of size and time, and understood by their declared shape."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dromio.errors import Fault
from dromio.server.errors import MediaTypeError, RequestError, TooLargeError, TooSlowError
from dromio.server.messages import Request

Receive = Callable[[], Awaitable[Any]]
Shape = TypeVar("Shape", bound=BaseModel)
_MOST_FAULTS = 50


class ClientGoneError(Exception):
    """The client closed the connection; there is nobody to answer."""


def has_body(request: Request) -> bool:
    """Whether a request announces a body."""
    return request.header("transfer-encoding") is not None or request.header("content-length") not in (None, "0")


async def read_body(request: Request, receive: Receive, *, most: int, seconds: float) -> bytes:
    """The whole body. Raises TooLargeError, TooSlowError, MediaTypeError, ClientGoneError."""
    if request.header("content-encoding") not in (None, "identity"):
        raise MediaTypeError("the body must not be compressed")
    length = request.header("content-length")
    if length is not None and (not length.isdecimal() or len(length) > 15 or int(length) > most):
        raise TooLargeError(f"a body may have {most} bytes")
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, most)
    except TimeoutError:
        raise TooSlowError(f"a body must arrive within {seconds:g} s") from None


async def _read(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLargeError(f"a body may have {most} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def media_type(request: Request) -> str:
    """The declared type of the body, without its parameters."""
    return (request.header("content-type") or "").partition(";")[0].strip().lower()


def check_media_type(request: Request, allowed: Sequence[str] = ("application/json",)) -> None:
    """Raise MediaTypeError unless the body is declared as one of these: pages of other sites cannot send them."""
    if media_type(request) not in allowed:
        raise MediaTypeError(f"send the body as {' or '.join(allowed)}")


def parse_body(shape: type[Shape], body: bytes) -> Shape:
    """The body by its shape. Raises RequestError with every fault and without any value."""
    try:
        return shape.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise RequestError("the body is not as described", _faults(error)) from None


def parse_query(shape: type[Shape] | None, request: Request) -> Shape | None:
    """The query by its shape; without a shape there must be none. Raises RequestError with every fault."""
    names = [name for name, _ in request.query]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or (shape is None and names):
        raise RequestError("the query is not as described", [Fault("", "a name is not known, or repeated")])
    if shape is None:
        return None
    try:
        return shape.model_validate_strings(dict(request.query))
    except ValidationError as error:
        raise RequestError("the query is not as described", _faults(error)) from None


def _faults(error: ValidationError) -> list[Fault]:
    """What is wrong and where; names that the caller made up are left out of the path."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [Fault(_path(item), _message(item)) for item in found[:_MOST_FAULTS]]


def _message(item: Any) -> str:
    return "not valid JSON" if item["type"] == "json_invalid" else str(item["msg"]).removeprefix("Value error, ")


def _path(item: Any) -> str:
    place = item["loc"][:-1] if item["type"] == "extra_forbidden" else item["loc"]
    return ".".join(str(part) for part in place if isinstance(part, int) or _is_plain(part))


def _is_plain(name: Any) -> bool:
    return isinstance(name, str) and len(name) <= 40 and name.isidentifier()
