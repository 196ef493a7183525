"""Categories: one of few texts, such as a gender or a state."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholders
from dromio.clean.text import fold

PLACEHOLDERS = placeholders("category")


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The folded text; missing for a placeholder."""
    value = fold(parts.get("value", ""))
    return {} if is_placeholder(value, PLACEHOLDERS, options) else {"value": value}


TYPE = AttributeType(
    name="category", doc="One of few texts, such as a gender", roles=("value",), fields=("value",), clean=clean
)
