"""Fuzzy comparison of two texts: what was measured, what was needed, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass

from dromio.language.ast import Fuzzy, FuzzyType
from dromio.similarity.double_metaphone import double_metaphone
from dromio.similarity.phonetic import SOUNDEX_LENGTH, metaphone, soundex, soundex_difference
from dromio.similarity.strings import levenshtein, trigram_similarity

TOLERANCE = 1e-9
"""Added to the distance allowed by a fraction, against rounding of the product."""


@dataclass(frozen=True, slots=True)
class Measure:
    """`name` says what `value` is: "distance" and "similarity" are numbers, "equal positions" counts, "codes" are two.

    `needed` is the greatest distance, or the least similarity or number of equal positions, that holds; None for codes,
    which must be equal.
    """

    name: str
    value: float | tuple[str, str]
    needed: float | None
    holds: bool


def measure(fuzzy: Fuzzy, source: str, destination: str) -> Measure:
    """Compare two texts. Only LEVENSHTEIN heeds case, and only its fraction treats the two sides differently.

    Phonetic codes that are empty, because the text has no ASCII letter that sounds, never agree.
    """
    if fuzzy.type is FuzzyType.LEVENSHTEIN:
        return _levenshtein(fuzzy, source, destination)
    if fuzzy.type is FuzzyType.TRIGRAM:
        similarity, needed = trigram_similarity(source, destination), fuzzy.fraction or 0.0
        return Measure("similarity", similarity, needed, similarity >= needed)
    if fuzzy.type is FuzzyType.SOUNDEX:
        return _soundex(fuzzy, source, destination)
    left, right = _code(fuzzy, source), _code(fuzzy, destination)
    return Measure("codes", (left, right), None, left == right != "")


def _levenshtein(fuzzy: Fuzzy, source: str, destination: str) -> Measure:
    distance = levenshtein(source, destination)
    if fuzzy.fraction is None:
        needed: float = fuzzy.number or 0
        return Measure("distance", distance, needed, distance <= needed)
    needed = fuzzy.fraction * len(destination)
    return Measure("distance", distance, needed, distance <= needed + TOLERANCE)


def _soundex(fuzzy: Fuzzy, source: str, destination: str) -> Measure:
    equal = soundex_difference(source, destination)
    needed = SOUNDEX_LENGTH if fuzzy.number is None else fuzzy.number
    return Measure(
        "equal positions", equal, needed, equal >= needed and "" not in (soundex(source), soundex(destination))
    )


def _code(fuzzy: Fuzzy, text: str) -> str:
    if fuzzy.type is FuzzyType.METAPHONE:
        return metaphone(text, fuzzy.number or 1)
    return double_metaphone(text)[fuzzy.type is FuzzyType.DMETAPHONE_ALT]
