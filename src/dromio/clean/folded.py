"""Text trimmed and in lower case, nothing else."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The texts trimmed and in lower case; missing when nothing is left. Accents, scripts and length stay."""
    trimmed = ((role, text.strip().lower()) for role, text in parts.items())
    return {role: text for role, text in trimmed if text}


TYPE = AttributeType(
    "folded", "Text, trimmed and in lower case", roles=("value",), fields=("value",), clean=clean, open_roles=True
)
