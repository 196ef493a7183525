"""Records in: files, Arrow, DataFrames, DuckDB relations and database tables, as one relation of texts in DuckDB.

Inside, columns are called c0, c1, … so that names chosen by users never become SQL; every value is a text, or a list of
texts where the input holds lists. A record's number is its rank by source and unique_id: it does not depend on the
order of rows, and neither does anything that is computed from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from dromio.engines.sql import Node, column, render, table, tree
from dromio.errors import InputError
from dromio.io import databases, files
from dromio.io.inputs import name_inputs, to_arrow

RECORDS = "records"
POSITION = files.ROW
_INTEGERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT")
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
    counted: dict[str, tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)
    """Column inside -> (about how many distinct values, filled rows), where they have been counted."""

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
        raise InputError(
            f"there is no column {name!r}; columns are {', '.join(repr(one.name) for one in self.columns)}"
        )

    def require(self, names: Iterable[str]) -> None:
        """Raise InputError that lists all of the names that are no columns."""
        have = {one.name for one in self.columns}
        missing = [repr(name) for name in names if name not in have]
        if missing:
            ids = f" besides the id column {self.id_column!r}" if self.id_column else ""
            shown = ", ".join(repr(one.name) for one in self.columns)
            raise InputError(
                f"the model needs columns that the input lacks: {', '.join(missing)}; columns are {shown}{ids}"
            )

    def texts(self, inside: str) -> pa.Array:
        """One column's values in order of record number."""
        query = render(tree("SELECT position, __c AS v FROM __t", c=column(inside), t=table(RECORDS)))
        values = in_row_order(self.con.cursor().sql(query).to_arrow_table())["v"].combine_chunks()
        return values.take(pa.array(self.position))


def in_row_order(answer: pa.Table) -> pa.Table:
    """A query's answer in order of its column `position`, and without it: parallel plans do not keep the order of
    rows."""
    rows = answer[POSITION].to_numpy()
    answer = answer.drop_columns([POSITION])
    if np.array_equal(rows, np.arange(len(rows))):
        return answer
    order = np.empty(len(rows), np.int64)
    order[rows] = np.arange(len(rows))
    return answer.take(pa.array(order))


def read_records(con: duckdb.DuckDBPyConnection, inputs: Any, *, id_column: str | None = None) -> Records:
    """Make all inputs the view `records`: position, source, unique_id, c0, c1, …. `inputs`: one input, a list, or a
    mapping of source name to input.

    Raises InputError (unreadable, empty, duplicate ids), UsageError (two sources of one name).
    """
    named = name_inputs(inputs)
    loaded = [_load(con, number, name, given) for number, (name, given) in enumerate(named)]
    notes = [note for one in loaded for note in one.notes]
    chosen = [_id_column(con, one, id_column, notes) for one in loaded]
    names = list(
        dict.fromkeys(name for one, own in zip(loaded, chosen, strict=True) for name in one.names if name != own)
    )
    lists = {name: any(one.is_list(name) for one in loaded) for name in names}
    columns = tuple(InputColumn(name, f"c{number}", lists[name]) for number, name in enumerate(names))
    numeric = all(own is None or _is_whole(con, one, own) for one, own in zip(loaded, chosen, strict=True))
    _unite(con, loaded, chosen, columns, numeric=numeric)
    return _number(con, loaded, columns, chosen[0], tuple(notes), is_number=numeric)


@dataclass(frozen=True)
class _Loaded:
    """An input as a DuckDB table, or a view with a column of row numbers, with columns c0, c1, …"""

    name: str
    origin: str
    table: str
    loaded: files.Loaded
    rows: int
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.loaded.names

    @property
    def row(self) -> Node:
        """Number of a row, from 0."""
        return column(files.ROW if self.loaded.is_view else "rowid")

    def inside(self, name: str) -> str:
        return f"c{self.names.index(name)}"

    def type(self, name: str) -> str:
        return self.loaded.types[self.names.index(name)]

    def is_list(self, name: str) -> bool:
        return name in self.names and files.is_list(self.type(name))

    def text(self, name: str) -> Node:
        return files.as_text(self.inside(name), self.type(name))


def _load(con: duckdb.DuckDBPyConnection, number: int, name: str, given: Any) -> _Loaded:
    """Take one input over, columns renamed by position."""
    target = f"input_{number}"
    notes: list[str] = []
    if isinstance(given, str | Path) and not databases.is_url(str(given)):
        origin = str(given)
        loaded = files.load(con, Path(given), target, notes)
    elif isinstance(given, str):
        origin = databases.without_password(given)
        loaded = replace(files.load_arrow(con, databases.read(given), target, notes), is_typed=False)
    else:
        origin = (
            "rows"
            if isinstance(given, list | tuple)
            else f"{type(given).__module__.split('.')[0]} {type(given).__name__}"
        )
        loaded = files.load_arrow(con, to_arrow(given), target, notes)
    rows = con.execute(render(tree("SELECT count(*) FROM __t", t=table(target)))).fetchall()[0][0]
    if not rows:
        raise InputError(f"{origin} holds no records (columns: {', '.join(loaded.names)[:400] or 'none'})")
    return _Loaded(name, origin, target, loaded, rows, tuple(notes))


def _id_column(con: duckdb.DuckDBPyConnection, one: _Loaded, wanted: str | None, notes: list[str]) -> str | None:
    """The id column of a source: as asked for, else one with a usual name whose values are all there and distinct."""
    if wanted is not None:
        if wanted not in one.names:
            raise InputError(
                f"{one.origin} has no column {wanted!r}; columns are {', '.join(map(repr, one.names))[:2000]}"
            )
        if not _is_key(con, one, wanted):
            raise InputError(
                f"{one.origin}: column {wanted!r} does not tell records apart: {_repeated(con, one, wanted)}"
            )
        return wanted
    by_name = {name.lower().strip(): name for name in reversed(one.names)}
    usual = [by_name[name] for name in (*_ID_NAMES, f"{one.name.lower()}_id") if name in by_name]
    chosen = next((name for name in usual if _is_key(con, one, name)), None)
    if usual and chosen is None:
        notes.append(f"{one.origin}: column {usual[0]!r} does not tell records apart: {_repeated(con, one, usual[0])}")
    return chosen


def _is_key(con: duckdb.DuckDBPyConnection, one: _Loaded, name: str) -> bool:
    """Whether all values are there and distinct, as texts; whole numbers are sorted, which is faster than to count
    them."""
    value, source = column(one.inside(name)), table(one.table)
    if one.type(name) in _INTEGERS:
        query = tree("SELECT CAST(__v AS BIGINT) AS v FROM __t WHERE NOT __v IS NULL", v=value, t=source)
        numbers = con.sql(render(query)).to_arrow_table()["v"].to_numpy()
        return len(numbers) == one.rows and (_rises(numbers) or _rises(np.sort(numbers)))
    query = tree("SELECT count(DISTINCT v), count(v) FROM (SELECT __v AS v FROM __t)", v=one.text(name), t=source)
    found = con.execute(render(query)).fetchall()[0]
    return bool(found[0] == found[1] == one.rows)


def _rises(numbers: npt.NDArray[np.int64]) -> bool:
    """Whether each number is larger than the one before, as ids often are where they were given one after the other."""
    return bool((numbers[1:] > numbers[:-1]).all())


def _repeated(con: duckdb.DuckDBPyConnection, one: _Loaded, name: str) -> str:
    """A few values that several records have, with their number."""
    query = tree(
        "SELECT v, count(*) AS n FROM (SELECT __v AS v FROM __t) GROUP BY v HAVING count(*) > 1 OR v IS NULL ORDER BY "
        "n DESC, v LIMIT 3",
        v=one.text(name),
        t=table(one.table),
    )
    found = con.execute(render(query)).fetchall()
    return ", ".join(f"{'nothing' if text is None else repr(text[:60])} ({count:,} times)" for text, count in found)


def _is_whole(con: duckdb.DuckDBPyConnection, one: _Loaded, name: str) -> bool:
    """Whether all ids are whole numbers of 64 bits, written as such where they came as text (CSV knows no types)."""
    if one.type(name) in _INTEGERS:
        return True
    loose = ("DOUBLE", "FLOAT") if one.loaded.is_typed else ("VARCHAR",)
    if one.type(name) not in loose:
        return False
    query = tree(
        "SELECT bool_and(regexp_full_match(__v, '0|-?[1-9][0-9]{0,17}')) FROM __t", v=one.text(name), t=table(one.table)
    )
    return bool(con.execute(render(query)).fetchall()[0][0])


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
        key = tree("__row + 1", row=one.row) if own is None else one.text(own)
        key = tree("CAST(__key AS BIGINT)", key=key) if numeric else tree("CAST(__key AS VARCHAR)", key=key)
        position = tree("CAST(__row + __before AS BIGINT)", row=one.row, before=before)
        before += one.rows
        select = exp.select(
            exp.alias_(position, POSITION),
            exp.alias_(exp.Literal.number(number), "source"),
            exp.alias_(key, "unique_id"),
        )
        for each in columns:
            node = (
                files.as_column(one.inside(each.name), one.type(each.name), each.is_list)
                if each.name in one.names
                else (tree("CAST(NULL AS VARCHAR[])") if each.is_list else tree("CAST(NULL AS VARCHAR)"))
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
    *,
    is_number: bool,
) -> Records:
    """Rank all records by source name, then by unique_id: shorter ones first, then in the order of code points.

    For whole numbers that is their order as numbers, so it does not matter whether a file keeps them as numbers or as
    text.
    """
    by_name = sorted(one.name for one in loaded)
    rank = [by_name.index(one.name) for one in loaded]
    keys = _by_number(con, rank) if is_number else None
    if keys is None:
        keys = _by_text(con, rank)
    sources = tuple(InputSource(one.name, one.origin, one.rows, one.names) for one in loaded)
    return Records(
        con,
        sources,
        columns,
        keys["position"].to_numpy(),
        keys["unique_id"].combine_chunks(),
        keys["source"].to_numpy().astype(np.int32),
        id_column,
        notes,
    )


def _by_number(con: duckdb.DuckDBPyConnection, rank: Sequence[int]) -> pa.Table | None:
    """Position, source and id of all records by the rank of their source, then by id as a number; None where one is
    negative."""
    keys = con.sql(f"SELECT position, source, unique_id FROM {RECORDS}").to_arrow_table()
    ids = keys["unique_id"].to_numpy()
    if ids.min() < 0:
        return None
    if len(rank) == 1 and _rises(ids):
        return keys
    order = np.lexsort((ids, np.array(rank)[keys["source"].to_numpy()]))
    return keys if np.array_equal(order, np.arange(len(order))) else keys.take(pa.array(order))


def _by_text(con: duckdb.DuckDBPyConnection, rank: Sequence[int]) -> pa.Table:
    """The same by id as a text: shorter ones first, then in the order of code points."""
    ranked = " ".join(f"WHEN {number} THEN {own}" for number, own in enumerate(rank))
    by_id = "strlen(CAST(unique_id AS VARCHAR)), CAST(unique_id AS VARCHAR)"
    query = f"SELECT position, source, unique_id FROM {RECORDS} ORDER BY CASE source {ranked} END, {by_id}"
    return con.sql(query).to_arrow_table()
