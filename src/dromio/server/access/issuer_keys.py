"""The public keys of an identity provider, read from a file or fetched from it, and kept for a while."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from dromio.server import logs

_KEEP_SECONDS = 600
_AGAIN_SECONDS = 30
_TIMEOUT_SECONDS = 5
_LARGEST = 1_000_000
_KINDS: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
"""Kinds of keys that are taken. Symmetric ones are not: whoever can check with them can sign."""
_LEAST_RSA_BITS = 2048


class IssuerKeys:
    """Keys by id. An id that is not known makes the set be read again, at most every half a minute."""

    def __init__(self, place: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._read_at: float | None = None
        self._lock = threading.Lock()

    def __call__(self, key_id: str) -> Key | None:
        """The key of that id."""
        with self._lock:
            age = None if self._read_at is None else self._clock() - self._read_at
            if age is None or age > _KEEP_SECONDS or (key_id not in self._keys and age > _AGAIN_SECONDS):
                self._read()
            return self._keys.get(key_id)

    def _read(self) -> None:
        """Read the set; where that fails, the keys that are known stay."""
        self._read_at = self._clock()
        try:
            self._keys = public_keys(json.loads(_text(self._place)))
        except (OSError, ValueError, http.client.HTTPException) as error:
            logs.event("keys of the issuer cannot be read", level=30, **logs.described(error))


def public_keys(document: Any) -> dict[str, Key]:
    """The usable keys of a JWKS by id; others are left out."""
    items = document.get("keys") if isinstance(document, dict) else None
    found = {}
    for item in items if isinstance(items, list) else []:
        key = _key(item)
        if key is not None:
            found[str(item["kid"])] = key
    return found


def _key(item: Any) -> Key | None:
    if not isinstance(item, dict) or not isinstance(item.get("kid"), str) or item.get("use", "sig") != "sig":
        return None
    kind = _KINDS.get(item.get("kty", ""))
    if kind is None:
        return None
    try:
        key = kind.import_key(item)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey) and key.raw_value.key_size < _LEAST_RSA_BITS:
        return None
    return key


def _text(place: str) -> str:
    return _fetched(place) if place.startswith("https://") else Path(place).read_text(encoding="utf-8")


def _fetched(url: str) -> str:
    """The text at an https address: no redirects, a time limit, and a size limit."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context()
    )
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        response = connection.getresponse()
        raw = response.read(_LARGEST + 1)
    finally:
        connection.close()
    if response.status != 200 or len(raw) > _LARGEST:
        raise ValueError(f"the issuer answered {response.status} with {len(raw)} bytes")
    return raw.decode("utf-8")
