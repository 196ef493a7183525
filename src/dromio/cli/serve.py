"""`dromio serve`: the server, on a file or PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("serve")
@click.option("--store", metavar="URL", help="sqlite:///FILE or postgresql://…; a file is made on first use.")
@click.option("--host", help="Address to listen on; only this machine can reach the default, 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, by default 8080; 0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes, by default 1.")
@click.option("--config", "path", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="TOML file.")
@click.option("--dev", is_flag=True, default=None, help="First look: this machine only, no credentials needed.")
def command(
    store: str | None, host: str | None, port: int | None, workers: int | None, path: Path | None, dev: bool | None
) -> None:
    """Serve the API of an identity store until stopped.

    Settings come from --config, from the environment (DROMIO_SERVER_…) and from these options, the later winning.
    Everybody needs a key, see `dromio keys`; with --dev nobody does, and only this machine can reach the server.
    """
    import os

    from dromio.errors import MissingExtraError
    from dromio.server.settings import load_settings

    settings = load_settings(path, store=store, host=host, port=port, workers=workers, dev=dev)
    try:
        from dromio.server.run import serve
    except ImportError:
        raise MissingExtraError("the server", "server") from None
    os.umask(0o077)
    if settings.dev:
        click.echo("No credentials are needed: this is for a first look, not for real data.", err=True)
    serve(settings, lambda url: click.echo(f"Dromio listens on {url}"))
