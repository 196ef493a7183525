from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [("Don't  PANIC!!", "dont panic")])
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("text", text) == {"value": value}


@pytest.mark.parametrize("text", ["!!!"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("text", text) == {}
