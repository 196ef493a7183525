"""The schema goes forward and back, once, and never opens what it does not know."""

from __future__ import annotations

import threading

import pytest

from dromio import store
from dromio.store import StoreError
from dromio.store.database import Database, connect
from dromio.store.migrations import migrate, steps, version_of


@pytest.fixture
def database(url: str) -> Database:
    return connect(url)


def tables(database: Database) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if database.dialect["bigint"] == "INTEGER"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    with database.read() as transaction:
        return {row[0] for row in transaction.rows(query)}


def test_forward_and_back_leaves_nothing(database: Database) -> None:
    assert migrate(database) == 0
    assert {"records", "entities", "edges", "changes"} <= tables(database)
    assert migrate(database, 0) == len(steps())
    assert tables(database) == {"schema_versions"}
    assert migrate(database) == 0
    assert version_of(database) == len(steps())
    database.close()


def test_migrating_again_does_nothing(database: Database) -> None:
    migrate(database)
    assert migrate(database) == len(steps())
    database.close()


def test_a_newer_store_is_refused(url: str, database: Database) -> None:
    migrate(database)
    with database.write() as transaction:
        transaction.run("INSERT INTO schema_versions (version, name) VALUES (99, 'later')")
    with pytest.raises(StoreError, match="schema version 99; this program knows versions up to"):
        store.open(url)
    database.close()


def test_a_version_that_does_not_exist_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="no schema version 77"):
        migrate(database, 77)
    database.close()


def test_two_that_migrate_at_once_do_it_once(url: str) -> None:
    faults: list[BaseException] = []

    def run() -> None:
        try:
            store.open(url).close()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test shows it
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with store.open(url) as opened:
        assert opened.domains() == []
