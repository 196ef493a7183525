"""The key of a single question: fields with equal values on both sides, or the codes of an exact filter."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

from dromio.model.expressions import MOST, Condition, FieldExpression, Measure, Not, Test, Together

MOST_EDITS = MOST["neighbours"]
"""Within more edits nearly all short texts meet: a scan says so openly."""
MOST_SHARE = MOST["neighbours_share"]
"""Greatest share of the longer length, in thousandths, for the same reason."""
LEAST_LETTERS = 700
"""Below this Jaro-Winkler similarity, in thousandths, four equal letters at the beginning leave the rest free."""
_THOUSAND = 1000
_ROUNDING = 5e-7
"""Similarities are compared after rounding to 6 decimals."""
_FLOAT = 1e-7

Filter = Callable[[float], tuple[str, int]]
"""Bound -> transform and argument; an argument of 0 where no filter serves it."""


def parts_of(question: Test | Measure) -> tuple[FieldExpression, ...]:
    """The parts of a key that two records share when the question holds for them; none when there is no key."""
    if isinstance(question, Test):
        return _parts_of_test(question)
    field = question.fields[0]
    if question.bound < _EQUAL_BELOW.get(question.function, 0):
        return (field,)
    filtered = _FILTERS.get(question.function)
    if filtered is None or field.transform not in ("", "casefold"):
        return ()
    transform, argument = filtered(question.bound)
    if not argument:
        return ()
    if (transform, argument, field.transform) == ("soundex_positions", 4, ""):
        return (FieldExpression(field.fields, "soundex"),)
    return (FieldExpression(field.fields, transform, argument),)


def why_no_key(question: Condition) -> str:
    """Why a question has no key, in words that follow its text."""
    if isinstance(question, Not):
        return "says what must not hold, which brings nobody together"
    if isinstance(question, Measure) and question.function in _FILTERS:
        return "holds for so many pairs that no filter can tell them from others"
    if isinstance(question, Together):
        return "has no part with a key"
    return "has no exact filter"


def _parts_of_test(test: Test) -> tuple[FieldExpression, ...]:
    if test.function == "equal":
        return test.fields
    transform = _EQUAL_UNDER.get(test.function)
    if transform is None or test.fields[0].transform:
        return ()
    return (FieldExpression(test.fields[0].fields, *transform),)


_EQUAL_UNDER = {"initial": ("prefix", 1), "day_month_swapped": ("sorted_letters", 0)}
"""Tests that make two values equal under a transform."""
_EQUAL_BELOW = {"levenshtein": 1, "damerau_levenshtein": 1, "days": 1, "share_of_left": 1e-9, "share_of_right": 1e-9}
"""Bounds below which only equal values pass."""


def _edits(of_a_swap: int) -> Filter:
    """Within k edits; exchanging two neighbours may be one that counts as two."""

    def filtered(bound: float) -> tuple[str, int]:
        edits = floor(min(bound, MOST_EDITS + 1)) * of_a_swap
        return "neighbours", edits if edits <= MOST_EDITS else 0

    return filtered


def _share(bound: float) -> tuple[str, int]:
    share = max(ceil(bound * _THOUSAND - _FLOAT), 1)
    return "neighbours_share", share if share <= MOST_SHARE else 0


def _alike(of_a_swap: int) -> Filter:
    return lambda bound: _share((1 - bound + _ROUNDING) * of_a_swap)


def _letters(bound: float) -> tuple[str, int]:
    """Jaro-Winkler's similarity is never below Jaro's."""
    least = floor((bound - _ROUNDING) * _THOUSAND)
    return "rare_letters", least if least >= LEAST_LETTERS else 0


def _words(bound: float) -> tuple[str, int]:
    return "rare_words", max(floor((bound - _ROUNDING) * _THOUSAND), int(bound > _ROUNDING))


def _a_word(bound: float) -> tuple[str, int]:
    """One common word."""
    return "rare_words", int(bound > _ROUNDING)


_FILTERS: dict[str, Filter] = {
    "levenshtein": _edits(1),
    "damerau_levenshtein": _edits(2),
    "share_of_left": _share,
    "share_of_right": _share,
    "edit_similarity": _alike(1),
    "swap_similarity": _alike(2),
    "jaro": _letters,
    "jaro_winkler": _letters,
    "jaccard": _words,
    "overlap": _a_word,
    "cosine": _a_word,
    "soft_overlap": lambda bound: ("near_words", MOST["near_words"] * int(bound > _ROUNDING)),
    "trigram": lambda bound: ("rare_trigrams", floor(Fraction(repr(bound)) * _THOUSAND)),
    "soundex_agreement": lambda bound: ("soundex_positions", max(ceil(bound * 4 - _FLOAT), 0)),
}
