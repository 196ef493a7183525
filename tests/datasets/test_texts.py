"""Texts of records from codes: dates, phones and names, each in the forms that sources write."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.datasets import pools, texts
from dromio.datasets.people import FIRST_DAY, LAST_DAY

RNG = np.random.default_rng(0)
DAY = int(np.datetime64("1984-03-05", "D").astype(np.int64))
ONE = np.array([0])
YES, NO = np.array([True]), np.array([False])


@pytest.mark.parametrize(("style", "text"), [(0, "1984-03-05"), (1, "03/05/1984"), (2, "19840305"), (3, "05 Mar 1984")])
def test_date_is_written_in_the_style_of_its_source(style: int, text: str) -> None:
    weights = tuple(float(place == style) for place in range(4))
    assert texts.date(RNG, np.array([DAY]), [weights], ONE).to_pylist() == [text]


@pytest.mark.parametrize(
    ("style", "text"),
    [(0, "(212) 555-0042"), (1, "212-555-0042"), (2, "2125550042"), (4, "+12125550042"), (7, "212-555-0042 x12")],
)
def test_phone_is_written_in_the_style_of_its_source(style: int, text: str) -> None:
    weights = tuple(float(place == style) for place in range(8))
    assert texts.phone(RNG, np.array([2125550042]), [weights], ONE).to_pylist() == [text]


@given(st.integers(FIRST_DAY, LAST_DAY), st.integers(0, 10_000))
def test_mistaken_days_are_days_in_range_and_others_stay(day: int, seed: int) -> None:
    wrong = texts.wrong_day(np.random.default_rng(seed), np.array([day, day]), np.array([True, False]))
    assert FIRST_DAY <= wrong[0] <= LAST_DAY
    assert wrong[1] == day


def test_day_and_month_are_exchanged_among_the_mistakes() -> None:
    days = np.full(200, DAY)
    wrong = texts.wrong_day(np.random.default_rng(1), days, np.ones(200, np.bool_)).astype("datetime64[D]")
    assert np.datetime64("1984-05-03") in wrong


def test_given_name_in_full_without_accents_short_and_as_initial() -> None:
    names = pools.given_names()[0].values
    zoe, liz = np.array([names.index("Zoë")]), np.array([names.index("Elizabeth")])
    assert texts.given_name(RNG, zoe, NO, NO, NO).to_pylist() == ["Zoë"]
    assert texts.given_name(RNG, zoe, YES, NO, NO).to_pylist() == ["Zoe"]
    assert texts.given_name(RNG, zoe, NO, YES, NO).to_pylist() == ["Zoë"]
    assert texts.given_name(RNG, liz, NO, YES, NO)[0].as_py() in {"Liz", "Beth", "Betty", "Eliza"}
    assert texts.given_name(RNG, liz, NO, NO, YES).to_pylist() == ["E"]
