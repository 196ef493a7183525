"""Tables of other databases, named by URL: sqlite:///path/file.db?table=customers, postgresql://host/db?table=customers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import pyarrow as pa

from dromio.errors import InputError, MissingExtraError
from dromio.io.columns import column_of
from dromio.io.texts import decoded

_SCHEMES = ("sqlite", "postgresql", "postgres")
_TABLES_SHOWN = 20


def is_url(text: str) -> bool:
    """Whether the text names a database table."""
    return text.partition("://")[0] in _SCHEMES and "://" in text


def table_name(url: str) -> str:
    """The table of a URL. Raises InputError when it names none or several."""
    try:
        names = parse_qs(urlsplit(url).query).get("table", [])
    except ValueError as error:
        raise InputError(f"cannot read a database URL: {error}") from None
    if len(names) != 1 or not names[0]:
        raise InputError(
            f"{without_password(url)} names {'no table' if not names else 'several tables'}; add ?table=NAME"
        )
    return names[0]


def without_password(url: str) -> str:
    """The URL fit to be shown: no password, and no option but the table."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    shown = f"{user.partition(':')[0]}@{host}" if user else host
    tables = parse_qs(parts.query).get("table", [])
    query = urlencode([("table", name) for name in tables])
    return f"{parts.scheme}://{shown}{parts.path}" + (f"?{query}" if query else "")


def read(url: str) -> pa.Table:
    """All rows of the table that the URL names, as texts. Raises InputError, MissingExtraError."""
    name = table_name(url)
    if urlsplit(url).scheme == "sqlite":
        return _read_sqlite(url, name)
    return _read_postgres(url, name)


def _query(name: str) -> str:
    return "SELECT * FROM " + ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


def _read_sqlite(url: str, name: str) -> pa.Table:
    parts = urlsplit(url)
    if parts.netloc:
        raise InputError(
            f"{without_password(url)}: write sqlite:///file.db for a path from here, "
            "sqlite:////folder/file.db for a whole path"
        )
    path = Path(unquote(parts.path.removeprefix("/")))
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as con:
            con.text_factory = decoded
            found = [
                row[0]
                for row in con.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
            ]
            if name not in found and "." not in name:
                raise InputError(
                    f"{path} has no table {name!r}; tables are {', '.join(map(repr, found[:_TABLES_SHOWN])) or 'none'}"
                )
            cursor = con.execute(_query(name))
            return _table([column[0] for column in cursor.description], cursor)
    except sqlite3.Error as error:
        raise InputError(f"cannot read {without_password(url)}: {error}") from None


def _read_postgres(url: str, name: str) -> pa.Table:
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError("reading from PostgreSQL", "postgres") from None
    parts = urlsplit(url)
    options = [(key, value) for key, values in parse_qs(parts.query).items() if key != "table" for value in values]
    address = f"postgresql://{parts.netloc}{parts.path}?{urlencode(options)}"
    try:
        with psycopg.connect(address) as con, con.cursor(name="dromio") as cursor:
            cursor.execute(_query(name).encode())
            first = cursor.fetchmany(10_000)
            names = [column.name for column in cursor.description or []]
            return _table(names, [*first, *cursor])
    except psycopg.Error as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"cannot read {without_password(url)}: {reason}") from None


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows as columns of text: databases of loose types mix them within a column."""
    columns: list[list[Any]] = [[] for _ in names]
    for row in rows:
        for values, value in zip(columns, row, strict=True):
            values.append(value)
    return pa.Table.from_arrays([column_of(values) for values in columns], names=list(names))
