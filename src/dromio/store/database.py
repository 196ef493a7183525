"""One way to speak to SQLite and PostgreSQL: transactions, statements with `?`, and the few things that differ.

Statements are written once: `?` stands for a value, `IN ??` for a list of whole numbers, `IN ?texts` for one of texts,
`FROM ??` for whole numbers as rows with one column, `value`; `{lock}` for the clause that holds the rows read,
`{at_once}` after it for not waiting until others let them go. Everything else that differs is in the module of each
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol, TypeVar

from dromio.errors import StoreError

Row = tuple[Any, ...]
Query = tuple[Any, ...]
"""A statement and its values."""
Done = TypeVar("Done")


class OvertakenError(Exception):
    """What a transaction read at its beginning was changed while it waited for others: it must begin anew."""


class Transaction(Protocol):
    """Statements that happen together or not at all."""

    @property
    def is_shared(self) -> bool:
        """Whether others may write at the same time, so that what is read must be locked first."""

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement."""

    def together(self, *queries: Query) -> list[list[Row]]:
        """All rows of each of several statements, asked at once where a server is far."""

    def run(self, sql: str, *values: Any) -> None:
        """Execute a statement for its effect. Its error may come with the next rows, or when the transaction ends."""

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for every row of values."""

    def fill(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table, many at once. `columns`: name -> values (a list, or an array of whole numbers), or one
        value for all rows; one column at least has several."""

    def numbers(self, table: str, column: str, count: int) -> list[int]:
        """So many new numbers for the rows of a table, rising. Nobody else may add to it meanwhile who waits for
        nobody."""

    def hold(self, names: Sequence[int], *, within: int | None = None) -> None:
        """Wait until nobody else holds any of these numbers; hold them, in their order, to the end.

        `within`: a number that is held too, before the others, together with all who hold it so.
        """


class Database(Protocol):
    """An open database whose durability has been checked."""

    @property
    def dialect(self) -> Mapping[str, str]:
        """Words of the schema that differ between databases."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that may write. It is durable once the block is left without an error."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that sees one state of the store."""

    def once(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a statement that reads, alone: it sees one state of the store."""

    def retry(self, work: Callable[[Transaction], Done]) -> Done:
        """Do the work in a transaction that may write, again when others got in its way. Raises BusyError."""

    def sweep(self) -> tuple[str, ...]:
        """Make bytes of deleted rows go; gives notes on those that are out of reach."""

    def scrub(self) -> tuple[str, ...]:
        """Do more than that, which may take long and keep others waiting; gives notes on what is still out of reach."""

    def files(self) -> tuple[Path, ...]:
        """Files that hold the database; none where a server keeps them."""

    def close(self) -> None:
        """Let the database go."""


def connect(url: str) -> Database:
    """The database at `sqlite:///path` or `postgresql://…`. Raises StoreError where it cannot be trusted."""
    if url.startswith("sqlite:///"):
        from dromio.store.sqlite import Sqlite

        return Sqlite(url.removeprefix("sqlite:///"))
    if url.startswith(("postgresql://", "postgres://")):
        from dromio.store.postgres import Postgres

        return Postgres(url)
    raise StoreError(f"cannot open {url.partition(':')[0]!r}: allowed are sqlite:///FILE and postgresql://…")


def only(rows: Sequence[Row]) -> Any:
    """The first value of the first row."""
    return rows[0][0]


def column_rows(columns: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows from columns, of which those that are one value count for every row."""
    lists = [one.tolist() if hasattr(one, "tolist") else one for one in columns.values()]
    return zip(*(one if isinstance(one, list) else repeat(one) for one in lists), strict=False)
