import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.report.figures import bits, count, megabytes, moment, percent, probability, probability_of, seconds


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (count, 1234567, "1,234,567"),
        (count, 3.25, "3.2"),
        (count, 1234.6, "1,235"),
        (percent, 0.342, "34.2%"),
        (percent, 0, "0%"),
        (percent, 1, "100%"),
        (percent, 0.00001, "<0.1%"),
        (percent, 0.99999, ">99.9%"),
        (probability, 0.5, "0.5"),
        (probability, 1 / 42_000, "1 in 42,000"),
        (probability, 0.9999, ">0.999"),
        (probability, 0, "0"),
        (bits, 7.25, "+7.2"),
        (bits, -2, "−2.0"),
        (bits, -0.01, "0.0"),
        (seconds, 0.041, "0.04 s"),
        (seconds, 12.34, "12.3 s"),
        (seconds, 185, "3 min 05 s"),
        (megabytes, 512, "512 MB"),
        (megabytes, 2480, "2.5 GB"),
        (moment, "2025-03-04T09:15:59Z", "2025-03-04 09:15 UTC"),
        (moment, "2025-03-04T09:15:59", "2025-03-04 09:15"),
        (moment, "yesterday", "yesterday"),
    ],
)
def test_figure_is_written_for_people(write, value, expected) -> None:
    assert write(value) == expected


@pytest.mark.parametrize("write", [count, percent, probability, bits, seconds, megabytes])
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, "12", True, []])
def test_figure_that_is_no_number_is_a_dash(write, value) -> None:
    assert write(value) == "–"


def test_probability_of_even_odds_is_a_half() -> None:
    assert probability_of(0) == 0.5


@given(st.floats(-1e6, 1e6))
def test_probability_of_weight_and_of_its_opposite_add_to_one(weight: float) -> None:
    assert probability_of(weight) + probability_of(-weight) == pytest.approx(1)
