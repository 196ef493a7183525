"""Values as they are delivered, and the attributes that a model makes of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dromio.model.schema import Attribute, Input
from dromio.records import RecordKey
from dromio.store.delivered import as_record, canonical, delivered, from_canonical

from .factory import model

KEY = RecordKey("crm", "1")


def test_equal_values_have_one_text_whatever_their_order() -> None:
    one = delivered({"a": "1", "b": None, "c": "", "d": [None, "x"], "e": []})
    assert canonical(one) == canonical(delivered({"d": ["x"], "a": 1})) == '{"a":"1","d":["x"]}'
    assert from_canonical(canonical(one)) == one


def test_numbers_dates_and_truth_are_texts() -> None:
    found = delivered({"n": Decimal("1.50"), "d": date(2020, 2, 3), "t": False, "z": 0})
    assert found == {"n": "1.50", "d": "2020-02-03", "t": "false", "z": "0"}


def test_lists_make_several_values_and_texts_beside_them_are_repeated() -> None:
    street = Attribute(
        name="home", type="address", inputs=[Input(columns={"street": "streets", "city": "city"}, label="home")]
    )
    given = model().model_copy(update={"attributes": [street]})
    values = as_record(KEY, {"streets": ["1 A St", "2 B St"], "city": "Ulm"}, given).of("home")
    assert [dict(one.parts) for one in values] == [
        {"street": "1 A St", "city": "Ulm"},
        {"street": "2 B St", "city": "Ulm"},
    ]
    assert {one.label for one in values} == {"home"}


def test_lists_of_different_lengths_leave_gaps() -> None:
    given = model().model_copy(
        update={
            "attributes": [
                Attribute(name="n", type="person_name", inputs=[Input(columns={"given": "g", "family": "f"})])
            ]
        }
    )
    values = as_record(KEY, {"g": ["Ann", "Bob"], "f": ["Lee"]}, given).of("n")
    assert [dict(one.parts) for one in values] == [{"given": "Ann", "family": "Lee"}, {"given": "Bob"}]


def test_blank_columns_make_no_value() -> None:
    assert as_record(KEY, {}, model()).of("email") == ()
