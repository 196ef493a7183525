"""Why a destination got its outcome: value, measure and truth of every step, points of every scoring group.

Every step is evaluated, also where the result is already certain. All results turn into JSON by `to_document`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, TypeAlias

from dromio.language.ast import Algorithm, AlgorithmType, Expression, Operator, ScoringGroup, Step, default_algorithm
from dromio.language.evaluate import Values, evaluate_step
from dromio.language.fuzzy import Measure
from dromio.language.outcomes import Rating, rating_of
from dromio.language.printer import print_scoring_group, print_step


@dataclass(frozen=True, slots=True)
class StepExplanation:
    """One step as text, its truth, the two values (None for null), and what was measured when it was fuzzy."""

    step: str
    truth: bool
    source: Any
    destination: Any
    measure: Measure | None


@dataclass(frozen=True, slots=True)
class GroupExplanation:
    """A group: its truth, and its children."""

    operator: Operator
    truth: bool
    children: tuple[Explanation, ...]


Explanation: TypeAlias = StepExplanation | GroupExplanation


@dataclass(frozen=True, slots=True)
class ScoringExplanation:
    """A scoring group as text with its points. `match` is explained also when `usage` is false and gives 0 points."""

    line: str
    points: int
    usage: Explanation | None
    match: Explanation


@dataclass(frozen=True, slots=True)
class AlgorithmExplanation:
    """The filter, the scoring groups and the outcome. `score` is None unless a score-based filter was passed."""

    filter: Explanation
    scoring: tuple[ScoringExplanation, ...]
    score: int | None
    rating: Rating


def explain_algorithm(
    algorithm: Algorithm | None,
    source: Values,
    destination: Values,
    *,
    key_properties: Sequence[str] = (),
    schema: Values | None = None,
) -> AlgorithmExplanation:
    """Explanation of the outcome that `rate` gives for the same arguments."""
    algorithm = algorithm or default_algorithm(key_properties)
    condition = explain_expression(algorithm.filter, source, destination, schema)
    scoring = tuple(_explain_scoring(group, source, destination, schema) for group in algorithm.scoring)
    if not condition.truth:
        return AlgorithmExplanation(condition, scoring, None, Rating.NO_MATCH)
    if algorithm.type is AlgorithmType.RULE_BASED:
        return AlgorithmExplanation(condition, scoring, None, Rating.DEFINITE_MATCH)
    total = sum(group.points for group in scoring)
    return AlgorithmExplanation(condition, scoring, total, rating_of(algorithm, total))


def explain_expression(
    expression: Expression, source: Values, destination: Values, schema: Values | None = None
) -> Explanation:
    """Explanation of an expression, of the same shape as it."""
    if isinstance(expression, Step):
        result = evaluate_step(expression, source, destination, schema)
        return StepExplanation(print_step(expression), result.truth, result.source, result.destination, result.measure)
    children = tuple(explain_expression(child, source, destination, schema) for child in expression.children)
    truths = [child.truth for child in children]
    truth = all(truths) if expression.operator is Operator.AND else any(truths)
    return GroupExplanation(expression.operator, truth, children)


def to_document(explanation: Any) -> Any:
    """The explanation as JSON values, with the names of its attributes."""
    if is_dataclass(explanation):
        return {item.name: to_document(getattr(explanation, item.name)) for item in fields(explanation)}
    if isinstance(explanation, tuple):
        return [to_document(item) for item in explanation]
    return explanation.value if isinstance(explanation, Enum) else explanation


def _explain_scoring(
    group: ScoringGroup, source: Values, destination: Values, schema: Values | None
) -> ScoringExplanation:
    usage = None if group.usage is None else explain_expression(group.usage, source, destination, schema)
    match = explain_expression(group.match, source, destination, schema)
    points = group.score if match.truth else -group.penalty
    return ScoringExplanation(print_scoring_group(group), points if usage is None or usage.truth else 0, usage, match)
