"""Text trimmed and in lower case, nothing else."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The text trimmed and in lower case; missing when nothing is left. Accents, scripts and length stay."""
    value = parts.get("value", "").strip().lower()
    return {"value": value} if value else {}


TYPE = AttributeType(
    name="folded", doc="Text, trimmed and in lower case", roles=("value",), fields=("value",), clean=clean
)
