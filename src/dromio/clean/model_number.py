"""Model numbers inside a title: "Panasonic KX-TS108W Corded Phone" has KXTS108W."""

from __future__ import annotations

import re

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts
from dromio.clean.text import fold

LEAST_LENGTH = 4
LEAST_DIGITS = 5
"""Digits alone are a number of an article from so many on; fewer are a year or a measure."""

_SPLIT = re.compile(r"[\s,;:()\[\]\"|]+").split
_DIGIT = re.compile(r"[0-9]").search
_JOINT = re.compile(r"[-./_#+]")
_MEASURE = re.compile(r"[0-9]+[a-z]+|[a-z]?[0-9]{1,2}").fullmatch
"""A number with its unit ("250gb", "24port") names a property."""
_MIXED = re.compile(r"[0-9]*[a-z][a-z0-9]*").fullmatch
_NUMBER = re.compile(r"[0-9]+").fullmatch
_PLAIN = re.compile(r"[0-9]+(?:-[0-9]+)*").fullmatch
"""Digits that no point or slash divides: "10/100" are two measures."""


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The model numbers, in alphabetical order, without hyphens, points and slashes; missing where there are none."""
    folded = fold(parts.get("value", ""))
    if options.placeholders and folded in options.placeholders:
        return {}
    found = sorted({code for code in map(_code, filter(_DIGIT, _SPLIT(folded))) if code})
    return {"value": " ".join(found)} if found else {}


def _code(token: str) -> str:
    """The model number that a word is; "" for other words."""
    code = _JOINT.sub("", token)
    if _NUMBER(code):
        return code if len(code) >= LEAST_DIGITS and _PLAIN(token) else ""
    return code if len(code) >= LEAST_LENGTH and _MIXED(code) and not _MEASURE(code) else ""


TYPE = AttributeType(
    name="model_number", doc="Model numbers inside a title", roles=("value",), fields=("value",), clean=clean
)
