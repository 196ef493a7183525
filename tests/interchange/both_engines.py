"""Verdicts on records, in which both engines agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import duckdb
import numpy as np
import pyarrow as pa

from dromio.deciders import Verdict
from dromio.engines import row
from dromio.engines.batch_facts import decide_all
from dromio.engines.cleaning import clean_attribute
from dromio.engines.columns import AttributeColumns
from dromio.io.sources import read_records
from dromio.model.schema import Attribute, Input, Model
from dromio.plan import make_plan
from dromio.records import Record


def verdicts(records: Sequence[Record], model: Model) -> list[Verdict]:
    """The verdict on every pair of records, by the row engine; the batch engine must give the same, and each must give
    it whichever record is left."""
    plan = make_plan(model)
    pairs = list(combinations(range(len(records)), 2))
    left, right = (np.array([pair[side] for pair in pairs], np.int32) for side in (0, 1))
    columns = _columns(records, model)
    cleaned = [row.clean_record(one, model) for one in records]
    found = [row.decide(plan, cleaned[one], cleaned[other]) for one, other in pairs]
    for one, other in ((left, right), (right, left)):
        batch = decide_all(plan, columns, one, other)
        assert [batch.verdicts[which] for which in batch.which] == found
    assert found == [row.decide(plan, cleaned[other], cleaned[one]) for one, other in pairs]
    return found


def _columns(records: Sequence[Record], model: Model) -> dict[str, AttributeColumns]:
    """The cleaned columns of records; each has one value at most of an attribute under one label."""
    texts = {"unique_id": [str(number).zfill(6) for number in range(len(records))]}
    for attribute in model.attributes:
        for value in attribute.inputs:
            for role, name in value.columns.items():
                texts[name] = [_text(one, attribute, value, role) for one in records]
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        read = read_records(con, pa.table({name: pa.array(column, pa.string()) for name, column in texts.items()}))
        return {one.name: clean_attribute(read, one, list(model.guards)) for one in model.attributes}


def _text(record: Record, attribute: Attribute, given: Input, role: str) -> str | None:
    return next((one.parts.get(role) for one in record.of(attribute.name) if one.label == given.label), None)
