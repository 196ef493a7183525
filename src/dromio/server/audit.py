"""The audit log: who read or changed what, in ids only, as a chain in which nothing can be altered unnoticed.

Every entry's hash is an HMAC over the hash before it and the entry, under a key that is not in the database: whoever
can write to the database cannot make a chain that verifies. A checkpoint kept elsewhere shows a cut-off end.
"""

from __future__ import annotations

import hmac
import json
import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from dromio.errors import StoreError
from dromio.server import logs
from dromio.server.vault import Vault
from dromio.store import clock
from dromio.store.database import Database, Transaction

_USE = "audit chain"
_LOCK = 0x64726F6D6175
_LOWEST = -(2**62)
_BATCH = 256
_FEW, _AT_ONCE = 8, 32
"""Rows of one statement: any number up to the first, or a power of two up to the second."""
_CHECKPOINT_EVERY = 1_000
_AGAIN_SECONDS = 1.0
START = "0" * 64
"""The hash before the first entry."""
_encoded = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did, or was refused."""

    principal: str
    credential: str
    action: str
    domain: str
    ids: tuple[str, ...]
    status: int
    request_id: str
    reason: str = ""


_RESUMED = Event("", "", "audit_resumed", "", (), 200, "")


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in the chain, as it is stored."""

    number: int
    event: str
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """The event with its place in the chain."""
        content: dict[str, Any] = json.loads(self.event)
        return {"number": self.number, **content, "hash": self.hash}


Waiting = tuple[Event, Future[int]]


class AuditLog:
    """Appends events. One thread writes what all requests have to say, many events in a transaction: all that came
    until the end of the chain was free."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self.is_well = True
        self._thread = threading.Thread(target=self._write_all, name="audit", daemon=True)
        self._thread.start()

    def append(self, event: Event) -> Future[int]:
        """Add an event; the future gives its number once it is durable. Raises StoreError after the end."""
        if self._closing.is_set():
            raise StoreError("the audit log is closed")
        done: Future[int] = Future()
        self._waiting.put((event, done))
        return done

    def close(self) -> None:
        """Write what waits, and end."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()

    def _write_all(self) -> None:
        while (first := self._waiting.get()) is not None:
            self._settle([first])
            while not self.is_well and not self._closing.wait(_AGAIN_SECONDS):
                self._settle([(_RESUMED, Future())])

    def _settle(self, batch: list[Waiting]) -> None:
        """Write a batch and tell all who wait for it; where it cannot be written, work is refused until it can."""
        try:
            numbers = self._write(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the requests that wait must hear of it
            if self.is_well:
                logs.event("audit log cannot be written", level=40, **logs.described(error))
            self.is_well = False
            for _, done in batch:
                done.set_exception(error)
        else:
            self.is_well = True
            for (_, done), number in zip(batch, numbers, strict=True):
                done.set_result(number)

    def _take(self, batch: list[Waiting]) -> None:
        """Add what waits to a batch, as far as it has room."""
        while len(batch) < _BATCH and not self._waiting.empty():
            item = self._waiting.get()
            if item is None:  # the end is for whoever asks next
                self._waiting.put(None)
                return
            batch.append(item)

    def _write(self, batch: list[Waiting]) -> list[int]:
        """Write a batch, and what has come until the chain could be held, which is added to it; gives the numbers."""
        with self._database.write() as transaction:
            transaction.hold([_LOCK])
            last = last_link(transaction)
            self._take(batch)
            entries = self._chained(last, [event for event, _ in batch])
            for part in _parts(entries):
                values = [value for entry in part for value in (entry.number, entry.event, entry.hash)]
                rows = ", ".join(["(?, ?, ?)"] * len(part))
                transaction.run(f"INSERT INTO audit_log (number, event, hash) VALUES {rows}", *values)
        for entry in entries:
            if entry.number % _CHECKPOINT_EVERY == 0:
                logs.event("audit checkpoint", audit_number=entry.number, audit_hash=entry.hash)
        return [entry.number for entry in entries]

    def _chained(self, last: tuple[int, str], events: Sequence[Event]) -> list[Entry]:
        before, previous = last
        entries = []
        for number, event in enumerate(events, before + 1):
            text = _text(event, clock.now())
            previous = link(self._vault, previous, number, text)
            entries.append(Entry(number, text, previous))
        return entries


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """The entries in parts of 32, 16, and 8 to 1, so that the database sees few different statements."""
    start = 0
    while rest := len(entries) - start:
        size = rest if rest <= _FEW else min(_AT_ONCE, 1 << (rest.bit_length() - 1))
        yield entries[start : start + size]
        start += size


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a chain holds: how many entries were right, the last hash, and what is wrong with the next, if any."""

    entries: int
    hash: str
    fault: str = ""


def last_link(transaction: Transaction) -> tuple[int, str]:
    """Number and hash of the last entry."""
    rows = transaction.rows("SELECT number, hash FROM audit_log ORDER BY number DESC LIMIT 1")
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, START)


def last_number(database: Database) -> int:
    """Number of the last entry; 0 where there is none."""
    with database.read() as transaction:
        return last_link(transaction)[0]


def link(vault: Vault, previous: str, number: int, event: str) -> str:
    """Hash of an entry."""
    return vault.digest(_USE, previous, str(number), event).hex()


def entries_after(database: Database, number: int, limit: int) -> list[Entry]:
    """Entries that follow a number, in order."""
    query = "SELECT number, event, hash FROM audit_log WHERE number > ? ORDER BY number LIMIT ?"
    with database.read() as transaction:
        return [Entry(*row) for row in transaction.rows(query, number, limit)]


def verify_chain(database: Database, vault: Vault, checkpoint: tuple[int, str] | None = None) -> Verdict:
    """Work the whole chain out again. With a checkpoint (number, hash) a cut-off end is found too."""
    number, previous, seen = 0, START, _LOWEST
    while entries := entries_after(database, seen, 10_000):
        seen = entries[-1].number
        for entry in entries:
            fault = _fault(vault, entry, number + 1, previous, checkpoint)
            if fault:
                return Verdict(number, previous, fault)
            number, previous = entry.number, entry.hash
    if checkpoint and checkpoint[0] > number:
        return Verdict(number, previous, f"the log ends at {number}, before the checkpoint {checkpoint[0]}")
    return Verdict(number, previous)


def _fault(vault: Vault, entry: Entry, expected: int, previous: str, checkpoint: tuple[int, str] | None) -> str:
    if entry.number != expected:
        return f"entry {expected} is missing"
    if not hmac.compare_digest(link(vault, previous, entry.number, entry.event), entry.hash):
        return f"entry {expected} was altered, or another master key made it"
    if checkpoint and entry.number == checkpoint[0] and entry.hash != checkpoint[1]:
        return f"entry {expected} is not the one of the checkpoint"
    return ""


def _text(event: Event, moment: int) -> str:
    content = {
        "at": clock.as_text(moment),
        "principal": event.principal,
        "credential": event.credential,
        "action": event.action,
        "domain": event.domain,
        "ids": list(event.ids),
        "status": event.status,
        "request_id": event.request_id,
        "reason": event.reason,
    }
    return _encoded(content)
