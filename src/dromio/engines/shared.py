"""Values that records of too many people carry, and what becomes of a pair that matches only thanks to them.

A value of a field is shared when more different people than allowed are named beside it. A pair with a shared value in
common that is a match, but would be less without the shared values that the two have in common, is for review. All of
it is a function of the set of records; what becomes of a pair depends on values that both have, and on no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from dromio.clean.nicknames import same_person_given_name
from dromio.deciders import Verdict
from dromio.engines.cleaning import WHOLE_VALUE
from dromio.engines.row_facts import CleanedRecord
from dromio.model.expressions import parse_field
from dromio.model.schema import Model, local
from dromio.similarity.strings import jaro_winkler, levenshtein

MOST_SPELLINGS = 50
"""So many spellings are never one person's: beyond, each counts by itself."""
ALIKE = 0.92
"""Jaro-Winkler similarity from which two words are spellings of one: jon and john, catherine and katherine."""
_LONG = 5
"""Words of so many letters are spellings of one when a single letter differs: smith and smyth."""
_MOST_WORDS = 4
"""Names of more words are compared word by word in alphabetical order only."""

Shared = Collection[tuple[int, str]]
"""Values that are shared: (place of the watched field in the model, value)."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A field whose values are watched: `text` is attribute.field, `number` its place in the model."""

    number: int
    text: str
    attribute: str
    field: str
    whole: bool
    """Whether a shared value takes all fields of its attribute's value with it."""
    named_by: str
    names: tuple[str, ...]
    most: int

    def values(self, cleaned: CleanedRecord) -> set[str]:
        """The values that a record has in the field."""
        return {fields[self.field] for _, fields in cleaned.get(self.attribute, ()) if self.field in fields}

    def full_names(self, cleaned: CleanedRecord) -> set[str]:
        """The full names of a record, as `spelled`; what lacks a part is none."""
        values = (fields for _, fields in cleaned.get(self.named_by, ()))
        return {spelled(fields[one] for one in self.names) for fields in values if fields.keys() >= set(self.names)}


def watched(model: Model) -> tuple[Watched, ...]:
    """The watched fields of a model, in its order."""
    return tuple(_watched(model))


def _watched(model: Model) -> Iterator[Watched]:
    for number, one in enumerate(model.shared_values):
        attribute, inside = local(parse_field(one.field))
        names = [local(parse_field(text)) for text in one.names]
        whole = model.attribute(attribute).type in WHOLE_VALUE
        fields = tuple(each.fields[0] for _, each in names)
        yield Watched(number, one.field, attribute, inside.fields[0], whole, names[0][0], fields, one.most)


def spelled(parts: Iterable[str]) -> str:
    """A full name with its words in alphabetical order."""
    return " ".join(sorted(word for part in parts for word in part.split()))


def people(names: Iterable[str]) -> int:
    """How many different people full names (as `spelled`) speak of.

    Two names speak of one person when their words can be paired so that each pair is equal, a short form and its formal
    name, or two spellings: with Jaro-Winkler of at least 0.92, or one letter apart in words of five letters and more.
    Names joined by others count as one. A name with an initial counts only where no fuller name fits it. Of more than
    50 spellings each counts. The order of the names does not matter.
    """
    spellings = sorted(set(names))
    if len(spellings) > MOST_SPELLINGS:
        return len(spellings)
    fuller = [one for one in spellings if not _has_initial(one)]
    shorter = [one for one in spellings if _has_initial(one) and not any(_one_person(one, other) for other in fuller)]
    return _groups(fuller) + _groups(shorter)


def _groups(names: Sequence[str]) -> int:
    groups: list[list[str]] = []
    for name in names:
        alike = [group for group in groups if any(_one_person(name, other) for other in group)]
        groups = [group for group in groups if group not in alike] + [[name, *(one for own in alike for one in own)]]
    return len(groups)


def _has_initial(name: str) -> bool:
    return any(len(word) == 1 and word.isascii() for word in name.split())


def _one_person(one: str, other: str) -> bool:
    left, right = one.split(), other.split()
    if len(left) != len(right):
        return False
    orders = permutations(right) if len(right) <= _MOST_WORDS else [tuple(right)]
    return any(all(map(_one_word, left, order)) for order in orders)


def _one_word(left: str, right: str) -> bool:
    if left == right or same_person_given_name(left, right):
        return True
    if min(len(left), len(right)) == 1:
        return left[0] == right[0]
    if min(len(left), len(right)) >= _LONG and levenshtein(left, right) == 1:
        return True
    return jaro_winkler(left, right) >= ALIKE


def shared_in_common(fields: Sequence[Watched], left: CleanedRecord, right: CleanedRecord, shared: Shared) -> list[str]:
    """The watched fields in which both records have the same shared value, as the model names them."""
    return [
        one.text
        for one in fields
        if any((one.number, value) in shared for value in one.values(left) & one.values(right))
    ]


def without_shared(
    fields: Sequence[Watched], left: CleanedRecord, right: CleanedRecord, shared: Shared
) -> tuple[CleanedRecord, CleanedRecord]:
    """The two records without the shared values that both have."""
    common = [
        (one, value)
        for one in fields
        for value in one.values(left) & one.values(right)
        if (one.number, value) in shared
    ]
    return _without(left, common), _without(right, common)


def _without(cleaned: CleanedRecord, common: Iterable[tuple[Watched, str]]) -> CleanedRecord:
    result = dict(cleaned)
    for one, value in common:
        kept = (
            (label, _blanked(one, fields) if fields.get(one.field) == value else fields)
            for label, fields in result[one.attribute]
        )
        result[one.attribute] = tuple((label, fields) for label, fields in kept if fields)
    return result


def _blanked(one: Watched, values: dict[str, str]) -> dict[str, str]:
    return {} if one.whole else {name: text for name, text in values.items() if name != one.field}


def for_review(verdict: Verdict, fields: Iterable[str]) -> Verdict:
    """What is left of a match that rests on shared values of the fields: a review, which joins nothing."""
    against = f"shared {' and '.join(fields)}"
    reason = f"{verdict.reason}, against it {against}" if verdict.reason else against
    return Verdict("review", -1, reason, verdict.score)
