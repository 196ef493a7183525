"""The page of the documentation: its examples run, and it names every operation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dromio.server.faces.customer_profiles.operations import EXTENSIONS, OPERATIONS
from dromio.server.faces.customer_profiles.options import Options

from ....postgres import place
from .conftest import running

PAGE = (Path(__file__).parents[4] / "docs" / "customer-profiles.md").read_text(encoding="utf-8")


def test_examples_of_the_page_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    with place("sqlite", tmp_path) as url, running(url, tmp_path, Options(tick_seconds=0.05), dev=True) as face:
        names: dict[str, object] = {}
        exec(code.replace("http://127.0.0.1:8080/customer-profiles", face.url), names)
        names["client"].close()  # type: ignore[attr-defined]
    said = capsys.readouterr().out
    assert said.startswith("2 profiles have this number\n[{'MatchId': ")


def test_every_operation_is_on_the_page() -> None:
    missing = [one.name for one in OPERATIONS if not re.search(rf"\b{one.name}\b", PAGE)]
    paths = [one.path.replace("{DomainName}", "{domain}") for one in EXTENSIONS]
    assert missing + [path for path in paths if path not in PAGE] == []
