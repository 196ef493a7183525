"""Text as people read it: case and white space do not count, everything else does."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The texts with single spaces, none at the ends, without regard to case in any script; missing when nothing is
    left. Idempotent."""
    folded = ((role, " ".join(text.casefold().split())) for role, text in parts.items())
    return {role: text for role, text in folded if text}


TYPE = AttributeType(
    "plain",
    "Text without regard to case and white space",
    roles=("value",),
    fields=("value",),
    clean=clean,
    open_roles=True,
)
