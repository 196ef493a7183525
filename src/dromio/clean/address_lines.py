"""Reading address lines: "12 Main Street Apt 4" and "12 Main St, Apt 4, Chicago, IL 60601"."""

from __future__ import annotations

import re
from typing import NamedTuple

from dromio.clean.places import COUNTRIES, REGIONS, city_of
from dromio.clean.tables import read_sections, spellings
from dromio.clean.text import words_of

_WORDS = read_sections("streets.txt")
SUFFIXES = spellings(_WORDS["suffix"])
LEADING = spellings(_WORDS["leading"])
DIRECTIONS = spellings(_WORDS["direction"])
UNITS = frozenset(_WORDS["unit"])
NUMBERED = frozenset(_WORDS["numbered"])
"""Kinds of street whose name is a number: the 66 of "route 66" is no house number."""

_NUMBER = re.compile(r"(?:([0-9]+[a-z]?)/)?([0-9]+[a-z]?(?:-[0-9]+[a-z]?)?)(?:[ ,]+|$)").match
_HOUSE_NUMBER = re.compile(r"[0-9]+[a-z]?").fullmatch
_UNIT_VALUE = re.compile(r"[0-9]+[a-z]{0,2}|[a-z][0-9]*").fullmatch
_LETTER = re.compile(r"[a-z]").fullmatch
_BOX = re.compile(r"\b(?:p\.? ?o\.? ?box|post office box|postbox|postfach)\b")
_POSTCODE_END = re.compile(
    r"(?:^| )([a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2}|[a-z][0-9][a-z] ?[0-9][a-z][0-9]"
    r"|[0-9]{5}(?:-[0-9]{4})?|[0-9]{4})$"
)
_POSTCODE_START = re.compile(r"^(?:[a-z]{1,2}-)?([0-9]{4,5})(?= [a-z])")


class Street(NamedTuple):
    """House number, street name and unit; each "" when absent."""

    number: str
    name: str
    unit: str


class Line(NamedTuple):
    """A whole address cut into its parts; each "" when absent. `street` still holds number and unit."""

    street: str
    unit: str
    city: str
    postcode: str
    region: str
    country: str


def parse_street(folded: str) -> Street:
    """The parts of a folded street line. Kind of street and direction are abbreviated in one way."""
    if not folded:
        return Street("", "", "")
    unit = number = ""
    found = _NUMBER(folded)
    if found:
        unit, number = found[1] or "", found[2]
        folded = folded[found.end() :]
    elif "box" in folded or "postfach" in folded:
        folded = _BOX.sub("po box", folded)
    tokens = words_of(folded.replace("#", " unit ")).split()
    if len(tokens) > 1:
        unit = _take_unit(tokens) or unit
        if not number:
            number = _take_number(tokens)
    _abbreviate(tokens)
    return Street(number, " ".join(tokens), unit)


def _take_unit(tokens: list[str]) -> str:
    """Takes the last designator and its value out of the tokens ("apt 4"); the unit, or ""."""
    for position in range(len(tokens) - 2, -1, -1):
        if tokens[position] in UNITS:
            value = tokens[position + 1]
            if _UNIT_VALUE(value):
                if position + 3 == len(tokens) and value.isdigit() and _LETTER(tokens[-1]):
                    value += tokens.pop()  # "apt 4-b"
                start = position
                while start and tokens[start - 1] in UNITS:  # "apt unit 4", from "apt #4"
                    start -= 1
                del tokens[start : position + 2]
                return value
    return ""


def _take_number(tokens: list[str]) -> str:
    """Takes a house number from the start (after a unit) or the end ("hauptstr 5") of the tokens; the number, or ""."""
    if len(tokens) < 2:
        return ""
    if _HOUSE_NUMBER(tokens[0]):
        return tokens.pop(0)
    if _HOUSE_NUMBER(tokens[-1]) and tokens[-2] not in NUMBERED:
        return tokens.pop()
    return ""


def _abbreviate(tokens: list[str]) -> None:
    """Writes directions at either end, and the kind of street, in their short form, in place."""
    last = len(tokens) - 1
    if last < 1:
        if tokens:
            tokens[0] = german(tokens[0])
        return
    tokens[0] = DIRECTIONS.get(tokens[0]) or LEADING.get(tokens[0], tokens[0])
    if last > 1 and tokens[last] in DIRECTIONS:
        tokens[last] = DIRECTIONS[tokens[last]]
        last -= 1
    tokens[last] = SUFFIXES.get(tokens[last]) or german(tokens[last])


def german(token: str) -> str:
    """A street name in one word with its kind in short form: "hauptstrasse" is "hauptstr"."""
    return token[:-7] + "str" if token.endswith("strasse") else token


def split_line(folded: str) -> Line:
    """A whole address in one line, roughly: street before the first comma, the rest by place and pattern."""
    segments = [segment for part in folded.split(",") if (segment := part.strip())]
    country = region = postcode = city = unit = ""
    if len(segments) > 1 and segments[-1] in COUNTRIES and segments[-1] not in REGIONS:
        country = COUNTRIES[segments.pop()]
    if segments:
        segments[-1], postcode = _without_postcode(segments[-1], alone=len(segments) == 1)
        segments[-1], region = _without_region(segments[-1], bool(postcode) or len(segments) > 1)
    segments = [segment for segment in segments if segment]
    if len(segments) > 1 and not segments[0][:1].isdigit() and _is_unit(segments[0]):
        unit = parse_street("x " + segments.pop(0)).unit
    for segment in segments[1:]:
        if _is_unit(segment):
            unit = unit or parse_street("x " + segment).unit
        elif not city:
            rest, code = _without_postcode(segment, alone=False)
            city, postcode = city_of(rest), postcode or code
    return Line(segments[0] if segments else "", unit, city, postcode, region, country)


def _is_unit(segment: str) -> bool:
    tokens = words_of(segment.replace("#", " unit ")).split()
    return 1 < len(tokens) <= 3 and tokens[0] in UNITS and _UNIT_VALUE(tokens[-1]) is not None


def _without_postcode(segment: str, alone: bool) -> tuple[str, str]:
    """(rest, postcode): a code at the end, or before a town ("10115 berlin") unless the segment stands alone."""
    found = _POSTCODE_END.search(segment)
    if found:
        return segment[: found.start()].strip(), found[1]
    found = None if alone else _POSTCODE_START.match(segment)
    return (segment[found.end() :].strip(), found[1]) if found else (segment, "")


def _without_region(segment: str, likely: bool) -> tuple[str, str]:
    """(rest, region) when the last word, or the whole segment, is a known region and a place for one."""
    if not likely:
        return segment, ""
    if segment in REGIONS:
        return "", REGIONS[segment]
    rest, _, last = segment.rpartition(" ")
    return (rest, REGIONS[last]) if rest and len(last) <= 3 and last in REGIONS else (segment, "")
