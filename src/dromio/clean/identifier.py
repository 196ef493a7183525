"""Identifiers that are equal or not: national ids, account numbers, cookies, devices."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts
from dromio.clean.placeholders import placeholder_words
from dromio.clean.text import alphanumerics

PLACEHOLDERS = frozenset(text.upper().replace(" ", "") for text in placeholder_words("identifier"))

MIN_ZEROS, MIN_NINES = 2, 5
"""Runs of one digit that mean "none": a lone 0 may be the first of a count, 999 its thousandth."""


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """Letters and digits in upper case; missing for placeholders and runs of zeros or nines."""
    value = alphanumerics(parts.get("value", ""))
    if not value or value in PLACEHOLDERS:
        return {}
    if (value[0] == "0" and is_run(value, "0", MIN_ZEROS)) or (value[0] == "9" and is_run(value, "9", MIN_NINES)):
        return {}
    if options.placeholders and value.lower() in options.placeholders:
        return {}
    return {"value": value}


def is_run(value: str, digit: str, least: int) -> bool:
    """Whether the value is the digit alone, at least `least` times."""
    return len(value) >= least and not value.strip(digit)


TYPE = AttributeType(
    name="identifier",
    doc="Identifier: national id, account number, cookie, device",
    roles=("value",),
    fields=("value",),
    clean=clean,
)
