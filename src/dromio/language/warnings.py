"""What is allowed in an algorithm but probably not meant. Warnings have the form of faults and stop nothing."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from dromio.language.ast import (
    Algorithm,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Group,
    Operator,
    ScoringGroup,
    Step,
    steps_of,
)
from dromio.language.plan import FullScan, best_plan, plan_candidates
from dromio.language.printer import print_expression, print_step

_OPPOSITES = (
    (Comparison.SRC_NULL, (Comparison.SRC_NOT_NULL, Comparison.SRC_CONSTANT, Comparison.SRC_NE_CONSTANT)),
    (Comparison.DEST_NULL, (Comparison.DEST_NOT_NULL, Comparison.DEST_CONSTANT, Comparison.DEST_NE_CONSTANT)),
    (Comparison.SRC_NULL, (Comparison.EQ, Comparison.NE)),
    (Comparison.DEST_NULL, (Comparison.EQ, Comparison.NE)),
)
"""A null test, and what on the same field can never hold together with it."""


class WarningCode(StrEnum):
    """What kind of warning it is, for programs that read it."""

    FULL_SCAN = "FULL_SCAN"
    CASE_WITHOUT_EFFECT = "CASE_WITHOUT_EFFECT"
    ALWAYS_TRUE = "ALWAYS_TRUE"
    NEVER_TRUE = "NEVER_TRUE"
    REPEATED = "REPEATED"
    ELSE_ADDS_POINTS = "ELSE_ADDS_POINTS"
    THEN_TAKES_POINTS = "THEN_TAKES_POINTS"
    NO_POINTS = "NO_POINTS"
    UNREACHABLE = "UNREACHABLE"


class RuleWarning(NamedTuple):
    """One warning: the part of the algorithm that it is about (as text, empty for all of it), message, and code."""

    part: str
    message: str
    code: WarningCode


def warnings_of(algorithm: Algorithm) -> list[RuleWarning]:
    """All warnings, in the order of the text."""
    found = list(_expression_warnings(algorithm.matching)) if algorithm.matching else []
    for number, group in enumerate(algorithm.scoring, start=1):
        found += _scoring_warnings(group, f"scoring line {number}")
    return [*found, *_threshold_warnings(algorithm), *_scan_warnings(algorithm)]


def _expression_warnings(expression: Expression) -> Iterator[RuleWarning]:
    for step in dict.fromkeys(steps_of(expression)):
        yield from _step_warnings(step)
    yield from _group_warnings(expression)


def _step_warnings(step: Step) -> Iterator[RuleWarning]:
    fuzzy = step.fuzzy
    if fuzzy is None:
        return
    if step.case_insensitive and fuzzy.type is not FuzzyType.LEVENSHTEIN:
        message = f"{fuzzy.type} never heeds case, so CASE INSENSITIVE has no effect"
        yield RuleWarning(print_step(step), message, WarningCode.CASE_WITHOUT_EFFECT)
    if _holds_for_any_text(fuzzy):
        truth = "true" if step.comparison is Comparison.EQ else "false"
        message = f"is {truth} for almost all values that are not null"
        yield RuleWarning(print_step(step), message, WarningCode.ALWAYS_TRUE)


def _holds_for_any_text(fuzzy: Fuzzy) -> bool:
    """Any two texts of like length that have a code."""
    if fuzzy.type is FuzzyType.LEVENSHTEIN:
        return fuzzy.fraction == 1
    return (fuzzy.type, fuzzy.number) == (FuzzyType.SOUNDEX, 0) or fuzzy.fraction == 0


def _group_warnings(expression: Expression) -> Iterator[RuleWarning]:
    if not isinstance(expression, Group):
        return
    children = expression.children
    for child in dict.fromkeys(child for child in children if children.count(child) > 1):
        yield RuleWarning(print_expression(child), f"stands twice in one {expression.operator}", WarningCode.REPEATED)
    if expression.operator is Operator.AND:
        yield from _contradictions([child for child in children if isinstance(child, Step)])
    for child in children:
        yield from _group_warnings(child)


def _contradictions(steps: list[Step]) -> Iterator[RuleWarning]:
    for null, others in _OPPOSITES:
        for step in steps:
            if step.comparison is null and any(
                other.field == step.field and other.comparison in others for other in steps
            ):
                message = "cannot hold together with the other steps on this field, so their AND never does"
                yield RuleWarning(print_step(step), message, WarningCode.NEVER_TRUE)


def _scoring_warnings(group: ScoringGroup, line: str) -> Iterator[RuleWarning]:
    yield from _expression_warnings(group.match)
    if group.usage is not None:
        yield from _expression_warnings(group.usage)
    if group.penalty < 0:
        message = f"ELSE {-group.penalty} adds points where the condition does not hold"
        yield RuleWarning(line, message, WarningCode.ELSE_ADDS_POINTS)
    if group.score < 0:
        yield RuleWarning(line, f"THEN {group.score} takes points for agreement", WarningCode.THEN_TAKES_POINTS)
    if not group.score and not group.penalty:
        yield RuleWarning(line, "gives no points either way", WarningCode.NO_POINTS)


def _threshold_warnings(algorithm: Algorithm) -> Iterator[RuleWarning]:
    if not algorithm.scoring:
        return
    most = sum(_most_points(group) for group in algorithm.scoring)
    for name, threshold in (("POSSIBLE", algorithm.possible), ("DEFINITE", algorithm.definite)):
        if threshold is not None and threshold > most:
            message = f"{threshold} is out of reach: the scoring lines give at most {most} points"
            yield RuleWarning(f"{name} MATCH", message, WarningCode.UNREACHABLE)


def _most_points(group: ScoringGroup) -> int:
    most = max(group.score, -group.penalty)
    return most if group.usage is None else max(most, 0)


def _scan_warnings(algorithm: Algorithm) -> Iterator[RuleWarning]:
    """A scan is the rule when even the best plan is one; else only some sources may need one."""
    best, general = best_plan(algorithm), plan_candidates(algorithm)
    if isinstance(best, FullScan):
        message = f"every source with a value in all fields needs a full scan: {best.reason}"
        yield RuleWarning("", message, WarningCode.FULL_SCAN)
    elif isinstance(general, FullScan):
        message = f"some sources need a full scan: {general.reason}"
        yield RuleWarning("", message, WarningCode.FULL_SCAN)
