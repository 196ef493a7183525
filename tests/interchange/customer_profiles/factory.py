"""Profiles and domain configurations that meet often, by hand and generated."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from dromio.interchange.customer_profiles import RuleBasedMatching, Selector
from dromio.interchange.customer_profiles.fields import RULE_ATTRIBUTES, SELECTABLE, SUB_TYPES, type_of

Profile = dict[str, Any]

PHONES = ["+15551234567", "(555)-123-4567", "555 123 4567", "555-010-0000", "+1-555-010-0000", "unknown"]
EMAILS = ["ann@x.com", " ANN@X.com ", "ann+home@x.com", "bob@x.com", "not an address"]
TEXTS = ["Ann", "ann ", " ANN", "Ann  Lee", "ann lee", "Straße", "STRASSE", "n/a"]
EXACT = ["A-1", " A-1", "a-1", "A 1"]
LINES = ["1 Main St", "1 MAIN  st", "Flat 2", "1 Main St Flat 2"]


def rules(*levels: str, **members: Any) -> RuleBasedMatching:
    """Levels written as names with blanks between."""
    return RuleBasedMatching(rules=tuple(tuple(level.split()) for level in levels), **members)


def texts_of(name: str) -> list[str]:
    """Texts that a field of a profile takes."""
    for attribute_type, pool in (("PhoneNumber", PHONES), ("EmailAddress", EMAILS)):
        if name in SUB_TYPES[attribute_type]:
            return pool
    return EXACT if name == "AccountNumber" or name == "Attributes" else TEXTS


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """A profile in which fields are missing at times."""
    single = ["AccountNumber", "FirstName", "LastName", "BirthDate", "Gender"]
    names = [*single, *SUB_TYPES["PhoneNumber"], *SUB_TYPES["EmailAddress"]]
    made: Profile = {name: draw(st.sampled_from(texts_of(name))) for name in names if draw(st.booleans())}
    for name in SUB_TYPES["Address"]:
        if draw(st.booleans()):
            made[name] = draw(addresses())
    if draw(st.booleans()):
        made["Attributes"] = {key: draw(st.sampled_from(EXACT)) for key in ("tier", "Tier", "loyalty-id")}
    return made


def addresses() -> st.SearchStrategy[dict[str, str]]:
    """Some parts of an address."""
    lines = st.sampled_from(LINES)
    places = st.sampled_from(["Kiel", "KIEL ", "Bonn"])
    return st.fixed_dictionaries(
        {}, optional={"Address1": lines, "Address2": lines, "City": places, "PostalCode": places}
    )


@st.composite
def selectors(draw: st.DrawFn, types: set[str]) -> Selector:
    """A selector that names sub-types of at least the given types, by any of their names."""
    names = {}
    for attribute_type, known in SELECTABLE.items():
        if attribute_type in types or draw(st.booleans()):
            most = len(SUB_TYPES[attribute_type])
            names[attribute_type] = tuple(draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=most)))
    return Selector(draw(st.sampled_from(["ONE_TO_ONE", "MANY_TO_MANY"])), names)


@st.composite
def configurations(draw: st.DrawFn) -> RuleBasedMatching:
    """A configuration without faults."""
    liked = ["FirstName", "PhoneNumber", "EmailAddress", "Address.Address", "Address.City", "Attributes.tier"]
    known = st.sampled_from([*RULE_ATTRIBUTES, *liked, *liked, "Attributes.Tier", "Attributes.loyalty-id"])
    level = st.lists(known, min_size=1, max_size=4).map(tuple)
    levels = tuple(draw(st.lists(level, min_size=1, max_size=5)))
    types = {found for one in levels for name in one if (found := type_of(name))}
    matching = draw(st.none() | st.integers(1, 6))
    merging = draw(st.none() | st.integers(1, matching or len(levels)))
    return RuleBasedMatching(
        rules=levels,
        max_matching_level=matching,
        max_merging_level=merging,
        selector=draw(st.none() | selectors(types)),
    )
