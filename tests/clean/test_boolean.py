from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [("Y", "true"), ("0", "false")])
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("boolean", text) == {"value": value}


@pytest.mark.parametrize("text", ["maybe"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("boolean", text) == {}
