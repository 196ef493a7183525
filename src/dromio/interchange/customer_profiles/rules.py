"""What rule levels say of two profiles, in the vendor's own terms: the reference that models are tested against.

A level holds when all its attributes agree. A phone number, an e-mail address or an address agrees when some of the
sub-types that the selector names do: the same one of both profiles under ONE_TO_ONE, any of either under MANY_TO_MANY.
All parts of an address that a level names must agree for one and the same two addresses. What is missing agrees with
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from dromio.interchange.customer_profiles.document import ONE_TO_ONE, RuleBasedMatching, Selector
from dromio.interchange.customer_profiles.fields import ADDRESS, ADDRESS_PARTS, CUSTOM, EXACT_FIELDS, type_of
from dromio.interchange.customer_profiles.profile import (
    EXACT,
    TEXT,
    TYPES_OF,
    Profile,
    address_part,
    comparable,
)


def level_of(matching: RuleBasedMatching, left: Profile, right: Profile, region: str = "US") -> int | None:
    """The first level, from 1, that holds for two profiles, of those allowed for matching; None where none does.

    `region`: the country of phone numbers that do not tell theirs.
    """
    for level, rule in enumerate(matching.levels, 1):
        if pairs_at(rule, matching.compared, left, right, region):
            return level
    return None


def pairs_at(rule: Sequence[str], selector: Selector, left: Profile, right: Profile, region: str = "US") -> bool:
    """Whether two profiles agree on all attributes of a level."""
    parts = [name for name in rule if name in ADDRESS_PARTS]
    others = [name for name in rule if name not in ADDRESS_PARTS]
    if parts and not _same_address(parts, selector, left, right):
        return False
    return all(_agree(name, selector, left, right, region) for name in others)


def _agree(name: str, selector: Selector, left: Profile, right: Profile, region: str) -> bool:
    attribute_type = type_of(name)
    if attribute_type is None:
        return _equal(_single(name, left), _single(name, right))
    kind = TYPES_OF[attribute_type]
    return any(
        _equal(comparable(kind, left.get(one), region), comparable(kind, right.get(other), region))
        for one, other in _compared(selector, attribute_type)
    )


def _same_address(parts: Sequence[str], selector: Selector, left: Profile, right: Profile) -> bool:
    return any(
        all(_equal(_part(left, one, part), _part(right, other, part)) for part in parts)
        for one, other in _compared(selector, ADDRESS)
    )


def _compared(selector: Selector, attribute_type: str) -> Iterator[tuple[str, str]]:
    """Pairs of sub-types that are compared."""
    fields = selector.fields(attribute_type)
    return zip(fields, fields, strict=True) if selector.model == ONE_TO_ONE else product(fields, fields)


def _single(name: str, profile: Profile) -> str | None:
    if name.startswith(CUSTOM):
        return comparable(EXACT, (profile.get("Attributes") or {}).get(name.removeprefix(CUSTOM)))
    return comparable(EXACT if name in EXACT_FIELDS else TEXT, profile.get(name))


def _part(profile: Profile, sub_type: str, part: str) -> str | None:
    return comparable(TYPES_OF[ADDRESS], address_part(profile.get(sub_type) or {}, part))


def _equal(one: str | None, other: str | None) -> bool:
    return one is not None and one == other
