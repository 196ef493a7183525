"""What a model says of the pairs that a file of Splink's own figures holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dromio.engines import row
from dromio.engines.row_facts import CleanedRecord
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.records import Record, RecordKey, Value

from .factory import DATA


@dataclass(frozen=True)
class SplinkPair:
    """A pair, its gammas (-1: null), and for every comparison match weight and term-frequency adjustment in bits."""

    left: int
    right: int
    gammas: list[int]
    weights: list[float]
    adjustments: list[float]
    match_weight: float


@dataclass(frozen=True)
class Judged:
    """What a version of Splink says: its settings, its term frequencies, records by id, and pairs of them."""

    settings: dict[str, Any]
    term_frequencies: dict[str, dict[str, float]]
    records: dict[int, dict[str, Any]]
    pairs: list[SplinkPair]


def judged(version: int) -> Judged:
    """The file of a version."""
    held = json.loads((DATA / f"splink{version}.json").read_text(encoding="utf-8"))
    records = {record["unique_id"]: record for record in held["records"]}
    return Judged(held["settings"], held["term_frequencies"], records, [SplinkPair(*pair) for pair in held["pairs"]])


def cleaned(model: Model, record: Mapping[str, Any]) -> CleanedRecord:
    """A row as the row engine compares it; a list is several values."""
    values: dict[str, tuple[Value, ...]] = {}
    for attribute in model.attributes:
        columns = attribute.inputs[0].columns
        values[attribute.name] = tuple(
            Value(parts) for parts in _several({role: record[column] for role, column in columns.items()}) if parts
        )
    return row.clean_record(Record(RecordKey("", str(record["unique_id"])), values), model)


def _several(delivered: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    listed = next(((role, value) for role, value in delivered.items() if isinstance(value, list)), None)
    if listed:
        yield from ({listed[0]: element} for element in listed[1])
    else:
        yield {role: str(value) for role, value in delivered.items() if value is not None}


def sums_of(model: Model, judge: Judged) -> Iterator[tuple[SplinkPair, row.Sums]]:
    """Every pair with the levels, adjustments and sums that the model gives it."""
    plan = make_plan(model)
    records = {key: cleaned(model, record) for key, record in judge.records.items()}
    for pair in judge.pairs:
        yield pair, row.sums(plan, records[pair.left], records[pair.right])
