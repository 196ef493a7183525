"""The command line: one file per command, each loaded only when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from dromio import __version__

COMMANDS = {
    "resolve": "Find which records are one entity.",
    "evaluate": "Compare a run with the truth.",
    "check": "Check a model file and try its examples.",
    "explain": "Say why two records are one, or not.",
    "import": "Read a model of another system.",
    "export": "Write a model for another system.",
    "store": "Keep identities: add records, search, review, erase.",
    "verify": "Work a store out again and name each difference.",
    "serve": "Answer over HTTP.",
    "keys": "Make, list and revoke keys of a server.",
    "doctor": "Say where a server is less safe than it could be.",
    "generate": "Write made-up dirty customers with their truth.",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are used: `dromio --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = "import_" if cmd_name == "import" else cmd_name  # a word of Python's own
        command: click.Command = import_module(f"dromio.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy)
@click.version_option(__version__, prog_name="dromio")
def cli() -> None:
    """Dromio finds which records are one person or organisation, says why, and how sure it is."""


def main() -> None:
    """Run the command line: errors made on purpose are one plain message on standard error and exit code 1."""
    from dromio.errors import DromioError

    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(130) from None
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except MemoryError:
        click.echo("dromio: memory ran out; nothing was written.", err=True)
        raise SystemExit(1) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    except DromioError as error:
        click.echo(f"dromio: {error}", err=True)
        raise SystemExit(1) from None
