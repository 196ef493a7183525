"""The command `doctor`: deviations are listed, and the exit code tells."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from dromio.cli.doctor import command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_deviations_are_listed(tmp_path: Path) -> None:
    config = tmp_path / "server.toml"
    config.write_text('log_level = "DEBUG"\n')
    result = run("--store", f"sqlite:///{tmp_path / 'x.db'}", "--config", str(config))
    assert result.exit_code == 1
    assert "log_level: logs are long" in result.output and "keys: there is no key yet" in result.output


def test_deviations_as_json(tmp_path: Path) -> None:
    result = run("--store", f"sqlite:///{tmp_path / 'x.db'}", "--json")
    assert {one["subject"] for one in json.loads(result.output)} == {"key_file", "keys"}


def test_a_checkpoint_that_is_none_is_refused(tmp_path: Path) -> None:
    assert run("--store", f"sqlite:///{tmp_path / 'x.db'}", "--checkpoint", "5").exit_code == 2
