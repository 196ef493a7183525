from typing import Any

import pytest

from dromio.language.schema import PropertyType, convert, property_type, text_of, value_of

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "since": {"type": "string", "format": "date-time"},
        "born": {"type": "string", "format": "date"},
        "count": {"type": ["null", "integer"]},
        "either": {"type": ["string", "integer"]},
        "a.b": {"type": "boolean"},
        "a": {"type": "object", "properties": {"b": {"type": "number"}, "c": {"type": "number"}}},
    },
}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("name", PropertyType.STRING),
        ("since", PropertyType.DATE_TIME),
        ("born", PropertyType.STRING),
        ("count", PropertyType.INTEGER),
        ("either", PropertyType.OTHER),
        ("a.b", PropertyType.BOOLEAN),
        ("a.c", PropertyType.NUMBER),
        ("a", PropertyType.OTHER),
        ("a.d", None),
        ("name.x", None),
        ("missing", None),
    ],
)
def test_property_type(field: str, expected: PropertyType | None) -> None:
    assert property_type(SCHEMA, field) is expected
    assert property_type(None, field) is None


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (1.0, "1.0"), (True, "true"), ({"b": 1, "a": ["é"]}, '{"a":["é"],"b":1}')]
)
def test_text_of_a_value_is_its_compact_json(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_value_of_absent_and_null_is_none() -> None:
    assert value_of({"a": None}, "a") is value_of({}, "a.b") is value_of({"a": [1]}, "a.0") is None


def test_convert_refuses_what_is_not_of_the_type() -> None:
    assert convert("12", None) == "12"
    assert convert("12", PropertyType.INTEGER) == 12
    for type_, text in ((PropertyType.BOOLEAN, "yes"), (PropertyType.INTEGER, "1_0"), (PropertyType.OTHER, "[]")):
        with pytest.raises(ValueError, match="is no"):
            convert(text, type_)
