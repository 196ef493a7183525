"""The command `keys`: a key is printed once, listed without its secret, and revoked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dromio.cli.keys import command
from dromio.errors import UnknownError, UsageError


def run(tmp_path: Path, *arguments: str) -> str:
    result = CliRunner().invoke(command, [*arguments, "--store", f"sqlite:///{tmp_path / 'x.db'}"])
    if result.exception:
        raise result.exception
    return result.output


@pytest.mark.parametrize("kind", [[], ["--signing"]])
def test_add_list_revoke(tmp_path: Path, kind: list[str]) -> None:
    secret = run(tmp_path, "add", "nightly load", "--grant", "people:ingest", *kind).split()[-1]
    listed = run(tmp_path, "list", *kind)
    assert "valid" in listed and "people:ingest" in listed and "nightly load" in listed and secret not in listed
    run(tmp_path, "revoke", listed.split()[0], *kind)
    assert "revoked" in run(tmp_path, "list", *kind)


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="people"):
        run(tmp_path, "add", "x", "--grant", "people")
    with pytest.raises(UnknownError):
        run(tmp_path, "revoke", "nobody")


def test_files_are_for_their_owner(tmp_path: Path) -> None:
    run(tmp_path, "add", "x", "--grant", "*:admin")
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
