"""Transforms of cleaned values for keys and tests: one value in, one value (or none) out."""

from __future__ import annotations

from collections.abc import Callable

from dromio.model.expressions import FieldExpression
from dromio.similarity.double_metaphone import double_metaphone
from dromio.similarity.phonetic import metaphone, soundex

_SOFT = frozenset("aeiouyhwAEIOUYHW ")
"""Vowels, letters that sound like them or not at all, and blanks."""
_SKELETON = 5


def year(text: str) -> str | None:
    """The year of an ISO date or partial date."""
    return text[:4] if len(text) >= 4 else None


def month_day(text: str) -> str | None:
    """MM-DD of a full ISO date; none for partial dates and for 1 January, which stands for "unknown" too often."""
    return text[5:] if len(text) == 10 and not text.endswith("01-01") else None


def sorted_letters(text: str) -> str | None:
    """Letters in order: equal for anagrams, so for all transpositions."""
    return "".join(sorted(text)) or None


def skeleton(text: str) -> str | None:
    """First letter and following consonants without repeats, at most five characters: survives vowel errors and
    doubling."""
    if not text:
        return None
    kept = last = text[0]
    for letter in text[1:]:
        if letter in _SOFT or letter == last:
            continue
        kept += letter
        if len(kept) == _SKELETON:
            break
        last = letter
    return kept


def soundex_code(text: str) -> str | None:
    """Soundex of the text; none when it has no letters."""
    return soundex(text) or None


def alphanumeric(text: str) -> str | None:
    """Letters and digits only; none when there are none."""
    return "".join(filter(str.isalnum, text)) or None


def primary_code(text: str) -> str | None:
    """Primary Double Metaphone code; none when nothing sounds."""
    return double_metaphone(text)[0] or None


def alternate_code(text: str) -> str | None:
    """Alternate Double Metaphone code; none when nothing sounds."""
    return double_metaphone(text)[1] or None


_ONE_VALUED: dict[str, Callable[[str], str | None]] = {
    "year": year,
    "month_day": month_day,
    "soundex": soundex_code,
    "sorted_letters": sorted_letters,
    "skeleton": skeleton,
    "casefold": str.casefold,
    "alphanumeric": alphanumeric,
    "dmetaphone": primary_code,
    "dmetaphone_alt": alternate_code,
}


def function_of(expression: FieldExpression) -> Callable[[str], str | None]:
    """The transform as a function of one text. Raises KeyError for transforms that give several values."""
    if expression.transform == "prefix":
        size = expression.argument
        return lambda text: text[:size] or None
    if expression.transform == "metaphone":
        return lambda text: metaphone(text, expression.argument) or None
    return _ONE_VALUED[expression.transform]


def apply(expression: FieldExpression, texts: list[str]) -> list[str | None]:
    """The transform of every text."""
    return list(map(function_of(expression), texts))
