"""Databases that cannot be trusted are refused, with the reason."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from dromio import store
from dromio.store import BusyError, StoreError, postgres, sqlite
from dromio.store.database import connect
from dromio.store.postgres import check_settings
from dromio.store.sqlite import check_version

from .conftest import Open

GOOD = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.17"])
def test_an_sqlite_that_may_lose_its_log_is_refused(version: str) -> None:
    with pytest.raises(StoreError, match=rf"SQLite {version} can corrupt .* needed is 3\.51\.3"):
        check_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.1", "4.0.0"])
def test_a_mended_sqlite_is_accepted(version: str) -> None:
    check_version(version)


@pytest.mark.parametrize("name", GOOD)
def test_a_server_that_can_lose_commits_is_refused(name: str) -> None:
    check_settings(GOOD)
    with pytest.raises(StoreError, match=f"{name} is off, not on"):
        check_settings(GOOD | {name: "off"})


def test_a_file_whose_settings_do_not_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sqlite.PINNED, "page_size", 12345)
    with pytest.raises(StoreError, match="cannot be trusted: page_size is 4096, not 12345"):
        connect(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(StoreError, match=r"cannot open the store .*x\.db: .*not a database"):
        connect(f"sqlite:///{path}")


def test_a_server_that_does_not_answer_is_refused_without_its_address() -> None:
    with pytest.raises(StoreError) as caught:
        postgres.Postgres("postgresql://who:secret@127.0.0.1:1/none", wait_seconds=0.5)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://x", "customers.db", "sqlite:///", "sqlite:///:memory:"])
def test_other_places_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///FILE"):
        store.open(url)


def test_a_failed_transaction_leaves_nothing(opened: Open) -> None:
    database = opened()._database
    with pytest.raises(RuntimeError, match="stop"), database.write() as transaction:
        transaction.run("INSERT INTO settings (name, value) VALUES ('x', 'y')")
        raise RuntimeError("stop")
    with database.read() as transaction:
        assert transaction.rows("SELECT 1 FROM settings WHERE name = 'x'") == []


def test_errors_of_the_database_quote_no_value(opened: Open) -> None:
    database = opened()._database
    insert = "INSERT INTO settings (name, value) VALUES ('secretname', 'x')"
    with pytest.raises(StoreError) as caught, database.write() as transaction:
        transaction.run(insert)
        transaction.run(insert)
    assert "nothing was changed" in str(caught.value)
    assert "secretname" not in str(caught.value)


def test_lists_of_numbers_are_passed_whole(opened: Open) -> None:
    many = list(range(5000))
    with opened()._database.write() as transaction:
        transaction.many("INSERT INTO large_blocks (generation, hash, size) VALUES (?, ?, ?)", [(1, 3, 0), (1, -4, 0)])
        query = "SELECT hash FROM large_blocks WHERE generation = ? AND hash IN ??"
        assert transaction.rows(query, 1, many) == [(3,)]
        assert transaction.rows(query, 1, [-4, 2**63 - 1]) == [(-4,)]
        assert transaction.rows(query, 1, []) == []


def test_statements_asked_together_are_answered_each_and_in_their_order(opened: Open) -> None:
    with opened()._database.write() as transaction:
        transaction.run("INSERT INTO settings (name, value) SELECT 'n' || value, 'x' FROM ??", [7, -(1 << 63)])
        transaction.fill("settings", {"name": ["copied", "too"], "value": "y"})
        names, number, none = transaction.together(
            ("SELECT name FROM settings WHERE value IN ?texts ORDER BY name", ["x", "y"]),
            ("SELECT value FROM ?? ORDER BY value", [3, 2]),
            ("SELECT 1 FROM settings WHERE name = ?", "elsewhere"),
        )
    assert [name for (name,) in names] == ["copied", f"n{-(1 << 63)}", "n7", "too"]
    assert (number, none) == ([(2,), (3,)], [])


@pytest.mark.parametrize("then", ["commits", "reads", "stops"])
def test_a_statement_that_fails_undoes_all_and_the_next_transaction_works(
    opened: Open, caplog: pytest.LogCaptureFixture, then: str
) -> None:
    database = opened()._database
    insert = "INSERT INTO settings (name, value) VALUES (?, 'y')"
    with pytest.raises((StoreError, KeyError)), database.write() as transaction:
        transaction.run(insert, "once")
        transaction.run(insert, "once")
        transaction.run(insert, "after")
        if then == "reads":
            transaction.rows("SELECT 1 FROM settings")
        if then == "stops":
            raise KeyError
    assert caplog.messages == []
    with database.write() as transaction:
        transaction.run(insert, "once")
    assert database.once("SELECT name FROM settings WHERE value = 'y'") == [("once",)]


def test_a_busy_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_WAIT_MILLISECONDS", 20)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    refused = pytest.raises(BusyError, match="another process has held the store")
    with store.open(url) as one, store.open(url) as other, one._database.write(), refused:
        other._database.retry(lambda transaction: None)


def test_threads_take_turns_on_one_file(opened: Open) -> None:
    database = opened()._database

    def count() -> None:
        for _ in range(20):
            with database.write() as transaction:
                transaction.run("UPDATE settings SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE name = 'n'")

    with database.write() as transaction:
        transaction.run("INSERT INTO settings (name, value) VALUES ('n', '0')")
    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as transaction:
        assert transaction.rows("SELECT value FROM settings WHERE name = 'n'") == [("80",)]
