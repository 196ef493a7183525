"""Free text: any words, such as an occupation, a product or a remark."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import placeholders
from dromio.clean.text import fold, words_of

PLACEHOLDERS = placeholders("text")


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """The folded words, punctuation dropped; missing for a placeholder or where no word is left."""
    folded = fold(parts.get("value", ""))
    if is_placeholder(folded, PLACEHOLDERS, options):
        return {}
    value = words_of(folded)
    return {"value": value} if value and value not in PLACEHOLDERS else {}


TYPE = AttributeType(name="text", doc="Free text", roles=("value",), fields=("value",), clean=clean)
