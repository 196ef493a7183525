"""Both engines on the same records: the row engine, and a batch made through an in-memory DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from dromio.clean import TYPES, Fields
from dromio.engines import row
from dromio.engines.cleaning import clean_attribute
from dromio.engines.columns import AttributeColumns, Column
from dromio.engines.duckdb import Batch, weights
from dromio.engines.keys import code_records
from dromio.io.sources import read_records
from dromio.model.defaults import Shape, comparisons
from dromio.model.schema import (
    Attribute,
    Comparison,
    Frequencies,
    Guard,
    Input,
    Key,
    Level,
    Model,
    Prior,
    Thresholds,
    WordWeights,
)
from dromio.plan import Plan, make_plan
from dromio.records import Record, RecordKey, Value
from dromio.training.counts import count_vectors

Values = Sequence[Mapping[str, str] | tuple[str, Mapping[str, str]]]


def record(number: int, **values: Values) -> Record:
    """A record; each value is its parts, or (label, parts)."""
    made = {name: tuple(_value(one) for one in given) for name, given in values.items()}
    return Record(RecordKey("s", f"{number:06d}"), made)


def _value(given: Mapping[str, str] | tuple[str, Mapping[str, str]]) -> Value:
    return Value(given[1], given[0]) if isinstance(given, tuple) else Value(given)


def attribute(name: str, type_name: str, *labels: str, **options: Any) -> Attribute:
    """An attribute with one column for every role and label."""
    roles = TYPES[type_name].roles
    inputs = [
        Input(columns={role: f"{name}/{role}/{label}" for role in roles}, label=label) for label in labels or ("",)
    ]
    return Attribute(name=name, type=type_name, inputs=inputs, **options)


def trained(made: Comparison) -> Comparison:
    """The comparison with m as given, or even, and with u that grows from the best level to the last."""
    total = sum(4.0**place for place in range(len(made.levels)))
    levels = [
        level.model_copy(update={"m": level.m or 1 / len(made.levels), "u": 4.0**place / total * 0.999})
        for place, level in enumerate(made.levels)
    ]
    return made.model_copy(update={"levels": levels})


def comparison(attribute: str, *conditions: str, null_when: str = "not always()", **options: Any) -> Comparison:
    """A trained comparison of conditions, best first."""
    levels = [Level(label=f"level {number}", when=text) for number, text in enumerate(conditions, 1)]
    made = Comparison(
        name=attribute, attribute=attribute, null_when=null_when, levels=[*levels, Level(label="else")], **options
    )
    return trained(made)


def default_comparisons(name: str, type_name: str) -> list[Comparison]:
    """All default comparisons of a type whose fields are all filled."""
    fields = TYPES[type_name].fields
    shape = Shape(dict.fromkeys(fields, 1.0), dict.fromkeys(fields, 1000))
    return [trained(one) for one in comparisons(name, type_name, shape)]


def model_of(
    attributes: Sequence[Attribute],
    made: Sequence[Comparison],
    *,
    keys: Sequence[str | list[str]] = (),
    frequencies: Mapping[str, Mapping[str, float]] | None = None,
    words: Mapping[str, Mapping[str, float]] | None = None,
    guards: Sequence[Guard] = (),
    related: float = 1e-4,
) -> Model:
    """A trained model."""
    first = attributes[0]
    fields = [[one] if isinstance(one, str) else one for one in keys] or [
        [f"{first.name}.{TYPES[first.type].fields[0]}"]
    ]
    return Model(
        attributes=list(attributes),
        keys=[Key(fields=one) for one in fields],
        comparisons=list(made),
        prior=Prior(match=1e-3, related=related),
        frequencies={
            name: Frequencies(mean=0.01, other=0.0005, values=dict(of)) for name, of in (frequencies or {}).items()
        },
        words={name: WordWeights(other=9.0, values=dict(of)) for name, of in (words or {}).items()},
        guards=list(guards),
        thresholds=Thresholds(match=1.0, review=-3.0),
    )


def batch_of(records: Sequence[Record], model: Model, lists: Iterable[str] = ()) -> Batch:
    """The batch side: read, cleaned and encoded. Attributes named in `lists` are list columns, without labels."""
    columns: dict[str, Any] = {"unique_id": pa.array([one.key.unique_id for one in records])}
    for one in model.attributes:
        for given in one.inputs:
            for role, name in given.columns.items():
                if one.name in lists:
                    texts: list[Any] = [[value.parts.get(role) for value in each.of(one.name)] for each in records]
                    columns[name] = pa.array(texts, pa.list_(pa.string()))
                else:
                    columns[name] = pa.array(
                        [_text(each, one.name, given.label, role) for each in records], pa.string()
                    )
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        read = read_records(con, pa.table(columns))
        cleaned = {one.name: clean_attribute(read, one, list(model.guards)) for one in model.attributes}
        batch = Batch(cleaned, len(records), read.source)
    batch.set_words(model)
    return batch


def _text(one: Record, name: str, label: str, role: str) -> str | None:
    found = [value.parts.get(role) for value in one.of(name) if value.label == label]
    return found[0] if found else None


def columns_of(values: Sequence[Mapping[str, str | None]], fields: Sequence[str]) -> AttributeColumns:
    """One attribute of cleaned values, one value per record."""
    return AttributeColumns(
        "a", {name: Column.encode(pa.array([one.get(name) for one in values], pa.string())) for name in fields}
    )


def fields_of(batch: Batch, name: str, number: int) -> list[Fields]:
    """Cleaned values of one record on the batch side, those without any field left out, in no particular order."""
    columns = batch.attributes[name]
    rows = [number] if columns.owner is None else np.flatnonzero(columns.owner == number).tolist()
    texts = {field: column.values.to_pylist() for field, column in columns.columns.items()}
    found = [
        {field: texts[field][column.codes[at]] for field, column in columns.columns.items() if column.codes[at] >= 0}
        for at in rows
    ]
    return sorted((one for one in found if one), key=str)


def assert_engines_agree(
    records: Sequence[Record], model: Model, pairs: Sequence[tuple[int, int]] | None = None, lists: Iterable[str] = ()
) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Same cleaned values, levels, weights, decisions and shared keys in both; gives the levels."""
    plan = make_plan(model)
    batch = batch_of(records, model, lists)
    cleaned = [row.clean_record(one, model) for one in records]
    for number, each in enumerate(cleaned):
        for name, values in each.items():
            mine = sorted(
                (
                    {field: fields[field] for field in TYPES[model.attribute(name).type].fields if field in fields}
                    for _, fields in values
                ),
                key=str,
            )
            assert mine == fields_of(batch, name, number), (name, records[number])
    chosen = list(pairs if pairs is not None else combinations(range(len(records)), 2))
    left, right = (np.array([pair[side] for pair in chosen], np.int32) for side in (0, 1))
    levels = batch.levels(plan.comparisons, left, right)
    scored = [row.score(plan, cleaned[one], cleaned[other]) for one, other in chosen]
    for at, each in enumerate(scored):
        found = tuple(levels[:, at].tolist())
        assert each.levels == found, (chosen[at], [cleaned[one] for one in chosen[at]], each.levels, found)
    counted = count_vectors(levels)
    totals = weights(plan, counted, *batch.adjustments(plan, counted, left, right)).tolist()
    for at, each in enumerate(scored):
        assert each.weight == totals[at], (chosen[at], [cleaned[one] for one in chosen[at]])
        assert each.decision == plan.decide(totals[at])
    assert_keys_agree(batch, plan, cleaned)
    return levels


def assert_keys_agree(batch: Batch, plan: Plan, cleaned: Sequence[row.CleanedRecord]) -> None:
    """Two records share a key on one side if and only if they do on the other; so do a key's codes and its values."""
    keys = [row.record_keys(one, plan) for one in cleaned]
    for key in plan.keys:
        coded = code_records(batch.attributes, key, batch.records)
        blocks: dict[int, set[int]] = {}
        for code, member in zip(coded.codes.tolist(), coded.records.tolist(), strict=True):
            blocks.setdefault(code, set()).add(member)
        mine: dict[tuple[str, ...], set[int]] = {}
        for number, own in enumerate(keys):
            for name, values in own:
                if name == key.name:
                    mine.setdefault(values, set()).add(number)
        assert sorted(map(sorted, blocks.values())) == sorted(map(sorted, mine.values())), key.name
