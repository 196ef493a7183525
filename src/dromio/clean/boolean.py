"""Truth values."""

from __future__ import annotations

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts
from dromio.clean.text import fold

TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "on", "ja", "oui", "si", "wahr", "vrai", "x", "checked"})
FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "off", "nein", "non", "falsch", "faux", "unchecked"})


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """ "true" or "false"; missing for any other text."""
    folded = fold(parts.get("value", ""))
    if folded in options.placeholders:
        return {}
    if folded in TRUE:
        return {"value": "true"}
    return {"value": "false"} if folded in FALSE else {}


TYPE = AttributeType(name="boolean", doc="True or false", roles=("value",), fields=("value",), clean=clean)
