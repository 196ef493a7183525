"""The command `serve`: settings that are not safe keep it from starting."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from dromio.cli.serve import command
from dromio.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--dev", "--host", "0.0.0.0"], "dev needs a loopback host"),
        (["--host", "0.0.0.0"], "tls_certificate or behind_tls"),
        (["--store", "postgresql://db.example/x"], "key_file"),
    ],
)
def test_unsafe_settings_do_not_start(arguments: list[str], named: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert isinstance(result.exception, UsageError) and named in str(result.exception)


def test_options_out_of_range_are_refused() -> None:
    assert CliRunner().invoke(command, ["--port", "70000"]).exit_code == 2
