"""What all faces work on: the store, and everything that guards it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from dromio.errors import DromioError
from dromio.server.access.api_keys import ApiKeys
from dromio.server.access.guard import Guard
from dromio.server.access.issuer_keys import IssuerKeys
from dromio.server.access.signing_keys import SigningKeys
from dromio.server.access.tokens import TokenRules, Tokens
from dromio.server.audit import AuditLog
from dromio.server.cursors import Cursors
from dromio.server.errors import MissingError
from dromio.server.idempotency import KeptReplies
from dromio.server.messages import Request
from dromio.server.metrics import Metrics
from dromio.server.roles import Principal
from dromio.server.routes import DOMAIN
from dromio.server.settings import Settings
from dromio.server.tables import prepare_tables
from dromio.server.vault import Vault, load_vault
from dromio.store import Domain, Store
from dromio.store import open as open_store
from dromio.store.database import Database, connect

Part = TypeVar("Part")


@dataclass(frozen=True)
class Service:
    """The parts that a server process is made of."""

    settings: Settings
    store: Store
    access: Database
    vault: Vault
    keys: ApiKeys
    signing_keys: SigningKeys
    guard: Guard
    audit: AuditLog
    replies: KeptReplies
    cursors: Cursors
    metrics: Metrics
    _parts: dict[Callable[..., object], object] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def part(self, make: Callable[[Service], Part]) -> Part:
        """What a face keeps beside the store: made of the service on first use, the same ever after."""
        with self._lock:
            if make not in self._parts:
                self._parts[make] = make(self)
            return cast(Part, self._parts[make])

    def fault(self) -> str:
        """Why requests cannot be served now; empty where they can."""
        if not self.audit.is_well:
            return "the audit log cannot be written"
        try:
            self.store.domains()
        except Exception as error:  # noqa: BLE001 - whatever it is, the store does not answer
            return f"the store does not answer: {type(error).__name__}"
        return ""

    def close(self) -> None:
        """Write what waits, and let everything go."""
        self.audit.close()
        self.metrics.write()
        self.access.close()
        self.store.close()


def open_service(settings: Settings, metrics: Metrics | None = None) -> Service:
    """The service for some settings: databases opened, tables made, keys read. Raises DromioError."""
    access, vault = open_access(settings)
    try:
        store = open_store(settings.store)
    except DromioError:
        access.close()
        raise
    keys, signing_keys = ApiKeys(access, vault), SigningKeys(access, vault)
    guard = Guard(
        keys,
        signing_keys,
        _tokens(settings),
        dev=settings.dev,
        remember_seconds=settings.credential_cache_seconds,
        skew_seconds=settings.signature_skew_seconds,
    )
    replies = KeptReplies(
        access, vault, keep_seconds=settings.idempotency_hours * 3600, work_seconds=settings.total_seconds * 2
    )
    cursors = Cursors(vault, settings.cursor_hours * 3600)
    audit = AuditLog(access, vault)
    return Service(
        settings, store, access, vault, keys, signing_keys, guard, audit, replies, cursors, metrics or Metrics()
    )


def open_access(settings: Settings) -> tuple[Database, Vault]:
    """The database of keys and the audit log, and the master key: made where there are none yet. Raises DromioError."""
    beside = settings.store.startswith("sqlite:///") and not settings.key_file
    vault = load_vault(settings.key_path, create=beside)
    access = connect(settings.access_url)
    try:
        prepare_tables(access)
    except DromioError:
        access.close()
        raise
    return access, vault


def _tokens(settings: Settings) -> Tokens | None:
    if not settings.oidc_issuer:
        return None
    rules = TokenRules(
        settings.oidc_issuer,
        settings.oidc_audience,
        settings.oidc_algorithms,
        settings.oidc_leeway_seconds,
        settings.oidc_claim,
    )
    return Tokens(rules, IssuerKeys(settings.oidc_keys), time.time)


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request, as handlers see it."""

    service: Service
    principal: Principal
    path: Mapping[str, str]
    request: Request

    @property
    def domain(self) -> Domain:
        """The domain that the path names. Raises UnknownError."""
        return self.service.store.domain(self.path[DOMAIN])

    def number(self, name: str) -> int:
        """A number in the path. Raises MissingError for what is none: nothing is found under it."""
        text = self.path[name]
        if not (text.isascii() and text.isdecimal() and len(text) <= 18 and text == str(int(text))):
            raise MissingError("there is nothing at this address")
        return int(text)

    def cursor(self, position: object) -> str:
        """A cursor with which this principal can go on in this list."""
        return self.service.cursors.make(position, self._bound_to)

    def position(self, cursor: str) -> object:
        """Where a cursor of `cursor` points. Raises RequestError."""
        return self.service.cursors.read(cursor, self._bound_to)

    @property
    def _bound_to(self) -> tuple[str, str]:
        return self.principal.credential, self.request.raw_path.decode("latin-1")
