"""The platform whose conversations are tagged: one seam, spoken to over HTTP with what Python brings along."""

from __future__ import annotations

import base64
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from dromio.contact_centre.options import Options
from dromio.errors import DromioError, UsageError

_PATHS: Mapping[str, str] = {
    "VOICE": "calls/",
    "CALLBACK": "callbacks/",
    "EMAIL": "emails/",
    "MESSAGE": "messages/",
}
_MOST_BYTES = 1_000_000
_EARLY_SECONDS = 60


class PlatformError(DromioError):
    """The platform cannot be reached, or answers with what it never should."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Status and headers (names in lower case) of an answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Platform(Protocol):
    """What a tagger needs of the platform."""

    def patch(self, path: str, body: Mapping[str, Any]) -> Answered:
        """The answer to a change. Raises PlatformError."""

    def refresh(self) -> None:
        """Forget the token, so that the next call asks for a new one."""


def attributes_path(media: str, conversation: str, participant: str) -> str:
    """The path under which attributes of a participant are written: one for each medium, or the one for any."""
    kind = _PATHS.get(media, "")
    return f"/api/v2/conversations/{kind}{_part(conversation)}/participants/{_part(participant)}/attributes"


class HttpPlatform:
    """The platform at the URLs of the options, signed in as an OAuth client."""

    def __init__(self, options: Options) -> None:
        for name in ("api_url", "login_url"):
            _check_url(name, getattr(options, name))
        self._options = options
        self._token = ""
        self._until = 0.0
        self._turn = threading.Lock()
        self._opener = urllib.request.build_opener(_NoRedirect)

    def patch(self, path: str, body: Mapping[str, Any]) -> Answered:
        """The answer to a change. Raises PlatformError."""
        headers = {"authorization": f"Bearer {self._signed_in()}", "content-type": "application/json"}
        return self._ask("PATCH", f"{self._options.api_url}{path}", headers, json.dumps(body).encode())

    def refresh(self) -> None:
        """Forget the token, so that the next call asks for a new one."""
        with self._turn:
            self._token = ""

    def _signed_in(self) -> str:
        with self._turn:
            if not self._token or time.monotonic() >= self._until:
                self._token, seconds = self._new_token()
                self._until = time.monotonic() + max(0, seconds - _EARLY_SECONDS)
            return self._token

    def _new_token(self) -> tuple[str, float]:
        client = f"{quote(self._options.client_id, safe='')}:{quote(self._options.client_secret, safe='')}"
        headers = {
            "authorization": f"Basic {base64.b64encode(client.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }
        url = f"{self._options.login_url}/oauth/token"
        answer = self._ask("POST", url, headers, b"grant_type=client_credentials")
        if answer.status != 200:
            raise PlatformError(f"the platform gives no token: status {answer.status}")
        try:
            found = json.loads(answer.body)
            return str(found["access_token"]), float(found.get("expires_in", 0))
        except (ValueError, KeyError, TypeError):
            raise PlatformError("the platform gives no token: its answer cannot be read") from None

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
        try:
            with self._opener.open(request, timeout=self._options.platform_seconds) as reply:
                return Answered(reply.status, _lower(reply.headers), reply.read(_MOST_BYTES))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answered(refused.code, _lower(refused.headers))
        except OSError as error:
            raise PlatformError(f"the platform cannot be reached: {type(error).__name__}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is never sent to where somebody else points."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _part(text: str) -> str:
    return quote(text, safe="")


def _check_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise UsageError(f"{name} must be an https address, as https://api.mypurecloud.ie")
