from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [(" ab-12/c ", "AB12C"), ("0", "0"), ("9999", "9999")])
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("identifier", text) == {"value": value}


@pytest.mark.parametrize("text", ["000-00-0000", "99999", "123456789", "n/a"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("identifier", text) == {}
