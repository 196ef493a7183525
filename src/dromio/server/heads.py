"""Checks on the head of a request, before anything is done for it, and the headers that all replies have."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dromio.server.errors import ForbiddenError, RequestError, TooLargeError
from dromio.server.messages import Request
from dromio.server.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HSTS = {"strict-transport-security": "max-age=31536000"}
RawHeaders = dict[str, tuple[bytes, bytes]]
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_PORT = re.compile(r":\d{1,5}$")


@dataclass(frozen=True)
class Heads:
    """The rules for heads of requests and of replies."""

    settings: Settings

    def read(self, scope: Mapping[str, Any]) -> Request:
        """The request of an ASGI scope, without its body."""
        headers = tuple((bytes(name).lower(), bytes(value)) for name, value in scope["headers"])
        client = scope.get("client") or ("", 0)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        method, query = str(scope["method"]), bytes(scope.get("query_string", b""))
        return Request(method, raw_path.partition(b"?")[0], query, headers, str(client[0]), _request_id(headers))

    def check(self, request: Request) -> None:
        """Raise RequestError for a head that is too long, or for a host that is not ours."""
        if len(request.headers) > self.settings.max_headers:
            raise TooLargeError(f"a request may have {self.settings.max_headers} headers")
        if len(request.raw_path) + len(request.raw_query) > self.settings.max_target_bytes:
            raise TooLargeError(f"an address may have {self.settings.max_target_bytes} bytes")
        self._check_host(request)

    def _check_host(self, request: Request) -> None:
        host = _PORT.sub("", request.header("host") or "").lower()
        if host not in self.settings.allowed_hosts and "*" not in self.settings.allowed_hosts:
            raise RequestError("the host is not one that this server answers for")

    @cached_property
    def reply_headers(self) -> RawHeaders:
        """Headers of every reply, by name."""
        return raw_headers(SECURITY | (_HSTS if self.settings.has_tls else {}))


def raw_headers(headers: Mapping[str, str]) -> RawHeaders:
    """Headers as they go over the wire, by name."""
    return {name: (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()}


def refuse_cross_site(request: Request) -> None:
    """Raise ForbiddenError for a change that a page of another site makes a browser send.

    Only callers that need no credential could be abused so: a browser adds no bearer token by itself.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.header("origin")
    site = request.header("sec-fetch-site")
    if site not in (None, "same-origin", "none") or (origin and origin.partition("://")[2] != request.header("host")):
        raise ForbiddenError


def _request_id(headers: tuple[tuple[bytes, bytes], ...]) -> str:
    """The id that the caller gave, where it is a plain one, or a new one."""
    given = next((value for name, value in headers if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
