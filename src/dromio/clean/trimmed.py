"""Text exactly as delivered but for the white space around it."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The texts without white space at the ends; missing when nothing is left. Case counts."""
    trimmed = ((role, text.strip()) for role, text in parts.items())
    return {role: text for role, text in trimmed if text}


TYPE = AttributeType(
    "trimmed", "Text without white space around it", roles=("value",), fields=("value",), clean=clean, open_roles=True
)
