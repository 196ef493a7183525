"""Truth and relevance of a rule for two entities, part by part, with the values that were looked at.

Logic is two-valued. Values of an attribute are compared each with each. Sub-attributes of one nested attribute that
stand under one `and` must hold for one pair of nested values; the pair that serves the rule best is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

from dromio.interchange.reltio.comparators import COMPARATORS, MILLION, millionths, rounded
from dromio.interchange.reltio.groups import (
    DISAGREEMENTS,
    FUZZY_OPERATORS,
    All,
    AnyOf,
    Compare,
    Expression,
    Filter,
    FilterKind,
    Multi,
    Not,
    Operator,
    Rule,
)
from dromio.interchange.reltio.views import View

Texts: TypeAlias = tuple[str, ...]
Pair: TypeAlias = tuple[View, View]
Inner: TypeAlias = Compare | Filter
"""What may stand inside a nested attribute."""


@dataclass(frozen=True, slots=True)
class LeafResult:
    """Truth and relevance, 0 to 1, of one comparison or filter, with the values of both sides."""

    leaf: Compare | Multi | Filter
    truth: bool
    relevance: float
    weight: float | None
    first: Texts
    second: Texts


@dataclass(frozen=True, slots=True)
class BranchResult:
    """Truth and relevance of an and, or, not, with its parts in their order."""

    operator: str
    truth: bool
    relevance: float
    weight: float | None
    parts: tuple[Result, ...]


Result: TypeAlias = LeafResult | BranchResult
"""`weight` is None for filters, and for branches of nothing else: they let a pair pass or stop it."""


def evaluate(rule: Rule, first: View, second: View) -> Result:
    """The result of the whole formula; every relevance has 6 decimals."""
    return _Evaluation(rule).of(rule.formula, (first, second))


class _Evaluation:
    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def of(self, expression: Expression, pair: Pair) -> Result:
        if isinstance(expression, All):
            return _all(self._parts(expression.parts, pair))
        if isinstance(expression, AnyOf):
            return _any([self.of(part, pair) for part in expression.parts])
        if isinstance(expression, Not):
            part = self.of(expression.part, pair)
            return BranchResult("not", not part.truth, rounded(1 - part.relevance), part.weight, (part,))
        return self.leaf(expression, pair, "")

    def _parts(self, parts: Sequence[Expression], pair: Pair) -> list[Result]:
        """Results of the parts of an and; those inside one nested attribute are judged together."""
        results: dict[int, Result] = {}
        for root, inner in together(parts).items():
            results |= zip(inner, self._nested(list(inner.values()), root, pair), strict=True)
        rest = ((place, part) for place, part in enumerate(parts) if place not in results)
        results |= {place: self.of(part, pair) for place, part in rest}
        return [results[place] for place in range(len(parts))]

    def _nested(self, parts: list[Inner], prefix: str, pair: Pair) -> list[LeafResult]:
        """Results for the pair of nested values that most parts hold for (or that is the most relevant)."""
        name = prefix.rstrip(".").rpartition(".")[2]
        lefts, rights = (view.nested.get(name, ()) or (View(),) for view in pair)
        best: list[LeafResult] = []
        for inner in product(lefts, rights):
            found = self._inside(parts, prefix, inner)
            if not best or self._quality(found) > self._quality(best):
                best = found
        return best

    def _quality(self, results: list[LeafResult]) -> tuple[Any, ...]:
        """Better is greater; equal for two pairs of nested values only where their results look the same."""
        relevance = sum(millionths(result.weight or 0.0) * millionths(result.relevance) for result in results)
        truths = [result.truth for result in results]
        passed = all(result.truth for result in results if result.weight is None)
        aim = (passed, relevance) if self._rule.thresholds else (all(truths), sum(truths), relevance)
        looks = [(result.truth, result.relevance, sorted((result.first, result.second))) for result in results]
        return (*aim, looks)

    def _inside(self, parts: list[Inner], prefix: str, pair: Pair) -> list[LeafResult]:
        """Results for one pair of nested values; deeper nested attributes are again judged together."""
        results: dict[int, LeafResult] = {}
        for root, inner in together(parts, prefix).items():
            results |= zip(inner, self._nested(list(inner.values()), root, pair), strict=True)
        rest = ((place, part) for place, part in enumerate(parts) if place not in results)
        results |= {place: self.leaf(part, pair, prefix) for place, part in rest}
        return [results[place] for place in range(len(parts))]

    def leaf(self, leaf: Compare | Multi | Filter, pair: Pair, prefix: str) -> LeafResult:
        """Result of a comparison or filter; `prefix` is the path of the nested value that the views are of."""
        if isinstance(leaf, Filter):
            first, second = _texts(pair, (leaf.attribute,), prefix)
            truth = _passes(leaf, first, second)
            return LeafResult(leaf, truth, float(truth), None, first, second)
        attributes = leaf.attributes if isinstance(leaf, Multi) else (leaf.attribute,)
        operator = Operator.EXACT if isinstance(leaf, Multi) else leaf.operator
        first, second = _texts(pair, attributes, prefix)
        truth, relevance = self._compared(operator, attributes[0], first, second)
        return LeafResult(leaf, truth, relevance, self._rule.weight(attributes[0]), first, second)

    def _compared(self, operator: Operator, attribute: str, first: Texts, second: Texts) -> tuple[bool, float]:
        if not first or not second:
            tolerated = _tolerates(operator, is_all_null=not first and not second)
            return tolerated, float(tolerated)
        comparator = COMPARATORS[self._rule.comparator(attribute)]
        is_fuzzy = operator in FUZZY_OPERATORS
        agree = any(comparator.agrees(left, right, is_fuzzy) for left, right in product(first, second))
        relevance = rounded(max(comparator.relevance(left, right) for left, right in product(first, second)))
        return (not agree, rounded(1 - relevance)) if operator in DISAGREEMENTS else (agree, relevance)


def _tolerates(operator: Operator, *, is_all_null: bool) -> bool:
    """Whether the operator holds where at least one side has no value."""
    return operator is Operator.EXACT_OR_NULL or (operator is Operator.EXACT_OR_ALL_NULL and is_all_null)


def _texts(pair: Pair, attributes: Iterable[str], prefix: str) -> tuple[Texts, Texts]:
    """The distinct values of the attributes together, of both sides."""
    paths = [attribute.removeprefix(prefix) for attribute in attributes]
    first, second = (tuple(dict.fromkeys(text for path in paths for text in view.texts(path))) for view in pair)
    return first, second


def _passes(leaf: Filter, first: Texts, second: Texts) -> bool:
    has_first, has_second = (any(text.strip().lower() in leaf.values for text in texts) for texts in (first, second))
    return not has_first and not has_second if leaf.kind is FilterKind.NOT_EQUALS else has_first and has_second


def together(parts: Sequence[Expression], prefix: str = "") -> dict[str, dict[int, Inner]]:
    """Path of a nested attribute -> the parts inside it by their places, where there are several.

    What looks at all values at once (disagreements, notEquals, multi) is never among them.
    """
    found: dict[str, dict[int, Inner]] = {}
    for place, part in enumerate(parts):
        if isinstance(part, Compare | Filter) and not _looks_at_all(part):
            head, dot, _ = part.attribute.removeprefix(prefix).partition(".")
            if dot:
                found.setdefault(f"{prefix}{head}.", {})[place] = part
    return {root: inner for root, inner in found.items() if len(inner) > 1}


def _looks_at_all(part: Compare | Filter) -> bool:
    return part.kind is FilterKind.NOT_EQUALS if isinstance(part, Filter) else part.operator in DISAGREEMENTS


def _all(parts: list[Result]) -> BranchResult:
    """Weighted mean of what is compared; 0 where a filter stops the pair."""
    weights = [part.weight for part in parts if part.weight is not None]
    passed = all(part.relevance > 0 for part in parts if part.weight is None)
    mean = _mean([part for part in parts if part.weight is not None]) if weights else 1.0
    truth = all(part.truth for part in parts)
    weight = sum(weights) if weights else None
    return BranchResult("and", truth, mean if passed else 0.0, weight, tuple(parts))


def _mean(parts: list[Result]) -> float:
    """Weighted mean in whole millionths, half up, so that the order of parts does not matter; 0 without weight."""
    weighed = [(millionths(part.weight or 0.0), millionths(part.relevance)) for part in parts]
    whole = sum(weight for weight, _ in weighed)
    return (2 * sum(weight * degree for weight, degree in weighed) + whole) // (2 * whole) / MILLION if whole else 0.0


def _any(parts: list[Result]) -> BranchResult:
    """The most relevant part; its weight is the greatest of any part."""
    weights = [part.weight for part in parts if part.weight is not None]
    relevance = max(part.relevance for part in parts)
    truth = any(part.truth for part in parts)
    return BranchResult("or", truth, relevance, max(weights, default=None), tuple(parts))
