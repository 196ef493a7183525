"""Names of cities, regions and countries in one spelling."""

from __future__ import annotations

from dromio.clean.tables import read_sections, spellings
from dromio.clean.text import words_of

_PLACES = read_sections("places.txt")
CITY_STARTS = spellings(_PLACES["city_start"])
REGIONS = spellings(_PLACES["region"])
"""Name or code of a region -> its code, for the federations whose codes people write."""

COUNTRIES = spellings(_PLACES["country"])
"""Name or code of a country -> its ISO 3166 code in lower case."""


def city_of(folded: str) -> str:
    """The city as words; "saint", "mount" and "fort" at the start in their short form."""
    words = folded if folded.isalpha() else words_of(folded)
    start, space, rest = words.partition(" ")
    return f"{CITY_STARTS[start]} {rest}" if space and start in CITY_STARTS else words


def region_of(folded: str) -> str:
    """The code of a region that is known, else its words."""
    words = words_of(folded)
    return REGIONS.get(words, words)


def country_of(folded: str) -> str:
    """The ISO 3166 code of a country that is known, else its words."""
    words = words_of(folded)
    return COUNTRIES.get(words, words)
