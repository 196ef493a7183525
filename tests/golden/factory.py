"""A tiny factory for golden records: rows with a cluster each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from dromio.clean import TYPES
from dromio.golden import golden, golden_records
from dromio.io.sources import read_records
from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model, Survivorship

Row = dict[str, Any]


def attribute(name: str, type_name: str, *values: Mapping[str, str] | Input, **roles: str) -> Attribute:
    """An attribute of one value, given by role, or of several."""
    inputs = [one if isinstance(one, Input) else Input(columns=dict(one)) for one in values]
    return Attribute(name=name, type=type_name, inputs=inputs or [Input(columns=roles)])


def model(*attributes: Attribute, rules: Mapping[str, Sequence[Any]] | None = None, **more: Any) -> Model:
    """A model of the attributes; what golden records do not look at is filled in."""
    first = attributes[0].name
    field = TYPES[attributes[0].type].fields[0]
    levels = [Level(label="equal", when=f"equal({field})"), Level(label="different")]
    return Model(
        attributes=list(attributes),
        keys=[Key(fields=[f"{first}.{field}"])],
        comparisons=[Comparison(name=first, attribute=first, null_when=f"missing({field})", levels=levels)],
        survivorship=[Survivorship(attribute=name, rules=list(own)) for name, own in (rules or {}).items()],
        **more,
    )


def merge(rows: Any, how: Model, *, cluster: str = "cluster") -> list[Row]:
    """Golden records of rows whose cluster is a column; clusters are numbered in order of that column's values.

    Asserts that they are the same when they are worked out in parts.
    `rows`: a list, or a mapping of source name to list.
    """
    by_source = rows if isinstance(rows, Mapping) else {"records": rows}
    owner = {
        (name, str(row.get("unique_id", number + 1))): row[cluster]
        for name, own in by_source.items()
        for number, row in enumerate(own)
    }
    inputs = {
        name: pa.Table.from_pylist([{key: value for key, value in row.items() if key != cluster} for row in own])
        for name, own in by_source.items()
    }
    records = read_records(duckdb.connect(), inputs)
    keys = zip(records.source_names.to_pylist(), map(str, records.ids.to_pylist()), strict=True)
    names, numbers = np.unique([owner[key] for key in keys], return_inverse=True)
    ids = pa.array([f"E{name}" for name in names])
    table = golden_records(records, how, numbers, ids)
    for clusters in (1, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(golden, "_CLUSTERS", clusters)
            assert golden_records(records, how, numbers, ids).equals(table)
    result: list[Row] = table.to_pylist()
    return result
