"""Runs jobs: looks for one, holds it while it works, and says how it ended.

A job runs on connections of its own, so that nothing else waits for it but what the database itself makes wait.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import closing

from dromio.errors import BusyError, DromioError
from dromio.jobs.kinds import Run, run_kind
from dromio.jobs.queue import Queue
from dromio.jobs.rows import Job
from dromio.store.database import connect
from dromio.store.store import open_store

log = logging.getLogger(__name__)
LEASE_SECONDS = 60.0
"""How long a job is held without a sign of life; after that another process takes it over."""
_BEATS = 6
_LOOK_SECONDS = 0.5
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class _CancelledError(Exception):
    """Somebody wants the job not to be done."""


class _LostError(Exception):
    """Another process has taken the job over."""


class _StoppedError(Exception):
    """This process stops; the job is for another, or for later."""


class Worker:
    """Runs the jobs of the store at a URL, one at a time, in a thread of its own or in the caller's."""

    def __init__(self, url: str, *, lease_seconds: float = LEASE_SECONDS, poll_seconds: float = 1.0) -> None:
        self._url = url
        self._lease_seconds = lease_seconds
        self._poll_seconds = poll_seconds
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look for jobs, in a thread."""
        self._thread = threading.Thread(target=self._look_for_work, name="jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for a job now."""
        self._wake.set()

    def close(self, wait_seconds: float = 10) -> None:
        """Stop looking; a job that runs is put back at its next step. What takes longer is taken over by others."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(wait_seconds)

    def run_all(self) -> list[Job]:
        """Run jobs until none waits that may run now; gives them as they ended. Raises StoreError."""
        with closing(connect(self._url)) as database:
            return self._run_all(Queue(database))

    def run_until_stopped(self, tell: Callable[[Job], None]) -> None:
        """Run jobs as they come, in the caller's thread, until a KeyboardInterrupt; `tell` gets each as it ended."""
        self._look_for_work(tell)

    def _look_for_work(self, tell: Callable[[Job], None] = lambda job: None) -> None:
        database = None
        while not self._stopping.is_set():
            try:
                database = database or connect(self._url)
                queue = Queue(database)
                if queue.is_due():
                    self._run_all(queue, tell)
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever one look runs into
                log.error("looking for jobs failed: %s", type(error).__name__)
            self._wake.wait(self._poll_seconds)
            self._wake.clear()
        if database is not None:
            database.close()

    def _run_all(self, queue: Queue, tell: Callable[[Job], None] = lambda job: None) -> list[Job]:
        ended = []
        while not self._stopping.is_set():
            job = queue.claim(self._holder, self._lease_seconds)
            if job is None:
                break
            self._run(queue, job)
            job = queue.get(job.job_id)
            if job.state == "waiting":  # put back, as others were in the way: not again at once
                break
            ended.append(job)
            tell(job)
        return ended

    def _run(self, queue: Queue, job: Job) -> None:
        log.info("job %s begins: %s", job.job_id, job.kind)
        with _Hold(queue, job, self._holder, self._lease_seconds, self._stopping) as hold:
            try:
                with open_store(self._url) as opened:
                    run = Run(job, opened.domain(job.domain), queue, self._holder, hold.step)
                    hold.step("begun", 0.0)
                    result = run_kind(run)
                ended = queue.end(job, self._holder, "done", result, None)
            except _CancelledError:
                ended = queue.end(job, self._holder, "cancelled", None, None)
            except _LostError:
                ended = False
            except (_StoppedError, BusyError):
                queue.release(job.job_id, self._holder)
                ended = True
            except Exception as error:  # noqa: BLE001 - a job ends with a state, whatever it ran into
                ended = queue.end(job, self._holder, "failed", None, told(error))
            except BaseException:  # the process is told to stop
                queue.release(job.job_id, self._holder)
                raise
        if not ended:
            log.warning("job %s was taken over by another process", job.job_id)


class _Hold:
    """Keeps a job held while it is worked on, from a thread that tells how far it is."""

    def __init__(self, queue: Queue, job: Job, holder: str, lease_seconds: float, stopping: threading.Event) -> None:
        self._queue, self._job, self._holder = queue, job, holder
        self._lease_seconds, self._stopping = lease_seconds, stopping
        self._at = ("begun", 0.0)
        self._is_cancelled = job.is_cancelled
        self._is_lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="job lease", daemon=True)

    def __enter__(self) -> _Hold:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def step(self, phase: str, progress: float) -> None:
        """Tell what comes next; raises where the job is not to go on."""
        self._at = (phase, progress)
        if self._is_lost:
            raise _LostError
        if self._is_cancelled:
            raise _CancelledError
        if self._stopping.is_set():
            raise _StoppedError

    def _beat(self) -> None:
        """Renew the lease in time; in between tell of progress and hear whether the job is cancelled."""
        every = min(_LOOK_SECONDS, self._lease_seconds / _BEATS)
        while not self._ended.wait(every):
            try:
                wanted = self._queue.renew(self._job.job_id, self._holder, self._lease_seconds, *self._at)
            except Exception as error:  # noqa: BLE001 - tried again; others may hold the database for a while
                log.warning("job %s cannot renew its lease: %s", self._job.job_id, type(error).__name__)
                continue
            self._is_lost = wanted is None
            self._is_cancelled = bool(wanted)


def told(error: Exception) -> str:
    """What a job says of an error: no value of a record, and nothing of what is inside."""
    if isinstance(error, DromioError):
        return _QUOTED.sub("…", str(error).partition("\n")[0])[:500]
    return f"failed: {type(error).__name__}"
