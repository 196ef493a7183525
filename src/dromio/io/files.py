"""Files and Arrow tables into DuckDB relations with columns c0, c1, …; encodings and faults said plainly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dromio.engines.sql import Node, column, render, table, tree
from dromio.errors import InputError
from dromio.io.delimited import literal_path, load_delimited
from dromio.io.json_lines import load_json
from dromio.io.names import distinct_names
from dromio.io.texts import recognise

_READERS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".psv": "csv",
    ".parquet": "parquet", ".pq": "parquet",
    ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
_PACKED = (".gz", ".zst")
ROW = "position"
"""Column of a view that numbers its rows; a table has its own `rowid`."""
_ROW_NUMBER = "file_row_number"
_FLOATS = ("DOUBLE", "FLOAT")


@dataclass(frozen=True)
class Loaded:
    """Columns of a loaded input: names as given, DuckDB types. `is_typed` is false where all values are only texts."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    is_typed: bool = True
    is_view: bool = False


def load(con: duckdb.DuckDBPyConnection, path: Path, target: str, notes: list[str]) -> Loaded:
    """A file as the table or view `target`. Raises InputError."""
    try:
        kind = _kind(path)
        if kind == "parquet":
            return _load_parquet(con, path, target)
        file = recognise(path)
        folder = _folder(con)
        if kind == "csv":
            names = load_delimited(con, file, target, folder, notes)
            return Loaded(names, ("VARCHAR",) * len(names), is_typed=False)
        names, types = load_json(con, file, target, folder, notes)
        return Loaded(names, types, is_typed=False)
    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
        raise
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise
        raise InputError(f"cannot read {path}: {_plain(error)}") from None
    except (OSError, EOFError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None


def _kind(path: Path) -> str:
    """csv | parquet | json, by the ending of a file that is there. Raises InputError, OSError."""
    if not path.exists():
        raise InputError(f"there is no file {path}")
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a file")
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    kind = _READERS.get(Path(name).suffix)
    if kind is None:
        raise InputError(
            f"{path}: the ending {path.suffix!r} is not known; known are {', '.join(sorted(_READERS))}, texts also "
            "with .gz or .zst"
        )
    if not path.stat().st_size:
        raise InputError(f"{path} is empty")
    return kind


def _folder(con: duckdb.DuckDBPyConnection) -> Path | None:
    """The folder of the run, for temporary copies: the one that DuckDB's own temporary folder is in; None for the
    system's."""
    spill = Path(con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0] or ".")
    return spill.parent if spill.is_absolute() and spill.parent.is_dir() else None


def _load_parquet(con: duckdb.DuckDBPyConnection, path: Path, target: str) -> Loaded:
    """A Parquet file is read where it lies, column by column, instead of being copied."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start != b"PAR1":
        raise InputError(f"{path} is not a Parquet file: it begins with {start!r}, not b'PAR1'")
    reader = "read_parquet(__path, hive_partitioning = false"
    described = con.execute(render(tree(f"DESCRIBE SELECT * FROM {reader})", path=literal_path(path)))).fetchall()
    given = [str(row[0]) for row in described]
    inside = [f"c{number}" for number in range(len(given))]
    has_own = any(name.lower() == _ROW_NUMBER for name in given)
    numbered = ")" if has_own else f", {_ROW_NUMBER} = true)"
    aliases = ", ".join(inside if has_own else [*inside, ROW])
    kind = "TABLE" if has_own else "VIEW"
    con.execute(
        f"CREATE {kind} {target} AS "
        + render(tree(f"SELECT * FROM {reader}{numbered} AS t({aliases})", path=literal_path(path)))
    )
    return Loaded(tuple(given), tuple(str(row[1]) for row in described), is_view=not has_own)


def load_arrow(con: duckdb.DuckDBPyConnection, arrow: pa.Table, target: str, notes: list[str]) -> Loaded:
    """Copy an Arrow table into `target`. Raises InputError for types that DuckDB does not have."""
    names, renamed = distinct_names([str(name) for name in arrow.column_names])
    notes += renamed
    if not names:
        raise InputError("the table has no columns")
    try:
        con.register("dromio_input", _storable(arrow).rename_columns([f"c{number}" for number in range(len(names))]))
        con.execute(f"CREATE TABLE {target} AS SELECT * FROM dromio_input")
    except (duckdb.NotImplementedException, duckdb.InvalidInputException) as error:
        types = ", ".join(f"{name!r}: {field.type}" for name, field in zip(names, arrow.schema, strict=True))
        raise InputError(f"cannot take over the table ({_plain(error)}); its columns are {types[:400]}") from None
    con.unregister("dromio_input")
    described = con.execute(render(tree("DESCRIBE SELECT * FROM __t", t=table(target)))).fetchall()
    return Loaded(names, tuple(str(row[1]) for row in described))


def _storable(arrow: pa.Table) -> pa.Table:
    """The table without the two types that DuckDB has nothing for: half floats become floats, wide decimals texts."""
    for at, field in enumerate(arrow.schema):
        if pa.types.is_float16(field.type):
            arrow = arrow.set_column(at, field.name, arrow[at].cast(pa.float32()))
        elif pa.types.is_decimal256(field.type):
            arrow = arrow.set_column(at, field.name, arrow[at].cast(pa.string()))
    return arrow


def is_list(type_name: str) -> bool:
    """Whether a DuckDB type holds lists, of any or of a fixed length."""
    return type_name.endswith("]")


def as_text(inside: str, type_name: str) -> Node:
    """A column as text. Whole numbers kept as floating point (a habit of DataFrames with gaps) lose their ".0"; NaN is
    missing."""
    node: Any = column(inside)
    if type_name == "VARCHAR":
        return node  # type: ignore[no-any-return]
    if type_name in _FLOATS:
        return tree(
            "CASE WHEN isnan(__c) THEN NULL WHEN __c = floor(__c) AND abs(__c) < 1e15 THEN CAST(CAST(__c AS BIGINT) "
            "AS VARCHAR) "
            "ELSE CAST(__c AS VARCHAR) END",
            c=node,
        )
    if type_name == "BLOB":
        return tree("coalesce(try(decode(__c)), CAST(__c AS VARCHAR))", c=node)
    return tree("CAST(__c AS VARCHAR)", c=node)


def as_column(inside: str, type_name: str, holds_lists: bool) -> Node:
    """A column as text, or as a list of texts where any source has lists."""
    if not holds_lists:
        return as_text(inside, type_name)
    if is_list(type_name):
        return tree("CAST(__c AS VARCHAR[])", c=column(inside))
    return tree("CASE WHEN __c IS NULL THEN NULL ELSE [__v] END", c=column(inside), v=as_text(inside, type_name))


def _plain(error: duckdb.Error) -> str:
    """The first lines of a DuckDB message, without its advice on options."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    kept = []
    for line in lines:
        if line.lower().startswith(
            ("possible solution", "possible fixes", "* ", "file =", "delimiter =", "line 1:", "try ")
        ):
            break
        kept.append(line)
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", " ".join(kept[:4]))[:600]
