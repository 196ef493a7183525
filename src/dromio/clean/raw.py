"""Text exactly as delivered, for models that bring their own rules."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The texts unchanged; missing only when not delivered, so that an empty text stays a value."""
    return dict(parts)


TYPE = AttributeType("raw", "Text as delivered", roles=("value",), fields=("value",), clean=clean, open_roles=True)
