"""Model numbers inside titles."""

from __future__ import annotations

import pytest

from dromio.clean import CleanOptions, clean_value


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Panasonic KX-TS108W Corded Phone", "kxts108w"),
        ("Panasonic Integrated Telephone System - KXTS108W", "kxts108w"),
        ("Logitech Driving Force Pro - 963293-0403", "9632930403"),
        ("Sanus WMS3B Black Mount - WMS3B", "wms3b"),
        ("Belkin F3H982-25 Cable (F3H98225), BA-151", "ba151 f3h98225"),
    ],
)
def test_model_numbers_are_found_however_they_are_written(title: str, found: str) -> None:
    assert clean_value("model_number", {"value": title}) == {"value": found}


@pytest.mark.parametrize("title", ["24-Port 10/100 Switch", "250GB Drive 2.0", "Office 2007", "PS2 Game", "", "words"])
def test_measures_years_and_words_are_none(title: str) -> None:
    assert clean_value("model_number", {"value": title}) == {}


def test_placeholders_of_the_model_are_none() -> None:
    options = CleanOptions(placeholders=frozenset({"xx-1234"}))
    assert clean_value("model_number", {"value": "XX-1234"}, options) == {}
