"""A server: its domains, keys, audit log and state."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

from dromio.client import answers
from dromio.client.calls import Call, Caller
from dromio.client.connections import Connections
from dromio.client.domain import Domain
from dromio.client.errors import UnavailableError, UncertainError
from dromio.client.pages import items
from dromio.errors import UsageError


class Client:
    """The calls of a server, under one key or token; threads may share it. Close it, or use it in a `with` block.

    `timeout_seconds` is how long to wait for the network each time; the server itself gives up after 30 seconds.
    `attempts` is how often a call is made at most: again only what may be done twice, or is sent with an idempotency
    key, and only when the server was not reached, did not answer, or asked to come again later.
    A key is not sent over plain HTTP to another machine, unless `plain_http` says that the way there is safe.
    All methods raise ServerError.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout_seconds: float = 35,
        attempts: int = 4,
        tls: ssl.SSLContext | None = None,
        plain_http: bool = False,
    ) -> None:
        scheme, host, port, prefix = _parts(url)
        if timeout_seconds <= 0 or attempts < 1:
            raise UsageError("timeout_seconds must be above 0, and attempts at least 1")
        if scheme == "http" and key is not None and not plain_http and not _is_loopback(host):
            raise UsageError("a key would cross the network unencrypted; use https://, or say plain_http=True")
        context = (tls or ssl.create_default_context()) if scheme == "https" else None
        self._url = f"{scheme}://{host}"
        self._caller = Caller(Connections(host, port, timeout_seconds, context), prefix, key, attempts)

    def __repr__(self) -> str:
        return f"Client({self._url!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._caller.connections.close()

    def domain(self, name: str) -> Domain:
        """The domain of that name; whether it is there shows when it is used."""
        return Domain(self._caller, name)

    def domains(self) -> list[str]:
        """Names of the domains that this caller may know of."""
        return [one["name"] for one in self._get("/v1/domains")["domains"]]

    def create_domain(self, name: str, model: Mapping[str, Any]) -> Domain:
        """A new domain with a trained model, as in a model file."""
        self._caller.json(Call("POST", "/v1/domains", "never", {"name": name, "model": dict(model)}))
        return self.domain(name)

    def check_model(self, model: Mapping[str, Any]) -> answers.ModelCheck:
        """What a model holds; it is not kept. Raises RefusedModelError with every fault."""
        found: answers.ModelCheck = self._caller.json(Call("POST", "/v1/models/check", "safe", {"model": dict(model)}))
        return found

    def keys(self) -> list[answers.Key]:
        """All API keys, without their secrets."""
        return self._keys("/v1/keys")

    def create_key(self, name: str, grants: Iterable[str], *, expires_at: datetime | None = None) -> answers.NewKey:
        """A new API key with its secret, which is nowhere else; a grant is 'domain:role'."""
        return self._new_key("/v1/keys", name, grants, expires_at)

    def revoke_key(self, key_id: str) -> None:
        """Revoke an API key; no worker takes it any more after a few seconds."""
        self._revoke("/v1/keys", key_id)

    def signing_keys(self) -> list[answers.Key]:
        """All keys of signed requests, without their secrets."""
        return self._keys("/v1/signing-keys")

    def create_signing_key(
        self, name: str, grants: Iterable[str], *, expires_at: datetime | None = None
    ) -> answers.NewKey:
        """A new key for signed requests with its secret."""
        return self._new_key("/v1/signing-keys", name, grants, expires_at)

    def revoke_signing_key(self, key_id: str) -> None:
        """Revoke a key of signed requests."""
        self._revoke("/v1/signing-keys", key_id)

    def audit(self, *, per_page: int = 100) -> Iterator[dict[str, Any]]:
        """Entries of the audit log in order, as it is when the first page is asked for."""
        return items(self._caller, "/v1/audit", "entries", per_page)

    def verify_audit(self) -> answers.AuditVerdict:
        """Whether the chain of the audit log holds, and its end, to be kept elsewhere as a checkpoint."""
        found: answers.AuditVerdict = self._get("/v1/audit/verify")
        return found

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document of all routes."""
        found: dict[str, Any] = self._get("/v1/openapi.json")
        return found

    def is_alive(self) -> bool:
        """Whether the server answers at all; asked once."""
        return self._answers("/healthz")

    def is_ready(self) -> bool:
        """Whether the server can serve requests now; asked once."""
        return self._answers("/readyz")

    def metrics(self) -> str:
        """Counts and durations of requests, in the text format of Prometheus."""
        return self._caller.content(Call("GET", "/metrics", "safe")).decode()

    def _answers(self, path: str) -> bool:
        try:
            self._caller.content(Call("GET", path, "never"))
        except (UnavailableError, UncertainError):
            return False
        return True

    def _get(self, path: str) -> Any:
        return self._caller.json(Call("GET", path, "safe"))

    def _keys(self, path: str) -> list[answers.Key]:
        found: list[answers.Key] = self._get(path)["keys"]
        return found

    def _new_key(self, path: str, name: str, grants: Iterable[str], expires_at: datetime | None) -> answers.NewKey:
        body: dict[str, Any] = {"name": name, "grants": list(grants)}
        if expires_at is not None:
            body["expires_at"] = expires_at.isoformat()
        found: answers.NewKey = self._caller.json(Call("POST", path, "never", body))
        return found

    def _revoke(self, path: str, key_id: str) -> None:
        self._caller.json(Call("DELETE", f"{path}/{quote(key_id, safe='')}", "safe"))


def _parts(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path of an address. Raises UsageError, which does not repeat it: it may hold a secret."""
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        raise UsageError("the address of the server is not a URL") from None
    if (
        found.scheme not in ("http", "https")
        or not found.hostname
        or found.query
        or found.fragment
        or "@" in found.netloc
    ):
        raise UsageError(
            "the address of the server must be http://HOST[:PORT] or https://HOST[:PORT], without a secret"
        )
    return found.scheme, found.hostname, port, found.path.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
