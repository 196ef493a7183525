"""The small language of a model: field expressions and conditions, parsed into frozen trees.

Field expression   `family`, `name.family`, `year(iso)`, `prefix(postcode, 3)`, `tokens(name.given, name.middle)`
Condition          `equal(given)`, `jaro_winkler(family) >= 0.92`, `levenshtein(iso) <= 1`,
                   `equal(street) and (equal(city) or equal(postcode))`, `not missing(unit)`

Conditions are two-valued: a test on a missing value is false, and so is any comparison with a number.
The grammar is a subset of Python's expressions, so Python's own parser reads it; nothing is ever evaluated by Python.

Conditions on pairs of records, as rules have them, name attribute and field: `equal(email.address)`. A test holds when
it holds for some value of the one record and some value of the other; `together(…)` asks that for one and the same pair
of values: `together(equal(address.city) and equal(address.street))`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import TypeVar

Read = TypeVar("Read")

TRANSFORMS: dict[str, str] = {
    "year": "the year of an ISO date",
    "month_day": "month and day of an ISO date",
    "prefix": "the first n characters",
    "soundex": "the Soundex code",
    "metaphone": "the first n characters of the Metaphone code",
    "dmetaphone": "the primary Double Metaphone code",
    "dmetaphone_alt": "the alternate Double Metaphone code",
    "casefold": "the value without regard to case",
    "alphanumeric": "letters and digits only",
    "sorted_letters": "the letters in alphabetical order: equal for transposed letters",
    "skeleton": "the first letter and the consonants after it",
    "tokens": "every word of the given fields (several values)",
    "rare_tokens": "every word but those that many values share (several values)",
    "neighbours": "the value with up to n characters deleted, in every way (several values)",
    "neighbours_share": "the same for as many characters as n thousandths of a length allow (several values)",
    "rare_trigrams": "the rarest trigrams, as many as a trigram similarity of n thousandths needs (several values)",
    "rare_letters": "the beginning and the rarest letters, as many as a Jaro-Winkler similarity of n thousandths needs "
    "(several values)",
    "rare_words": "the longest words, as many as n thousandths of all words shared need (several values)",
    "near_words": "every word with up to n characters deleted, none of a word of three, one of a word of seven "
    "(several values)",
    "soundex_positions": "n positions of the Soundex code, in every way (several values)",
    "near_days": "two neighbouring spans of n days that hold or touch the date (several values)",
    "near_numbers": "two neighbouring spans of n thousandths that hold or touch the number (several values)",
    "near_latitudes": "two neighbouring bands of n thousandths of a degree that hold or touch the latitude (several "
    "values)",
    "formal_names": "the formal names that a given name may stand for (several values)",
    "date_parts": "a date without its year, without its month and without its day (several values)",
    "words": "every word of the given fields, single letters too (several values)",
    "either": "the values of the given fields, whichever field holds them (several values)",
}
_NUMBERED_FILTERS = (
    "neighbours", "neighbours_share", "rare_trigrams", "rare_letters", "rare_words", "near_words", "soundex_positions",
    "near_days", "near_numbers", "near_latitudes",
)  # fmt: skip
NUMBERED = ("prefix", "metaphone", *_NUMBERED_FILTERS)
"""Transforms that take a number."""
MOST = {
    "neighbours": 8,
    "neighbours_share": 450,
    "rare_trigrams": 1000,
    "rare_letters": 1000,
    "rare_words": 1000,
    "near_words": 2,
    "soundex_positions": 4,
    "near_days": 36_525,
    "near_numbers": 10**15,
    "near_latitudes": 180_000,
}
"""Greatest number that a transform takes; others take any from 1."""
SEVERAL_FIELDS = ("tokens", "rare_tokens", "words", "either")
"""Transforms of more than one field."""
SEVERAL_VALUES = (*SEVERAL_FIELDS, *_NUMBERED_FILTERS, "formal_names", "date_parts")
"""Transforms that give a record several values: for keys only, not for tests of records."""
KEYS_ONLY = tuple(one for one in SEVERAL_VALUES if one not in ("tokens", "rare_tokens"))
"""Those that not even a comparison may use: tokens are texts that measures of words compare, the others are codes."""
SIMILARITIES: dict[str, str] = {
    "jaro_winkler": "Jaro-Winkler similarity, 0 to 1",
    "jaro": "Jaro similarity, 0 to 1",
    "edit_similarity": "1 - Levenshtein distance / longer length, 0 to 1",
    "swap_similarity": "the same with Damerau-Levenshtein distance, 0 to 1",
    "trigram": "shared trigrams / all trigrams as pg_trgm counts them, 0 to 1",
    "soundex_agreement": "equal positions of the two Soundex codes / 4, 0 to 1",
    "jaccard": "shared words / all words, 0 to 1",
    "overlap": "weight of shared words / weight of the side with less, rare words weighing more, 0 to 1",
    "cosine": "shared words, rare words weighing more, as the cosine of both sides, 0 to 1",
    "soft_overlap": "overlap in which words one or two edits apart count as shared, 0 to 1",
}
DISTANCES: dict[str, str] = {
    "levenshtein": "insertions, deletions and substitutions of characters",
    "damerau_levenshtein": "the same, a swap of neighbours counting once",
    "share_of_left": "Levenshtein distance / length of the left value",
    "share_of_right": "Levenshtein distance / length of the right value",
    "days": "days between two dates",
    "difference": "absolute difference of two numbers",
    "kilometres": "great-circle distance of two points given as (lat, lon)",
}
TESTS: dict[str, str] = {
    "equal": "both have the value and it is the same; with several fields, all of them",
    "missing": "at least one side has no value",
    "absent": "neither side has a value",
    "missing_left": "the left side has no value",
    "missing_right": "the right side has no value",
    "left_is": "the left side is one of the given texts",
    "right_is": "the right side is one of the given texts",
    "nickname": "both may be short for one formal name",
    "initial": "one is a single letter, the first of the other",
    "crossed": "the first field of one equals the second of the other",
    "swapped": "both fields are exchanged between the two",
    "within": "all words of one are words of the other",
    "shares_token": "a word of the first field of one is a word of the second field of the other",
    "day_month_swapped": "the dates differ by exchanged day and month",
    "one_part_differs": "year, month and day agree but for one",
    "always": "holds for every pair",
}
FIELDS_OF: dict[str, tuple[int, int]] = {
    "crossed": (2, 2),
    "swapped": (2, 2),
    "shares_token": (2, 2),
    "kilometres": (2, 2),
    "always": (0, 0),
    "equal": (1, 8),
    "missing": (1, 8),
    "absent": (1, 8),
}
SIDED = ("missing", "absent", "missing_left", "missing_right", "left_is", "right_is")
"""Tests that look at each side alone, and may hold where a side has no value."""
WITH_TEXTS = ("left_is", "right_is")
"""Tests that take texts after their field."""
_MIRRORED = {
    "missing_left": "missing_right",
    "left_is": "right_is",
    "share_of_left": "share_of_right",
}
MIRRORED = _MIRRORED | {right: left for left, right in _MIRRORED.items()}
"""Tests and measures that tell left from right -> the same with the sides exchanged."""


class ExpressionError(ValueError):
    """An expression of a model cannot be read; the text says what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class FieldExpression:
    """A field, or a transform of one or more fields; `argument` is the transform's number."""

    fields: tuple[str, ...]
    transform: str = ""
    argument: int = 0

    def __str__(self) -> str:
        if not self.transform:
            return self.fields[0]
        inside = ", ".join((*self.fields, str(self.argument)) if self.argument else self.fields)
        return f"{self.transform}({inside})"


@dataclass(frozen=True, slots=True)
class Test:
    """A predicate on the fields of two values."""

    function: str
    fields: tuple[FieldExpression, ...]
    texts: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.function}({', '.join([*map(str, self.fields), *map(repr, self.texts)])})"


@dataclass(frozen=True, slots=True)
class Measure:
    """A similarity that is at least, or a distance that is at most, `bound`."""

    function: str
    fields: tuple[FieldExpression, ...]
    bound: float

    @property
    def operator(self) -> str:
        return ">=" if self.function in SIMILARITIES else "<="

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.fields))}) {self.operator} {_plain(self.bound)}"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, All | AnyOf) else f"not {self.part}"


@dataclass(frozen=True, slots=True)
class Together:
    """The part holds for one and the same pair of values."""

    part: Condition

    def __str__(self) -> str:
        return f"together({self.part})"


def _plain(number: float) -> str:
    """The number in the fewest digits that read back as it is."""
    return repr(number).removesuffix(".0")


Condition = Test | Measure | All | AnyOf | Not | Together


@lru_cache(maxsize=4096)
def parse_condition(text: str) -> Condition:
    """The condition that `text` says. Raises ExpressionError."""
    return _read(text, _condition)


@lru_cache(maxsize=4096)
def parse_field(text: str) -> FieldExpression:
    """The field expression that `text` says. Raises ExpressionError."""
    return _read(text, _field)


@lru_cache(maxsize=4096)
def parse_measure(text: str) -> Measure:
    """The similarity that `text` says, such as `jaro_winkler(name.family)`, with a bound of 0. Raises
    ExpressionError."""
    return _read(text, _similarity)


def leaves(condition: Condition) -> Iterator[Test | Measure]:
    """All tests and measures in a condition, left to right."""
    if isinstance(condition, Test | Measure):
        yield condition
    elif isinstance(condition, Not | Together):
        yield from leaves(condition.part)
    else:
        for part in condition.parts:
            yield from leaves(part)


def _read(text: str, meaning: Callable[[ast.expr, str], Read]) -> Read:
    try:
        return meaning(_python(text), text)
    except RecursionError:
        raise ExpressionError(f"cannot read {text[:40]!r}…: it is nested too deeply") from None


def _python(text: str) -> ast.expr:
    if len(text) > 2000:
        raise ExpressionError(f"expression of {len(text)} characters; at most 2000 are allowed")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"cannot read {text!r}: {error}") from None


def _condition(node: ast.expr, text: str) -> Condition:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return All(tuple(_condition(value, text) for value in values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return AnyOf(tuple(_condition(value, text) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_condition(operand, text))
        case ast.Compare(left=ast.Call() as call, ops=[operator], comparators=[ast.Constant(value=bound)]):
            return _measure(call, operator, bound, text)
        case ast.Call(func=ast.Name(id="together")):
            if len(node.args) != 1 or node.keywords:
                raise ExpressionError(f"{ast.unparse(node)!r} in {text!r}: together takes one condition")
            return Together(_condition(node.args[0], text))
        case ast.Call():
            name, fields, texts = _call(node, text)
            if name not in TESTS:
                raise ExpressionError(f"{name!r} in {text!r} is not a test; tests are {', '.join(TESTS)}, together")
            return Test(name, fields, texts)
    raise ExpressionError(f"cannot read {ast.unparse(node)!r} in {text!r}: expected a test, a measure, and, or, not")


def _measure(call: ast.Call, operator: ast.cmpop, bound: object, text: str) -> Measure:
    name, fields, _ = _call(call, text)
    if not isinstance(bound, int | float) or isinstance(bound, bool) or not isfinite(bound):
        raise ExpressionError(f"{bound!r} in {text!r} is not a number")
    if name in SIMILARITIES:
        if not isinstance(operator, ast.GtE):
            raise ExpressionError(f"{name} in {text!r} is a similarity: it is compared with >=")
        if not 0 <= bound <= 1:
            raise ExpressionError(f"{bound} in {text!r} is not a similarity: allowed is 0 to 1")
    elif name in DISTANCES:
        if not isinstance(operator, ast.LtE):
            raise ExpressionError(f"{name} in {text!r} is a distance: it is compared with <=")
        if bound < 0:
            raise ExpressionError(f"{bound} in {text!r} is not a distance: allowed is 0 or more")
    else:
        raise ExpressionError(
            f"{name!r} in {text!r} is not a measure; measures are {', '.join([*SIMILARITIES, *DISTANCES])}"
        )
    return Measure(name, fields, float(bound))


def _similarity(node: ast.expr, text: str) -> Measure:
    if not isinstance(node, ast.Call):
        raise ExpressionError(f"cannot read {text!r}: expected similarity(attribute.field)")
    name, fields, _ = _call(node, text)
    if name not in SIMILARITIES:
        raise ExpressionError(f"{name!r} in {text!r} is not a similarity; similarities are {', '.join(SIMILARITIES)}")
    return Measure(name, fields, 0.0)


def _call(node: ast.Call, text: str) -> tuple[str, tuple[FieldExpression, ...], tuple[str, ...]]:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise ExpressionError(f"cannot read {ast.unparse(node)!r} in {text!r}: expected name(field, …)")
    name = node.func.id
    with_texts = name in WITH_TEXTS
    texts = tuple(a.value for a in node.args if with_texts and isinstance(a, ast.Constant) and isinstance(a.value, str))
    if with_texts and not texts:
        raise ExpressionError(f"{ast.unparse(node)!r} in {text!r}: {name} takes texts in quotes after its field")
    arguments = node.args[: len(node.args) - len(texts)]
    fields = tuple(_field(argument, text) for argument in arguments)
    least, most = FIELDS_OF.get(name, (1, 1))
    if not least <= len(fields) <= most:
        allowed = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(f"{name} in {text!r} has {len(fields)} fields; it takes {allowed}")
    return name, fields, texts


def _field(node: ast.expr, text: str) -> FieldExpression:
    match node:
        case ast.Name(id=name):
            return FieldExpression((name,))
        case ast.Attribute(value=ast.Name(id=attribute), attr=name):
            return FieldExpression((f"{attribute}.{name}",))
        case ast.Call(func=ast.Name(id=transform), args=arguments, keywords=[]) if transform in TRANSFORMS:
            numbers = [a.value for a in arguments if isinstance(a, ast.Constant) and type(a.value) is int]
            inner = [_field(a, text) for a in arguments if not isinstance(a, ast.Constant)]
            if not inner or len(numbers) + len(inner) != len(arguments) or any(part.transform for part in inner):
                raise ExpressionError(f"cannot read {ast.unparse(node)!r} in {text!r}: expected {transform}(field, …)")
            if (transform in NUMBERED) != (len(numbers) == 1) or any(number < 1 for number in numbers):
                takes = "one number from 1" if transform in NUMBERED else "no number"
                raise ExpressionError(f"{ast.unparse(node)!r} in {text!r}: {transform} takes {takes}")
            if numbers and numbers[0] > MOST.get(transform, numbers[0]):
                raise ExpressionError(f"{ast.unparse(node)!r} in {text!r}: {transform} takes at most {MOST[transform]}")
            if len(inner) > 1 and transform not in SEVERAL_FIELDS:
                raise ExpressionError(
                    f"{ast.unparse(node)!r} in {text!r} has {len(inner)} fields; {transform} takes one"
                )
            return FieldExpression(tuple(part.fields[0] for part in inner), transform, sum(numbers))
    raise ExpressionError(
        f"cannot read {ast.unparse(node)!r} in {text!r}: expected a field or a transform ({', '.join(TRANSFORMS)})"
    )
