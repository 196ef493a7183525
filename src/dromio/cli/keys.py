"""`dromio keys`: who may call a server, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dromio.server.access.api_keys import ApiKeys, KeyRow
    from dromio.server.access.signing_keys import SigningKeys

_MICROSECONDS = 1_000_000
_DAY = 24 * 3600 * _MICROSECONDS


@click.group("keys")
def command() -> None:
    """Make, list and revoke keys of a server."""


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--signing", is_flag=True, help="Keys that sign requests, instead of API keys."),
        click.option("--config", "path", type=click.Path(dir_okay=False, exists=True, path_type=Path)),
        click.option("--store", metavar="URL", help="sqlite:///FILE or postgresql://…, as given to serve."),
    ):
        function = option(function)
    return function


@command.command("add")
@click.argument("name")
@click.option("--grant", "grants", multiple=True, required=True, metavar="DOMAIN:ROLE", help="May be repeated.")
@click.option("--days", type=click.IntRange(min=1), default=365, show_default=True, help="Days until it expires.")
@_options
def add(name: str, grants: tuple[str, ...], days: int, store: str | None, path: Path | None, signing: bool) -> None:
    """Make a key for NAME and print it, once.

    Roles are reader, ingest, steward, privacy, admin, auditor; the domain * stands for all domains.
    """
    from dromio.server.roles import parse_grants
    from dromio.store import clock

    with _keys(store, path, signing) as keys:
        row, secret = keys.create(name, parse_grants(grants), clock.now() + days * _DAY)
    click.echo(f"{row.key_id}\n{secret}" if signing else secret)


@command.command("list")
@_options
def listed(store: str | None, path: Path | None, signing: bool) -> None:
    """List all keys, without their secrets."""
    with _keys(store, path, signing) as keys:
        for row in keys.rows():
            click.echo(_line(row))


@command.command("revoke")
@click.argument("key_id")
@_options
def revoke(key_id: str, store: str | None, path: Path | None, signing: bool) -> None:
    """Revoke the key KEY_ID."""
    with _keys(store, path, signing) as keys:
        keys.revoke(key_id)


@contextmanager
def _keys(store: str | None, path: Path | None, signing: bool) -> Iterator[ApiKeys | SigningKeys]:
    import os

    from dromio.server.access.api_keys import ApiKeys
    from dromio.server.access.signing_keys import SigningKeys
    from dromio.server.service import open_access
    from dromio.server.settings import load_settings

    os.umask(0o077)
    access, vault = open_access(load_settings(path, store=store))
    try:
        yield SigningKeys(access, vault) if signing else ApiKeys(access, vault)
    finally:
        access.close()


def _line(row: KeyRow) -> str:
    from dromio.server.roles import grant_texts
    from dromio.store.clock import as_text, now

    state = "valid" if row.is_valid(now()) else "revoked" if row.revoked_at else "expired"
    until = as_text(row.expires_at) if row.expires_at else "never"
    return f"{row.key_id}  {state}  until {until}  {','.join(grant_texts(row.grants))}  {row.name}"
