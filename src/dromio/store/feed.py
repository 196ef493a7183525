"""The log of a domain as a feed: every change once, in one order, and none that comes in behind what was read.

Where many write at once, a change gets its number before its transaction ends: number 6 can be there while number 5 is
still to come. All who write to the log hold the lock of the domain, together, from before they take a number until
their transaction has ended. So the feed looks up the latest number, then waits until all who hold the lock at that
moment have ended: every number up to that one is then either there or will never be. New writers are not held up, and
nothing is locked. Of two changes of the same record or entity the later one has the greater number, since its writer
waited for the other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from dromio.records import RecordKey
from dromio.store.clock import as_text
from dromio.store.database import Database, only
from dromio.store.entities import Event

_LATEST = "SELECT coalesce(max(change_id), 0) FROM changes WHERE domain_id = ?"
_PAGE = """
SELECT c.change_id, c.at, c.kind, r.source, r.unique_id, c.entity_id, c.other_id
FROM changes c LEFT JOIN records r ON r.record_id = c.record_id
WHERE c.domain_id = ? AND c.change_id > ? AND c.change_id <= ? ORDER BY c.change_id LIMIT ?
"""
_HOLDERS = """
SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND classid::bigint = ? AND objid::bigint = ?
"""
_LOOK_SECONDS = 0.005
_POLL_SECONDS = 0.1
LONGEST_WAIT = 20.0
"""Seconds that a reader may wait for something to happen."""
_WRITERS_SECONDS = 2.0


class Feed:
    """The feed of one domain; threads may share it. `lock`: the number that all who write to the log hold."""

    def __init__(self, database: Database, domain_id: int, lock: int, sleep: Callable[[float], None] = time.sleep):
        self._database = database
        self._domain_id = domain_id
        self._halves = (lock >> 32) & 0xFFFFFFFF, lock & 0xFFFFFFFF
        self._sleep = sleep
        self._turn = threading.Lock()
        self._certain = 0
        self._waiting: tuple[int, set[str]] | None = None

    def read(self, after: int, limit: int, wait_seconds: float = 0) -> list[Event]:
        """Changes behind a number, oldest first; where there are none, what comes within some seconds."""
        until = time.monotonic() + min(wait_seconds, LONGEST_WAIT)
        while True:
            found = self._page(after, limit)
            left = until - time.monotonic()
            if found or left <= 0:
                return found
            self._sleep(min(_POLL_SECONDS, left))

    def _page(self, after: int, limit: int) -> list[Event]:
        end = self._end(after)
        if end <= after:
            return []
        with self._database.read() as tx:
            rows = tx.rows(_PAGE, self._domain_id, after, end, limit)
        return [
            Event(change, as_text(at), kind, None if source is None else RecordKey(source, unique_id), entity, other)
            for change, at, kind, source, unique_id, entity, other in rows
        ]

    def _end(self, after: int) -> int:
        """A number up to which nothing more comes in: the latest one, unless writers take longer than some seconds."""
        with self._turn:
            if self._certain > after:
                return self._certain
            until = time.monotonic() + _WRITERS_SECONDS
            while not self._look() and time.monotonic() < until:
                self._sleep(_LOOK_SECONDS)
            return self._certain

    def _look(self) -> bool:
        """Go on towards the latest number; gives whether it was reached. What is still waited for is remembered."""
        with self._database.read() as tx:
            latest = int(only(tx.rows(_LATEST, self._domain_id)))
            holders = {row[0] for row in tx.rows(_HOLDERS, *self._halves)} if tx.is_shared else set()
        if self._waiting is None:
            self._waiting = latest, holders
        number, others = self._waiting
        others &= holders
        if others:
            return False
        self._certain, self._waiting = max(self._certain, number), None
        return True
