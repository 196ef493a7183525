"""Files into DuckDB relations with columns c0, c1, …: CSV, Parquet, JSON lines; encodings and faults said plainly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dromio.engines.sql import Node, column, render, table, tree
from dromio.errors import InputError

_READERS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".psv": "csv",
    ".parquet": "parquet", ".pq": "parquet",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
ROW = "position"
"""Column of a view that numbers its rows; a table has its own `rowid`."""
_FLOATS = ("DOUBLE", "FLOAT")


def load(con: duckdb.DuckDBPyConnection, path: Path, target: str, notes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Copy a file into `target`; gives the names and types of its columns. Raises InputError."""
    if not path.exists():
        raise InputError(f"there is no file {path}")
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a file")
    if not path.stat().st_size:
        raise InputError(f"{path} is empty")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = next((_READERS[suffix] for suffix in reversed(suffixes) if suffix in _READERS), None)
    if kind is None:
        raise InputError(f"{path}: the ending {path.suffix!r} is not known; known are {', '.join(sorted(_READERS))}, also with .gz or .zst")
    try:
        if kind == "csv":
            return _load_csv(con, path, target, notes)
        if kind == "parquet":
            return _view(con, path, target)
        return _copy(con, "read_json_auto(__path)", path, target)
    except duckdb.Error as error:
        raise InputError(f"cannot read {path}: {_plain(error)}") from None


def _load_csv(con: duckdb.DuckDBPyConnection, path: Path, target: str, notes: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with path.open("rb") as stream:
        start = stream.read(4)
    encodings = ["utf-16"] if start[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8", "latin-1"]
    for encoding in encodings:
        source = f"read_csv(__path, all_varchar = true, header = true, null_padding = false, encoding = '{encoding}')"
        try:
            result = _copy(con, source, path, target)
        except duckdb.Error as error:
            if encoding == encodings[-1] or not any(word in str(error).lower() for word in ("unicode", "utf-8", "encod")):
                raise
        else:
            if encoding == "latin-1":
                notes.append(f"{path.name} is not valid UTF-8; it was read as Latin-1.")
            return result
    raise AssertionError("unreachable")


def _copy(con: duckdb.DuckDBPyConnection, reader: str, path: Path, target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    described = con.execute(render(tree(f"DESCRIBE SELECT * FROM {reader}", path=str(path)))).fetchall()
    names = [str(row[0]) for row in described]
    aliases = ", ".join(f"c{number}" for number in range(len(names)))
    con.execute(f"CREATE TABLE {target} AS " + render(tree(f"SELECT * FROM {reader} AS t({aliases})", path=str(path))))
    return tuple(names), tuple(str(row[1]) for row in described)


def _view(con: duckdb.DuckDBPyConnection, path: Path, target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A Parquet file is read where it lies, column by column, instead of being copied."""
    described = con.execute(render(tree("DESCRIBE SELECT * FROM read_parquet(__path)", path=str(path)))).fetchall()
    aliases = ", ".join([f"c{number}" for number in range(len(described))] + [ROW])
    reader = f"read_parquet(__path, file_row_number = true) AS t({aliases})"
    con.execute(f"CREATE VIEW {target} AS " + render(tree(f"SELECT * FROM {reader}", path=str(path))))
    return tuple(str(row[0]) for row in described), tuple(str(row[1]) for row in described)


def load_arrow(con: duckdb.DuckDBPyConnection, arrow: pa.Table, target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Copy an Arrow table into `target`."""
    names = tuple(str(name) for name in arrow.column_names)
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(f"two columns are called {', '.join(map(repr, twice))}; every column needs its own name")
    if not names:
        raise InputError("the table has no columns")
    renamed = arrow.rename_columns([f"c{number}" for number in range(len(names))])
    con.register("dromio_input", renamed)
    try:
        con.execute(f"CREATE TABLE {target} AS SELECT * FROM dromio_input")
    finally:
        con.unregister("dromio_input")
    described = con.execute(render(tree("DESCRIBE SELECT * FROM __t", t=table(target)))).fetchall()
    return names, tuple(str(row[1]) for row in described)


def as_text(inside: str, type_name: str) -> Node:
    """A column as text. Whole numbers kept as floating point (a habit of DataFrames with gaps) lose their ".0"."""
    node: Any = column(inside)
    if type_name == "VARCHAR":
        return node  # type: ignore[no-any-return]
    if type_name in _FLOATS:
        return tree(
            "CASE WHEN __c = floor(__c) AND abs(__c) < 1e15 THEN CAST(CAST(__c AS BIGINT) AS VARCHAR) ELSE CAST(__c AS VARCHAR) END",
            c=node,
        )
    return tree("CAST(__c AS VARCHAR)", c=node)


def as_column(inside: str, type_name: str, is_list: bool) -> Node:
    """A column as text, or as a list of texts where any source has lists."""
    if not is_list:
        return as_text(inside, type_name)
    if type_name.endswith("[]"):
        return tree("CAST(__c AS VARCHAR[])", c=column(inside))
    return tree("CASE WHEN __c IS NULL THEN NULL ELSE [__v] END", c=column(inside), v=as_text(inside, type_name))


def _plain(error: duckdb.Error) -> str:
    """The first lines of a DuckDB message, without its advice on options."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = []
    for line in lines:
        if line.lower().startswith(("possible solution", "possible fixes", "* ", "file =", "delimiter =")):
            break
        kept.append(line)
    return " ".join(kept[:4])
