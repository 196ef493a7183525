"""Records in: files, Arrow, DataFrames, DuckDB relations and database tables, as one relation of texts in DuckDB.

Inside, columns are called c0, c1, … so that names chosen by users never become SQL; every value is a text, or a list of
texts where the input holds lists. A record's number is its rank by (source, unique_id): it does not depend on the order
of rows, and neither does anything that is computed from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from dromio.engines.sql import Node, column, render, table, tree
from dromio.errors import InputError, UsageError
from dromio.io import databases, files

RECORDS = "records"
POSITION = files.ROW
_ID_NAMES = ("unique_id", "record_id", "rec_id", "id", "uid", "customer_id", "row_id", "recid", "guid", "uuid")


@dataclass(frozen=True)
class InputColumn:
    """A column of the input: the name users know, the name inside, and whether it holds lists."""

    name: str
    inside: str
    is_list: bool = False


@dataclass(frozen=True)
class InputSource:
    """One source: its name, where it came from, rows, and the names of its columns."""

    name: str
    origin: str
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Records:
    """All records of a run, in DuckDB. Arrays are in order of record number."""

    con: duckdb.DuckDBPyConnection
    sources: tuple[InputSource, ...]
    columns: tuple[InputColumn, ...]
    position: npt.NDArray[np.int64]
    """Row of the relation `records` that holds each record."""
    ids: pa.Array
    source: npt.NDArray[np.int32]
    """Number of the source of each record."""
    id_column: str | None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.position)

    @cached_property
    def source_names(self) -> pa.Array:
        """Name of the source of each record."""
        names = pa.array([source.name for source in self.sources], pa.string())
        return names.take(pa.array(self.source))

    def column(self, name: str) -> InputColumn:
        """The column of that name. Raises InputError that lists the names there are."""
        for one in self.columns:
            if one.name == name:
                return one
        raise InputError(f"there is no column {name!r}; columns are {', '.join(repr(one.name) for one in self.columns)}")

    def texts(self, inside: str) -> pa.Array:
        """One column's values in order of record number."""
        query = render(tree("SELECT position, __c AS v FROM __t", c=column(inside), t=table(RECORDS)))
        values = in_row_order(self.con.cursor().sql(query).to_arrow_table())["v"].combine_chunks()
        return values.take(pa.array(self.position))


def in_row_order(answer: pa.Table) -> pa.Table:
    """A query's answer in order of its column `position`, and without it: parallel plans do not keep the order of rows."""
    rows = answer[POSITION].to_numpy()
    answer = answer.drop_columns([POSITION])
    if np.array_equal(rows, np.arange(len(rows))):
        return answer
    order = np.empty(len(rows), np.int64)
    order[rows] = np.arange(len(rows))
    return answer.take(pa.array(order))


def read_records(con: duckdb.DuckDBPyConnection, inputs: Any, *, id_column: str | None = None) -> Records:
    """Make all inputs the view `records`: position, source, unique_id, c0, c1, …. `inputs`: one input, a list, or a mapping of source name to input.

    Raises InputError (unreadable, empty, duplicate ids), UsageError (two sources of one name).
    """
    named = name_inputs(inputs)
    loaded = [_load(con, number, name, given) for number, (name, given) in enumerate(named)]
    notes = [note for one in loaded for note in one.notes]
    chosen = _id_columns(con, loaded, id_column)
    names = list(dict.fromkeys(name for one, own in zip(loaded, chosen, strict=True) for name in one.names if name != own))
    lists = {name: any(one.is_list(name) for one in loaded) for name in names}
    columns = tuple(InputColumn(name, f"c{number}", lists[name]) for number, name in enumerate(names))
    numeric = all(own is not None and one.is_integer(own) for one, own in zip(loaded, chosen, strict=True))
    _unite(con, loaded, chosen, columns, numeric=numeric)
    return _number(con, loaded, columns, chosen[0], tuple(notes))


def name_inputs(inputs: Any) -> list[tuple[str, Any]]:
    """(source name, input) for everything that `inputs` may be."""
    if isinstance(inputs, Mapping):
        named = [(str(name), given) for name, given in inputs.items()]
    else:
        several = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        named = [_named(given, number, len(several)) for number, given in enumerate(several)]
    if not named:
        raise UsageError("no input was given; give a file, a table or a DataFrame")
    names = [name for name, _ in named]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two sources are called {name!r}; give each its own name, as in {name}=FILE")
    return named


def _named(given: Any, number: int, several: int) -> tuple[str, Any]:
    if isinstance(given, str):
        match = re.match(r"^([A-Za-z_][\w.-]*)=(.+)$", given, re.S)
        if match and not Path(given).exists():
            return match[1], match[2]
        if databases.is_url(given):
            return databases.table_name(given), given
    if isinstance(given, str | Path):
        return Path(given).name.split(".")[0] or "records", given
    return ("records" if several == 1 else f"source_{number + 1}"), given


@dataclass(frozen=True)
class _Loaded:
    """An input as a DuckDB table, or a view with a column of row numbers, with columns c0, c1, …"""

    name: str
    origin: str
    table: str
    is_view: bool
    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: int
    notes: tuple[str, ...]

    @property
    def row(self) -> Node:
        """Number of a row, from 0."""
        return column(files.ROW if self.is_view else "rowid")

    def inside(self, name: str) -> str:
        return f"c{self.names.index(name)}"

    def is_list(self, name: str) -> bool:
        return name in self.names and self.types[self.names.index(name)].endswith("[]")

    def is_integer(self, name: str) -> bool:
        return name in self.names and self.types[self.names.index(name)].endswith("INT") or (
            name in self.names and self.types[self.names.index(name)] in ("BIGINT", "INTEGER", "UINTEGER", "SMALLINT", "TINYINT")
        )


def _load(con: duckdb.DuckDBPyConnection, number: int, name: str, given: Any) -> _Loaded:
    """Copy one input into its own table, columns renamed by position."""
    target = f"input_{number}"
    notes: list[str] = []
    if isinstance(given, str | Path) and not databases.is_url(str(given)):
        names, types = files.load(con, Path(given), target, notes)
        origin = str(given)
    else:
        arrow = databases.read(str(given)) if isinstance(given, str) else _arrow(given)
        origin = databases.without_password(given) if isinstance(given, str) else type(given).__module__.split(".")[0]
        names, types = files.load_arrow(con, arrow, target)
    rows = con.execute(render(tree("SELECT count(*) FROM __t", t=table(target)))).fetchall()[0][0]
    is_view = bool(con.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = ?", [target]).fetchall()[0][0])
    if not rows:
        raise InputError(f"{origin} holds no records (columns: {', '.join(names) or 'none'})")
    return _Loaded(name, origin, target, is_view, names, types, rows, tuple(notes))


def _arrow(given: Any) -> Any:
    """Arrow table of a DataFrame, a relation, a table or rows of dictionaries."""
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatchReader | pa.RecordBatch):
        return pa.Table.from_batches([given]) if isinstance(given, pa.RecordBatch) else given.read_all()
    if isinstance(given, duckdb.DuckDBPyRelation):
        return given.to_arrow_table()
    if hasattr(given, "collect") and hasattr(given, "lazy"):
        given = given.collect()
    if hasattr(given, "to_arrow"):
        return given.to_arrow()
    if type(given).__module__.startswith("pandas"):
        return pa.Table.from_pandas(given, preserve_index=False)
    if hasattr(given, "__arrow_c_stream__"):
        return pa.table(given)
    if isinstance(given, Sequence) and given and all(isinstance(row, Mapping) for row in given):
        return pa.Table.from_pylist([dict(row) for row in given])
    raise UsageError(
        f"cannot read records from {type(given).__name__}; give a path, a database URL, a pyarrow Table, a pandas or Polars "
        "DataFrame, a DuckDB relation, or a list of dictionaries"
    )


def _id_columns(con: duckdb.DuckDBPyConnection, loaded: Sequence[_Loaded], wanted: str | None) -> list[str | None]:
    """The id column of every source: as asked for, else one with a usual name whose values are all there and distinct."""
    chosen: list[str | None] = []
    for one in loaded:
        if wanted is not None:
            if wanted not in one.names:
                raise InputError(f"{one.origin} has no column {wanted!r}; columns are {', '.join(map(repr, one.names))}")
            _refuse_duplicates(con, one, wanted)
            chosen.append(wanted)
        else:
            by_name = {name.lower().strip(): name for name in reversed(one.names)}
            usual = [by_name[name] for name in (*_ID_NAMES, f"{one.name.lower()}_id") if name in by_name]
            chosen.append(next((name for name in usual if _is_key(con, one, name)), None))
    return chosen


def _is_key(con: duckdb.DuckDBPyConnection, one: _Loaded, name: str) -> bool:
    found = con.execute(
        render(tree("SELECT count(DISTINCT __c), count(__c) FROM __t", c=column(one.inside(name)), t=table(one.table)))
    ).fetchall()[0]
    return bool(found[0] == found[1] == one.rows)


def _refuse_duplicates(con: duckdb.DuckDBPyConnection, one: _Loaded, name: str) -> None:
    query = tree(
        "SELECT CAST(__c AS VARCHAR) AS id, count(*) AS n FROM __t GROUP BY 1 HAVING count(*) > 1 OR id IS NULL ORDER BY n DESC, 1 LIMIT 3",
        c=column(one.inside(name)),
        t=table(one.table),
    )
    twice = con.execute(render(query)).fetchall()
    if twice:
        examples = ", ".join(f"{'nothing' if text is None else repr(text)} ({count} times)" for text, count in twice)
        raise InputError(f"{one.origin}: column {name!r} does not tell records apart: {examples}")


def _unite(
    con: duckdb.DuckDBPyConnection,
    loaded: Sequence[_Loaded],
    chosen: Sequence[str | None],
    columns: Sequence[InputColumn],
    *,
    numeric: bool,
) -> None:
    """All sources in one view: row number, source number, id, and every column as text or list of texts."""
    selects = []
    before = 0
    for number, (one, own) in enumerate(zip(loaded, chosen, strict=True)):
        if own is None:
            key: Any = tree("CAST(__row + 1 AS BIGINT)", row=one.row)
            key = key if not any(chosen) else tree("CAST(__key AS VARCHAR)", key=key)
        else:
            key = tree("__c", c=column(one.inside(own))) if numeric else files.as_text(one.inside(own), one.types[one.names.index(own)])
        position = tree("CAST(__row + __before AS BIGINT)", row=one.row, before=before)
        before += one.rows
        select = exp.select(
            exp.alias_(position, POSITION), exp.alias_(exp.Literal.number(number), "source"), exp.alias_(key, "unique_id")
        )
        for each in columns:
            node = files.as_column(one.inside(each.name), one.types[one.names.index(each.name)], each.is_list) if each.name in one.names else (
                tree("CAST(NULL AS VARCHAR[])") if each.is_list else tree("CAST(NULL AS VARCHAR)")
            )
            select = select.select(exp.alias_(node, each.inside))
        selects.append(select.from_(table(one.table)))
    if len(selects) == 1:
        union: Any = selects[0]
    else:
        union = selects[0]
        for each_select in selects[1:]:
            union = exp.union(union, each_select, distinct=False)
    con.execute(f"CREATE VIEW {RECORDS} AS {render(union)}")


def _number(
    con: duckdb.DuckDBPyConnection,
    loaded: Sequence[_Loaded],
    columns: tuple[InputColumn, ...],
    id_column: str | None,
    notes: tuple[str, ...],
) -> Records:
    """Rank all records by (source name, unique_id)."""
    rank_of = {name: rank for rank, name in enumerate(sorted(one.name for one in loaded))}
    case = "CASE source " + " ".join(f"WHEN {number} THEN {rank_of[one.name]}" for number, one in enumerate(loaded)) + " END"
    ordered = con.sql(f"SELECT position, source, unique_id FROM {RECORDS} ORDER BY {case}, unique_id").to_arrow_table()
    sources = tuple(InputSource(one.name, one.origin, one.rows, one.names) for one in loaded)
    return Records(
        con,
        sources,
        columns,
        ordered["position"].to_numpy(),
        ordered["unique_id"].combine_chunks(),
        ordered["source"].to_numpy().astype(np.int32),
        id_column,
        notes,
    )
