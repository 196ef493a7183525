"""Short calls of the cleaners for tests."""

from __future__ import annotations

from dromio.clean import CleanOptions, Fields, clean_value


def cleaned(type_name: str, text: str, **options: object) -> Fields:
    """Fields of a plain value."""
    return clean_value(type_name, {"value": text}, CleanOptions(**options))  # type: ignore[arg-type]


def parts_cleaned(type_name: str, **parts: str) -> Fields:
    """Fields of a value in parts, with default options."""
    return clean_value(type_name, parts)
