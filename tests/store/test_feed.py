"""The log as a feed: every change once, in order, and nothing comes in behind what was read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from dromio import store
from dromio.store import batch
from dromio.store.work import Work

from .conftest import ANN, BOB, Open
from .factory import model


def told(events: list[Any]) -> list[tuple[str, tuple[str, str] | None]]:
    return [(one.kind, None if one.record is None else tuple(one.record)) for one in events]


def test_changes_come_in_order_and_go_on_where_one_stopped(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN)
    people.resolve("crm", "2", ANN | {"given": "Anna"})
    people.delete("crm", "1")
    found = people.changes()
    assert found and [one.change_id for one in found] == sorted({one.change_id for one in found})
    parts, after = [], 0
    while part := people.changes(after, 2):
        assert len(part) <= 2
        parts += part
        after = part[-1].change_id
    assert parts == found
    assert ("deleted", ("crm", "1")) in told(found)
    assert people.changes(found[-1].change_id) == []


def test_other_domains_are_not_told_of(empty: store.Store) -> None:
    one, other = (empty.create_domain(name, model()) for name in ("one", "other"))
    one.resolve("crm", "1", ANN)
    other.resolve("crm", "2", BOB)
    assert {event.record for event in one.changes() if event.record} == {("crm", "1")}


def test_a_reader_waits_for_what_comes(opened: Open) -> None:
    opened().create_domain("people", model())
    reader, writer = opened().domain("people"), opened().domain("people")
    assert reader.changes() == []
    threading.Timer(0.3, lambda: writer.resolve("crm", "1", ANN)).start()
    began = time.monotonic()
    assert reader.changes(wait_seconds=15)
    assert time.monotonic() - began < 14
    assert reader.changes(10**9, wait_seconds=0.05) == []


def test_a_writer_that_is_late_is_waited_for(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """One has its numbers, but has not ended; another with greater numbers has. The reader must not skip the first."""
    opened().create_domain("people", model())
    slow, quick, reader = (opened().domain("people") for _ in range(3))
    for domain in (slow, quick):
        domain.resolve("crm", "0", ANN)  # the source is known, so that nothing else is waited for
    seen = reader.changes()[-1].change_id
    numbered, go_on = threading.Event(), threading.Event()
    is_shared = hold_at_the_end(monkeypatch, numbered, go_on)
    late = threading.Thread(target=slow.resolve, args=("crm", "1", ANN), name="late")
    late.start()
    assert numbered.wait(20)
    if is_shared():
        quick.resolve("crm", "2", BOB)
    threading.Timer(0.3, go_on.set).start()
    found = reader.changes(seen, wait_seconds=20)
    after = found[-1].change_id
    late.join()
    if not is_shared():
        quick.resolve("crm", "2", BOB)
    found += reader.changes(after)
    added = [one.record for one in found if one.kind == "added"]
    assert added == [("crm", "1"), ("crm", "2")]


def hold_at_the_end(
    monkeypatch: pytest.MonkeyPatch, numbered: threading.Event, go_on: threading.Event
) -> Callable[[], bool]:
    """The thread named 'late' stops between writing its log and the end of its transaction."""
    write_log = Work.write_log
    shared: list[bool] = []

    def written(work: Work) -> None:
        write_log(work)
        if threading.current_thread().name == "late":
            shared.append(work.tx.is_shared)
            numbered.set()
            assert go_on.wait(20)

    monkeypatch.setattr(Work, "write_log", written)
    return lambda: shared[0]


def test_readers_miss_nothing_while_many_write(opened: Open) -> None:
    opened().create_domain("people", model())
    writers = [opened().domain("people") for _ in range(2)]
    reader = opened().domain("people")
    ended = threading.Event()
    found: list[int] = []

    def read() -> None:
        while True:
            last = ended.is_set()
            part = reader.changes(found[-1] if found else 0, 7)
            found.extend(one.change_id for one in part)
            if last and not part:
                return

    def write(number: int) -> None:
        for turn in range(12):
            writers[number % 2].resolve(f"s{number}", str(turn), {"email": f"p{turn % 3}{number % 2}@x.org"})

    reading = threading.Thread(target=read)
    reading.start()
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    reading.join()
    assert found == [one.change_id for one in opened().domain("people").changes(limit=10_000)]


WRITES: dict[str, Callable[[store.Domain, int], Any]] = {
    "resolve": lambda people, entity: people.resolve("crm", "9", BOB),
    "resolve many": lambda people, entity: people.resolve_many([store.Delivery("crm", "9", BOB)]),
    "delete": lambda people, entity: people.delete("crm", "1"),
    "judge": lambda people, entity: people.judge(("crm", "1"), ("crm", "2"), "negative", author="me"),
    "unmerge": lambda people, entity: people.unmerge(entity, [("crm", "1")], author="me"),
    "write a value": lambda people, entity: people.write_value(entity, "email", "x@x.org", author="me"),
    "batch": lambda people, entity: people.resolve_all(),
    "erase": lambda people, entity: people.erase(entity),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_all_who_write_to_the_log_hold_the_domain(
    schema: str, write: Callable[[store.Domain, int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On this the feed relies."""
    from .conftest import clear

    clear(schema)
    held: list[bool] = []
    write_log = Work.write_log

    def written(work: Work) -> None:
        high, low = (work.domain_lock >> 32) & 0xFFFFFFFF, work.domain_lock & 0xFFFFFFFF
        query = """
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
        AND classid::bigint = ? AND objid::bigint = ?
        """
        if work.changes:
            held.append(bool(work.tx.rows(query, high, low)[0][0]))
        write_log(work)

    with store.open(schema) as opened:
        people = opened.create_domain("people", model())
        for number in ("1", "2"):
            people.resolve("crm", number, ANN)
        monkeypatch.setattr(Work, "write_log", written)
        write(people, people.entity_of("crm", "1") or 0)
    assert held and all(held)


def test_the_latest_change_is_looked_up_by_an_index(people: store.Domain) -> None:
    """A batch and the feed ask for it again and again, and the log only grows."""
    people.resolve("crm", "1", ANN)
    with people._database.read() as tx:
        if tx.is_shared:
            return
        plan = tx.rows("EXPLAIN QUERY PLAN SELECT coalesce(max(change_id), 0) FROM changes WHERE domain_id = ?", 1)
    assert "changes_by_domain" in str(plan)
    assert people._read(batch.last_change) == people.changes()[-1].change_id
