"""Dates and partial dates in ISO 8601, whatever the spelling; digits with typos are kept: they still carry evidence."""

from __future__ import annotations

import re

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import listed, placeholders
from dromio.clean.tables import read_sections, spellings
from dromio.clean.text import fold, words_of

PLACEHOLDERS = placeholders("date")
DATE_PLACEHOLDERS = listed("date_iso")
MONTHS = {name: int(number) for name, number in spellings(read_sections("months.txt")["month"]).items()}

PIVOT = 30
"""Two-digit years above it are of the 1900s. Fixed, so that a result never depends on the day it was made."""

ISO = r"[0-9]{4}-(?:0[1-9]|[1-9][0-9])-(?:0[1-9]|[1-9][0-9])"
"""A whole ISO date, possible or not; month and day 00 stand for "not known" and are read apart."""

_ISO = re.compile(ISO).fullmatch
_TIME = re.compile(r"[ t]\d{1,2}:\d{2}.*$|(?<=\d)t\d{4,6}z?$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]+(\d{1,2})(?:[-/. ]+(\d{1,2}))?").fullmatch
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ]+)(\d{1,2})[-/. ]+'?(\d{4}|\d{2})").fullmatch
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/. ]+(\d{4})").fullmatch
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|o|a)$")


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The date as YYYY-MM-DD, YYYY-MM or YYYY: of the whole text if it can be read, else of year, month and day."""
    text = parts.get("value", "")
    iso = text if _ISO(text) else _read(text, options)
    if not iso and "year" in parts:
        iso = _of_parts(parts)
    if not iso or iso in DATE_PLACEHOLDERS or (options.placeholders and iso in options.placeholders):
        return {}
    return {"iso": iso}


def _read(text: str, options: CleanOptions) -> str:
    """The text as an ISO date, "" when it is none."""
    folded = _TIME.sub("", fold(text)).strip(" ,.")
    if is_placeholder(folded, PLACEHOLDERS, options):
        return ""
    if folded.isdigit():
        return _of_digits(folded, options.day_first)
    if found := _YEAR_FIRST(folded):
        return _iso(found[1], found[2], found[3])
    if found := _YEAR_LAST(folded):
        day_first = options.day_first or "." in found[2]  # dots: German custom, never American
        month, day = _month_and_day(found[1], found[3], day_first)
        return _iso(found[4], month, day)
    if found := _MONTH_YEAR(folded):
        return _iso(found[2], found[1], None)
    return _of_words(folded)


def _of_digits(digits: str, day_first: bool) -> str:
    """YYYY, YYYYMM, YYYYMMDD, or eight digits with the year last when only that can be a date."""
    if len(digits) == 4:
        return _iso(digits, None, None)
    if len(digits) == 6 and "1500" <= digits[:4] <= "2199" and "01" <= digits[4:] <= "12":
        return _iso(digits[:4], digits[4:], None)
    if len(digits) == 14:
        digits = digits[:8]  # a time follows
    if len(digits) != 8:
        return ""
    if not "15" <= digits[:2] <= "21" and "15" <= digits[4:6] <= "21":
        month, day = _month_and_day(digits[:2], digits[2:4], day_first)
        if month <= "12" and day <= "31":
            return _iso(digits[4:], month, day)
    return _iso(digits[:4], digits[4:6], digits[6:])


def _month_and_day(first: str, second: str, day_first: bool) -> tuple[str, str]:
    """(month, day): the order of the custom, unless only the other order gives a month."""
    if int(second if day_first else first) > 12 >= int(first if day_first else second):
        day_first = not day_first
    return (second, first) if day_first else (first, second)


def _of_words(folded: str) -> str:
    """A date with the month as a word: "3rd of May 1971", "Mai 1971", "May 3, 1971"."""
    month, numbers = 0, []
    for word in words_of(folded).split()[:8]:
        bare = _ORDINAL.sub("", word)
        if bare.isdigit():
            numbers.append(bare)
        elif word in MONTHS and not month:
            month = MONTHS[word]
    if not month or not 1 <= len(numbers) <= 2 or any(len(number) not in (1, 2, 4) for number in numbers):
        return ""
    if len(numbers) == 1:
        return _iso(numbers[0], str(month), None) if len(numbers[0]) == 4 else ""
    day, year = numbers if len(numbers[0]) < 4 else (numbers[1], numbers[0])
    return _iso(year, str(month), day) if len(day) < 4 else ""


def _of_parts(parts: Parts) -> str:
    """The date of the roles year, month and day; a month or day that is missing leaves a partial date."""
    year, month, day = (fold(parts.get(role, "")).removesuffix(".0") for role in ("year", "month", "day"))
    month = str(MONTHS.get(month.rstrip("."), month))
    if not year.isdigit() or len(year) not in (2, 4):
        return ""
    if not month.isdigit() or len(month) > 2:
        return _iso(year, None, None)
    return _iso(year, month, day if day.isdigit() and len(day) <= 2 else None)


def _iso(year: str, month: str | None, day: str | None) -> str:
    """The date padded, cut before a month or day that is absent or zero. Two-digit years go by PIVOT."""
    if len(year) == 2:
        year = ("19" if int(year) > PIVOT else "20") + year
    if not month or not int(month):
        return year
    if not day or not int(day):
        return f"{year}-{month:0>2}"
    return f"{year}-{month:0>2}-{day:0>2}"


TYPE = AttributeType(
    name="date",
    doc="Date, such as the date of birth",
    roles=("value", "year", "month", "day"),
    fields=("iso",),
    clean=clean,
)
