"""JSON lines, or an array of objects, into a DuckDB table: texts as written, lists as lists, nested objects as JSON."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dromio.engines.sql import render, tree
from dromio.errors import InputError
from dromio.io.delimited import literal_path
from dromio.io.texts import TextFile, utf8_copy

_KINDS = {"VARCHAR": "a text", "BOOLEAN": "true or false", "NULL": "null", "ARRAY": "a list"}


NamesAndTypes = tuple[tuple[str, ...], tuple[str, ...]]


def load_json(
    con: duckdb.DuckDBPyConnection, file: TextFile, target: str, folder: Path | None, notes: list[str]
) -> NamesAndTypes:
    """Copy the objects into the table `target`, columns c0, c1, …; gives their names, in order of first appearance.

    A column is VARCHAR[] where one of its values is a list, else VARCHAR. Raises InputError, duckdb.Error.
    """
    raw = f"{target}_json"
    _read(con, file, raw, folder, notes)
    try:
        return _spread(con, file.path, raw, target)
    finally:
        con.execute(f"DROP TABLE IF EXISTS {raw}")


def _read(con: duckdb.DuckDBPyConnection, file: TextFile, raw: str, folder: Path | None, notes: list[str]) -> None:
    """One JSON text per row."""
    if file.encoding != "utf-8":  # DuckDB does not see an array behind a byte order mark
        with utf8_copy(file, folder) as copy:
            _copy(con, copy, raw)
        return
    try:
        _copy(con, file, raw)
    except duckdb.Error as error:
        if "invalid utf-8" not in str(error).lower():
            raise
        with utf8_copy(file, folder) as copy:
            _copy(con, copy, raw)
        notes.append(file.not_utf8)


def _copy(con: duckdb.DuckDBPyConnection, file: TextFile, raw: str) -> None:
    reader = "SELECT json FROM read_json_objects(__path, compression = __packing, hive_partitioning = false)"
    con.execute(f"CREATE TABLE {raw} AS {render(tree(reader, path=literal_path(file.path), packing=file.packing))}")


def _spread(con: duckdb.DuckDBPyConnection, shown: Path, raw: str, target: str) -> NamesAndTypes:
    _refuse_others(con, shown, raw)
    keys = "unnest(json_keys(json)) AS key, generate_subscripts(json_keys(json), 1) AS place"
    order = "min(row), arg_min(place, (row, place))"
    found = con.execute(f"SELECT key FROM (SELECT rowid AS row, {keys} FROM {raw}) GROUP BY key ORDER BY {order}")
    names = tuple(str(row[0]) for row in found.fetchall())
    if not names:
        raise InputError(f"{shown} holds objects without any keys")
    pointers = ["/" + name.replace("~", "~0").replace("/", "~1") for name in names]
    listed = ", ".join(f"list(DISTINCT t[{number}])" for number in range(1, len(names) + 1))
    types = con.execute(f"SELECT {listed} FROM (SELECT json_type(json, ?) AS t FROM {raw})", [pointers]).fetchall()[0]
    kinds_of = [{kind for kind in own or () if kind} for own in types]
    selected = ", ".join(_column(number, own) for number, own in enumerate(kinds_of))
    values = (
        "SELECT json_extract_string(json, $paths) AS v, json_type(json, $paths) AS t, json_extract(json, $paths) AS j "
        f"FROM {raw}"
    )
    con.execute(f"CREATE TABLE {target} AS SELECT {selected} FROM ({values})", {"paths": pointers})
    return names, tuple("VARCHAR[]" if "ARRAY" in own else "VARCHAR" for own in kinds_of)


def _refuse_others(con: duckdb.DuckDBPyConnection, shown: Path, raw: str) -> None:
    """Raise InputError where a value is not an object."""
    kinds = f"SELECT rowid + 1 AS row, json_type(json) AS kind FROM {raw}"
    wrong = con.execute(f"SELECT row, kind FROM ({kinds}) WHERE kind <> 'OBJECT' ORDER BY row LIMIT 1").fetchall()
    for row, kind in wrong:
        raise InputError(f"{shown}, value {row}: found {_KINDS.get(kind, 'a number')}; every record must be an object")


def _column(number: int, kinds: set[str]) -> str:
    """SQL of one column from its texts `v`, types `t` and JSON `j`. Whole numbers written as 1.0 lose their ".0"."""
    at = number + 1
    text = f"v[{at}]"
    if "ARRAY" in kinds:
        listed = f"CASE t[{at}] WHEN 'ARRAY' THEN CAST(j[{at}] AS VARCHAR[]) ELSE [{text}] END"
        return f"CASE WHEN {text} IS NOT NULL THEN {listed} END AS c{number}"
    if "DOUBLE" in kinds:
        return f"CASE WHEN t[{at}] = 'DOUBLE' THEN regexp_replace({text}, '\\.0+$', '') ELSE {text} END AS c{number}"
    return f"{text} AS c{number}"
