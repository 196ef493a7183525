"""Page cursors: opaque, signed, bound to who asked for what, and valid for a while."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from dromio.server.errors import RequestError
from dromio.server.vault import Vault

_USE = "page cursor"
_TAG_BYTES = 16
LONGEST = 1024


class Cursors:
    """Makes and reads cursors."""

    def __init__(self, vault: Vault, seconds: float, clock: Callable[[], float] = time.time) -> None:
        self._vault = vault
        self._seconds = seconds
        self._clock = clock

    def make(self, position: Any, bound_to: Sequence[str]) -> str:
        """A cursor for a position, which is plain JSON, good only together with the same binding."""
        content = json.dumps([int(self._clock() + self._seconds), position], separators=(",", ":")).encode()
        return _text(self._tag(content, bound_to) + content)

    def read(self, cursor: str, bound_to: Sequence[str]) -> Any:
        """The position of a cursor. Raises RequestError where it was altered, made for something else, or is old."""
        raw = _raw(cursor)
        tag, content = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(content, bound_to)):
            raise RequestError("the cursor is not one of this list")
        until, position = json.loads(content)
        if until < self._clock():
            raise RequestError("the cursor is too old; begin again without it")
        return position

    def _tag(self, content: bytes, bound_to: Sequence[str]) -> bytes:
        return self._vault.digest(_USE, content, *bound_to)[:_TAG_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(cursor: str) -> bytes:
    try:
        if len(cursor) > LONGEST:
            raise ValueError
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        if _text(raw) != cursor:
            raise ValueError
        return raw
    except (ValueError, binascii.Error):
        raise RequestError("the cursor is not one of this list") from None
