"""Truth and results of runs from files: Parquet, CSV and JSON lines, the columns needed only."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from dromio.errors import InputError

SUFFIXES = (".parquet", ".csv", ".jsonl", ".ndjson")
NUMBERS = ("match_weight", "match_probability")


def read_columns(path: str | Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> pa.Table:
    """The required columns of the file, and the optional ones that it has; from CSV, ids keep their leading zeros.

    Raises InputError, naming what was found, for an absent file or column, another suffix, or an unreadable file.
    """
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"{file}: suffix {file.suffix!r} is not one of {', '.join(SUFFIXES)}")
    if not file.is_file():
        raise InputError(f"{file}: no such file")
    try:
        table = _read(file)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    absent = [name for name in required if name not in table.column_names]
    if absent:
        raise InputError(
            f"{file} lacks column {', '.join(absent)}; columns found: {', '.join(table.column_names) or 'none'}"
        )
    return table.select([*required, *(name for name in optional if name in table.column_names)])


def _read(file: Path) -> pa.Table:
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        return pq.read_table(file)
    if suffix == ".csv":
        return _read_csv(file)
    return pa_json.read_json(file)


def _read_csv(file: Path) -> pa.Table:
    names = pa_csv.open_csv(file).schema.names
    types = {name: pa.float64() if name in NUMBERS else pa.string() for name in names}
    # Only an empty field is missing: an id may well be "NA" or "null".
    options = pa_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True)
    return pa_csv.read_csv(file, convert_options=options)


def find_table(folder: str | Path, stem: str) -> Path | None:
    """The folder's Parquet or CSV file of that name; None where there is neither."""
    candidates = (Path(folder) / f"{stem}{suffix}" for suffix in (".parquet", ".csv"))
    return next((path for path in candidates if path.is_file()), None)


def run_link_type(folder: str | Path) -> str | None:
    """The link type noted in the folder's run.json; None where there is no file or no note.

    Raises InputError where run.json is not a JSON object.
    """
    file = Path(folder) / "run.json"
    if not file.is_file():
        return None
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file} is not JSON: {error}") from error
    if not isinstance(run, dict):
        raise InputError(f"{file} must hold a JSON object, found {type(run).__name__}")
    link_type = run.get("link_type")
    return None if link_type is None else str(link_type)
