from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1,234", "1234"),
        ("1,5", "1.5"),
        ("1.234", "1.234"),
        ("1.234.567", "1234567"),
        ("$ 12.00", "12"),
        ("(12)", "-12"),
        ("-0.0", "0"),
        ("007", "7"),
        ("1e3", "1000"),
    ],
)
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("number", text) == {"value": value}


@pytest.mark.parametrize("text", ["abc", "1e999", ".", "1-2"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("number", text) == {}
