"""A writer that is killed at any moment loses nothing that it acknowledged, and leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dromio import store

from ..postgres import place
from .factory import model

KILLS = int(os.environ.get("DROMIO_TEST_KILLS", "4"))
WRITER = """
import sys
from dromio import store
with store.open(sys.argv[1]) as opened:
    people = opened.domain("people")
    for number in range(int(sys.argv[2]), 10**9):
        told = {"given": "ABC"[number % 3], "family": "LR"[number % 2], "email": f"p{number % 7}@x.org"}
        people.resolve("crm", str(number), told)
        print(number, flush=True)
        if number % 5 == 4:
            people.delete("crm", str(number - 3))
            print(-(number - 3), flush=True)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost(kind: str, tmp_path: Path) -> None:
    with place(kind, tmp_path) as url:
        with store.open(url) as opened:
            opened.create_domain("people", model())
        there: set[int] = set()
        gone: set[int] = set()
        under_way: set[int] = set()
        start = 1
        for kill in range(KILLS):
            added, deleted = killed_after(url, start, seconds=0.05 + 0.02 * (kill % 5))
            there, gone = (there | added) - deleted, gone | deleted
            under_way |= {number - 3 for number in added if number % 5 == 4} - deleted
            start = max([start, *added]) + 2  # the one under way may have been written too
            with store.open(url) as opened:
                people = opened.domain("people")
                people.redo()
                assert people.verify().differences == ()
                stored = {int(key.unique_id) for keys in people.partition().values() for key in keys}
                assert there - stored <= under_way
                assert not gone & stored
        assert there


def killed_after(url: str, start: int, *, seconds: float) -> tuple[set[int], set[int]]:
    """(records acknowledged as added, as deleted) by a writer that is killed so long after its first answer."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(start)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    answers = [writer.stdout.readline()]
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    answers += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    numbers = [int(line) for line in answers if line.endswith("\n")]
    return {one for one in numbers if one > 0}, {-one for one in numbers if one < 0}
