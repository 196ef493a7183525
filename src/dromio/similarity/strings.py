"""Distances and similarities of two strings, counted in code points. All are symmetric in value."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein

from dromio.similarity.sets import jaccard

_WORD = re.compile(r"[^\W_]+")
_WORD_CATEGORIES = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl"}


def levenshtein(a: str, b: str, limit: int | None = None) -> int:
    """Fewest insertions, deletions and substitutions that turn one text into the other; 0 means equal.

    With a limit, a greater distance is given as limit + 1, which is much cheaper to find.
    """
    return Levenshtein.distance(a, b, score_cutoff=limit)


def damerau_levenshtein(a: str, b: str, limit: int | None = None) -> int:
    """Levenshtein distance where swapping two neighbours also costs 1, and no part is edited twice.

    This is the optimal string alignment distance: "ca" to "abc" is 3. With a limit, a greater distance is limit + 1.
    """
    return OSA.distance(a, b, score_cutoff=limit)


def jaro_winkler(a: str, b: str) -> float:
    """Jaro similarity raised for up to 4 equal first characters (scale 0.1), 0 to 1; two empty texts give 1.

    As RapidFuzz and the original C code: the prefix counts only when the Jaro similarity is above 0.7.
    """
    return JaroWinkler.similarity(a, b, prefix_weight=0.1)


def trigrams(text: str) -> frozenset[str]:
    """The trigrams of PostgreSQL's `pg_trgm`: all windows of 3 characters of each word of the lower-cased text.

    Words are runs of letters and digits, padded by two spaces before and one after. Combining marks part words here;
    PostgreSQL keeps some of them (vowel signs of Indic and Semitic scripts), as its C library's locale says.
    """
    return frozenset(window for word in _words(text) for window in _windows(f"  {word} "))


def trigram_similarity(a: str, b: str) -> float:
    """Shared trigrams as a share of all, 0 to 1; 0 when either text has none. The order of words does not matter."""
    return jaccard(trigrams(a), trigrams(b))


def _windows(padded: str) -> list[str]:
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


def _words(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text.lower())
    return _WORD.findall("".join(_lower_or_space(character) for character in text))


def _lower_or_space(character: str) -> str:
    """One character for one, whatever its neighbours: neither the final sigma nor a dot apart from its i."""
    return character.lower()[0] if unicodedata.category(character) in _WORD_CATEGORIES else " "
