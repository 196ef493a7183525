"""Records given by hand are what the readers of files would have made of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from dromio.errors import InputError
from dromio.io.sources import read_records
from dromio.model.schema import Attribute, Input, Model
from dromio.records import RecordKey, Value
from dromio.service.explain import rows_of
from dromio.service.rows import record_of, text_of

MODEL = Model.model_validate(
    {
        "attributes": [
            Attribute(
                name="phone",
                type="folded",
                inputs=[Input(columns={"value": "home"}, label="home"), Input(columns={"value": "work"}, label="work")],
            ),
            Attribute(name="place", type="folded", inputs=[Input(columns={"city": "city", "street": "street"})]),
        ],
        "rules": [{"name": "r", "when": "equal(phone.value)"}],
    }
)


def values(row: dict[str, Any], attribute: str) -> tuple[Value, ...]:
    return record_of(row, MODEL, RecordKey("s", "1")).of(attribute)


def test_every_input_of_an_attribute_is_a_value_with_its_label() -> None:
    assert values({"home": "1", "work": 2}, "phone") == (Value.of("1", "home"), Value.of("2", "work"))
    assert values({"home": None, "work": "2"}, "phone") == (Value.of("2", "work"),)


def test_lists_are_several_values_with_texts_beside_them_repeated() -> None:
    row = {"city": ["Ulm", "Bonn"], "street": "Main"}
    assert [one.parts for one in values(row, "place")] == [
        {"city": "Ulm", "street": "Main"},
        {"city": "Bonn", "street": "Main"},
    ]
    uneven = {"city": ["Ulm"], "street": ["Main", "High"]}
    assert [one.parts for one in values(uneven, "place")] == [{"city": "Ulm", "street": "Main"}, {"street": "High"}]


def test_a_record_without_a_column_of_the_model_is_refused() -> None:
    with pytest.raises(InputError, match=r"1: no column is used by the model; columns are 'x', it uses 'home', 'work'"):
        values({"x": "1"}, "phone")


@pytest.mark.parametrize(
    "cell", [None, "", " a ", True, 3, 3.0, 3.5, -2.0, Decimal("1.50"), date(2001, 2, 3), datetime(2001, 2, 3, 4, 5, 6)]
)
def test_a_value_is_the_text_that_reading_it_from_a_table_gives(cell: Any) -> None:
    with duckdb.connect() as con:
        records = read_records(con, [{"id": 1, "home": cell}, {"id": 2, "home": cell}])
        assert rows_of(records, [0], ["home"]) == [{"home": text_of(cell)}]


def test_not_a_number_is_nothing() -> None:
    assert text_of(float("nan")) is None
