"""What the server does by itself: evaluate rules whose time has come, run jobs, let old data expire."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from dromio.server.faces.customer_profiles import jobs, rule_status
from dromio.server.faces.customer_profiles.context import SECOND, Context, Pages, domain_row
from dromio.server.faces.customer_profiles.expiry import expire
from dromio.server.faces.customer_profiles.groups import evaluate, settle
from dromio.server.faces.customer_profiles.jobs import Job
from dromio.server.faces.customer_profiles.matches import forget_matches
from dromio.server.faces.customer_profiles.rule_export import export_rule_groups
from dromio.server.faces.customer_profiles.running import run_job
from dromio.server.roles import Principal

if TYPE_CHECKING:
    from dromio.server.faces.customer_profiles.desk import Desk

SYSTEM = Principal("system", "system", {})
LOST_SECONDS = 600
"""A job that has not moved for so long was lost with its process, and begins again."""


class _GoneError(Exception):
    """The domain is no longer there."""


def do_due_work(desk: Desk) -> None:
    """Do everything that is due in all domains. Raises the first error, once all domains have had their turn."""
    with desk.database.read() as transaction:
        names = [row[0] for row in transaction.rows("SELECT name FROM cp_domains ORDER BY name")]
    errors: list[Exception] = []
    for name in names:
        try:
            _do(desk, name)
        except _GoneError:
            continue
        except Exception as error:  # noqa: BLE001 - one domain must not keep the others waiting
            errors.append(error)
    if errors:
        raise errors[0]


def _do(desk: Desk, name: str) -> None:
    within, reading = partial(_within, desk, name), partial(_reading, desk, name)

    with desk.database.read() as transaction:
        row = domain_row(transaction, name)
        planned = row and jobs.jobs_of(transaction, row.id)
    if row is None:
        return
    if rule_status.is_due(row.document.get("rules"), desk.clock.now()):
        within(_evaluate)
    if any(_is_ready(job, desk.clock.now()) for job in planned or ()):
        job = within(_claim)
        if job is not None:
            run_job(job, desk.options.phone_region, within, reading)
    if row.document.get("expiry_looked_at", 0) + 3600 * SECOND < desk.clock.now():
        within(expire)


def _within(desk: Desk, name: str, work: Callable[[Context], Any]) -> Any:
    def done(transaction: Any) -> Any:
        row = domain_row(transaction, name, locked=True)
        if row is None:
            raise _GoneError
        context = Context(transaction, desk.clock.now(), desk.options, SYSTEM, Pages(str, str), row)
        answer = work(context)
        settle(context)
        return answer

    return desk.database.retry(done)


def _reading(desk: Desk, name: str, work: Callable[[Context], Any]) -> Any:
    with desk.database.read() as transaction:
        row = domain_row(transaction, name)
        if row is None:
            raise _GoneError
        return work(Context(transaction, desk.clock.now(), desk.options, SYSTEM, Pages(str, str), row))


def _evaluate(context: Context) -> None:
    if rule_status.is_due(context.domain.document.get("rules"), context.now):
        evaluate(context)
        export_rule_groups(context)


def _is_ready(job: Job, now: int) -> bool:
    """Whether a job is to be begun, or to be begun again."""
    if job.status == jobs.PENDING:
        return job.starts_at <= now
    return job.status in jobs.RUNNING and job.updated_at + LOST_SECONDS * SECOND < now


def _claim(context: Context) -> Job | None:
    """The next job to run, claimed for this process; None while another of the domain is at work."""
    found = jobs.jobs_of(context.tx, context.domain.id)
    if any(job.status in jobs.RUNNING and not _is_ready(job, context.now) for job in found):
        return None
    job = min((one for one in found if _is_ready(one, context.now)), key=lambda one: one.starts_at, default=None)
    if job is None:
        return None
    config = context.domain.config.get("Matching", {})
    if job.status in jobs.RUNNING:
        forget_matches(context, job.id)
    if job.status == jobs.PENDING and not job.document.get("by_hand"):
        jobs.schedule_behind(context, job)
    job.status, job.starts_at = jobs.PREPROCESSING, context.now
    if config.get("AutoMerging"):
        job.document["AutoMerging"] = config["AutoMerging"]
    jobs.save(context.tx, job, context.now)
    return job
