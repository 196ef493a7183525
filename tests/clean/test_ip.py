from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [("::ffff:1.2.3.4", "1.2.3.4"), ("[2001:DB8::0:1]", "2001:db8::1")])
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("ip", text) == {"value": value}


@pytest.mark.parametrize("text", ["1.2.3", "127.0.0.1", "0.0.0.0"])
def test_no_value_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("ip", text) == {}
