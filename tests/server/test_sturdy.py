"""A short run of the promises that `bench/server.py` tries at length: workers killed under load lose nothing."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dromio import store
from dromio.server.access.api_keys import ApiKeys
from dromio.server.roles import Role, parse_grants
from dromio.server.run import server_config
from dromio.server.service import open_access
from dromio.server.settings import load_settings

from .asking import Answer
from .conftest import Make
from .factory import ANN, model


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int, str, str]]:
    """A server of two workers over a domain `people`: its process, port, key, and the URL of its store."""
    url = f"sqlite:///{tmp_path / 'people.db'}"
    with store.open(url) as made:
        made.create_domain("people", model())
    access, vault = open_access(load_settings(None, {}, store=url))
    key = ApiKeys(access, vault).create("everything", parse_grants([f"*:{role}" for role in Role]))[1]
    access.close()
    command = [sys.executable, "-m", "dromio.cli", "serve", "--store", url, "--port", "0", "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process, int(process.stdout.readline().rpartition(":")[2]), key, url
    finally:
        process.terminate()
        process.wait(40)
        process.stdout.close()


def workers_of(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def test_no_acknowledged_write_is_lost_when_a_worker_is_killed(
    running: tuple[subprocess.Popen[str], int, str, str],
) -> None:
    process, port, key, url = running
    acknowledged: list[str] = []
    is_over = threading.Event()
    failures = []

    def write(name: str) -> None:
        number = 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        while not is_over.is_set():
            number += 1
            unique_id = f"{name}-{number}"
            values = ANN | {"email": f"{unique_id}@example.org"}
            path = f"/v1/domains/people/records/crm/{unique_id}"
            try:
                connection.request("PUT", path, json.dumps({"values": values}), headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                continue
            if answer.status == 200:
                acknowledged.append(unique_id)
            elif answer.status >= 500 and answer.status != 503:
                failures.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=write, args=(f"w{one}",)) for one in range(3)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(acknowledged) > 20)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    before = len(acknowledged)
    wait_for(lambda: len(acknowledged) > before + 20)
    is_over.set()
    for thread in threads:
        thread.join()
    assert not failures
    with store.open(url) as opened:
        people = opened.domain("people")
        assert [one for one in acknowledged if people.entity_of("crm", one) is None] == []
        assert people.verify().is_sound


def wait_for(holds: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_worker_has_time_to_start_on_a_busy_machine() -> None:
    config = server_config(load_settings(None, {}), lambda: None)
    assert config.timeout_worker_healthcheck >= 15


def test_a_flood_is_refused_until_it_is_over(make: Make) -> None:
    """Many times what there is room for at once: every answer is right or says when to come again, and then all are."""
    rig = make(threads=2, queue=2, share=3, requests_per_second=1_000_000, burst=1_000_000)
    rig.service.store.create_domain("people", model())
    keys = [rig.key_for("people:ingest", "people:reader") for _ in range(3)]
    asked = {f"{number}": keys[number % 3] for number in range(60)}

    async def put(unique_id: str) -> Answer:
        path = f"/v1/domains/people/records/crm/{unique_id}"
        return await rig.asked("PUT", path, {"values": ANN}, key=asked[unique_id])

    async def all_at_once(unique_ids: list[str]) -> dict[str, Answer]:
        return dict(zip(unique_ids, await asyncio.gather(*map(put, unique_ids)), strict=True))

    waiting = list(asked)
    first = asyncio.run(all_at_once(waiting))
    statuses = {answer.status for answer in first.values()}
    assert 200 in statuses and statuses & {429, 503} and statuses <= {200, 429, 503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in first.values() if answer.status != 200)
    done = {one for one, answer in first.items() if answer.status == 200}
    people = rig.service.store.domain("people")
    assert {one for one in waiting if people.entity_of("crm", one) is not None} == done
    for unique_id in waiting:
        assert asyncio.run(put(unique_id)).status == 200
    assert all(people.entity_of("crm", one) is not None for one in waiting)
