"""What a decider asks about a pair of records, each question once, and formulas over the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from dromio.model.expressions import (
    MIRRORED,
    SIDED,
    All,
    AnyOf,
    Condition,
    FieldExpression,
    Measure,
    Not,
    Test,
    Together,
    leaves,
)

MILLION = 1_000_000
"""Similarities are answered in whole millionths."""
NO_FIGURE = -1
"""Answer where no two values can be measured."""


def millionths(share: float) -> int:
    """A share of 1 in whole millionths."""
    return round(share * MILLION)


@dataclass(frozen=True, slots=True)
class PairTest:
    """Whether a condition holds for some value of each record (answer 1 or 0).

    `sided`: it looks at each record alone: whether the record has a value with the field, or with one of the texts.
    """

    attribute: str
    condition: Condition
    sided: bool = False


@dataclass(frozen=True, slots=True)
class PairMeasure:
    """The highest similarity of a value of each record, in millionths; NO_FIGURE when there is none."""

    attribute: str
    measure: Measure


Question = PairTest | PairMeasure


class Facts(Protocol):
    """Answers by the number of the question."""

    def __getitem__(self, number: int, /) -> int: ...


Formula = Callable[[Facts], bool]
Degree = Callable[[Facts], int]


def _always(facts: Facts) -> bool:
    return True


@dataclass
class Questions:
    """Questions in the order in which they were first asked."""

    numbers: dict[Question, int] = field(default_factory=dict)

    def number(self, question: Question) -> int:
        """The number of a question, a new one when it was not asked before."""
        return self.numbers.setdefault(question, len(self.numbers))

    def formula(self, condition: Condition | None) -> Formula:
        """The condition on two records over the answers, the same whichever record is left; without one, always true.

        Where a condition tells left from right, it holds when it holds one way or the other.
        """
        if condition is None:
            return _always
        forward, back = self.directed(condition), self.directed(mirrored(condition))
        return forward if not is_directed(condition) else lambda facts: forward(facts) or back(facts)

    def directed(self, condition: Condition) -> Formula:
        """The condition over the answers, left and right as they are."""
        if isinstance(condition, All | AnyOf):
            parts = [self.directed(part) for part in condition.parts]
            return _combined(parts, every=isinstance(condition, All))
        if isinstance(condition, Not):
            inside = self.directed(condition.part)
            return lambda facts: not inside(facts)
        if isinstance(condition, Test) and condition.function == "always":
            return _always
        number = self.number(_test(condition))
        return lambda facts: facts[number] == 1

    def degree(self, measure: Measure, missing: int, least: int) -> Degree:
        """A similarity in millionths: `missing` where there is none, 0 below `least`."""
        attribute, fields = _split(measure.fields)
        number = self.number(PairMeasure(attribute, replace(measure, fields=fields)))

        def degree(facts: Facts) -> int:
            figure = facts[number]
            if figure == NO_FIGURE:
                return missing
            return figure if figure >= least else 0

        return degree


def is_directed(condition: Condition) -> bool:
    """Whether a condition tells left from right."""
    return any(leaf.function in MIRRORED for leaf in leaves(condition))


def mirrored(condition: Condition) -> Condition:
    """The condition with left and right exchanged."""
    if isinstance(condition, All | AnyOf):
        return replace(condition, parts=tuple(map(mirrored, condition.parts)))
    if isinstance(condition, Not | Together):
        return replace(condition, part=mirrored(condition.part))
    return replace(condition, function=MIRRORED.get(condition.function, condition.function))


def _combined(parts: list[Formula], *, every: bool) -> Formula:
    def holds(facts: Facts) -> bool:
        for part in parts:
            if part(facts) is not every:
                return not every
        return every

    return holds


def _test(condition: Test | Measure | Together) -> PairTest:
    attribute, _ = _split(tuple(field for leaf in leaves(condition) for field in leaf.fields))
    inside = condition.part if isinstance(condition, Together) else condition
    sided = isinstance(inside, Test) and inside.function in SIDED
    return PairTest(attribute, _inside(inside), sided)


def _inside(condition: Condition) -> Condition:
    """The condition with its fields named without their attribute."""
    if isinstance(condition, All | AnyOf):
        return replace(condition, parts=tuple(map(_inside, condition.parts)))
    if isinstance(condition, Not | Together):
        return replace(condition, part=_inside(condition.part))
    return replace(condition, fields=_split(condition.fields)[1])


def _split(fields: tuple[FieldExpression, ...]) -> tuple[str, tuple[FieldExpression, ...]]:
    """The attribute that all fields belong to, and the fields without it."""
    attribute = fields[0].fields[0].partition(".")[0]
    inside = (replace(one, fields=tuple(name.partition(".")[2] for name in one.fields)) for one in fields)
    return attribute, tuple(inside)
