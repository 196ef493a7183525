"""CSV and its relatives: which delimiter, which columns, and the rows into a DuckDB table; faults said with their line.

Nothing is guessed about values: all of them are texts. Rows that do not fit the header are an error, never mended in
silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dromio.engines.sql import render, tree
from dromio.errors import InputError
from dromio.io.names import distinct_names
from dromio.io.texts import TextFile, last_line, utf8_copy

_DELIMITERS = (",", ";", "\t", "|")
_NONE = "\x1f"
"""Delimiter of a file with one column: a character that text does not hold."""
_SAMPLE = 1 << 20
_LONGEST_HEADER = 1 << 26
_LONGEST_ROW = 128 * 10**6
"""Bytes; the reader keeps a few rows of that size in memory, and only where a file has rows above DuckDB's own 2 MB."""
_LONG_ROW = 1 << 20
_ROWS_LOOKED_AT = 50


@dataclass(frozen=True)
class Dialect:
    """How a file writes rows: its delimiter, the lines before the header, the escape of quotes, the names of its
    columns."""

    delimiter: str
    skip: int
    escape: str
    names: tuple[str, ...]


def load_delimited(
    con: duckdb.DuckDBPyConnection, file: TextFile, target: str, folder: Path | None, notes: list[str]
) -> tuple[str, ...]:
    """Copy the rows into the table `target`, columns c0, c1, …; gives their names. Raises InputError, duckdb.Error.

    `folder` takes temporary copies. What a user should know about the reading is added to `notes`.
    """
    if not file.is_utf8:
        with utf8_copy(file, folder) as copy:
            return _load(con, copy, file.path, target, notes)
    try:
        return _load(con, file, file.path, target, notes)
    except (duckdb.Error, UnicodeDecodeError) as error:
        text = str(error).lower()
        is_mixed = "invalid state" in text
        if not is_mixed and not any(word in text for word in ("unicode", "utf-8", "codec")):
            raise
    with utf8_copy(file, folder, newlines=is_mixed) as copy:
        names = _load(con, copy, file.path, target, notes)
    if not is_mixed:
        notes.append(
            f"{file.path.name} is not valid UTF-8; bytes that are not were read as Windows-1252 (Western European)."
        )
    return names


def _load(
    con: duckdb.DuckDBPyConnection, file: TextFile, shown: Path, target: str, notes: list[str]
) -> tuple[str, ...]:
    dialect = read_dialect(file, shown)
    last = last_line(file, _LONGEST_ROW)
    if last >= _LONGEST_ROW:
        raise InputError(f"{shown}: the last row is longer than {_LONGEST_ROW // 10**6} MB")
    try:
        if last > _LONG_ROW:  # DuckDB drops a last row that is larger than its buffer, without a word
            _copy(con, file, dialect, target, longest=_LONGEST_ROW)
        else:
            _copy_with_long_rows(con, file, dialect, target)
    except duckdb.Error as error:
        raise _explained(error, shown, dialect) from None
    names, renamed = distinct_names(dialect.names)
    notes += [f"{shown.name}: {one}" for one in renamed]
    return names


def _copy_with_long_rows(con: duckdb.DuckDBPyConnection, file: TextFile, dialect: Dialect, target: str) -> None:
    try:
        _copy(con, file, dialect, target)
    except duckdb.Error as error:
        if "maximum line size" not in str(error).lower() and "full read" not in str(error).lower():
            raise
        _copy(con, file, dialect, target, longest=_LONGEST_ROW)


def _copy(
    con: duckdb.DuckDBPyConnection, file: TextFile, dialect: Dialect, target: str, longest: int | None = None
) -> None:
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(dialect.names)))
    size = f", max_line_size = {longest}" if longest else ""
    reader = tree(
        "SELECT * FROM read_csv(__path, auto_detect = false, hive_partitioning = false, header = true, delim = "
        "__delimiter, quote = '\"', "
        f"escape = __escape, skip = __skip, compression = __packing, columns = {{{columns}}}{size})",
        path=literal_path(file.path),
        delimiter=dialect.delimiter,
        escape=dialect.escape,
        skip=dialect.skip,
        packing=file.packing,
    )
    con.execute(f"CREATE TABLE {target} AS {render(reader)}")


def literal_path(path: Path) -> str:
    """A path that DuckDB takes as it is: `*`, `?` and `[` are not patterns."""
    return re.sub(r"([*?\[])", r"[\1]", str(path.absolute()))


def read_dialect(file: TextFile, shown: Path) -> Dialect:
    """From the start of the file. Raises InputError where there is no header."""
    text, is_all = _start(file, _SAMPLE)
    if not _header_ends(text) and not is_all:
        text, is_all = _start(file, _LONGEST_HEADER)
    body = text.lstrip("\r\n")
    skip = len(text[: len(text) - len(body)].splitlines())
    told = re.match(r"sep=(.)\r?\n", body)
    if told:
        body, skip = body[told.end() :], skip + 1
    if not body.strip():
        raise InputError(f"{shown} is empty")
    if re.match(r"\s*(\{\s*\"|<!doctype|<html|<\?xml)", body, re.I):
        raise InputError(f"{shown} is not CSV: it begins with {body.strip()[:20]!r}; JSON lines end in .jsonl")
    delimiter = told[1] if told else _delimiter(body, is_all)
    header = next(_rows(body, delimiter), [])
    escape = "\\" if re.search(r'[^"]\\"[^,;|\t\r\n]', body) else '"'
    return Dialect(delimiter, skip, escape, tuple(header))


def _start(file: TextFile, size: int) -> tuple[str, bool]:
    """The first bytes as text, and whether they are all there is. Raises UnicodeDecodeError."""
    with file.open() as stream:
        start = stream.read(size)
        is_all = len(start) < size
    if not is_all:
        start = start[: start.rfind(b"\n") + 1] or start
    return start.decode("utf-8-sig"), is_all


def _header_ends(text: str) -> bool:
    return any(len(text) > text.find(end) >= 0 for end in ("\n", "\r"))


def _delimiter(body: str, is_all: bool) -> str:
    """The one that splits the header, and most rows after it into as many fields; the most fields where several do."""
    best, best_score = _NONE, (0.0, 1)
    for delimiter in _DELIMITERS:
        rows = [row for row, _ in zip(_rows(body, delimiter), range(_ROWS_LOOKED_AT), strict=False) if row != [""]]
        if len(rows) > 1 and not is_all:
            rows = rows[:-1]
        width = len(rows[0])
        score = (sum(len(row) == width for row in rows) / len(rows), width)
        if width > 1 and (round(score[0], 1), width) > best_score:
            best, best_score = delimiter, (round(score[0], 1), width)
    return best


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows of fields; quotes count only where a field begins with one."""
    other = re.escape(delimiter)
    field = re.compile(rf'(?:"((?:[^"]|"")*)"(?={other}|\r|\n|\Z)|([^{other}\r\n]*))({other}|\r\n|\r|\n|\Z)')
    row: list[str] = []
    at = 0
    while at < len(text) or row:
        match = field.match(text, at)
        assert match is not None
        row.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        at = match.end()
        if match[3] != delimiter:
            yield row
            row = []


def _explained(error: duckdb.Error, shown: Path, dialect: Dialect) -> Exception:
    """The error with its line in plain words; as it is where it is about something else."""
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    if line is None or "unicode" in text.lower():
        return error
    original = re.search(r"Original Line: ?(.{0,200})", text)
    found = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if found:
        fault = f"{found[2]} fields, but the header has {found[1]}"
    elif "unterminated quote" in text.lower():
        fault = "a quoted field does not end where it should: its quote is not closed, or text follows it"
    elif "maximum line size" in text.lower():
        fault = f"the row is longer than {_LONGEST_ROW // 10**6} MB"
    else:
        fault = text.splitlines()[0]
    named = {"\t": "tab", _NONE: "none"}.get(dialect.delimiter, dialect.delimiter)
    begins = f"; it begins {original[1][:60]!r}" if original and original[1] else ""
    return InputError(f"{shown}, line {line[1]}: {fault} (delimiter: {named}){begins}")
