"""Where a server differs from what is safest: settings, files, keys, and the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dromio.errors import DromioError
from dromio.server.access.api_keys import ApiKeys, KeyRow
from dromio.server.access.signing_keys import SigningKeys
from dromio.server.audit import verify_chain
from dromio.server.roles import EVERYWHERE, Role
from dromio.server.settings import Settings
from dromio.server.tables import prepare_tables
from dromio.server.vault import Vault, load_vault
from dromio.store import clock
from dromio.store.database import Database, connect

_SQLITE = "sqlite:///"
_LARGE_BODY = 64_000_000
_LONG_SKEW = 300
_LONG_LEEWAY = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One deviation: what it is about, and what it means."""

    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"


def findings(settings: Settings, checkpoint: tuple[int, str] | None = None) -> list[Finding]:
    """Every deviation from what is safest. Makes nothing that is not there yet."""
    found = [*_of_settings(settings), *_of_files(settings)]
    if not _exists(settings.access_url):
        return [*found, Finding("keys", "there is no key yet; make one with dromio keys add")]
    try:
        vault = load_vault(settings.key_path, create=False)
        access = connect(settings.access_url)
    except DromioError as error:
        return [*found, Finding("keys", str(error))]
    try:
        prepare_tables(access)
        return [*found, *_of_keys(access, vault), *_of_audit(access, vault, checkpoint)]
    finally:
        access.close()


def _of_settings(settings: Settings) -> Iterator[Finding]:
    rows = (
        ("dev", settings.dev, "everybody on this machine may do everything, without a credential"),
        ("host", not settings.is_loopback, f"{settings.host} can be reached from other machines"),
        ("behind_tls", settings.behind_tls, "the server trusts that a proxy encrypts what leaves this machine"),
        ("allowed_hosts", EVERYWHERE in settings.allowed_hosts, "any Host is answered; name yours"),
        ("trusted_proxies", EVERYWHERE in settings.trusted_proxies, "anybody can pretend to be another client"),
        ("max_body_bytes", settings.max_body_bytes > _LARGE_BODY, "a few requests at once can fill the memory"),
        ("signature_skew_seconds", settings.signature_skew_seconds > _LONG_SKEW, "old signed requests are taken"),
        ("oidc_leeway_seconds", settings.oidc_leeway_seconds > _LONG_LEEWAY, "ended tokens are taken for long"),
        ("audit_reads_wait", not settings.audit_reads_wait, "a crash can lose the entries of the last reads"),
        ("log_level", settings.log_level == "DEBUG", "logs are long"),
        ("key_file", not settings.key_file, "the master key lies beside the data; keep it elsewhere"),
    )
    return (Finding(name, message) for name, deviates, message in rows if deviates)


def _of_files(settings: Settings) -> Iterator[Finding]:
    """Files that others than their owner can read."""
    paths = [
        Path(url.removeprefix(_SQLITE)) for url in (settings.store, settings.access_url) if url.startswith(_SQLITE)
    ]
    if settings.key_file or settings.store.startswith(_SQLITE):
        paths.append(settings.key_path)
    else:
        yield Finding("key_file", "no master key is named; the server will not start")
    if settings.tls_key:
        paths.append(Path(settings.tls_key))
    for path in paths:
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding(str(path), "others than its owner can read or change it; chmod 600")


def _of_keys(access: Database, vault: Vault) -> Iterator[Finding]:
    now = clock.now()
    rows = [row for row in [*ApiKeys(access, vault).rows(), *SigningKeys(access, vault).rows()] if row.is_valid(now)]
    if not rows:
        yield Finding("keys", "there is no valid key; make one with dromio keys add")
    for row in rows:
        yield from (Finding(f"key {row.key_id} ({row.name})", message) for message in _of_key(row))


def _of_key(row: KeyRow) -> Iterator[str]:
    if row.expires_at is None:
        yield "never expires"
    everywhere = row.grants.get(EVERYWHERE, frozenset())
    if everywhere - {Role.ADMIN, Role.AUDITOR}:
        yield f"holds {', '.join(sorted(everywhere - {Role.ADMIN, Role.AUDITOR}))} for all domains"
    if any(Role.ADMIN in roles and len(roles) > 1 for roles in row.grants.values()):
        yield "administers and works with data"


def _of_audit(access: Database, vault: Vault, checkpoint: tuple[int, str] | None) -> Iterator[Finding]:
    verdict = verify_chain(access, vault, checkpoint)
    if verdict.fault:
        yield Finding("audit log", f"{verdict.fault}; right up to entry {verdict.entries}")


def _exists(url: str) -> bool:
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).exists()
