"""Numbers in canonical decimal text: no grouping, no currency, no needless zeros."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholders
from dromio.clean.text import fold

PLACEHOLDERS = placeholders("number")

MAX_DIGITS = 40
"""Digits on either side of the point; anything longer is no measure of a thing and counts as missing."""

_NUMBER = re.compile(r"[0-9]*\.?[0-9]*(?:e[+-]?[0-9]{1,3})?").fullmatch
_CANONICAL = re.compile(r"(?:0|-?[1-9][0-9]{0,17})").fullmatch
_DECORATION = re.compile(r"[ '_$%#]|eur|usd|gbp|chf")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+").fullmatch
_GROUPED_BY_DOTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}").fullmatch


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The number as decimal text ("1,234.50" is "1234.5"); brackets mean negative; missing when it is none."""
    text = parts.get("value", "")
    if _CANONICAL(text):
        return {} if options.placeholders and text in options.placeholders else {"value": text}
    folded = fold(text)
    if is_placeholder(folded, PLACEHOLDERS, options):
        return {}
    value = canonical(folded)
    return {"value": value} if value else {}


def canonical(folded: str) -> str:
    """Canonical decimal text of a folded number; "" when it is none or has more than MAX_DIGITS on a side."""
    text = _DECORATION.sub("", folded)
    negative = text.startswith("-") or (text.startswith("(") and text.endswith(")"))
    text = _with_point(text.strip("()").lstrip("+-"))
    if not text or not _NUMBER(text):
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ""
    return _plain(-number if negative else number)


def _with_point(text: str) -> str:
    """The number without grouping and with a point: the last of comma and point divides, unless it groups threes."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        text = text.replace(",", "") if point > comma else text.replace(".", "").replace(",", ".")
    elif comma >= 0:
        text = text.replace(",", "" if _GROUPED(text) else ".")
    elif _GROUPED_BY_DOTS(text):
        text = text.replace(".", "")
    return text


def _plain(number: Decimal) -> str:
    """The number without exponent, trailing zeros or a negative zero."""
    if not number:
        return "0"
    if number.adjusted() >= MAX_DIGITS or int(number.as_tuple().exponent) < -MAX_DIGITS:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


TYPE = AttributeType(name="number", doc="Number", roles=("value",), fields=("value",), clean=clean)
