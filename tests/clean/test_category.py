from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [(" Fe  Male ", "fe male")])
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("category", text) == {"value": value}
