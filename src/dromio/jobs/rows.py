"""Jobs as rows of the store's database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dromio.errors import UnknownError, UsageError
from dromio.jobs.times import SECOND
from dromio.store import clock
from dromio.store.database import Row, Transaction, only

Kind = Literal["resolve", "import", "verify", "redo", "propose", "apply"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_WAITING = 100
"""Jobs of one domain that may wait."""
KEPT_DAYS = 30
"""How long jobs that have ended are kept, at least."""
_COLUMNS = (
    "j.job_id, d.name, j.kind, j.options, j.author, j.schedule, j.state, j.phase, j.progress, j.attempt, "
    "j.is_cancelled, j.created_at, j.started_at, j.ended_at, j.result, j.error"
)
JOBS = f"SELECT {_COLUMNS} FROM jobs j JOIN domains d ON d.domain_id = j.domain_id"
"""The beginning of a query whose rows `job_of` takes."""


@dataclass(frozen=True)
class Job:
    """A job. `progress`: 0 to 1, in coarse steps; `attempt`: how often it was begun. Moments are microseconds."""

    job_id: int
    domain: str
    kind: Kind
    options: Mapping[str, Any]
    author: str
    schedule: str | None
    state: State
    phase: str
    progress: float
    attempt: int
    is_cancelled: bool
    created_at: int
    started_at: int | None
    ended_at: int | None
    result: Mapping[str, Any] | None
    error: str | None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, moments as ISO 8601."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("created_at", "started_at", "ended_at"):
            plain[name] = None if plain[name] is None else clock.as_text(plain[name])
        return plain


def insert(
    tx: Transaction,
    domain: str,
    kind: str,
    options: Mapping[str, Any],
    author: str,
    parts: Iterable[Any],
    now: int,
    schedule: str | None = None,
) -> Job:
    """Write a new job. Raises UnknownError, UsageError."""
    rows = tx.rows("SELECT domain_id FROM domains WHERE name = ?", domain)
    if not rows:
        raise UnknownError(f"there is no domain {domain!r}")
    domain_id = int(only(rows))
    waiting = "SELECT count(*) FROM jobs WHERE domain_id = ? AND state = 'waiting'"
    if int(only(tx.rows(waiting, domain_id))) >= MOST_WAITING:
        raise UsageError(f"{MOST_WAITING} jobs of the domain wait already; wait for them, or cancel some")
    _forget_old(tx, domain_id, now)
    add = """
    INSERT INTO jobs (domain_id, kind, options, author, schedule, state, created_at)
    VALUES (?, ?, ?, ?, ?, 'waiting', ?) RETURNING job_id
    """
    job_id = int(only(tx.rows(add, domain_id, kind, json.dumps(dict(options)), author, schedule, now)))
    content = [(job_id, number, json.dumps(part, ensure_ascii=False)) for number, part in enumerate(parts)]
    tx.many("INSERT INTO job_parts (job_id, part, content) VALUES (?, ?, ?)", content)
    return one_job(tx, job_id)


def one_job(tx: Transaction, job_id: int, domain: str | None = None) -> Job:
    """A job by its number. Raises UnknownError."""
    rows = tx.rows(f"{JOBS} WHERE j.job_id = ?", job_id)
    if not rows or (domain is not None and rows[0][1] != domain):
        raise UnknownError(f"there is no job {job_id}")
    return job_of(rows[0])


def _forget_old(tx: Transaction, domain_id: int, now: int) -> None:
    oldest = now - KEPT_DAYS * 86_400 * SECOND
    # The last number stays taken: SQLite would give it again.
    delete = "DELETE FROM jobs WHERE domain_id = ? AND ended_at < ? AND job_id < (SELECT max(job_id) FROM jobs)"
    tx.run(delete, domain_id, oldest)


def job_of(row: Row) -> Job:
    """The job of a row of `JOBS`."""
    job_id, domain, kind, options, author, schedule, state, phase, progress, attempt, is_cancelled, *rest = row
    created_at, started_at, ended_at, result, error = rest
    return Job(
        job_id,
        domain,
        kind,
        json.loads(options),
        author,
        schedule,
        state,
        phase,
        progress / 1000,
        attempt,
        bool(is_cancelled),
        created_at,
        started_at,
        ended_at,
        None if result is None else json.loads(result),
        error,
    )
