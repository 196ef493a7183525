"""Conditions in a form in which keys can be read off: `not` stands before single questions only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dromio.model.expressions import All, AnyOf, Condition, Measure, Not, Test

TRUE: Condition = All(())
FALSE: Condition = AnyOf(())

_LACKING = {"missing_left": "left", "missing_right": "right"}
_CONSTANT = {"left_is": "left", "right_is": "right"}
_NEED_BOTH = ("equal", "nickname", "initial", "within", "day_month_swapped", "one_part_differs")
"""Tests that hold only where both records have their fields."""

Presence = set[tuple[str, str]]
"""(side, field)."""


def normal(condition: Condition, *, holds: bool = True) -> Condition:
    """The condition, or its negation, with `not` pushed inwards and tests for missing values told side by side."""
    if isinstance(condition, Not):
        return normal(condition.part, holds=not holds)
    if isinstance(condition, All | AnyOf):
        parts = tuple(normal(part, holds=holds) for part in condition.parts)
        return All(parts) if isinstance(condition, All) is holds else AnyOf(parts)
    if isinstance(condition, Test):
        if condition.function == "always":
            return TRUE if holds else FALSE
        if condition.function in ("missing", "absent"):
            sides = tuple(Test(side, (field,)) for field in condition.fields for side in _LACKING)
            told = AnyOf(sides) if condition.function == "missing" else All(sides)
            return normal(told, holds=holds)
    return condition if holds else Not(condition)


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """The parts of nested `and`s, each once."""
    seen: dict[Condition, None] = {}
    todo = [condition]
    while todo:
        one = todo.pop()
        if isinstance(one, All):
            todo += reversed(one.parts)
        else:
            seen[one] = None
    yield from seen


def side_of(condition: Condition) -> str:
    """The side that a question looks at alone: left or right; empty when it looks at both."""
    inside = condition.part if isinstance(condition, Not) else condition
    if not isinstance(inside, Test):
        return ""
    return _LACKING.get(inside.function) or _CONSTANT.get(inside.function, "")


def contradict(parts: Sequence[Condition]) -> bool:
    """Whether a field would have to be missing and there at once, on one side."""
    lacking: Presence = set()
    present: Presence = set()
    for part in parts:
        if isinstance(part, Test) and part.function in _LACKING:
            lacking.add((side_of(part), part.fields[0].fields[0]))
        elif isinstance(part, Not) and isinstance(part.part, Test) and part.part.function in _LACKING:
            present.add((side_of(part), part.part.fields[0].fields[0]))
        else:
            present |= _needed(part)
    return not lacking.isdisjoint(present)


def _needed(part: Condition) -> Presence:
    """Fields that must be there for a question to hold."""
    if isinstance(part, Test) and part.function in _CONSTANT:
        return {(side_of(part), part.fields[0].fields[0])}
    if isinstance(part, Measure) or (isinstance(part, Test) and part.function in _NEED_BOTH):
        return {(side, name) for field in part.fields for name in field.fields[:1] for side in ("left", "right")}
    return set()
