"""The audit log: nothing in it can be changed, left out, put in or exchanged without being found."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from dromio.errors import StoreError
from dromio.server import audit
from dromio.server.audit import AuditLog, Event, entries_after, verify_chain
from dromio.server.tables import prepare_tables
from dromio.server.vault import Vault
from dromio.store.database import Database, Transaction, connect

from .asking import Rig

VAULT = Vault(b"k" * 32)


def event(number: int) -> Event:
    return Event(f"person {number}", "key:abc", "get_entity", "people", (f"entity:{number}",), 200, f"request-{number}")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = connect(f"sqlite:///{tmp_path / 'access.db'}")
    prepare_tables(made)
    return made


def fill(database: Database, count: int) -> None:
    log = AuditLog(database, VAULT)
    futures = [log.append(event(number)) for number in range(count)]
    log.close()
    assert [future.result() for future in futures] == list(range(1, count + 1))


def unlocked(database: Database) -> None:
    """What an intruder with the database in his hands would do first."""
    with database.write() as transaction:
        transaction.run("DROP TRIGGER audit_log_no_UPDATE")
        transaction.run("DROP TRIGGER audit_log_no_DELETE")


def test_an_untouched_chain_holds(database: Database) -> None:
    assert verify_chain(database, VAULT).entries == 0
    fill(database, 600)
    verdict = verify_chain(database, VAULT)
    assert (verdict.entries, verdict.fault) == (600, "")
    assert [entry.number for entry in entries_after(database, 598, 10)] == [599, 600]


def test_every_changed_byte_is_found(database: Database) -> None:
    fill(database, 40)
    unlocked(database)
    chance = random.Random(1)
    for _ in range(100):
        number = chance.randrange(1, 41)
        column = chance.choice(["event", "hash"])
        with database.write() as transaction:
            text = transaction.rows(f"SELECT {column} FROM audit_log WHERE number = ?", number)[0][0]
            place = chance.randrange(len(text))
            letter = chr(ord(text[place]) ^ 1)
            other = text[:place] + letter + text[place + 1 :]
            transaction.run(f"UPDATE audit_log SET {column} = ? WHERE number = ?", other, number)
        assert verify_chain(database, VAULT).entries == number - 1
        with database.write() as transaction:
            transaction.run(f"UPDATE audit_log SET {column} = ? WHERE number = ?", text, number)
    assert verify_chain(database, VAULT).fault == ""


@pytest.mark.parametrize(
    ("statement", "right"),
    [
        ("DELETE FROM audit_log WHERE number = 5", 4),
        ("DELETE FROM audit_log WHERE number = 1", 0),
        ("UPDATE audit_log SET number = number + 100 WHERE number > 5", 5),
        ("INSERT INTO audit_log SELECT 11, event, hash FROM audit_log WHERE number = 10", 10),
        ("UPDATE audit_log SET event = (SELECT event FROM audit_log WHERE number = 3) WHERE number = 7", 6),
        ("UPDATE audit_log SET number = -1 WHERE number = 2", 0),
    ],
)
def test_what_is_missing_added_or_exchanged_is_found(database: Database, statement: str, right: int) -> None:
    fill(database, 10)
    unlocked(database)
    with database.write() as transaction:
        transaction.run(statement)
    verdict = verify_chain(database, VAULT)
    assert verdict.fault and verdict.entries == right
    assert "DELETE" not in statement or "missing" in verdict.fault


def test_an_entry_of_another_history_is_found(database: Database, tmp_path: Path) -> None:
    """An intruder restores a backup, lets other things happen, and puts those entries into the true log."""
    fill(database, 5)
    other = connect(f"sqlite:///{tmp_path / 'other.db'}")
    prepare_tables(other)
    log = AuditLog(other, VAULT)
    for number in range(5):
        log.append(event(number + 100))
    log.close()
    foreign = entries_after(other, 2, 1)[0]
    other.close()
    unlocked(database)
    with database.write() as transaction:
        update = "UPDATE audit_log SET event = ?, hash = ? WHERE number = 3"
        transaction.run(update, foreign.event, foreign.hash)
    assert verify_chain(database, VAULT).entries == 2


def test_a_cut_off_end_is_found_from_a_checkpoint(database: Database) -> None:
    fill(database, 10)
    kept = verify_chain(database, VAULT)
    unlocked(database)
    with database.write() as transaction:
        transaction.run("DELETE FROM audit_log WHERE number > 8")
    assert verify_chain(database, VAULT).fault == ""
    assert "ends at 8" in verify_chain(database, VAULT, (kept.entries, kept.hash)).fault


def test_a_chain_made_anew_is_found_from_a_checkpoint(database: Database) -> None:
    fill(database, 3)
    assert "checkpoint" in verify_chain(database, VAULT, (2, "0" * 64)).fault


def test_a_chain_made_without_the_master_key_does_not_hold(database: Database) -> None:
    log = AuditLog(database, Vault(b"x" * 32))
    log.append(event(1))
    log.close()
    assert verify_chain(database, VAULT).fault


def test_the_database_itself_refuses_changes(rig: Rig) -> None:
    rig.ask("GET", "/v1/domains")
    for statement in ("UPDATE audit_log SET event = ''", "DELETE FROM audit_log"):
        with pytest.raises(Exception, match=r"append only|RaiseException"):
            change(rig.service.access, statement)
    assert verify_chain(rig.service.access, rig.service.vault).fault == ""


def change(database: Database, statement: str) -> None:
    with database.write() as transaction:
        transaction.run(statement)


def test_many_writers_make_one_chain(rig: Rig) -> None:
    """Several processes, each with a log of its own, append to the same chain."""
    logs = [AuditLog(rig.service.access, rig.service.vault) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        futures = list(pool.map(lambda number: logs[number % 4].append(event(number)), range(200)))
    for log in logs:
        log.close()
    assert len({future.result() for future in futures}) == 200
    assert verify_chain(rig.service.access, rig.service.vault).fault == ""


def test_who_waits_hears_that_the_log_cannot_be_written(database: Database) -> None:
    log = AuditLog(database, VAULT)
    with database.write() as transaction:
        transaction.run("ALTER TABLE audit_log RENAME TO elsewhere")
    with pytest.raises(Exception, match=r"audit_log|nothing was changed"):
        log.append(event(1)).result(5)
    assert not log.is_well
    with database.write() as transaction:
        transaction.run("ALTER TABLE elsewhere RENAME TO audit_log")
    for _ in range(500):
        if log.is_well:
            break
        time.sleep(0.01)
    assert log.append(event(2)).result(5) == 2
    assert [entry.to_dict()["action"] for entry in entries_after(database, 0, 9)] == ["audit_resumed", "get_entity"]
    log.close()
    with pytest.raises(StoreError):
        log.append(event(3))


class Gated:
    """A database whose transactions that write are counted, and begin when they are let in, or fail."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.asked, self.let_in = threading.Semaphore(0), threading.Semaphore(0)
        self.failures = 0

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self.asked.release()
        assert self.let_in.acquire(timeout=30)
        if self.failures:
            self.failures -= 1
            raise StoreError("not now")
        with self._database.write() as transaction:
            yield transaction


def test_all_that_waits_for_the_chain_goes_into_one_transaction(database: Database) -> None:
    gate = Gated(database)
    log = AuditLog(cast(Database, gate), VAULT)
    futures = [log.append(event(1))]
    assert gate.asked.acquire(timeout=30)
    futures += [log.append(event(number)) for number in range(2, 72)]
    gate.let_in.release()
    assert [future.result(30) for future in futures] == list(range(1, 72))
    log.close()
    assert not gate.asked.acquire(blocking=False)
    assert [entry.to_dict()["principal"] for entry in entries_after(database, 0, 99)] == [
        f"person {number}" for number in range(1, 72)
    ]
    assert verify_chain(database, VAULT).entries == 71


def test_what_comes_while_the_log_cannot_be_written_is_told_when_it_can(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_AGAIN_SECONDS", 0)
    gate = Gated(database)
    gate.failures = 1
    log = AuditLog(cast(Database, gate), VAULT)
    refused = log.append(event(1))
    assert gate.asked.acquire(timeout=30)
    gate.let_in.release()
    assert gate.asked.acquire(timeout=30)
    assert isinstance(refused.exception(30), StoreError)
    assert not log.is_well
    later = log.append(event(2))
    gate.let_in.release()
    assert later.result(30) == 2
    assert log.is_well
    log.close()
    assert [entry.to_dict()["action"] for entry in entries_after(database, 0, 9)] == ["audit_resumed", "get_entity"]
