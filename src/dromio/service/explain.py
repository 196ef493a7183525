"""Explain the decision on two records given by hand, or on two records of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dromio.engines.explanation import Explanation as Explanation
from dromio.engines.explanation import explain as explained
from dromio.engines.row import clean_record
from dromio.errors import DromioError, InputError, UsageError
from dromio.io.sources import Records, read_records
from dromio.model.schema import Model
from dromio.plan import Plan, make_plan
from dromio.records import RecordKey
from dromio.service.options import RunOptions
from dromio.service.resolve import workspace
from dromio.service.rows import record_of

Row = Mapping[str, Any]


def explain(left: Row, right: Row, model: Model) -> Explanation:
    """Why the model decides as it does on two records, each given as column -> value.

    Raises ModelError for a model that is not trained, InputError for a record without any column of the model.
    """
    return explain_by(make_plan(model), left, right)


def explain_by(plan: Plan, left: Row, right: Row) -> Explanation:
    """The same by a model that is planned already, for those who explain many pairs."""
    rows = (("left", left), ("right", right))
    records = (record_of(row, plan.model, RecordKey("", side)) for side, row in rows)
    return explained(plan, *(clean_record(record, plan.model) for record in records))


def read_record(path: Path) -> dict[str, Any]:
    """The one record in a JSON file: an object, also as a JSON-lines file with one line. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not one record as JSON: {error}") from None
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise InputError(f"{path} must hold one record as a JSON object, column by column; found {_kind(found)}")
    return found


def _kind(found: Any) -> str:
    return f"a list of {len(found)}" if isinstance(found, list) else type(found).__name__


def records_of_run(folder: Path, wanted: tuple[str, str], id_column: str | None = None) -> tuple[Row, Row]:
    """Two records of a run by their ids (`source:id` where there are several sources), read again from its input.

    Raises InputError when the input is gone, or holds no such record.
    """
    inputs = {one["name"]: one["path"] for one in _run_document(folder)["inputs"]}
    try:
        with workspace(RunOptions()) as con:
            records = read_records(con, inputs, id_column=id_column)
            names = [one.name for one in records.columns]
            left, right = (row_of(records, _number(records, one), names) for one in wanted)
            return left, right
    except DromioError as error:
        raise InputError(f"cannot read the records of the run in {folder} again: {error}") from None


def _run_document(folder: Path) -> Any:
    try:
        return json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} holds no run: {error}") from None


def _number(records: Records, wanted: str) -> int:
    source, _, identifier = wanted.rpartition(":")
    names, ids = records.source_names.to_pylist(), list(map(str, records.ids.to_pylist()))
    found = [number for number, one in enumerate(ids) if one == wanted]
    if not found and source:
        found = [n for n, one in enumerate(ids) if one == identifier and names[n] == source]
    if len(found) != 1:
        several = f"{len(found)} records; name the source too, as in {names[0]}:{wanted}" if found else "no record"
        raise InputError(f"{wanted!r} is the id of {several}")
    return found[0]


def row_of(records: Records, number: int, names: Iterable[str]) -> dict[str, Any]:
    """The columns of those names of one record -> text or list of texts."""
    columns = [records.column(name) for name in names]
    selected = ", ".join(f'"{one.inside}"' for one in columns)
    query = f"SELECT {selected} FROM records WHERE position = {int(records.position[number])}"
    values = records.con.execute(query).fetchall()[0]
    return {one.name: value for one, value in zip(columns, values, strict=True)}


def figures(found: Explanation) -> dict[str, Any]:
    """The steps of an explanation as the charts of the report take them."""
    drawn = found.figures()
    by_weight = found.probabilistic
    return {
        "unit": drawn["unit"],
        "steps": drawn["steps"],
        "thresholds": drawn["thresholds"],
        "prior_weight": drawn["start"],
        "match_weight": drawn["total"],
        "match_probability": by_weight.probability if by_weight else None,
    }


def write_picture(found: Explanation, path: Path) -> None:
    """Write the explanation as a picture: .svg, .png or .html. Raises UsageError, MissingExtraError."""
    from dromio.report.picture import write_picture as write

    try:
        write(figures(found), path, title=found.to_text().splitlines()[0])
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
