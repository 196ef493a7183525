from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .cleaned import cleaned, parts_cleaned


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1986-10-24", "1986-10-24"),
        ("1862-71-17", "1862-71-17"),
        ("1986-10-24T00:00:00Z", "1986-10-24"),
        ("1986-10-24 10:30:00.000", "1986-10-24"),
        ("19861024", "1986-10-24"),
        ("19560449", "1956-04-49"),
        ("24101986", "1986-10-24"),
        ("1986/1/5", "1986-01-05"),
        ("3/4/2001", "2001-03-04"),
        ("13/4/2001", "2001-04-13"),
        ("4/13/2001", "2001-04-13"),
        ("3.4.2001", "2001-04-03"),
        ("3/4/71", "1971-03-04"),
        ("3/4/30", "2030-03-04"),
        ("3/4/31", "1931-03-04"),
        ("4 May 1971", "1971-05-04"),
        ("May 3rd, 1971", "1971-05-03"),
        ("3 de mayo de 1971", "1971-05-03"),
        ("12. März 1999", "1999-03-12"),
        ("1er août 1999", "1999-08-01"),
        ("10-Jan-29", "2029-01-10"),
        ("May 1971", "1971-05"),
        ("05/1986", "1986-05"),
        ("1986-05-00", "1986-05"),
        ("1986-00-00", "1986"),
        ("1986", "1986"),
    ],
)
def test_date_is_written_in_iso(text: str, iso: str) -> None:
    assert cleaned("date", text) == {"iso": iso}


def test_day_comes_first_where_the_model_says_so() -> None:
    assert cleaned("date", "3/4/2001", day_first=True) == {"iso": "2001-04-03"}
    assert cleaned("date", "4/13/2001", day_first=True) == {"iso": "2001-04-13"}


@pytest.mark.parametrize(
    "text",
    ["1900-01-01", "1111-11-11", "9999-12-31", "0000-00-00", "0001-01-01", "n/a", "yesterday", "12", "5 of 1971"],
)
def test_no_date_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("date", text) == {}


@pytest.mark.parametrize(
    ("parts", "iso"),
    [
        ({"year": "1967", "month": "9", "day": "27"}, "1967-09-27"),
        ({"year": "67", "month": "Sept", "day": ""}, "1967-09"),
        ({"year": "1967.0", "month": "9.0", "day": "27.0"}, "1967-09-27"),
        ({"year": "1967", "day": "27"}, "1967"),
        ({"value": "3 May 1971", "year": "1967"}, "1971-05-03"),
        ({"value": "n/a", "year": "1967"}, "1967"),
    ],
)
def test_parts_make_a_date(parts: dict[str, str], iso: str) -> None:
    assert parts_cleaned("date", **parts) == {"iso": iso}


@given(st.dates(datetime.date(1901, 1, 1), datetime.date(2029, 12, 31)), st.booleans())
def test_all_spellings_of_a_date_meet(day: datetime.date, day_first: bool) -> None:
    custom = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    spellings = {day.strftime(form) for form in ("%Y-%m-%d", "%Y%m%d", custom, "%d.%m.%Y", "%d %B %Y", "%b %d, %Y")}
    assert {cleaned("date", text, day_first=day_first)["iso"] for text in spellings} == {day.isoformat()}
