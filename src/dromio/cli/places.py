"""Where the commands of `dromio store` work: on a store, or with `--server` on a server that has one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from dromio.cli.remote import RemoteDomain
    from dromio.client import Client
    from dromio.model.schema import Model
    from dromio.store import Resolution
    from dromio.store.entities import Entity, Event
    from dromio.store.erase import Certificate
    from dromio.store.golden import GoldenRecord
    from dromio.store.proposal import Proposal
    from dromio.store.review import ReviewItem, Settings
    from dromio.store.verify import Verification

KEY = "DROMIO_KEY"
OFFERED = frozenset(
    """init add search show history merge unmerge undo erase review export settings verify resolve propose
    apply""".split()
)
"""Commands that a server answers."""
_REMOTE = "dromio.server"


class Place(Protocol):
    """What the commands ask of a domain, wherever it is."""

    def resolve(self, source: str, unique_id: str, values: Mapping[str, Any]) -> Resolution: ...
    def search(self, values: Mapping[str, Any]) -> Resolution: ...
    def entity(self, entity_id: int, *, as_of: datetime | None = None) -> Entity: ...
    def entity_of(self, source: str, unique_id: str) -> int | None: ...
    def golden(self, entity_id: int) -> GoldenRecord: ...
    def history(self, entity_id: int) -> list[Event]: ...
    def merge(self, *entities: int, author: str, reason: str = "") -> int: ...
    def unmerge(self, entity: int, records: Iterable[tuple[str, str]], *, author: str, reason: str = "") -> int: ...
    def undo(self, act: int) -> None: ...
    def erase(self, entity_id: int, *, suppress: bool = False) -> Certificate: ...
    def review(self, limit: int = 100) -> list[ReviewItem]: ...
    def decide(self, item_id: int, *, accept: bool, author: str) -> int: ...
    def export(self, entity_id: int) -> dict[str, Any]: ...
    def settings(self) -> Settings: ...
    def ask_consent(self, *, wanted: bool = True) -> None: ...
    def keep_review(self, days: int | None) -> None: ...
    def redo(self) -> int: ...
    def verify(self) -> Verification: ...
    def resolve_all(self) -> int: ...
    def propose_model(self, model: Model, *, shown: int) -> Proposal: ...
    def apply_model(self, version: int) -> int: ...


class StoreCommand(click.Command):
    """A command on a STORE, in whose place `--server URL` may name a server.

    The address takes the place of the argument, and of the author, for the server knows whose the key is.
    """

    def __init__(self, *arguments: Any, **given: Any) -> None:
        super().__init__(*arguments, **given)
        if self.name in OFFERED:
            self.params += [
                click.Option(["--server"], metavar="URL", expose_value=False, help="Ask a server; no STORE is named."),
                click.Option(
                    ["--key-file"],
                    type=click.Path(path_type=Path),
                    callback=_noted("key_file"),
                    expose_value=False,
                    help=f"File of the key for the server; else the environment variable {KEY}.",
                ),
            ]
        if self.name == "erase":
            note = _noted("reason")
            self.params.append(click.Option(["--reason"], callback=note, expose_value=False, help="Why, for a server."))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let the address of a server take the place of the store."""
        server, args = _taken(args, "--server")
        if server is not None:
            if self.name not in OFFERED:
                raise click.UsageError(
                    f"a server does not answer {self.name!r}; run it where the store is, on the STORE itself", ctx
                )
            if not is_remote(server):
                raise click.UsageError(f"--server takes http://… or https://…, found {server!r}", ctx)
            ctx.meta[_REMOTE] = {}
            args = [server, *args]
            if any(one.name == "author" for one in self.params):
                if any(one == "--author" or one.startswith("--author=") for one in args):
                    raise click.UsageError("with --server the key says who decides; leave --author out", ctx)
                args = ["--author", "the key", *args]
        rest = super().parse_args(ctx, args)
        if server is None and is_remote(str(ctx.params.get("url", ""))):
            raise click.UsageError("a server is named with --server URL", ctx)
        return rest


class StoreGroup(click.Group):
    """Commands on a store."""

    command_class = StoreCommand


@contextmanager
def remote(url: str, domain: str) -> Iterator[RemoteDomain]:
    """A domain of a server. Raises UsageError, InputError."""
    from dromio.cli.remote import RemoteDomain

    with connected(url) as client:
        yield RemoteDomain(client, domain, _notes().get("reason") or "")


@contextmanager
def connected(url: str) -> Iterator[Client]:
    """A client of a server, with the key that was named. Raises UsageError, InputError."""
    from dromio.client import Client

    with Client(url, _key(_notes().get("key_file"))) as client:
        yield client


def is_remote(url: str) -> bool:
    """Whether the place of a store names a server."""
    return url.startswith(("http://", "https://"))


def _key(path: Path | None) -> str | None:
    """The key for the server; None where none is named, for servers that want none. Raises InputError."""
    from dromio.errors import InputError

    if path is None:
        return os.environ.get(KEY, "").strip() or None
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text of ASCII"
        raise InputError(f"cannot read the key file {path}: {why}") from None
    if not key or len(key.split()) != 1:
        raise InputError(f"the key file {path} must hold one key and nothing else")
    return key


def _notes() -> dict[str, Any]:
    context = click.get_current_context(silent=True)
    found: dict[str, Any] = {} if context is None else context.meta.get(_REMOTE, {})
    return found


def _noted(name: str) -> Any:
    """Keeps what an option says for the connection to the server; without a server the option is refused."""

    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value is None:
            return
        if _REMOTE not in context.meta:
            raise click.UsageError(f"--{name.replace('_', '-')} needs --server", context)
        context.meta[_REMOTE][name] = value

    return keep


def _taken(args: list[str], option: str) -> tuple[str | None, list[str]]:
    """The value of an option, and the arguments without it."""
    for place, one in enumerate(args):
        if one == "--":
            break
        if one == option and place + 1 < len(args):
            return args[place + 1], [*args[:place], *args[place + 2 :]]
        if one.startswith(f"{option}="):
            return one.partition("=")[2], [*args[:place], *args[place + 1 :]]
    return None, args
