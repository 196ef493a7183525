"""Text exactly as delivered, for models that bring their own rules."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The text unchanged; missing only when it was not delivered, so that an empty text stays a value."""
    return {"value": parts["value"]} if "value" in parts else {}


TYPE = AttributeType(name="raw", doc="Text as delivered", roles=("value",), fields=("value",), clean=clean)
