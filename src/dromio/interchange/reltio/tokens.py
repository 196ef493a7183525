"""Token classes, and the token phrases by which a match group finds candidates.

A phrase joins one token of each tokenised attribute with ":"; two entities that share a phrase are candidates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product

from dromio.interchange.reltio.comparators import phonetic_codes
from dromio.interchange.reltio.groups import (
    DISAGREEMENTS,
    NULL_TOLERANT,
    All,
    AnyOf,
    Compare,
    Expression,
    Multi,
    Rule,
)
from dromio.interchange.reltio.views import View
from dromio.similarity.phonetic import soundex

PREFIX = "com.reltio.match.token."
TOKEN_LIMIT = 10_000
"""Most phrases of one group and entity, unless the caller says otherwise."""

_REPEATED = re.compile(r"(.)\1+")
_VOWELS = str.maketrans("", "", "aeiouy")
_SPELLINGS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("z", "s"), ("y", "i"))


def plain(text: str) -> str:
    """Lower case; letters, digits and single spaces only."""
    kept = "".join(letter if letter.isalnum() else " " if letter.isspace() else "" for letter in text.lower())
    return " ".join(kept.split())


def _digits(text: str) -> list[str]:
    return ["".join(filter(str.isdecimal, text))]


def _variants(text: str) -> list[str]:
    """The text, without doubled letters, by sound of its letters, without vowels, in order of letters, its Soundex."""
    word = plain(text)
    if not word:
        return []
    single = _REPEATED.sub(r"\1", word)
    sounded = single
    for spelling, sound in _SPELLINGS:
        sounded = sounded.replace(spelling, sound)
    skeleton = sounded[0] + sounded[1:].translate(_VOWELS)
    return [word, single, sounded, skeleton, "".join(sorted(word.replace(" ", ""))), soundex(word)]


TOKEN_CLASSES: dict[str, Callable[[str], Iterable[str]]] = {
    "ExactMatchToken": lambda text: [plain(text)],
    "ExactNumberMatchToken": _digits,
    "SoundexTextMatchToken": lambda text: [soundex(text)],
    "DoubleMetaphoneMatchToken": lambda text: sorted(phonetic_codes(text)),
    "FuzzyTextMatchToken": _variants,
    "DistinctWordsMatchToken": lambda text: plain(text).split(),
}
"""Short class name -> tokens of a value; empty ones do not count."""


def tokens_of(token_class: str, values: Iterable[str]) -> list[str]:
    """The distinct tokens of some values, in order."""
    found = (token for value in values for token in TOKEN_CLASSES[token_class](value))
    return list(dict.fromkeys(token for token in found if token))


@dataclass(frozen=True, slots=True)
class Phrases:
    """The distinct phrases of a group and an entity, sorted; none when they were more than the limit."""

    phrases: tuple[str, ...] = ()
    is_over_limit: bool = False


class _OverLimit(Exception):
    """More phrases than the limit; ends the search at once, whatever the size of the product."""


def phrases_of(rule: Rule, view: View, limit: int = TOKEN_LIMIT) -> Phrases:
    """The token phrases of an entity for a rule."""
    try:
        found = _phrases(rule.formula, rule, view, limit)
    except _OverLimit:
        return Phrases(is_over_limit=True)
    return Phrases(tuple(sorted(found or ())))


def _phrases(expression: Expression, rule: Rule, view: View, limit: int) -> list[str] | None:
    """Phrases; none at all ([]) where a value is missing that the rule needs; None where it asks for no token."""
    if isinstance(expression, Compare):
        return _tokens(expression, rule, view)
    if isinstance(expression, Multi):
        values = [value for attribute in _tokenised(expression, rule) for value in view.texts(attribute)]
        return tokens_of(rule.token_class(expression.attributes[0]), values) if _tokenised(expression, rule) else None
    if not isinstance(expression, All | AnyOf):
        return None
    parts = [_phrases(part, rule, view, limit) for part in expression.parts]
    asked = [part for part in parts if part is not None]
    if not asked:
        return None
    return _joined(asked, limit) if isinstance(expression, All) else _united(asked, len(asked) < len(parts), limit)


def _tokenised(multi: Multi, rule: Rule) -> list[str]:
    return [attribute for attribute in multi.attributes if attribute not in rule.ignored_in_token]


def _tokens(compare: Compare, rule: Rule, view: View) -> list[str] | None:
    attribute, operator = compare.attribute, compare.operator
    if operator in DISAGREEMENTS or attribute in rule.ignored_in_token:
        return None
    tokens = tokens_of(rule.token_class(attribute, operator), view.texts(attribute))
    return None if operator in NULL_TOLERANT and not tokens else tokens


def _joined(parts: list[list[str]], limit: int) -> list[str]:
    """One token of each part, joined, in every combination."""
    count = 1
    for part in parts:
        count *= len(part)
    if count > limit:
        raise _OverLimit
    return list(dict.fromkeys(":".join(combination) for combination in product(*parts)))


def _united(parts: list[list[str]], may_go_without: bool, limit: int) -> list[str] | None:
    """The tokens of any part; None where there are none and some part can hold without."""
    found = list(dict.fromkeys(token for part in parts for token in part))
    if len(found) > limit:
        raise _OverLimit
    return None if not found and may_go_without else found
