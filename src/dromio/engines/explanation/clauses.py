"""Clauses of a condition about a pair, and how one pair of values answers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dromio.clean import Fields
from dromio.engines.compiled import compile_condition, compile_measure
from dromio.engines.row_facts import CleanedValue
from dromio.engines.scalar import Weigh, kilometres
from dromio.model.expressions import SIMILARITIES, All, AnyOf, Condition, Measure, Not, Test, Together, leaves

Figure = Callable[[Fields, Fields], float | None]
Words = dict[str, Weigh]


@dataclass(frozen=True, slots=True)
class Seen:
    """A value of a record as it was compared: its label, and the cleaned fields that were asked for."""

    label: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition about the pair, and whether it holds.

    `kind`: all | any | not, whose truth follows from the parts; together, whose parts show the one pair of values that
    answers it; test | measure, which look at values. `figure` of a measure is None where nothing can be measured.
    """

    kind: str
    text: str
    holds: bool
    left: tuple[Seen, ...] = ()
    right: tuple[Seen, ...] = ()
    figure: float | None = None
    parts: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Degree:
    """A similarity of the pair from 0 to 1, None where nothing can be measured, with the values it is due to."""

    text: str
    figure: float | None
    left: tuple[Seen, ...]
    right: tuple[Seen, ...]


def figure_of(measure: Measure, words: Words) -> Figure:
    """The figure of a similarity or a distance; None where it cannot be measured."""
    if measure.function != "kilometres":
        return compile_measure(measure, words)
    lat, lon = (one.fields[0] for one in measure.fields)

    def figure(left: Fields, right: Fields) -> float | None:
        places = left.get(lat), left.get(lon), right.get(lat), right.get(lon)
        return None if None in places else kilometres(*map(str, places))

    return figure


def by_figure(condition: Condition, words: Words) -> Callable[[Fields, Fields], float]:
    """Ranks pairs of values from the best figure to none."""
    assert isinstance(condition, Measure)
    figure, sign = figure_of(condition, words), -1 if condition.function in SIMILARITIES else 1

    def rank(left: Fields, right: Fields) -> float:
        found = figure(left, right)
        return float("inf") if found is None else sign * found

    return rank


def by_truth(condition: Condition, words: Words) -> Callable[[Fields, Fields], float]:
    """Ranks pairs of values for which the condition holds first, then by how many of its leaves hold."""
    holds = compile_condition(condition, words)
    each = [compile_condition(leaf, words) for leaf in leaves(condition)]

    def rank(left: Fields, right: Fields) -> float:
        return -len(each) - 1 if holds(left, right) else -sum(one(left, right) for one in each)

    return rank


def of_values(condition: Condition, attribute: str, values: tuple[CleanedValue, CleanedValue], words: Words) -> Clause:
    """The condition on one pair of values."""
    one, other = values
    holds, text = compile_condition(condition, words)(one[1], other[1]), str(_named(condition, attribute))
    if isinstance(condition, All | AnyOf | Not | Together):
        inside = condition.parts if isinstance(condition, All | AnyOf) else (condition.part,)
        kind = {All: "all", AnyOf: "any", Not: "not", Together: "together"}[type(condition)]
        return Clause(kind, text, holds, parts=tuple(of_values(part, attribute, values, words) for part in inside))
    names = {name for field in condition.fields for name in field.fields}
    sides = seen((one,), names), seen((other,), names)
    if isinstance(condition, Test):
        return Clause("test", text, holds, *sides)
    return Clause("measure", text, holds, *sides, figure_of(condition, words)(one[1], other[1]))


def _named(condition: Condition, attribute: str) -> Condition:
    """The condition with its fields named with their attribute."""
    if isinstance(condition, All | AnyOf):
        return replace(condition, parts=tuple(_named(part, attribute) for part in condition.parts))
    if isinstance(condition, Not | Together):
        return replace(condition, part=_named(condition.part, attribute))
    fields = (replace(one, fields=tuple(f"{attribute}.{name}" for name in one.fields)) for one in condition.fields)
    return replace(condition, fields=tuple(fields))


def seen(values: Sequence[CleanedValue], names: set[str]) -> tuple[Seen, ...]:
    """The values with those fields only."""
    return tuple(
        Seen(label, {name: text for name, text in fields.items() if name in names}) for label, fields in values
    )


def plain(value: CleanedValue) -> tuple[str, list[tuple[str, str]]]:
    """Label and fields of a value as what can be put in order."""
    return value[0], sorted(value[1].items())
