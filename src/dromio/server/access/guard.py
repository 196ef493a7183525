"""Who sends a request: asks the right checker, and remembers the answer for as long as a revocation may take."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

from dromio.server.access import sigv4
from dromio.server.access.api_keys import ApiKeys
from dromio.server.access.signing_keys import SigningKeys
from dromio.server.access.tokens import Tokens
from dromio.server.errors import CredentialError
from dromio.server.messages import Request
from dromio.server.roles import EVERYWHERE, Principal, Role
from dromio.server.routes import Scheme

SERVICE = "profile"
"""Service name for which requests are signed."""
_REMEMBERED = 10_000
DEVELOPER = Principal("developer", "dev", {EVERYWHERE: frozenset(Role)})
"""Everybody, on a server that is run for a first look."""


class Guard:
    """Tells who sends a request."""

    def __init__(
        self,
        keys: ApiKeys,
        signing_keys: SigningKeys,
        tokens: Tokens | None,
        *,
        dev: bool,
        remember_seconds: float,
        skew_seconds: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._signing_keys = signing_keys
        self._tokens = tokens
        self._dev = dev
        self._remember = remember_seconds
        self._skew = skew_seconds
        self._now = now
        self._known: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    def known(self, request: Request, scheme: Scheme) -> Principal | None:
        """The sender, where it can be told without waiting; else None."""
        if scheme != "bearer":
            return None
        authorization = request.header("authorization")
        if authorization is None:
            return DEVELOPER if self._dev else None
        until, principal = self._known.get(_digest(authorization), (0.0, DEVELOPER))
        return principal if self._now() < until else None

    def check(self, request: Request, scheme: Scheme) -> Principal:
        """The sender. Raises CredentialError. May read the database, or ask the issuer of tokens for its keys."""
        if scheme == "signature":
            return self._signed(request)
        authorization = request.header("authorization")
        if authorization is None:
            if self._dev:
                return DEVELOPER
            raise CredentialError("no credential")
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer":
            raise CredentialError("another scheme")
        principal, until = self._bearer(text.strip())
        self._remember_for(authorization, principal, until)
        return principal

    def _bearer(self, text: str) -> tuple[Principal, float]:
        if text.startswith("dromio_"):
            return self._keys.check(text), self._now() + self._remember
        if self._tokens is None:
            raise CredentialError("tokens are not accepted")
        principal, ends = self._tokens.check(text)
        return principal, min(ends, self._now() + self._remember)

    def _signed(self, request: Request) -> Principal:
        claim = sigv4.read_claim(request, SERVICE)
        if self._dev:
            return DEVELOPER
        sigv4.check_time(claim, datetime.fromtimestamp(self._now(), UTC), self._skew)
        principal, secret = self._signing_keys.find(claim.key_id)
        sigv4.check_signature(request, claim, secret)
        return principal

    def _remember_for(self, authorization: str, principal: Principal, until: float) -> None:
        self._known[_digest(authorization)] = until, principal
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("latin-1", "replace")).digest()
