"""Truth of steps and expressions, and points of scoring groups, for one source and one destination record.

Logic is two-valued: what compares a null is false, so NE is not the negation of EQ. A record is a mapping of names to
JSON values; absent and null are the same, an empty string is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from dromio.language.ast import (
    CONSTANT,
    NULL_TESTS,
    SOURCE_ONLY,
    Algorithm,
    Comparison,
    Expression,
    FuzzyType,
    Operator,
    ScoringGroup,
    Step,
)
from dromio.language.fuzzy import Measure, measure
from dromio.language.schema import PropertyType, convert, property_type, text_of, typed, value_of

Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepResult:
    """Truth of a step with the values it looked at, None for null, and the measure when it was fuzzy."""

    truth: bool
    source: Any
    destination: Any
    measure: Measure | None = None


def evaluate_expression(
    expression: Expression, source: Values, destination: Values, schema: Values | None = None
) -> bool:
    """Truth of an expression. The schema gives the types of fields that are compared with constants."""
    if isinstance(expression, Step):
        return evaluate_step(expression, source, destination, schema).truth
    results = (evaluate_expression(child, source, destination, schema) for child in expression.children)
    return all(results) if expression.operator is Operator.AND else any(results)


def evaluate_step(step: Step, source: Values, destination: Values, schema: Values | None = None) -> StepResult:
    """Truth of one step, with what explains it."""
    left, right = value_of(source, step.field), value_of(destination, step.field)
    if step.comparison in NULL_TESTS:
        return StepResult(_null_test(step, left if step.comparison in SOURCE_ONLY else right), left, right)
    if step.comparison in CONSTANT:
        return StepResult(_constant_test(step, left if step.comparison in SOURCE_ONLY else right, schema), left, right)
    if left is None or right is None:
        return StepResult(False, left, right)
    measured = _measured(step, left, right)
    same = measured.holds if measured else _same(step, left, right)
    return StepResult(same is (step.comparison is Comparison.EQ), left, right, measured)


def points(group: ScoringGroup, source: Values, destination: Values, schema: Values | None = None) -> int:
    """Points of one scoring group: 0 when its WHEN is false, else its score or minus its penalty."""
    if group.usage is not None and not evaluate_expression(group.usage, source, destination, schema):
        return 0
    return group.score if evaluate_expression(group.match, source, destination, schema) else -group.penalty


def score(algorithm: Algorithm, source: Values, destination: Values, schema: Values | None = None) -> int:
    """Sum of the points of all scoring groups; may be negative."""
    return sum(points(group, source, destination, schema) for group in algorithm.scoring)


def equal(left: Any, right: Any) -> bool:
    """Typed equality of JSON values: 1 equals 1.0 but neither true nor "1"; lists and objects are compared deeply."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(equal(value, right[name]) for name, value in left.items())
    return bool(left == right)


def folded(value: Any) -> Any:
    """The value with all its strings case-folded (Unicode full case folding); names of properties stay."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, list):
        return [folded(item) for item in value]
    if isinstance(value, Mapping):
        return {name: folded(item) for name, item in value.items()}
    return value


def _null_test(step: Step, value: Any) -> bool:
    return (value is None) is (step.comparison in (Comparison.SRC_NULL, Comparison.DEST_NULL))


def _same(step: Step, left: Any, right: Any) -> bool:
    return equal(folded(left), folded(right)) if step.case_insensitive else equal(left, right)


def _measured(step: Step, left: Any, right: Any) -> Measure | None:
    if step.fuzzy is None:
        return None
    source, destination = text_of(left), text_of(right)
    if step.case_insensitive and step.fuzzy.type is FuzzyType.LEVENSHTEIN:
        source, destination = source.casefold(), destination.casefold()
    return measure(step.fuzzy, source, destination)


def _constant_test(step: Step, value: Any, schema: Values | None) -> bool:
    if value is None:
        return False
    is_same = _is_constant(step, value, property_type(schema, step.field))
    return is_same is (step.comparison in (Comparison.SRC_CONSTANT, Comparison.DEST_CONSTANT))


def _is_constant(step: Step, value: Any, type_: PropertyType | None) -> bool:
    """Equality in the type of the schema; as texts when the stored value is not of that type."""
    constant = step.constant or ""
    try:
        return _same(step, typed(value, type_), convert(constant, type_))
    except ValueError:
        return _same(step, text_of(value), constant)
