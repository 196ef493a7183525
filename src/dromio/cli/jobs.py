"""`dromio store jobs`: what is asked of a store now and done later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dromio.jobs import Job

STORE = click.argument("url", metavar="STORE")


@click.group("jobs")
def command() -> None:
    """Run, list and cancel jobs: work on a store that was asked for, or that a schedule asks for.

    A server runs the jobs of its store by itself, unless its setting jobs_seconds is 0.
    """


@command.command("run")
@STORE
@click.option("--once", is_flag=True, help="End when nothing waits, instead of going on until stopped.")
@click.option("--seconds", default=1.0, show_default=True, type=click.FloatRange(0.05, 3600), help="How often to look.")
def run(url: str, once: bool, seconds: float) -> None:
    """Run the jobs that wait, one after another; the exit code with --once is 1 where one failed."""
    import signal

    from dromio.jobs import Worker

    worker = Worker(_place(url), poll_seconds=seconds)
    if once:
        ended = worker.run_all()
        for job in ended:
            click.echo(_line(job))
        if any(job.state == "failed" for job in ended):
            raise SystemExit(1)
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a job that runs is put back for another process
    worker.run_until_stopped(lambda job: click.echo(_line(job)))


@command.command("list")
@STORE
@click.option("--domain", required=True, help="Which population of records.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def listed(url: str, domain: str, limit: int, as_json: bool) -> None:
    """List the jobs of a domain, the latest first."""
    import json
    from contextlib import closing

    from dromio.jobs import Queue
    from dromio.store.database import connect

    with closing(connect(_place(url))) as database:
        jobs = Queue(database).jobs(domain, limit)
    if as_json:
        click.echo(json.dumps([job.to_dict() for job in jobs], indent=2, ensure_ascii=False))
        return
    for job in jobs:
        click.echo(_line(job))


@command.command("cancel")
@STORE
@click.argument("job_id", type=int, metavar="JOB")
def cancel(url: str, job_id: int) -> None:
    """Let a job not be done; one that runs stops at its next step."""
    from contextlib import closing

    from dromio.jobs import Queue
    from dromio.store.database import connect

    with closing(connect(_place(url))) as database:
        click.echo(_line(Queue(database).cancel(job_id)))


def _line(job: Job) -> str:
    told = job.error or (f"{job.phase}, {job.progress:.0%}" if job.state == "running" else "")
    return f"job {job.job_id} ({job.domain}, {job.kind}): {job.state}{': ' if told else ''}{told}"


def _place(url: str) -> str:
    """URL of a store that is there, its schema brought up to date. Raises InputError."""
    from dromio.errors import InputError
    from dromio.store import open as open_store

    place = url if "://" in url else f"sqlite:///{url}"
    file = Path(place.removeprefix("sqlite:///"))
    if place.startswith("sqlite:///") and not file.exists():
        raise InputError(f"there is no store {file}; make one with: dromio store init")
    open_store(place).close()
    return place
