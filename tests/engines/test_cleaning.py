"""Several inputs of one attribute, as columns."""

from __future__ import annotations

import duckdb
import pytest

from dromio.engines.cleaning import clean_attribute
from dromio.io.sources import read_records
from dromio.model.schema import Attribute, Input

ROWS = [{"id": 1, "phone": "1", "mobile": None}, {"id": 2, "phone": None, "mobile": "2"}]


@pytest.mark.parametrize(("labels", "rows", "single"), [(("", ""), ROWS, True), (("a", "b"), ROWS, False)])
def test_records_with_one_value_each_need_no_owners_where_labels_say_nothing(
    labels: tuple[str, str], rows: list[dict[str, str | None]], single: bool
) -> None:
    inputs = [
        Input(columns={"value": name}, label=label) for name, label in zip(("phone", "mobile"), labels, strict=True)
    ]
    with duckdb.connect() as con:
        found = clean_attribute(read_records(con, rows), Attribute(name="phone", type="identifier", inputs=inputs))
    assert found.field("value").texts().to_pylist() == ["1", "2"]
    assert (found.owner is None, found.labels is None) == (single, single)


def test_a_record_with_two_values_keeps_both() -> None:
    inputs = [Input(columns={"value": "phone"}), Input(columns={"value": "mobile"})]
    with duckdb.connect() as con:
        records = read_records(con, [*ROWS, {"id": 3, "phone": "3", "mobile": "4"}])
        found = clean_attribute(records, Attribute(name="phone", type="identifier", inputs=inputs))
    assert found.owner is not None
    assert found.owner.tolist() == [0, 1, 2, 2]
    assert found.field("value").texts().to_pylist() == ["1", "2", "3", "4"]
