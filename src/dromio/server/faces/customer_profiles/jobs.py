"""Identity resolution jobs: planned every week, started by hand, listed, and moved on as they work."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.jobs.times import next_time
from dromio.server.faces.customer_profiles.context import (
    SECOND,
    Answer,
    Context,
    Given,
    dumped,
    new_id,
    seconds,
    without_none,
)
from dromio.server.faces.customer_profiles.errors import BadRequestError, NotFoundError
from dromio.store.database import Transaction

PENDING, PREPROCESSING, FIND_MATCHING, MERGING = "PENDING", "PREPROCESSING", "FIND_MATCHING", "MERGING"
COMPLETED, PARTIAL_SUCCESS, FAILED = "COMPLETED", "PARTIAL_SUCCESS", "FAILED"
RUNNING = (PREPROCESSING, FIND_MATCHING, MERGING)
KEPT_DAYS = 30
_COLUMNS = "job_id, domain_id, status, starts_at, updated_at, document"
_LISTED_WITHOUT = ("LastUpdatedAt", "JobExpirationTime", "AutoMerging")


@dataclass
class Job:
    """A job as it is kept. `document`: how it was started, and what came of it, in the vendor's words."""

    id: str
    domain_id: int
    status: str
    starts_at: int
    updated_at: int
    document: dict[str, Any]

    def shown(self, domain: str) -> Answer:
        """The job in the vendor's words."""
        ended = self.document.get("ended_at")
        return without_none(
            {
                "DomainName": domain,
                "JobId": self.id,
                "Status": self.status,
                "Message": self.document.get("Message"),
                "JobStartTime": seconds(self.starts_at),
                "JobEndTime": None if ended is None else seconds(ended),
                "LastUpdatedAt": seconds(self.updated_at),
                "JobExpirationTime": seconds(self.starts_at) + KEPT_DAYS * 86_400,
                "AutoMerging": self.document.get("AutoMerging"),
                "ExportingLocation": self.document.get("ExportingLocation"),
                "JobStats": self.document.get("JobStats"),
            }
        )


def next_run(config: Mapping[str, Any], now: int) -> int:
    """The first moment after now at which the weekly schedule of a domain is due."""
    schedule = config["JobSchedule"]
    hour, minute = map(int, schedule["Time"].split(":"))
    return next_time(schedule["DayOfTheWeek"].lower(), f"{hour:02}:{minute:02}", now)


def schedule(context: Context) -> None:
    """Plan the next run of a domain, or move the one that is planned."""
    starts_at = next_run(context.domain.config["Matching"], context.now)
    planned = [job for job in _jobs(context) if job.status == PENDING and not job.document.get("by_hand")]
    for job in planned:
        job.starts_at = starts_at
        save(context.tx, job, context.now)
    if not planned:
        add(context.tx, Job(new_id(), context.domain.id, PENDING, starts_at, context.now, {}))


def schedule_behind(context: Context, job: Job) -> None:
    """Plan the run that follows one that begins now."""
    starts_at = next_run(context.domain.config["Matching"], max(context.now, job.starts_at))
    add(context.tx, Job(new_id(), context.domain.id, PENDING, starts_at, context.now, {}))


def forget_schedule(context: Context) -> None:
    """Take out the runs that are planned and not begun."""
    for job in _jobs(context):
        if job.status == PENDING:
            context.tx.run("DELETE FROM cp_jobs WHERE job_id = ?", job.id)


def add(tx: Transaction, job: Job) -> None:
    """Keep a new job."""
    insert = f"INSERT INTO cp_jobs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
    tx.run(insert, job.id, job.domain_id, job.status, job.starts_at, job.updated_at, dumped(job.document))


def save(tx: Transaction, job: Job, now: int) -> None:
    """Keep how far a job is."""
    job.updated_at = now
    update = "UPDATE cp_jobs SET status = ?, starts_at = ?, updated_at = ?, document = ? WHERE job_id = ?"
    tx.run(update, job.status, job.starts_at, now, dumped(job.document), job.id)


def jobs_of(tx: Transaction, domain_id: int) -> list[Job]:
    """All jobs of a domain, the latest first."""
    rows = tx.rows(f"SELECT {_COLUMNS} FROM cp_jobs WHERE domain_id = ? ORDER BY starts_at DESC, job_id", domain_id)
    return [Job(row[0], row[1], row[2], row[3], row[4], json.loads(row[5])) for row in rows]


def start_identity_resolution_job(context: Context, given: Given) -> Answer:
    """Start a job now."""
    if not context.domain.config.get("Matching", {}).get("Enabled"):
        raise BadRequestError("matching is not enabled")
    if any(job.status in RUNNING or (job.document.get("by_hand") and job.status == PENDING) for job in _jobs(context)):
        raise BadRequestError("a job of this domain is at work")
    job = Job(new_id(), context.domain.id, PENDING, context.now, context.now, {"by_hand": True})
    add(context.tx, job)
    return {"JobId": job.id}


def get_identity_resolution_job(context: Context, given: Given) -> Answer:
    """Give a job."""
    for job in _jobs(context):
        if job.id == given["JobId"]:
            return job.shown(context.domain.name)
    raise NotFoundError("the job does not exist")


def list_identity_resolution_jobs(context: Context, given: Given) -> Answer:
    """List the jobs of a domain, the latest first."""

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        items = [([-job.starts_at, job.id], job) for job in _jobs(context)]
        part = [pair for pair in items if after is None or pair[0] > after][:count]
        return [(place, _listed(job.shown(context.domain.name))) for place, job in part]

    return context.page(given, "IdentityResolutionJobsList", fetch)


def expire(tx: Transaction, domain_id: int, now: int) -> None:
    """Take out jobs that ended long ago."""
    tx.run(
        "DELETE FROM cp_jobs WHERE domain_id = ? AND status <> ? AND starts_at < ?",
        domain_id,
        PENDING,
        now - KEPT_DAYS * 86_400 * SECOND,
    )


def _listed(shown: Answer) -> Answer:
    return {name: value for name, value in shown.items() if name not in _LISTED_WITHOUT}


def _jobs(context: Context) -> list[Job]:
    return jobs_of(context.tx, context.domain.id)
