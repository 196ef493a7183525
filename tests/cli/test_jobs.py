"""`dromio store jobs`: run, listed, cancelled."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dromio import store
from dromio.cli.store import command
from dromio.errors import InputError
from dromio.jobs import Queue
from dromio.store.database import connect

from ..store.factory import model


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    with store.open("sqlite:///store.db") as opened:
        opened.create_domain("people", model())
    return "sqlite:///store.db"


def add(url: str, kind: str, **options: int) -> int:
    with closing(connect(url)) as database:
        return Queue(database).add("people", kind, options, author="me").job_id  # type: ignore[arg-type]


def invoke(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(command, ["jobs", *arguments])
    if isinstance(done.exception, Exception):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def test_jobs_are_run_once_and_listed(url: str) -> None:
    assert invoke("run", "store.db", "--once").output == ""
    add(url, "resolve")
    add(url, "apply", version=9)
    ran = invoke("run", url, "--once", code=1).output.splitlines()
    assert ran == [
        "job 1 (people, resolve): done",
        "job 2 (people, apply): failed: there is no model version 9",
    ]
    assert invoke("list", "store.db", "--domain", "people").output.splitlines() == ran[::-1]
    told = json.loads(invoke("list", "store.db", "--domain", "people", "--json", "--limit", "1").output)
    assert [(job["job_id"], job["state"]) for job in told] == [(2, "failed")]


def test_a_runner_that_is_told_to_stop_puts_its_job_back(url: str) -> None:
    slow = """
import sys, time
from dromio.jobs import worker
def run_kind(run):
    print("began", flush=True)
    time.sleep(60)
worker.run_kind = run_kind
from dromio.cli.store import command
command(["jobs", "run", "store.db", "--seconds", "0.1"], standalone_mode=False)
"""
    number = add(url, "resolve")
    process = subprocess.Popen(
        [sys.executable, "-c", slow], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "began\n"
    process.terminate()
    process.wait(30)
    process.stdout.close()
    with closing(connect(url)) as database:
        job = Queue(database).get(number)
    assert (job.state, job.attempt) == ("waiting", 0)


def test_a_job_is_cancelled(url: str) -> None:
    number = str(add(url, "verify"))
    assert invoke("cancel", "store.db", number).output == "job 1 (people, verify): cancelled\n"
    assert invoke("run", "store.db", "--once").output == ""


def test_a_store_that_is_not_there_is_not_made(url: str) -> None:
    with pytest.raises(InputError, match=r"there is no store other\.db"):
        invoke("run", "other.db", "--once")
    assert not Path("other.db").exists()
