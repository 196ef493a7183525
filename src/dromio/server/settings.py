"""Settings of the server process: defaults, then a file, then the environment, then the command line.

Every setting is one row here; the reference in the documentation is made from these rows.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dromio.errors import InputError, UsageError

PREFIX = "DROMIO_SERVER_"
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]


def _split(value: Any) -> Any:
    """Lists are written with commas in the environment."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_split)]
Algorithms = Annotated[tuple[Algorithm, ...], BeforeValidator(_split)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Settings(BaseModel):
    """Everything that a server process can be told; safe as it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    store: str = Field("sqlite:///dromio.db", description="URL of the identity store")
    access_store: str = Field(
        "", description="URL of keys and audit log; empty: FILE.server.db, or the same PostgreSQL"
    )
    key_file: str = Field("", description="file of the master key, 64 hexadecimal digits; empty: FILE.key of SQLite")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    workers: int = Field(1, ge=1, le=64, description="worker processes")
    dev: bool = Field(False, description="first look: loopback only, no credentials needed")
    tls_certificate: str = Field("", description="PEM file of the certificate chain, to serve TLS itself")
    tls_key: str = Field("", description="PEM file of the private key of the certificate")
    behind_tls: bool = Field(False, description="a proxy in front ends TLS; needed to listen beyond loopback without")
    trusted_proxies: Texts = Field((), description="addresses of proxies whose X-Forwarded-For is believed")
    allowed_hosts: Texts = Field(("localhost", "127.0.0.1", "[::1]"), description="names that Host may have")
    max_body_bytes: int = Field(4_000_000, ge=1_000, le=1_000_000_000, description="largest body of a request")
    max_target_bytes: int = Field(8_192, ge=256, le=65_536, description="longest path with its query")
    max_headers: int = Field(64, ge=8, le=1_000, description="most headers of a request")
    max_bulk: int = Field(1_000, ge=1, le=100_000, description="most records of one request")
    max_page: int = Field(1_000, ge=1, le=100_000, description="most items of one page")
    max_connections: int = Field(1_000, ge=10, le=100_000, description="most connections of a worker; the rest get 503")
    header_seconds: Seconds = Field(10, description="time for the headers of a request to arrive")
    body_seconds: Seconds = Field(20, description="time for the body of a request to arrive")
    total_seconds: Seconds = Field(30, description="time for an answer, waiting included")
    keep_alive_seconds: int = Field(15, ge=1, le=3600, description="time that an idle connection is kept")
    stop_seconds: int = Field(20, ge=1, le=3600, description="time for requests to end when the server stops")
    threads: int = Field(16, ge=1, le=256, description="requests worked on at once in a worker")
    queue: int = Field(128, ge=0, le=10_000, description="requests that may wait in a worker; the rest get 503")
    share: int = Field(
        72, ge=1, le=10_000, description="requests of one credential in a worker at once; the rest get 429"
    )
    requests_per_second: float = Field(1_000, gt=0, description="rate per credential and worker; the rest get 429")
    burst: int = Field(2_000, ge=1, description="requests that a credential may send at once")
    failures_per_minute: float = Field(60, gt=0, description="refused credentials per client address and worker")
    credential_cache_seconds: float = Field(2, ge=0, le=5, description="delay until a revoked key is refused")
    oidc_issuer: str = Field("", description="issuer of bearer tokens; empty: no tokens are accepted")
    oidc_audience: str = Field("", description="audience that tokens must name")
    oidc_keys: str = Field("", description="JWKS of the issuer: a file, or an https URL")
    oidc_algorithms: Algorithms = Field(("RS256", "ES256"), description="signature algorithms of tokens")
    oidc_leeway_seconds: float = Field(30, ge=0, le=300, description="clock difference allowed with the issuer")
    oidc_claim: str = Field("dromio", min_length=1, description="claim that lists grants as domain:role")
    signature_skew_seconds: float = Field(300, ge=1, le=900, description="clock difference allowed to signed requests")
    audit_reads_wait: bool = Field(True, description="replies to reads, too, wait until their audit entry is durable")
    idempotency_hours: float = Field(24, gt=0, le=720, description="time that replies are kept for idempotency keys")
    cursor_hours: float = Field(24, gt=0, le=720, description="time that page cursors are valid")
    jobs_seconds: float = Field(
        1, ge=0, le=3600, description="how often a worker process looks for jobs to run; 0: never, others run them"
    )
    customer_profiles_phone_region: str = Field(
        "US", pattern="^[A-Z]{2}$", description="country of phone numbers of profiles that do not tell theirs"
    )
    customer_profiles_activation_seconds: float = Field(
        3600, ge=0, le=604_800, description="time from a change of rules of profiles to their evaluation; none with dev"
    )
    customer_profiles_lock_seconds: float = Field(
        86_400, ge=0, le=2_592_000, description="time in which active rules cannot be changed; none with dev"
    )
    customer_profiles_tick_seconds: float = Field(
        5, ge=0, le=3600, description="time between looks for work on profiles that is due; 0 for none, others do it"
    )
    customer_profiles_export_folder: str = Field(
        "", description="folder in which every bucket is a folder, to export matches of profiles to"
    )
    customer_profiles_export_endpoint: str = Field(
        "", description="address of an S3-compatible object store to export matches to, as https://HOST"
    )
    customer_profiles_export_region: str = Field(
        "us-east-1", pattern="^[a-z0-9-]{1,40}$", description="region for which exports are signed"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")

    @property
    def is_loopback(self) -> bool:
        """Whether only programs of this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def has_tls(self) -> bool:
        """Whether what leaves this machine is encrypted."""
        return bool(self.tls_certificate) or self.behind_tls

    @property
    def access_url(self) -> str:
        """URL of the database of keys and the audit log."""
        if self.access_store or not self.store.startswith("sqlite:///"):
            return self.access_store or self.store
        return f"{self.store.removesuffix('.db')}.server.db"

    @property
    def key_path(self) -> Path:
        """File of the master key. Raises UsageError where none is named and there is no file to put it beside."""
        if self.key_file:
            return Path(self.key_file)
        if self.store.startswith("sqlite:///"):
            return Path(f"{self.store.removeprefix('sqlite:///').removesuffix('.db')}.key")
        raise UsageError(f"name the file of the master key: key_file, or {PREFIX}KEY_FILE")


def is_loopback(host: str) -> bool:
    """Whether an address or name stands for this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _is_endpoint(address: str) -> bool:
    """Whether an object store may be there: nothing, or an address to which nobody else can listen."""
    found = urlsplit(address)
    is_safe = found.scheme == "https" or (found.scheme == "http" and is_loopback(found.hostname or ""))
    return not address or (is_safe and bool(found.hostname) and not found.query and not found.username)


def load_settings(path: Path | None = None, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings; what is given wins over the environment, that over the file. Raises UsageError with all faults."""
    environment = os.environ if environment is None else environment
    named = {key.removeprefix(PREFIX).lower(): text for key, text in environment.items() if key.startswith(PREFIX)}
    chosen = {key: value for key, value in given.items() if value is not None}
    try:
        settings = Settings.model_validate(_file(path) | named | chosen)
    except ValidationError as error:
        raise UsageError(f"settings are not valid: {'; '.join(map(_fault, error.errors()))}") from None
    _check(settings)
    return settings


def _file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read the settings {path}: {error}") from None


def _fault(item: Any) -> str:
    name = ".".join(map(str, item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"{name}: there is no such setting"
    return f"{name}: {item['msg']} (found {item['input']!r})"


def _check(settings: Settings) -> None:
    """Raise UsageError with everything that does not fit together; nothing unsafe is left to a warning."""
    wrong = [text for text, broken in _conflicts(settings) if broken]
    if wrong:
        raise UsageError(f"settings do not fit together: {'; '.join(wrong)}")


def _conflicts(settings: Settings) -> list[tuple[str, bool]]:
    oidc = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_keys)
    remote_keys = settings.oidc_keys.startswith(("http:", "ftp:"))
    return [
        ("dev needs a loopback host", settings.dev and not settings.is_loopback),
        ("a host beyond loopback needs tls_certificate or behind_tls", not (settings.is_loopback or settings.has_tls)),
        ("tls_certificate and tls_key need each other", bool(settings.tls_certificate) != bool(settings.tls_key)),
        ("oidc_issuer, oidc_audience and oidc_keys need each other", any(oidc) and not all(oidc)),
        (
            "customer_profiles_export_folder and customer_profiles_export_endpoint exclude each other",
            bool(settings.customer_profiles_export_folder and settings.customer_profiles_export_endpoint),
        ),
        (
            "customer_profiles_export_endpoint must be an https URL, or http of this machine",
            not _is_endpoint(settings.customer_profiles_export_endpoint),
        ),
        ("oidc_algorithms must not be empty", not settings.oidc_algorithms),
        ("oidc_keys must be a file or an https URL", remote_keys),
        ("allowed_hosts must not be empty", not settings.allowed_hosts),
        ("body_seconds must not be longer than total_seconds", settings.body_seconds > settings.total_seconds),
    ]
