"""Comparator classes: when two values of an attribute agree, and how relevant the pair is, 0 to 1.

All are symmetric. Texts that leave nothing to compare (no letters, no code) agree only when they are identical.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import Jaro

from dromio.similarity.double_metaphone import double_metaphone
from dromio.similarity.phonetic import soundex
from dromio.similarity.sets import jaccard
from dromio.similarity.strings import damerau_levenshtein, jaro_winkler

PREFIX = "com.reltio.match.comparator."
MILLION = 1_000_000
SIMILAR = 0.85
"""Jaro and Jaro-Winkler similarity from which two texts agree."""
SAME_CODE = 0.9
"""Relevance of texts that sound alike but differ."""


@dataclass(frozen=True, slots=True)
class Comparator:
    """A comparator class: `agrees` takes two texts and whether the operator is a fuzzy one."""

    agrees: Callable[[str, str, bool], bool]
    relevance: Callable[[str, str], float]


def rounded(score: float) -> float:
    """A score with 6 decimals, as all scores are compared."""
    return millionths(score) / MILLION


def millionths(score: float) -> int:
    """A score in whole millionths, in which sums are exact."""
    return round(score * MILLION)


def letters_and_digits(text: str) -> str:
    """The text without any character that is neither letter nor digit."""
    return "".join(filter(str.isalnum, text))


def phonetic_codes(text: str) -> frozenset[str]:
    """The Double Metaphone codes of a text: none, one or two."""
    return frozenset(code for code in double_metaphone(text) if code)


def _same_letters(left: str, right: str) -> bool:
    return left == right or letters_and_digits(left) == letters_and_digits(right) != ""


def _same_soundex(left: str, right: str) -> bool:
    return left == right or soundex(left) == soundex(right) != ""


def _same_sound(left: str, right: str) -> bool:
    return left == right or not phonetic_codes(left).isdisjoint(phonetic_codes(right))


def _within_edits(left: str, right: str, is_fuzzy: bool) -> bool:
    limit = 1 + max(len(left), len(right)) // 8 if is_fuzzy else 1
    return damerau_levenshtein(left, right, limit) <= limit


def _edit_relevance(left: str, right: str) -> float:
    longest = max(len(left), len(right))
    return 1 - damerau_levenshtein(left, right) / longest if longest else 1.0


def _words(text: str) -> frozenset[str]:
    """The distinct words of a text, parted at blanks as in the engines."""
    return frozenset(text.split(" ")) - {""}


def _one_holds_the_other(left: str, right: str) -> bool:
    words, others = _words(left), _words(right)
    return left == right or (bool(words and others) and (words <= others or others <= words))


def _shared_words(left: str, right: str) -> float:
    return 1.0 if left == right else jaccard(_words(left), _words(right))


def _jaro(left: str, right: str) -> float:
    return float(Jaro.similarity(left, right))


def _certain(agrees: Callable[[str, str], bool], agreed: float = 1.0) -> Comparator:
    """A comparator that knows yes (identical 1, else `agreed`) and no (0) only."""
    return Comparator(
        lambda left, right, is_fuzzy: agrees(left, right),
        lambda left, right: 1.0 if left == right else agreed if agrees(left, right) else 0.0,
    )


def _at_least(similarity: Callable[[str, str], float]) -> Comparator:
    return Comparator(lambda left, right, is_fuzzy: rounded(similarity(left, right)) >= SIMILAR, similarity)


COMPARATORS: dict[str, Comparator] = {
    "BasicStringComparator": _certain(str.__eq__),
    "StringCharactersComparator": _certain(_same_letters),
    "ExactMatchComparator": _certain(str.__eq__),
    "DamerauLevenshteinDistance": Comparator(_within_edits, _edit_relevance),
    "SoundexComparator": _certain(_same_soundex, SAME_CODE),
    "DoubleMetaphoneComparator": _certain(_same_sound, SAME_CODE),
    "DistinctWordsComparator": Comparator(
        lambda left, right, is_fuzzy: _one_holds_the_other(left, right), _shared_words
    ),
    "JaroWinkler": _at_least(jaro_winkler),
    "Jaro": _at_least(_jaro),
}
"""Short class name -> comparator."""
