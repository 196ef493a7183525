"""Comparison vectors of many pairs: which level each pair of values reaches, condition by condition.

A level is tried only on the pairs that no better level took; inside `and` and `or` only on the pairs still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.engines import kernels, scalar
from dromio.engines.columns import AttributeColumns, Bools, Codes, Ints
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Measure, Not, Together, leaves

Rows = npt.NDArray[Any]


@dataclass
class _Figures:
    """What is known of a measure: figures of the pairs that are done, exact as far as `bound` reaches."""

    figures: kernels.Floats
    done: Bools
    bound: float

    @classmethod
    def none(cls, pairs: int, bound: float) -> _Figures:
        return cls(np.full(pairs, np.nan), np.zeros(pairs, np.bool_), bound)


class ValuePairs:
    """Pairs of value rows of one attribute, with what was already computed about them."""

    def __init__(self, attribute: AttributeColumns, left: Rows, right: Rows) -> None:
        self.attribute = attribute
        self.left = left
        self.right = right
        self._measured: dict[tuple[str, tuple[FieldExpression, ...]], _Figures] = {}
        self._fetched: dict[FieldExpression, tuple[Codes, Codes]] = {}
        self._crossings: dict[tuple[FieldExpression, ...], tuple[Bools, Bools]] = {}

    @cached_property
    def filled(self) -> Bools:
        """Whether both sides have a value, of every pair."""
        filled = self.attribute.filled()
        both: Bools = filled[self.left] & filled[self.right]
        return both

    def levels(self, null: Condition, conditions: Sequence[Condition]) -> npt.NDArray[np.int8]:
        """0 where a side has no value or `null` holds, else 1 + index of the first condition that holds, or last."""
        result = np.zeros(len(self.left), np.int8)
        open_pairs = np.flatnonzero(self.filled)
        bounds = _loosest_bounds((null, *conditions))
        open_pairs = open_pairs[~self.holds(null, open_pairs, bounds)]
        result[open_pairs] = len(conditions) + 1
        for index, condition in enumerate(conditions):
            reached = self.holds(condition, open_pairs, bounds)
            result[open_pairs[reached]] = index + 1
            open_pairs = open_pairs[~reached]
        return result

    def holds(self, condition: Condition, at: Ints, bounds: dict[Any, float] | None = None) -> Bools:
        """Truth of the condition for the pairs at the given places."""
        bounds = bounds or {}
        if isinstance(condition, Together):
            return self.holds(condition.part, at, bounds)
        if isinstance(condition, Not):
            return ~self.holds(condition.part, at, bounds)
        if isinstance(condition, All):
            alive = np.ones(len(at), np.bool_)
            for part in condition.parts:
                rest = np.flatnonzero(alive)
                alive[rest] = self.holds(part, at[rest], bounds)
            return alive
        if isinstance(condition, AnyOf):
            found = np.zeros(len(at), np.bool_)
            for part in condition.parts:
                rest = np.flatnonzero(~found)
                found[rest] = self.holds(part, at[rest], bounds)
            return found
        if isinstance(condition, Measure):
            return self._measure(condition, at, bounds.get((condition.function, condition.fields), condition.bound))
        return getattr(self, f"_test_{condition.function}")(condition.fields, at)  # type: ignore[no-any-return]

    def _codes(self, expression: FieldExpression, at: Ints) -> tuple[Codes, Codes]:
        left, right = self._pair_codes(expression)
        return (left, right) if len(at) == len(left) else (left[at], right[at])

    def _pair_codes(self, expression: FieldExpression) -> tuple[Codes, Codes]:
        """Codes of all pairs, fetched once: the records of pairs lie far apart in memory, the pairs themselves do
        not."""
        if expression not in self._fetched:
            codes = self.attribute.column(expression).codes
            self._fetched[expression] = codes[self.left], codes[self.right]
        return self._fetched[expression]

    def _present(self, expression: FieldExpression, at: Ints) -> tuple[Codes, Codes, Ints]:
        """Codes of the pairs that have both values, and where in `at` those are."""
        left, right = self._codes(expression, at)
        there = np.flatnonzero((left >= 0) & (right >= 0))
        return left[there], right[there], there

    def hold(self, condition: Condition) -> Bools:
        """Truth of the condition for every pair; false where a side has no value."""
        result = self.filled.copy()
        there = np.flatnonzero(result)
        result[there] = self.holds(condition, there)
        return result

    def figures(self, measure: Measure) -> kernels.Floats:
        """Figure of every pair, exact; NaN where a side is missing or cannot be measured."""
        return self._figures(measure, np.arange(len(self.left)), measure.bound)

    def _measure(self, measure: Measure, at: Ints, loosest: float) -> Bools:
        """Whether the figure passes the bound; NaN, the figure of what cannot be measured, passes none."""
        key = (measure.function, measure.fields)
        known = self._measured.get(key)
        if known is None or known.bound not in (loosest, _looser(measure.operator, known.bound, loosest)):
            known = self._measured[key] = _Figures.none(len(self.left), loosest)
        todo = at[~known.done[at]]
        if len(todo):
            known.figures[todo] = self._figures(measure, todo, known.bound)
            known.done[todo] = True
        found = known.figures[at]
        result: Bools = found >= measure.bound if measure.operator == ">=" else found <= measure.bound
        return result

    def _figures(self, measure: Measure, at: Ints, loosest: float) -> kernels.Floats:
        result = np.full(len(at), np.nan)
        if measure.function == "kilometres":
            lat, lon = (self.attribute.column(field) for field in measure.fields)
            lat_l, lat_r = self._codes(measure.fields[0], at)
            lon_l, lon_r = self._codes(measure.fields[1], at)
            there = np.flatnonzero((lat_l >= 0) & (lat_r >= 0) & (lon_l >= 0) & (lon_r >= 0))
            left, right = (lat_l[there], lon_l[there]), (lat_r[there], lon_r[there])
            result[there] = kernels.kilometres(lat, lon, left, right)
            return result
        one, other, there = self._present(measure.fields[0], at)
        column = self.attribute.column(measure.fields[0])
        result[there] = kernels.MEASURES[measure.function](measure.function, column, one, other, loosest)
        return result

    def _test_always(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        return np.ones(len(at), np.bool_)

    def _test_equal(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        result = np.ones(len(at), np.bool_)
        for field in fields:
            left, right = self._codes(field, at)
            result &= (left == right) & (left >= 0)
        return result

    def _test_missing(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        result = np.zeros(len(at), np.bool_)
        for field in fields:
            left, right = self._codes(field, at)
            result |= (left < 0) | (right < 0)
        return result

    def _test_absent(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        result = np.ones(len(at), np.bool_)
        for field in fields:
            left, right = self._codes(field, at)
            result &= (left < 0) & (right < 0)
        return result

    def _cross(self, fields: tuple[FieldExpression, ...], at: Ints) -> tuple[Bools, Bools]:
        if fields not in self._crossings:
            foreign = self.attribute.aligned(*fields)
            left, right = self._pair_codes(fields[0])
            forth, back = left == foreign[self.right], right == foreign[self.left]
            self._crossings[fields] = (left >= 0) & forth, (right >= 0) & back
        forth, back = self._crossings[fields]
        return forth[at], back[at]

    def _test_crossed(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        forth, back = self._cross(fields, at)
        return forth | back

    def _test_swapped(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        forth, back = self._cross(fields, at)
        return forth & back

    def _test_initial(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        left, right, there = self._present(fields[0], at)
        length = self.attribute.column(fields[0]).letters.length
        candidates = (length[left] == 1) != (length[right] == 1)
        result = np.zeros(len(at), np.bool_)
        result[there[candidates]] = self._by_text(fields, at[there[candidates]], scalar.initial)
        return result

    def _test_nickname(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        left, right, there = self._present(fields[0], at)
        place, are_one_name = self.attribute.column(fields[0]).nicknames
        one, other = place[left], place[right]
        known = np.flatnonzero((one >= 0) & (other >= 0))
        same = left == right
        same[known] |= are_one_name[one[known], other[known]]
        result = np.zeros(len(at), np.bool_)
        result[there] = same
        return result

    def _test_within(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        left, right, there = self._present(fields[0], at)
        column = self.attribute.column(fields[0])
        words = column.word_counts
        result = np.zeros(len(at), np.bool_)
        result[there] = (left == right) & (words[left] > 0)
        several = np.flatnonzero((left != right) & (np.maximum(words[left], words[right]) > 1))
        candidates = there[several[kernels.may_be_within(column, left[several], right[several])]]
        result[candidates] = self._by_text(fields, at[candidates], scalar.within)
        return result

    def _test_day_month_swapped(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        left, right, there = self._present(fields[0], at)
        year, month, day = self.attribute.column(fields[0]).date_parts
        result = np.zeros(len(at), np.bool_)
        result[there] = (
            (left != right)
            & (year[left] == year[right])
            & (month[left] == day[right])
            & (day[left] == month[right])
            & (month[left] >= 0)
            & (day[left] >= 0)
        )
        return result

    def _test_one_part_differs(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        left, right, there = self._present(fields[0], at)
        agree = np.zeros(len(there), np.int64)
        for part in self.attribute.column(fields[0]).date_parts:
            agree += (part[left] == part[right]) & (part[left] >= 0)
        result = np.zeros(len(at), np.bool_)
        result[there] = agree == 2
        return result

    def _test_shares_token(self, fields: tuple[FieldExpression, ...], at: Ints) -> Bools:
        first, second = (self.attribute.column(field) for field in fields)
        result = np.zeros(len(at), np.bool_)
        for one, other in ((self.left, self.right), (self.right, self.left)):
            a, b = first.codes[one[at]], second.codes[other[at]]
            todo = np.flatnonzero((a >= 0) & (b >= 0) & ~result)
            result[todo] = kernels.share_a_word(first, second, a[todo], b[todo])
        return result

    def _by_text(self, fields: tuple[FieldExpression, ...], at: Ints, function: Any) -> Bools:
        """A Python predicate, once per distinct pair of values."""
        left, right, there = self._present(fields[0], at)
        column = self.attribute.column(fields[0])
        result = np.zeros(len(at), np.bool_)
        result[there] = kernels.per_distinct_pair(
            column, left, right, lambda a, b: np.fromiter(map(function, a, b), np.bool_, len(a))
        )
        return result


def _looser(operator: str, one: float, other: float) -> float:
    """The bound that more pairs pass."""
    return min(one, other) if operator == ">=" else max(one, other)


def _loosest_bounds(conditions: Sequence[Condition]) -> dict[Any, float]:
    """For each measured figure, the bound that the most pairs pass: what lies beyond need not be computed exactly."""
    loosest: dict[Any, float] = {}
    for condition in conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, Measure):
                key = (leaf.function, leaf.fields)
                loosest[key] = _looser(leaf.operator, loosest.get(key, leaf.bound), leaf.bound)
    return loosest
