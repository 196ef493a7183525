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
_KILOMETRES_OF_A_DEGREE = 111.19
"""Of latitude, on the sphere by which kilometres are reckoned; rounded down."""

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
    if not 0 < argument <= MOST.get(transform, argument):
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
    transform = _SHARED_UNDER.get(test.function)
    if transform is None or any(field.transform for field in test.fields):
        return ()
    return (FieldExpression(tuple(dict.fromkeys(field.fields[0] for field in test.fields)), *transform),)


_SHARED_UNDER = {
    "initial": ("prefix", 1),
    "day_month_swapped": ("sorted_letters", 0),
    "one_part_differs": ("date_parts", 0),
    "nickname": ("formal_names", 0),
    "within": ("words", 0),
    "shares_token": ("words", 0),
    "crossed": ("either", 0),
    "swapped": ("either", 0),
}
"""Tests that make two records share a value under a transform of the fields."""
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


def _thousandths(bound: float) -> int:
    """A distance in whole thousandths, with room for rounding."""
    return ceil(bound * _THOUSAND) + 1


def _near_latitudes(bound: float) -> tuple[str, int]:
    """Along a meridian the way is shortest."""
    return "near_latitudes", _thousandths(bound / _KILOMETRES_OF_A_DEGREE)


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
    "days": lambda bound: ("near_days", floor(min(bound, MOST["near_days"] + 1))),
    "difference": lambda bound: ("near_numbers", _thousandths(min(bound, MOST["near_numbers"]))),
    "kilometres": _near_latitudes,
    "soundex_agreement": lambda bound: ("soundex_positions", max(ceil(bound * 4 - _FLOAT), 0)),
}
