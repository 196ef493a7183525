"""Running jobs: to the end, cancelled in the middle, killed, by several processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from dromio import store
from dromio.errors import InputError
from dromio.jobs import Job, Queue, Worker, kinds
from dromio.jobs import worker as workers
from dromio.jobs.worker import told
from dromio.store.delivered import Delivery

ANN = {"given": "Ann", "family": "Lee", "email": "ann@x.org", "phone": "4711"}


def rows(count: int, start: int = 0) -> list[tuple[Any, ...]]:
    return [("crm", str(number), ANN | {"email": f"p{number}@x.org"}, None) for number in range(start, start + count)]


def fill(url: str, count: int = 4) -> None:
    with store.open(url) as opened:
        opened.domain("people").resolve_many([Delivery(*row) for row in rows(count)])


def run(url: str, queue: Queue, kind: Any, options: dict[str, Any] | None = None, **given: Any) -> Job:
    job = queue.add("people", kind, options, author="me", **given)
    Worker(url).run_all()
    return queue.get(job.job_id)


def test_every_kind_does_what_it_says(url: str, queue: Queue) -> None:
    fill(url)
    with store.open(url) as opened:
        people = opened.domain("people")
        version = people.add_model(people.model)
        entities = len(people.partition())
    assert run(url, queue, "resolve").result == {"entities": entities}
    verified = run(url, queue, "verify").result
    assert verified and verified["is_sound"] and verified["records"] == 4 and verified["differences"] == []
    assert run(url, queue, "redo").result == {"blocks": 0}
    proposed = run(url, queue, "propose", {"version": version}).result
    assert proposed and proposed["entities_after"] == entities
    assert run(url, queue, "apply", {"version": version}).result == {"entities": entities, "version": version}
    done = run(url, queue, "import", {"parts": 2}, parts=[rows(3, 4), rows(2, 6)])
    assert (done.state, done.result, done.progress) == ("done", {"added": 4, "unchanged": 1}, 1)


def test_a_record_that_is_refused_does_not_keep_others_out(url: str, queue: Queue) -> None:
    wrong = ("crm", "3", {"email": [["x"]]}, None)
    job = run(url, queue, "import", {"parts": 1}, parts=[[*rows(2), wrong]])
    assert (job.state, job.result) == ("done", {"added": 2, "refused": 1})


def test_a_job_that_cannot_be_done_says_why(url: str, queue: Queue) -> None:
    job = run(url, queue, "apply", {"version": 7})
    assert (job.state, job.error, job.result) == ("failed", "there is no model version 7", None)


def test_errors_tell_no_values() -> None:
    assert (
        told(InputError("source must be a text, found 'Ann' or \"Lee\"\nmore")) == "source must be a text, found … or …"
    )
    assert told(KeyError("Ann")) == "failed: KeyError"


@pytest.mark.parametrize("phase", ["compare", "publish", "commit"])
def test_a_job_cancelled_in_its_middle_leaves_no_half_state(
    url: str, queue: Queue, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(url)
    with store.open(url) as opened:
        people = opened.domain("people")
        before, latest = people.partition(), people.changes()[-1]
    at(phase, lambda job: queue.cancel(job.job_id), monkeypatch)
    job = run(url, queue, "resolve")
    assert (job.state, job.result, job.phase != "") == ("cancelled", None, True)
    with store.open(url) as opened:
        people = opened.domain("people")
        assert people.partition() == before and people.changes()[-1] == latest
        assert people.verify().is_sound
    monkeypatch.undo()
    assert run(url, queue, "resolve").state == "done"


def test_an_import_cancelled_in_its_middle_keeps_what_was_taken_in(
    url: str, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def cancel_at_second(job: Job) -> None:
        seen.append(0)
        if len(seen) == 2:
            queue.cancel(job.job_id)

    at("import", cancel_at_second, monkeypatch)
    job = run(url, queue, "import", {"parts": 3}, parts=[rows(2), rows(2, 2), rows(2, 4)])
    assert (job.state, job.result) == ("cancelled", {"added": 2})
    with store.open(url) as opened:
        kept = {key.unique_id for keys in opened.domain("people").partition().values() for key in keys}
    assert kept == {"0", "1"}


def at(phase: str, do: Callable[[Job], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Do something when a job comes to a phase, and wait until the job has heard of it."""
    run_kind = kinds.run_kind

    def watched(run: kinds.Run) -> Any:
        def step(name: str, progress: float) -> None:
            if name == phase == "commit":  # with SQLite nobody else can write now, and ask for it
                raise workers._CancelledError
            if name == phase:
                do(run.job)
                until = time.monotonic() + 1.2
                while time.monotonic() < until:
                    run.step(name, progress)
                    time.sleep(0.05)
            run.step(name, progress)

        return run_kind(kinds.Run(run.job, run.domain, run.queue, run.holder, step))

    monkeypatch.setattr("dromio.jobs.worker.run_kind", watched)


def test_an_erasure_while_a_batch_reads_is_done_and_says_what_it_left(
    url: str, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dromio.store.sqlite._SWEEP_MILLISECONDS", 50)
    fill(url)
    with store.open(url) as opened, queue.database.read() as reading:
        reading.rows("SELECT count(*) FROM records")
        people = opened.domain("people")
        entity = people.entity_of("crm", "1") or 0
        certificate = people.erase(entity)
        assert certificate.records and people.entity(entity).state == "erased"
        assert reading.is_shared or "write-ahead log until it is next emptied" in str(certificate.notes)


def test_a_worker_that_stops_puts_its_job_back(url: str, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(url)
    worker = Worker(url, poll_seconds=0.05)
    at("publish", lambda job: worker._stopping.set(), monkeypatch)
    job = queue.add("people", "resolve", author="me")
    worker.start()
    until = time.monotonic() + 30
    while worker._thread and worker._thread.is_alive() and time.monotonic() < until:
        time.sleep(0.05)
    worker.close()
    found = queue.get(job.job_id)
    assert (found.state, found.attempt) == ("waiting", 0)
    monkeypatch.undo()
    Worker(url).run_all()
    assert queue.get(job.job_id).state == "done"


def test_a_thread_runs_what_is_asked_for(url: str, queue: Queue) -> None:
    worker = Worker(url, poll_seconds=0.05)
    worker.start()
    try:
        job = queue.add("people", "verify", author="me")
        assert wait_for(queue, job.job_id, 30).state == "done"
    finally:
        worker.close()


RUNNER = """
import sys, time
from dromio.jobs import Worker
from dromio.jobs import worker as workers
from dromio.store import batch
name, lease, url, slow = sys.argv[1:]
publish = batch.publish
def slowly(*given):
    print("publishing", name, flush=True)
    done = publish(*given)
    time.sleep(float(slow))
    return done
batch.publish = slowly
for job in Worker(url, lease_seconds=float(lease)).run_all():
    print("ran", job.job_id, flush=True)
"""


def started(url: str, name: str, *, lease: float, slow: float) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", RUNNER, name, str(lease), url, str(slow)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_a_worker_killed_in_the_middle_leaves_nothing_and_its_job_is_run_again(url: str, queue: Queue) -> None:
    fill(url)
    job = queue.add("people", "resolve", author="me")
    with store.open(url) as opened:
        before = opened.domain("people").changes()[-1]
    process = started(url, "first", lease=2, slow=60)
    assert process.stdout is not None and process.stdout.readline() == "publishing first\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert queue.get(job.job_id).state == "running"
    with store.open(url) as opened:
        assert opened.domain("people").changes()[-1] == before
    until = time.monotonic() + 30
    while not Worker(url).run_all() and time.monotonic() < until:
        time.sleep(0.2)
    found = queue.get(job.job_id)
    assert (found.state, found.attempt) == ("done", 2)
    with store.open(url) as opened:
        assert opened.domain("people").verify().is_sound


def test_processes_share_the_jobs_and_run_none_twice(url: str, queue: Queue) -> None:
    jobs = {queue.add(domain, "resolve", author="me").job_id for domain in ("people", "others") for _ in range(3)}
    processes = [started(url, name, lease=60, slow=0.1) for name in ("one", "two")]
    ran = [line for process in processes for line in process.communicate(timeout=120)[0].splitlines()]
    Worker(url).run_all()  # what was left while the other domain's job ran
    numbers = [int(line.split()[1]) for line in ran if line.startswith("ran")]
    assert len(numbers) == len(set(numbers)) and set(numbers) <= jobs
    assert {queue.get(job).state for job in jobs} == {"done"}
    assert {queue.get(job).attempt for job in jobs} == {1}


def wait_for(queue: Queue, job_id: int, seconds: float) -> Job:
    """A job once it has ended, or as it is after some seconds."""
    until = time.monotonic() + seconds
    while (job := queue.get(job_id)).state in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.05)
    return job
