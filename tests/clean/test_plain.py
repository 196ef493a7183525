from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean import clean_value

from .cleaned import cleaned


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("  Jón\t Von   Ærø ", "jón von ærø"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("n/a", "n/a"),
        ("O'Brien-Smith, Jr.", "o'brien-smith, jr."),
    ],
)
def test_value_has_one_spelling(text: str, value: str) -> None:
    assert cleaned("plain", text) == {"value": value}


@pytest.mark.parametrize("text", ["", " \t\n", "\u2003"])
def test_white_space_alone_is_missing(text: str) -> None:
    assert cleaned("plain", text) == {}


def test_every_role_gives_a_field_of_its_own() -> None:
    assert clean_value("plain", {"city": " Kiel ", "street": " "}) == {"city": "kiel"}


@given(st.text(max_size=30))
def test_cleaning_a_cleaned_text_changes_nothing(text: str) -> None:
    fields = clean_value("plain", {"value": text})
    assert clean_value("plain", fields) == fields
