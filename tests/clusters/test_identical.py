"""Records that say the same are found, whatever order their values and codes are in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dromio.clusters.identical import identical_records
from dromio.engines.columns import AttributeColumns, Column

TEXTS = st.sampled_from(["a", "b", None])


def attribute(name: str, **fields: list[str | None]) -> AttributeColumns:
    return AttributeColumns(
        name, {field: Column.encode(pa.array(texts, pa.string())) for field, texts in fields.items()}
    )


def several(name: str, values: list[list[str]]) -> AttributeColumns:
    flat = [text for own in values for text in own]
    owner = np.repeat(np.arange(len(values), dtype=np.int32), [len(own) for own in values])
    labels = np.zeros(len(flat), np.int32)
    return AttributeColumns(name, {"value": Column.encode(pa.array(flat, pa.string()))}, owner, labels)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=12))
def test_first_is_the_first_record_with_the_same_values(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    given, family, city = (list(column) for column in zip(*rows, strict=True))
    attributes = [attribute("name", given=given, family=family), attribute("city", value=city)]
    first, present = identical_records(attributes, len(rows))
    expected = [rows.index(row) if any(row) else number for number, row in enumerate(rows)]
    assert first.tolist() == expected
    assert present.tolist() == [bool(row[0] or row[1]) + bool(row[2]) for row in rows]


def test_the_order_of_several_values_does_not_count() -> None:
    phones = several("phone", [["1", "2"], ["2", "1"], ["1"], ["1", "1", "2"], []])
    first, present = identical_records([phones], 5)
    assert first.tolist() == [0, 0, 2, 3, 4]
    assert present.tolist() == [1, 1, 1, 1, 0]


def test_unused_fields_do_not_count() -> None:
    mail = attribute("mail", address=["x", "x"], domain=["p", "q"])
    assert identical_records([mail], 2)[0].tolist() == [0, 1]
    assert identical_records([mail], 2, {"mail": {"domain"}})[0].tolist() == [0, 0]
