"""Schedules: jobs that are asked for every day or week, at a time in UTC.

However long nothing looked (the machine was off), a schedule that was missed adds one job, and not one for every time
it was missed. While the last job of a schedule still waits or runs, no other is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dromio.errors import UnknownError, UsageError
from dromio.jobs.rows import insert
from dromio.jobs.times import next_time
from dromio.store import clock
from dromio.store.database import Database, Transaction, only

SCHEDULED = ("resolve", "verify", "redo")
"""Kinds of jobs that a schedule may ask for: those that need nothing to be given."""
MOST = 100
"""Schedules that a domain may have."""
_COLUMNS = "s.name, s.kind, s.day, s.time, s.author, s.next_at"
_SCHEDULES = f"SELECT {_COLUMNS} FROM schedules s JOIN domains d ON d.domain_id = s.domain_id WHERE d.name = ?"
_PUT = """
INSERT INTO schedules (domain_id, name, kind, day, time, author, next_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (domain_id, name) DO UPDATE SET kind = excluded.kind, day = excluded.day, time = excluded.time,
    author = excluded.author, next_at = excluded.next_at
"""
_DUE = """
SELECT s.domain_id, d.name, s.name, s.kind, s.day, s.time, s.author FROM schedules s
JOIN domains d ON d.domain_id = s.domain_id WHERE s.next_at <= ? ORDER BY s.next_at, s.domain_id, s.name
"""
_OPEN = "SELECT count(*) FROM jobs WHERE domain_id = ? AND schedule = ? AND state IN ('waiting', 'running')"


@dataclass(frozen=True)
class Schedule:
    """A job of a kind, `every` day or weekday, `at` a time in UTC; `next_at` is when it is asked for next."""

    name: str
    kind: str
    every: str
    at: str
    author: str
    next_at: int

    def to_dict(self) -> Mapping[str, Any]:
        """The same as plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "next_at": clock.as_text(self.next_at)
        }


class Schedules:
    """The schedules of a store, in its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, domain: str, name: str, kind: str, every: str, at: str, *, author: str, now: int | None = None
    ) -> Schedule:
        """Make a schedule, or change the one of that name. Raises UsageError, UnknownError."""
        if kind not in SCHEDULED:
            raise UsageError(f"a schedule may be for {', '.join(SCHEDULED)}; found {kind!r}")
        next_at = next_time(every, at, clock.now() if now is None else now)

        def work(tx: Transaction) -> Schedule:
            rows = tx.rows("SELECT domain_id FROM domains WHERE name = ?", domain)
            if not rows:
                raise UnknownError(f"there is no domain {domain!r}")
            others = "SELECT count(*) FROM schedules WHERE domain_id = ? AND name <> ?"
            if int(only(tx.rows(others, only(rows), name))) >= MOST:
                raise UsageError(f"a domain may have {MOST} schedules")
            tx.run(_PUT, only(rows), name, kind, every, at, author, next_at)
            return Schedule(name, kind, every, at, author, next_at)

        return self._database.retry(work)

    def all(self, domain: str) -> list[Schedule]:
        """Schedules of a domain by their names."""
        with self._database.read() as tx:
            return [Schedule(*row) for row in tx.rows(f"{_SCHEDULES} ORDER BY s.name", domain)]

    def get(self, domain: str, name: str) -> Schedule:
        """A schedule by its name. Raises UnknownError."""
        with self._database.read() as tx:
            rows = tx.rows(f"{_SCHEDULES} AND s.name = ?", domain, name)
        if not rows:
            raise UnknownError(f"there is no schedule {name!r}")
        return Schedule(*rows[0])

    def delete(self, domain: str, name: str) -> bool:
        """Take a schedule out; gives whether it was there. Jobs that it has asked for stay."""
        delete = """
        DELETE FROM schedules WHERE name = ? AND domain_id = (SELECT domain_id FROM domains WHERE name = ?) RETURNING 1
        """
        return self._database.retry(lambda tx: bool(tx.rows(delete, name, domain)))


def add_due(tx: Transaction, now: int) -> None:
    """Ask for the jobs of all schedules that are due, and plan their next time."""
    for domain_id, domain, name, kind, every, at, author in tx.rows(_DUE, now):
        if not int(only(tx.rows(_OPEN, domain_id, name))):
            with suppress(UsageError):  # too many wait already: this time is left out
                insert(tx, domain, kind, {}, author, (), now, name)
        update = "UPDATE schedules SET next_at = ? WHERE domain_id = ? AND name = ?"
        tx.run(update, next_time(every, at, now), domain_id, name)
