"""Cleaning: the parts of a value as delivered -> its fields, one attribute type per file."""

from __future__ import annotations

from dromio.clean import (
    address,
    boolean,
    category,
    date,
    email,
    folded,
    free_text,
    geo,
    identifier,
    ip,
    model_number,
    number,
    organisation,
    person_name,
    phone,
    plain,
    raw,
    trimmed,
    url,
)
from dromio.clean.base import DEFAULT_OPTIONS, AttributeType, CleanOptions, Fields, Parts
from dromio.errors import UsageError

__all__ = ["DEFAULT_OPTIONS", "TYPES", "AttributeType", "CleanOptions", "Fields", "Parts", "clean_value"]

TYPES: dict[str, AttributeType] = {
    module.TYPE.name: module.TYPE
    for module in (
        person_name,
        organisation,
        email,
        phone,
        date,
        address,
        identifier,
        category,
        number,
        boolean,
        free_text,
        geo,
        url,
        ip,
        model_number,
        raw,
        trimmed,
        folded,
        plain,
    )
}
"""Name -> attribute type."""


def clean_value(type_name: str, parts: Parts, options: CleanOptions = DEFAULT_OPTIONS) -> Fields:
    """Fields of one value of a type. Raises UsageError for a type that does not exist, and for no text."""
    attribute_type = TYPES.get(type_name)
    if attribute_type is None:
        raise UsageError(f"unknown attribute type {type_name!r}; known: {', '.join(sorted(TYPES))}")
    return attribute_type.clean(parts, options)
