"""`dromio doctor`: where a server differs from what is safest."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("doctor")
@click.option("--store", metavar="URL", help="sqlite:///FILE or postgresql://…, as given to serve.")
@click.option("--config", "path", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="TOML file.")
@click.option("--checkpoint", metavar="NUMBER:HASH", help="An earlier end of the audit log, which must still be in it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(store: str | None, path: Path | None, checkpoint: str | None, as_json: bool) -> None:
    """List every deviation from what is safest: settings, files, keys, the audit log.

    The exit code is 1 where there is one. Nothing is changed.
    """
    from dromio.server.findings import findings
    from dromio.server.settings import load_settings

    found = findings(load_settings(path, store=store), _checkpoint(checkpoint))
    if as_json:
        click.echo(json.dumps([{"subject": one.subject, "message": one.message} for one in found], indent=2))
    else:
        click.echo("\n".join(map(str, found)) or "Nothing deviates from what is safest.")
    if found:
        raise SystemExit(1)


def _checkpoint(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise click.UsageError(f"a checkpoint is NUMBER:HASH, found {text!r}")
    return int(number), digest
