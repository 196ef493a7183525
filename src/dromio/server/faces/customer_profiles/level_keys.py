"""Rule levels as keys: two profiles pair at a level exactly when they share one of its keys.

An attribute of a level has one value or, where it has sub-types, several; a key holds one value of each. Under
ONE_TO_ONE a value carries its sub-type, so that only equal sub-types meet. The parts of an address come from one
address. What is missing has no key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from dromio.interchange.customer_profiles import RuleBasedMatching, Selector, columns_of
from dromio.interchange.customer_profiles.document import ONE_TO_ONE
from dromio.interchange.customer_profiles.fields import ADDRESS, ADDRESS_PARTS, CUSTOM, EXACT_FIELDS, type_of
from dromio.interchange.customer_profiles.profile import EXACT, TEXT, TYPES_OF, address_part, comparable

Found = list[tuple[str, ...]]


def level_keys(matching: RuleBasedMatching, document: Mapping[str, Any], region: str) -> list[tuple[int, int]]:
    """(level, key) of a profile for every level in use; keys are numbers of 63 bits."""
    found = []
    for level, rule in enumerate(matching.levels, 1):
        choices = _choices(rule, matching.compared, document, region)
        found += [(level, _number(level, parts)) for parts in dict.fromkeys(product(*choices))]
    return found


def _choices(rule: Sequence[str], selector: Selector, document: Mapping[str, Any], region: str) -> list[Found]:
    """The values of every attribute of a level, in an order of attributes that is the same for all profiles."""
    parts = sorted({name for name in rule if name in ADDRESS_PARTS})
    others = sorted({name for name in rule if name not in ADDRESS_PARTS})
    found = [_values(name, selector, document, region) for name in others]
    return [*found, _addresses(parts, selector, document)] if parts else found


def _values(name: str, selector: Selector, document: Mapping[str, Any], region: str) -> Found:
    kind = type_of(name)
    if kind is None:
        value = _single(name, document)
        return [] if value is None else [(value,)]
    values = [
        (_label(selector, one), comparable(TYPES_OF[kind], document.get(one), region)) for one in selector.fields(kind)
    ]
    return [(label, value) for label, value in values if value is not None]


def _addresses(parts: Sequence[str], selector: Selector, document: Mapping[str, Any]) -> Found:
    found: Found = []
    for one in selector.fields(ADDRESS):
        values = [comparable(TYPES_OF[ADDRESS], address_part(document.get(one) or {}, part)) for part in parts]
        complete = [value for value in values if value is not None]
        if len(complete) == len(parts):
            found.append((_label(selector, one), *complete))
    return found


def _single(name: str, document: Mapping[str, Any]) -> str | None:
    if name.startswith(CUSTOM):
        return comparable(EXACT, (document.get("Attributes") or {}).get(name.removeprefix(CUSTOM)))
    return comparable(EXACT if name in EXACT_FIELDS else TEXT, document.get(name))


def _label(selector: Selector, sub_type: str) -> str:
    return sub_type if selector.model == ONE_TO_ONE else ""


def _number(level: int, parts: Sequence[tuple[str, ...]]) -> int:
    digest = hashlib.blake2b(repr((level, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def rank_of(document: Mapping[str, Any]) -> str:
    """A text that orders profiles by their values alone, not by ids or times."""
    return repr(sorted((name, " ".join(text.split()).casefold()) for name, text in columns_of(document).items()))
