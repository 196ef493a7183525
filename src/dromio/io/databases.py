"""Tables of other databases, named by URL: sqlite:///path/file.db?table=customers, postgresql://host/db?table=customers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pyarrow as pa

from dromio.errors import InputError, MissingExtraError

_SCHEMES = ("sqlite", "postgresql", "postgres")


def is_url(text: str) -> bool:
    """Whether the text names a database table."""
    return urlsplit(text).scheme in _SCHEMES and "://" in text


def table_name(url: str) -> str:
    """The table of a URL. Raises InputError when it names none."""
    names = parse_qs(urlsplit(url).query).get("table", [])
    if len(names) != 1 or not names[0]:
        raise InputError(f"{without_password(url)} names no table; add ?table=NAME")
    return names[0]


def without_password(url: str) -> str:
    """The URL fit to be shown."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port:
        host += f":{parts.port}"
    if parts.username:
        host = f"{parts.username}@{host}"
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def read(url: str) -> pa.Table:
    """All rows of the table that the URL names. Raises InputError, MissingExtraError."""
    name = table_name(url)
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
    query = f"SELECT * FROM {quoted}"
    if urlsplit(url).scheme == "sqlite":
        return _read_sqlite(url, query)
    return _read_postgres(url, query)


def _read_sqlite(url: str, query: str) -> pa.Table:
    path = Path(urlsplit(url).path.removeprefix("/") if not urlsplit(url).path.startswith("//") else urlsplit(url).path[1:])
    if not path.exists():
        raise InputError(f"there is no file {path}")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as con:
            cursor = con.execute(query)
            return _table([column[0] for column in cursor.description], cursor)
    except sqlite3.Error as error:
        raise InputError(f"cannot read {without_password(url)}: {error}") from None


def _read_postgres(url: str, query: str) -> pa.Table:
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError("reading from PostgreSQL", "postgres") from None
    parts = urlsplit(url)
    address = urlunsplit(("postgresql", parts.netloc, parts.path, "", ""))
    try:
        with psycopg.connect(address) as con, con.cursor(name="dromio") as cursor:
            cursor.execute(query.encode())
            first = cursor.fetchmany(10_000)
            names = [column.name for column in cursor.description or []]
            return _table(names, [*first, *cursor])
    except psycopg.Error as error:
        raise InputError(f"cannot read {without_password(url)}: {str(error).splitlines()[0]}") from None


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows as columns of text: databases of loose types mix them within a column."""
    columns: list[list[str | None]] = [[] for _ in names]
    for row in rows:
        for values, value in zip(columns, row, strict=True):
            values.append(None if value is None else str(value))
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})
