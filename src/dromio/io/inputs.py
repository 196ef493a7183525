"""Whatever a caller hands over as input: the name of each source, and an Arrow table of what is not a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dromio.errors import InputError, UsageError
from dromio.io import databases
from dromio.io.columns import column_of


def name_inputs(inputs: Any) -> list[tuple[str, Any]]:
    """(source name, input) for everything that `inputs` may be: one input, a list of them, or a mapping of name to
    input.

    A list of dictionaries is one input. Raises UsageError for no input and for two sources of one name.
    """
    if isinstance(inputs, Mapping):
        named = [(str(name), given) for name, given in inputs.items()]
    else:
        several = list(inputs) if isinstance(inputs, list | tuple) and not _are_rows(inputs) else [inputs]
        named = [_named(given, number, len(several)) for number, given in enumerate(several)]
    if not named or (isinstance(inputs, str | Path) and not str(inputs)):
        raise UsageError("no input was given; give a file, a table or a DataFrame")
    names = [name for name, _ in named]
    for name in names:
        if not name.strip():
            raise UsageError("a source has an empty name; give each a name, as in crm=FILE")
        if names.count(name) > 1:
            raise UsageError(f"two sources are called {name!r}; give each its own name, as in {name}_2=FILE")
    return named


def _are_rows(given: Sequence[Any]) -> bool:
    return bool(given) and all(isinstance(row, Mapping) for row in given)


def _named(given: Any, number: int, several: int) -> tuple[str, Any]:
    if isinstance(given, str):
        match = re.match(r"^([A-Za-z_][\w.-]*)=(.+)$", given, re.S)
        if match and not _exists(given):
            return match[1], match[2]
        if databases.is_url(given):
            return databases.table_name(given), given
    if isinstance(given, str | Path):
        return Path(given).name.split(".")[0].strip() or "records", given
    return ("records" if several == 1 else f"source_{number + 1}"), given


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False


def to_arrow(given: Any) -> pa.Table:
    """Arrow table of a DataFrame, a relation, a table or rows of dictionaries. Raises InputError, UsageError."""
    try:
        table = _to_arrow(given)
    except (duckdb.Error, pa.ArrowException) as error:
        raise InputError(f"cannot read records from {type(given).__name__}: {str(error).splitlines()[0]}") from None
    if table is None:
        raise UsageError(
            f"cannot read records from {type(given).__name__}; give a path, a database URL, a pyarrow Table, a pandas "
            "or Polars "
            "DataFrame, a DuckDB relation, or a list of dictionaries"
        )
    return table


def _to_arrow(given: Any) -> pa.Table | None:
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, pa.RecordBatchReader):
        return given.read_all()
    if isinstance(given, duckdb.DuckDBPyRelation):
        return given.to_arrow_table()
    if hasattr(given, "collect") and hasattr(given, "lazy"):
        given = given.collect()
    if type(given).__module__.startswith("pandas") and hasattr(given, "iloc") and hasattr(given, "columns"):
        return _from_pandas(given)
    if hasattr(given, "to_arrow") and hasattr(given, "columns"):
        return given.to_arrow()
    if hasattr(given, "__arrow_c_stream__"):
        return pa.table(given)
    if isinstance(given, Sequence) and not isinstance(given, str | bytes) and _are_rows(given):
        return _from_rows(given)
    return None


def _from_pandas(frame: Any) -> pa.Table:
    """Column by column, so that columns of mixed values and of one name pass. An index that has a name is a column."""
    if any(name is not None and name not in frame.columns for name in frame.index.names):
        frame = frame.reset_index()
    arrays = [_array(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return pa.Table.from_arrays(arrays, names=[str(name) for name in frame.columns])


def _array(series: Any) -> Any:
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError):
        missing = series.isna()
        return column_of([None if bool(gone) else value for value, gone in zip(series, missing, strict=True)])


def _from_rows(rows: Iterable[Mapping[Any, Any]]) -> pa.Table:
    """All keys that any row has, in order of first appearance."""
    kept = list(rows)
    names = list(dict.fromkeys(name for row in kept for name in row))
    arrays = []
    for name in names:
        values = [row.get(name) for row in kept]
        try:
            arrays.append(pa.array(values))
        except (pa.ArrowException, OverflowError, TypeError):
            arrays.append(column_of(values))
    return pa.Table.from_arrays(arrays, names=[str(name) for name in names])
