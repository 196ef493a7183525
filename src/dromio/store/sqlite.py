"""SQLite through apsw, which brings its own library: the one of the system may lose a write-ahead log.

Versions before 3.51.3 can corrupt a database when one connection checkpoints while another commits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from dromio.errors import BusyError, MissingExtraError, StoreError
from dromio.store.database import Done, Query, Row, column_rows

try:
    import apsw
except ImportError:  # pragma: no cover - apsw is installed wherever this is tested
    raise MissingExtraError("a store in a file", "store") from None

OLDEST = (3, 51, 3)
_WAIT_MILLISECONDS = 30_000
_SWEEP_MILLISECONDS = 3_000
"""How long readers of an older state, such as a batch, are waited for; all threads of the process wait as well."""
PINNED: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
}
"""Settings without which a commit is not kept, or what is deleted stays in the file."""
TUNED: dict[str, int] = {"cache_size": -131_072, "wal_autocheckpoint": 4000}
"""Settings for speed: 128 MiB of pages are kept at hand, and the log goes into the file every 16 MiB."""
DIALECT = {
    "serial": "INTEGER PRIMARY KEY",
    "bigint": "INTEGER",
    "clustered": "WITHOUT ROWID",
}


class Sqlite:
    """A file with one writer at a time. Threads share one connection and take turns."""

    dialect: Mapping[str, str] = DIALECT

    def __init__(self, path: str) -> None:
        check_version(apsw.sqlite_lib_version())
        if not path or path == ":memory:":
            raise StoreError("a store needs a file: sqlite:///FILE")
        self._path = path
        try:
            self._connection = apsw.Connection(path)
            self._connection.set_busy_timeout(_WAIT_MILLISECONDS)
            for name, value in {**PINNED, **TUNED}.items():
                self._connection.pragma(name, value)
            self._check()
        except apsw.Error as error:
            raise StoreError(f"cannot open the store {path}: {error}") from None
        self._turn = threading.RLock()
        self._transaction = _Transaction(self._connection)

    def _check(self) -> None:
        found = {name: self._connection.pragma(name) for name in PINNED}
        wrong = [f"{name} is {found[name]!r}, not {value!r}" for name, value in PINNED.items() if found[name] != value]
        if wrong:
            raise StoreError(f"the store cannot be trusted: {'; '.join(wrong)}")

    @contextmanager
    def write(self) -> Iterator[_Transaction]:
        """A transaction that may write; it holds the file from its beginning."""
        with self._within("BEGIN IMMEDIATE") as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[_Transaction]:
        """A transaction that sees one state of the store."""
        with self._within("BEGIN") as transaction:
            yield transaction

    def once(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement that reads, alone: it sees one state of the store."""
        with self._turn:
            try:
                return self._transaction.rows(sql, *values)
            except apsw.Error as error:
                raise StoreError(f"the store failed: {error}") from error

    @contextmanager
    def _within(self, begin: str) -> Iterator[_Transaction]:
        with self._turn:
            try:
                self._connection.execute(begin)
            except apsw.BusyError:
                raise BusyError(f"another process has held the store for {_WAIT_MILLISECONDS // 1000} s") from None
            try:
                yield self._transaction
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, apsw.Error):
                    raise StoreError(f"the store failed, and nothing was changed: {error}") from error
                raise

    def retry(self, work: Callable[[_Transaction], Done]) -> Done:
        """Do the work in a transaction that may write: nobody can get in its way."""
        with self.write() as transaction:
            return work(transaction)

    def sweep(self) -> tuple[str, ...]:
        """Write all of the write-ahead log into the file and cut it to nothing. Raises BusyError while others read."""
        with self._turn:
            self._connection.set_busy_timeout(_SWEEP_MILLISECONDS)
            try:
                busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
            finally:
                self._connection.set_busy_timeout(_WAIT_MILLISECONDS)
        if busy:
            raise BusyError("others still read an older state, so the write-ahead log cannot be emptied")
        return ("backups and copies of the file are out of reach",)

    def scrub(self) -> tuple[str, ...]:
        """What `sweep` does: deleted bytes are overwritten at once."""
        return self.sweep()

    def files(self) -> tuple[Path, ...]:
        """The file, its write-ahead log and its shared memory."""
        return tuple(Path(f"{self._path}{ending}") for ending in ("", "-wal", "-shm"))

    def close(self) -> None:
        """Let the file go."""
        with self._turn:
            self._connection.close()


class _Transaction:
    """Statements on the connection that all share."""

    is_shared = False

    def __init__(self, connection: apsw.Connection) -> None:
        self._execute = connection.execute
        self._executemany = connection.executemany

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement."""
        found: list[Row] = self._execute(_spelled(sql), [_plain(one) for one in values]).fetchall()
        return found

    def together(self, *queries: Query) -> list[list[Row]]:
        """All rows of each of several statements."""
        return [self.rows(*one) for one in queries]

    def run(self, sql: str, *values: Any) -> None:
        """Execute a statement for its effect."""
        self._execute(_spelled(sql), [_plain(one) for one in values])

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for every row of values."""
        self._executemany(_spelled(sql), rows)

    def fill(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table, many at once."""
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        self._executemany(insert, column_rows(columns))

    def numbers(self, table: str, column: str, count: int) -> list[int]:
        """So many new numbers for the rows of a table, rising: there is one writer."""
        last: Any = self._execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchall()[0][0]
        return list(range(last + 1, last + count + 1))

    def hold(self, names: Sequence[int], *, within: int | None = None) -> None:
        """Nothing to wait for: there is one writer."""


def _plain(value: Any) -> Any:
    return json.dumps(value) if type(value) is list else value


@lru_cache(maxsize=1024)
def _spelled(sql: str) -> str:
    sql = sql.replace("IN ?texts", "IN ??").replace("IN ??", "IN (SELECT value FROM ??)")
    sql = sql.replace("FROM ??", "FROM json_each(?)")
    return sql.replace("{lock}", "").replace("{at_once}", "")


def check_version(version: str) -> None:
    """Raise StoreError for an SQLite library that may corrupt the store."""
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise StoreError(f"SQLite {version} can corrupt a write-ahead log; needed is {oldest} or later")
