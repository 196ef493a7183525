"""Jobs as they are kept: asked for, claimed under a lease, moved on, cancelled, ended.

A process that runs a job holds it until a moment, and puts that moment off again and again. Where it no longer does, it
is dead or cut off, and the next who looks takes the job over: a job may therefore be begun more than once, and every
kind bears that. Whoever has lost a job can change nothing of it any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dromio.errors import ConflictError, UsageError
from dromio.jobs.rows import JOBS, KINDS, Job, Kind, State, insert, job_of, one_job
from dromio.jobs.schedules import add_due
from dromio.jobs.times import SECOND
from dromio.store import clock
from dromio.store.database import Database, Transaction, only

MOST_ATTEMPTS = 3
"""How often a job is begun before it is given up, where every process that began it was lost."""
LOST = f"given up: the process that ran it was lost, {MOST_ATTEMPTS} times"
_LOCK = 0x64726F6D696A
_NEXT = f"""
{JOBS} WHERE j.state = 'waiting'
AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.domain_id = j.domain_id AND r.state = 'running')
ORDER BY j.job_id LIMIT 1
"""
_CLAIM = """
UPDATE jobs SET state = 'running', holder = ?, held_until = ?, attempt = attempt + 1, phase = 'begun', progress = 0,
    started_at = coalesce(started_at, ?) WHERE job_id = ?
"""
_AGAIN = "UPDATE jobs SET state = 'waiting', phase = '', holder = NULL, held_until = NULL"
_END = """
UPDATE jobs SET state = ?, ended_at = ?, result = coalesce(?, result), error = ?, progress = coalesce(?, progress),
    holder = NULL, held_until = NULL WHERE job_id = ? AND state = 'running' AND holder = ? RETURNING 1
"""
_HELD = "WHERE job_id = ? AND state = 'running' AND holder = ?"


class Queue:
    """The jobs of a store, in its database; processes and threads share them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self,
        domain: str,
        kind: Kind,
        options: Mapping[str, Any] | None = None,
        *,
        author: str,
        parts: Sequence[Any] = (),
        now: int | None = None,
    ) -> Job:
        """Ask for a job. `parts`: what it is given to work on, as plain values.

        Raises UnknownError for a domain that is not there, UsageError where too many jobs wait already.
        """
        if kind not in KINDS:
            raise UsageError(f"there is no kind of job {kind!r}; kinds are {', '.join(KINDS)}")
        moment = clock.now() if now is None else now
        return self.database.retry(lambda tx: insert(tx, domain, kind, options or {}, author, parts, moment))

    def get(self, job_id: int, domain: str | None = None) -> Job:
        """A job by its number. Raises UnknownError, also for a job of another domain than the one that is named."""
        with self.database.read() as tx:
            return one_job(tx, job_id, domain)

    def jobs(self, domain: str, limit: int = 100, before: int | None = None) -> list[Job]:
        """Jobs of a domain, the latest first, from the one before `before`."""
        where = "WHERE d.name = ? AND j.job_id < ? ORDER BY j.job_id DESC LIMIT ?"
        with self.database.read() as tx:
            rows = tx.rows(f"{JOBS} {where}", domain, 2**62 if before is None else before, limit)
        return [job_of(row) for row in rows]

    def cancel(self, job_id: int, domain: str | None = None) -> Job:
        """Let a job not be done: at once where it waits; one that runs stops at its next step, with nothing half done.

        Raises UnknownError, and ConflictError for a job that has ended.
        """

        def work(tx: Transaction) -> Job:
            tx.hold([_LOCK])
            job = one_job(tx, job_id, domain)
            if job.state == "waiting":
                _cancel_waiting(tx, job_id, clock.now())
            elif job.state == "running":
                tx.run("UPDATE jobs SET is_cancelled = 1 WHERE job_id = ?", job_id)
            elif job.state != "cancelled":
                raise ConflictError(f"job {job_id} has ended: {job.state}")
            return one_job(tx, job_id)

        return self.database.retry(work)

    def is_due(self, now: int | None = None) -> bool:
        """Whether `claim` may find something to do; a cheap question, asked again and again."""
        moment = clock.now() if now is None else now
        query = """
        SELECT EXISTS (SELECT 1 FROM schedules WHERE next_at <= ?) OR EXISTS (
            SELECT 1 FROM jobs j WHERE (j.state = 'running' AND j.held_until < ?) OR (
                j.state = 'waiting' AND NOT EXISTS (
                    SELECT 1 FROM jobs r WHERE r.domain_id = j.domain_id AND r.state = 'running')))
        """
        with self.database.read() as tx:
            return bool(only(tx.rows(query, moment, moment)))

    def claim(self, holder: str, lease_seconds: float, now: int | None = None) -> Job | None:
        """The job to run next, claimed for a holder; None where there is none.

        Before, jobs of schedules that are due are added, and jobs whose holder was lost are put back or given up.
        """
        moment = clock.now() if now is None else now

        def work(tx: Transaction) -> Job | None:
            tx.hold([_LOCK])
            add_due(tx, moment)
            _take_back(tx, moment)
            rows = tx.rows(_NEXT)
            if not rows:
                return None
            job = job_of(rows[0])
            tx.run(_CLAIM, holder, moment + round(lease_seconds * SECOND), moment, job.job_id)
            return one_job(tx, job.job_id)

        return self.database.retry(work)

    def renew(self, job_id: int, holder: str, lease_seconds: float, phase: str, progress: float) -> bool | None:
        """Hold a job longer and tell how far it is. Gives whether it is to be cancelled; None where it was lost."""
        update = f"UPDATE jobs SET held_until = ?, phase = ?, progress = ? {_HELD} RETURNING is_cancelled"
        until = clock.now() + round(lease_seconds * SECOND)

        def work(tx: Transaction) -> bool | None:
            rows = tx.rows(update, until, phase, round(progress * 1000), job_id, holder)
            return bool(only(rows)) if rows else None

        return self.database.retry(work)

    def release(self, job_id: int, holder: str) -> None:
        """Put a job back that was stopped through no fault of its own: this attempt does not count."""

        def work(tx: Transaction) -> None:
            tx.run(f"{_AGAIN}, attempt = attempt - 1 {_HELD}", job_id, holder)

        self.database.retry(work)

    def end(self, job: Job, holder: str, state: State, result: Mapping[str, Any] | None, error: str | None) -> bool:
        """Say how a job ended; gives whether it was still held. Without a result the one that was kept before stays."""
        text = None if result is None else json.dumps(result, ensure_ascii=False)
        now = clock.now()

        def work(tx: Transaction) -> bool:
            held = bool(tx.rows(_END, state, now, text, error, 1000 if state == "done" else None, job.job_id, holder))
            if held:
                tx.run("DELETE FROM job_parts WHERE job_id = ?", job.job_id)
            return held

        return self.database.retry(work)

    def part(self, job_id: int) -> tuple[int, Any] | None:
        """Number and content of the first part that has not been worked on."""
        query = "SELECT part, content FROM job_parts WHERE job_id = ? ORDER BY part LIMIT 1"
        with self.database.read() as tx:
            rows = tx.rows(query, job_id)
        return (int(rows[0][0]), json.loads(rows[0][1])) if rows else None

    def part_done(self, job: Job, holder: str, part: int, result: Mapping[str, Any]) -> bool:
        """Let go of a part that has been worked on, and keep what came of all so far; False where the job was lost."""
        update = f"UPDATE jobs SET result = ? {_HELD} RETURNING 1"

        def work(tx: Transaction) -> bool:
            held = bool(tx.rows(update, json.dumps(result), job.job_id, holder))
            if held:
                tx.run("DELETE FROM job_parts WHERE job_id = ? AND part = ?", job.job_id, part)
            return held

        return self.database.retry(work)


def _take_back(tx: Transaction, now: int) -> None:
    """Jobs whose holder was lost: cancelled where that was wanted, given up after some attempts, or waiting again."""
    lost = "SELECT job_id, is_cancelled, attempt FROM jobs WHERE state = 'running' AND held_until < ?"
    for job_id, is_cancelled, attempt in tx.rows(lost, now):
        tx.run(f"{_AGAIN} WHERE job_id = ?", job_id)
        if is_cancelled:
            _cancel_waiting(tx, job_id, now)
        elif attempt >= MOST_ATTEMPTS:
            tx.run("UPDATE jobs SET state = 'failed', ended_at = ?, error = ? WHERE job_id = ?", now, LOST, job_id)
            tx.run("DELETE FROM job_parts WHERE job_id = ?", job_id)


def _cancel_waiting(tx: Transaction, job_id: int, now: int) -> None:
    update = "UPDATE jobs SET state = 'cancelled', is_cancelled = 1, ended_at = ? WHERE job_id = ?"
    tx.run(update, now, job_id)
    tx.run("DELETE FROM job_parts WHERE job_id = ?", job_id)
