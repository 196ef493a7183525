"""Explain the decision on two records given by hand, or on two records of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dromio.engines.explanation import Explanation as Explanation
from dromio.engines.explanation import explain as explained
from dromio.engines.row import clean_record
from dromio.engines.row_facts import CleanedRecord
from dromio.engines.shared import watched
from dromio.errors import DromioError, InputError, UsageError
from dromio.io.sources import Records, read_records
from dromio.model.schema import Model
from dromio.plan import Plan, make_plan
from dromio.records import RecordKey
from dromio.service.match import clean
from dromio.service.options import RunOptions
from dromio.service.resolve import workspace
from dromio.service.rows import record_of
from dromio.service.sharing import people_sharing

Row = Mapping[str, Any]


def explain(left: Row, right: Row, model: Model) -> Explanation:
    """Why the model decides as it does on two records, each given as column -> value.

    Raises ModelError for a model that is not trained, InputError for a record without any column of the model.
    """
    return explain_by(make_plan(model), left, right)


def explain_by(plan: Plan, left: Row, right: Row) -> Explanation:
    """The same by a model that is planned already, for those who explain many pairs."""
    return explained(plan, *_cleaned(left, right, plan.model))


def _cleaned(left: Row, right: Row, model: Model) -> tuple[CleanedRecord, CleanedRecord]:
    one, other = (record_of(row, model, RecordKey("", side)) for side, row in (("left", left), ("right", right)))
    return clean_record(one, model), clean_record(other, model)


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


def explain_of_run(folder: Path, wanted: tuple[str, str], model: Model, id_column: str | None = None) -> Explanation:
    """Why the model decides as it does on two records of a run, by their ids (`source:id` where there are several
    sources), read again from its input; values that too many of its people share count as shared.

    Raises InputError when the input is gone, or holds no such record.
    """
    plan = make_plan(model)
    inputs = {one["name"]: one["path"] for one in _run_document(folder)["inputs"]}
    try:
        with workspace(RunOptions()) as con:
            records = read_records(con, inputs, id_column=id_column)
            rows = rows_of(records, [_number(records, one) for one in wanted], [one.name for one in records.columns])
            left, right = _cleaned(rows[0], rows[1], model)
            shared = _shared(model, records, left, right)
    except DromioError as error:
        raise InputError(f"cannot read the records of the run in {folder} again: {error}") from None
    return explained(plan, left, right, shared=shared)


def _shared(model: Model, records: Records, left: CleanedRecord, right: CleanedRecord) -> dict[tuple[int, str], int]:
    """How many people share the values that the records have in common, where too many do."""
    fields = watched(model)
    used = {name for one in fields for name in (one.attribute, one.named_by)}
    columns = clean(records, [one for one in model.attributes if one.name in used], model) if fields else {}
    return people_sharing(model, columns, len(records), [(left, right)])[0]


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


def rows_of(records: Records, numbers: Sequence[int], names: Iterable[str]) -> list[dict[str, Any]]:
    """The columns of those names of some records -> text or list of texts. One scan of the input finds them all."""
    columns = [records.column(name) for name in names]
    positions = [int(records.position[number]) for number in numbers]
    selected = ", ".join(["position", *(f'"{one.inside}"' for one in columns)])
    query = f"SELECT {selected} FROM records WHERE position IN (SELECT unnest(CAST(? AS BIGINT[])))"
    found = records.con.execute(query, [positions]).fetchall()
    values = {position: own for position, *own in found}
    return [{one.name: value for one, value in zip(columns, values[at], strict=True)} for at in positions]


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
