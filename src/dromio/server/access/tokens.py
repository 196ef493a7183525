"""Bearer tokens of an identity provider: signed JWTs, checked strictly.

Only asymmetric algorithms from a fixed list; the key comes from the issuer's own set, never from the token; issuer,
audience and all times must be there and be right; anything unusual in the header is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from dromio.errors import UsageError
from dromio.server.errors import CredentialError
from dromio.server.roles import Principal, parse_grants

LONGEST = 8_192
_HEADER = {"alg", "kid", "typ"}
_TYPES = {None, "JWT", "at+jwt", "application/at+jwt"}
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must say."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    leeway_seconds: float
    claim: str


class Tokens:
    """Checks tokens. `key_of` gives the issuer's key by its id, None for an unknown one."""

    def __init__(self, rules: TokenRules, key_of: Callable[[str], Key | None], now: Callable[[], float]) -> None:
        self._rules = rules
        self._key_of = key_of
        self._now = now

    def check(self, token: str) -> tuple[Principal, float]:
        """Who the token names, and when it ends (seconds since 1970). Raises CredentialError."""
        header = self._header(token)
        key = self._key_of(header["kid"])
        if key is None:
            raise CredentialError("unknown key of the issuer")
        try:
            signed = jws.deserialize_compact(token, key, algorithms=[header["alg"]])
        except (JoseError, ValueError, TypeError):
            raise CredentialError("signature differs") from None
        claims = _json_object(signed.payload)
        self._check_claims(claims)
        return self._principal(claims), float(claims["exp"])

    def _header(self, token: str) -> dict[str, str]:
        parts = token.split(".")
        if len(token) > LONGEST or not token.isascii() or len(parts) != 3:
            raise CredentialError("malformed token")
        header = _json_object(_raw(parts[0]))
        if set(header) - _HEADER or not all(isinstance(value, str) for value in header.values()):
            raise CredentialError("unusual token header")
        if header.get("alg") not in self._rules.algorithms or header.get("typ") not in _TYPES or "kid" not in header:
            raise CredentialError("token algorithm, type or key id")
        return header

    def _check_claims(self, claims: dict[str, Any]) -> None:
        rules, now = self._rules, self._now()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != rules.issuer or rules.audience not in audiences:
            raise CredentialError("token issuer or audience")
        times = [_time(claims, name) for name in ("exp", "iat")]
        begins = [times[1], _time(claims, "nbf") if "nbf" in claims else times[1]]
        if times[0] <= now - rules.leeway_seconds or max(begins) > now + rules.leeway_seconds:
            raise CredentialError("token time")

    def _principal(self, claims: dict[str, Any]) -> Principal:
        name, grants = claims.get("sub"), claims.get(self._rules.claim, [])
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
            raise CredentialError("token subject")
        if not isinstance(grants, list) or not all(isinstance(one, str) for one in grants):
            raise CredentialError("token grants")
        try:
            return Principal(name, f"token:{name}", parse_grants(grants))
        except UsageError:
            raise CredentialError("token grants") from None


def _time(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise CredentialError(f"token {name}")
    return value


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise CredentialError("malformed token") from None


def _json_object(raw: bytes) -> dict[str, Any]:
    """The object in a part of a token. Raises CredentialError for anything else, or where a name is there twice."""
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise CredentialError("malformed token") from None
    if not isinstance(found, dict):
        raise CredentialError("malformed token")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found
