"""What a key is likely to cost, before any record was seen: only the choice between keys depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from dromio.model.expressions import SEVERAL_VALUES, FieldExpression

Fields = tuple[FieldExpression, ...]
Cost = Callable[[Fields], float]
"""Cost of the key of these parts; only the order of costs matters."""

_SHARE_OF_TYPE = {
    **dict.fromkeys(("email", "phone", "identifier", "url"), 1e-6),
    **dict.fromkeys(("date", "geo", "ip"), 5e-5),
    **dict.fromkeys(("category", "boolean"), 0.3),
    "address": 2e-4,
    "number": 1e-2,
}
"""Share of all pairs that have equal values; other types are like names."""
_LIKE_NAMES = 1e-3
_FACTOR = {
    "year": 300.0,
    "month_day": 50.0,
    "soundex": 5.0,
    "metaphone": 3.0,
    "dmetaphone": 3.0,
    "dmetaphone_alt": 3.0,
    "skeleton": 3.0,
    "sorted_letters": 1.1,
    "tokens": 20.0,
    "rare_tokens": 2.0,
    "words": 20.0,
    "either": 2.0,
    "formal_names": 2.0,
    "date_parts": 100.0,
    "near_numbers": 20.0,
    "near_latitudes": 200.0,
}
"""How much commoner agreement is under a transform."""
_CODE = 5e-7
"""Cost of a code that a record has more, as a share of all pairs."""
_CODES_OF_LETTERS = 2500.0
"""A record has about 40, but they bring many together: an equality of names alone is better."""
_LEAST = 1e-9


def cost_by_type(types: Mapping[str, str]) -> Cost:
    """A guess from the types of attributes: few pairs are good, few codes are better."""

    def cost(fields: Fields) -> float:
        shares: dict[str, float] = {}
        codes = 1.0
        for field in fields:
            name = field.fields[0]
            factor, more = _factor_and_codes(field)
            share = min(_SHARE_OF_TYPE.get(types.get(name.partition(".")[0], ""), _LIKE_NAMES) * factor, 1.0)
            shares[name] = min(share, shares.get(name, 1.0))
            codes *= more
        return max(prod(shares.values()), _LEAST) + codes * _CODE

    return cost


def _factor_and_codes(field: FieldExpression) -> tuple[float, float]:
    argument = field.argument
    if field.transform == "prefix":
        return max(1.0, 500.0 / 5.0**argument), 1
    if field.transform == "neighbours":
        return 3.0**argument, 4.0**argument
    if field.transform == "neighbours_share":
        return 1 + argument / 20, 1 + argument / 4
    if field.transform == "rare_trigrams":
        return max(2.0, 1000 / argument) ** 4, 40
    if field.transform == "rare_letters":
        return 20.0, _CODES_OF_LETTERS
    if field.transform == "rare_words":
        return 20.0, 2
    if field.transform == "near_words":
        return 40.0, 100
    if field.transform == "soundex_positions":
        return 5.0 * 10.0 ** (4 - argument), 4
    if field.transform == "near_days":
        return 2.0 * argument, 2
    return _FACTOR.get(field.transform, 1.0), 3 if field.transform in SEVERAL_VALUES else 1
