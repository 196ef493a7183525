from typing import Any

import pytest

from dromio.interchange.reltio.fields import flag_of, number_of, shown, text_of


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        ("0.5", 0.5),
        (True, None),
        ("x", None),
        ("nan", None),
        (float("inf"), None),
        (10**400, None),
        ([], None),
    ],
)
def test_numbers(value: Any, number: float | None) -> None:
    assert number_of(value) == number


@pytest.mark.parametrize(("value", "flag"), [(True, True), (" TRUE", True), ("false", False), (1, None), ("1", None)])
def test_flags(value: Any, flag: bool | None) -> None:
    assert flag_of(value) is flag


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (1, "1"), (True, "true"), (1.5, "1.5"), (10**400, None), ([], None)]
)
def test_texts(value: Any, text: str | None) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "nothing"), ({"a": 1}, "an object of 1"), ([1], "a list of 1"), ("x" * 90, "'xxx")]
)
def test_what_was_found_is_shown_briefly(value: Any, text: str) -> None:
    assert shown(value).startswith(text)
    assert len(shown(value)) < 60
