from __future__ import annotations

import pytest

from dromio.clean import clean_value

from .cleaned import cleaned


@pytest.mark.parametrize(("text", "value"), [("  A1  b\n", "A1  b"), ("unknown", "unknown")])
def test_only_white_space_at_the_ends_goes(text: str, value: str) -> None:
    assert cleaned("trimmed", text) == {"value": value}


@pytest.mark.parametrize("text", ["", " \t"])
def test_white_space_alone_is_missing(text: str) -> None:
    assert cleaned("trimmed", text) == {}


def test_every_role_gives_a_field_of_its_own() -> None:
    assert clean_value("trimmed", {"a": " x", "b": "Y "}) == {"a": "x", "b": "Y"}
