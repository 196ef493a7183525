"""What goes in and out of the server: a request as its bytes, and a reply as its body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel

from dromio.server.errors import RequestError

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Request:
    """A request as it came in: path and query are the bytes on the wire, header names are lower case."""

    method: str
    raw_path: bytes
    raw_query: bytes
    headers: Headers
    client: str
    request_id: str
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Value of a header; None where it is missing. Raises RequestError where it is there more than once."""
        found = [value for key, value in self.headers if key == name.encode()]
        if len(found) > 1:
            raise RequestError(f"the header {name} may be given once")
        return found[0].decode("latin-1") if found else None

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Parts of the path, split before they are decoded: a slash inside of one is %2F."""
        return tuple(decoded(part) for part in self.raw_path.split(b"/")[1:])

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the query, decoded, in their order."""
        parts = (part.partition(b"=") for part in self.raw_query.split(b"&") if part)
        return tuple((decoded(name), decoded(value.replace(b"+", b" "))) for name, _, value in parts)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `touched` names what was read or changed, for the audit log: ids only."""

    body: BaseModel | Mapping[str, Any] | bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    touched: tuple[str, ...] = ()


def decoded(raw: bytes) -> str:
    """The text that percent-encoded bytes stand for. Raises RequestError where it is not UTF-8, or has a NUL."""
    try:
        text = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise RequestError("the address must be UTF-8, percent-encoded") from None
    if "\x00" in text:
        raise RequestError("the address must not contain a NUL")
    return text
