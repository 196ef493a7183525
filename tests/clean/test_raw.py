from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [("  As Is ", "  As Is "), ("", "")])
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("raw", text) == {"value": value}
