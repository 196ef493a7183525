"""How the candidates of a source record are found: through indexes on key properties, or by a full scan.

A plan holds look-ups that every destination for which the rule holds must satisfy; candidates are then evaluated, so
results are the same with and without indexes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from dromio.language.ast import (
    BINARY,
    SOURCE_ONLY,
    Algorithm,
    Comparison,
    Expression,
    Operator,
    Step,
    default_algorithm,
)
from dromio.language.evaluate import Values, evaluate_step
from dromio.language.printer import print_field, print_step
from dromio.language.schema import value_of


@dataclass(frozen=True, slots=True)
class Lookup:
    """Destinations that satisfy one step, from the index on its field: equal (perhaps folded), constant or null."""

    step: Step


@dataclass(frozen=True, slots=True)
class Combination:
    """Destinations that satisfy all (AND) or any (OR) of the parts, two or more."""

    operator: Operator
    parts: tuple[Lookup | Combination, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No destination can match this source."""


@dataclass(frozen=True, slots=True)
class FullScan:
    """Every destination must be looked at, and why."""

    reason: str


Plan: TypeAlias = Lookup | Combination | Nothing | FullScan
Fold: TypeAlias = Callable[[Step], bool | None]
"""Truth of a step that the source alone decides; None when the destination decides."""

_INDEXABLE = frozenset({Comparison.EQ, Comparison.DEST_CONSTANT, Comparison.DEST_NULL})


def plan_candidates(
    rules: Algorithm | Expression | None,
    source: Values | None = None,
    *,
    key_properties: Sequence[str] = (),
    schema: Values | None = None,
) -> Plan:
    """Plan for one source; without a source, the plan that serves any source.

    `rules` None means that all key properties must be identical.
    """
    expression = _expression(rules, key_properties)
    return _plan(expression, _unknown_source if source is None else _known_source(source, schema))


def best_plan(rules: Algorithm | Expression | None, *, key_properties: Sequence[str] = ()) -> Plan:
    """Plan for a source with a value in every field, if its steps on constants were all false.

    When even this is a full scan, the plan of every source with a value in every field is one.
    """
    return _plan(_expression(rules, key_properties), _complete_source)


def indexed_fields(plan: Plan) -> tuple[str, ...]:
    """Fields whose indexes the plan uses, each once, in the order of the rule."""
    if isinstance(plan, Lookup):
        return (plan.step.field,)
    if isinstance(plan, Combination):
        return tuple(dict.fromkeys(field for part in plan.parts for field in indexed_fields(part)))
    return ()


def print_plan(plan: Plan) -> str:
    """INDEX(fields) or FULL_SCAN(reason). A plan that finds nothing is an INDEX without fields."""
    if isinstance(plan, FullScan):
        return f"FULL_SCAN({plan.reason})"
    return f"INDEX({', '.join(print_field(field) for field in indexed_fields(plan))})"


def plan_to_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON values: INDEX with its fields or FULL_SCAN with its reason, and the tree of look-ups."""
    if isinstance(plan, FullScan):
        return {"plan": "FULL_SCAN", "reason": plan.reason}
    return {"plan": "INDEX", "fields": list(indexed_fields(plan)), "tree": _tree(plan)}


def _tree(plan: Plan) -> dict[str, Any] | None:
    if isinstance(plan, Lookup):
        return {"step": print_step(plan.step)}
    if isinstance(plan, Combination):
        return {"operator": str(plan.operator), "parts": [_tree(part) for part in plan.parts]}
    return None


def _expression(rules: Algorithm | Expression | None, key_properties: Sequence[str]) -> Expression:
    if rules is None:
        return default_algorithm(key_properties).filter
    return rules.filter if isinstance(rules, Algorithm) else rules


def _unknown_source(step: Step) -> bool | None:
    return None


def _complete_source(step: Step) -> bool | None:
    return step.comparison is Comparison.SRC_NOT_NULL if step.comparison in SOURCE_ONLY else None


def _known_source(source: Values, schema: Values | None) -> Fold:
    def fold(step: Step) -> bool | None:
        if step.comparison in SOURCE_ONLY:
            return evaluate_step(step, source, {}, schema).truth
        if step.comparison in BINARY and value_of(source, step.field) is None:
            return False
        return None

    return fold


def _plan(expression: Expression, fold: Fold) -> Plan:
    if isinstance(expression, Step):
        return _plan_step(expression, fold(expression))
    parts = [_plan(child, fold) for child in expression.children]
    return _all_of(parts) if expression.operator is Operator.AND else _any_of(parts)


def _plan_step(step: Step, truth: bool | None) -> Plan:
    if truth is not None:
        return FullScan(f"{print_step(step)} holds for this source") if truth else Nothing()
    if step.comparison in _INDEXABLE and step.fuzzy is None:
        return Lookup(step)
    why = "depends on the source" if step.comparison in SOURCE_ONLY else "has no index"
    return FullScan(f"{print_step(step)} {why}")


def _all_of(parts: list[Plan]) -> Plan:
    """One indexed part is enough, more narrow it down; nothing in one part is nothing at all."""
    if any(isinstance(part, Nothing) for part in parts):
        return Nothing()
    indexed = [part for part in parts if isinstance(part, Lookup | Combination)]
    return _combined(Operator.AND, indexed) if indexed else parts[0]


def _any_of(parts: list[Plan]) -> Plan:
    """All parts must be indexed; those that find nothing drop out."""
    scans = [part for part in parts if isinstance(part, FullScan)]
    if scans:
        return scans[0]
    indexed = [part for part in parts if isinstance(part, Lookup | Combination)]
    return _combined(Operator.OR, indexed) if indexed else Nothing()


def _combined(operator: Operator, parts: list[Lookup | Combination]) -> Lookup | Combination:
    return parts[0] if len(parts) == 1 else Combination(operator, tuple(parts))
