"""Pairs of records as pairs of the values of one attribute: what holds for values, brought back to the records."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dromio.engines.columns import AttributeColumns, Bools, Codes, Column, Ints
from dromio.engines.vectors import ValuePairs
from dromio.plan import NO_RIVAL, PlannedComparison


class AttributePairs:
    """Pairs of records as pairs of value rows of one attribute."""

    def __init__(self, attribute: AttributeColumns, left: Codes, right: Codes, *, same_label: bool = False) -> None:
        self.pairs = len(left)
        self.owner: Ints | None = None
        if attribute.owner is None:
            self.values = ValuePairs(attribute, left, right)
            return
        start = np.searchsorted(attribute.owner, np.arange(int(max(left.max(initial=0), right.max(initial=0))) + 2))
        count_l, count_r = np.diff(start)[left], np.diff(start)[right]
        total = count_l * count_r
        self.owner = np.repeat(np.arange(self.pairs), total)
        inside = np.arange(len(self.owner)) - np.repeat(np.cumsum(total) - total, total)
        width = count_r[self.owner]
        one, other = start[left][self.owner] + inside // width, start[right][self.owner] + inside % width
        if same_label and attribute.labels is not None:
            alike = np.flatnonzero(attribute.labels[one] == attribute.labels[other])
            one, other, self.owner = one[alike], other[alike], self.owner[alike]
        self.values = ValuePairs(attribute, one, other)

    def any(self, holds: Bools) -> Bools:
        """For every pair of records whether any of its pairs of values is marked."""
        if self.owner is None:
            return holds
        result = np.zeros(self.pairs, np.bool_)
        result[self.owner[holds]] = True
        return result

    def highest(self, figures: npt.NDArray[np.int32], nothing: int) -> npt.NDArray[np.int32]:
        """For every pair of records the highest figure of its pairs of values; `nothing` where it has none."""
        if self.owner is None:
            return figures
        result = np.full(self.pairs, nothing, np.int32)
        np.maximum.at(result, self.owner, figures)
        return result

    def levels(self, comparison: PlannedComparison) -> npt.NDArray[np.int8]:
        """Level of every pair: the best over its value pairs; 0 when there is none to compare."""
        levels = self.values.levels(comparison.null, comparison.conditions)
        if self.owner is None:
            return levels
        best = np.full(self.pairs, np.iinfo(np.int8).max, np.int8)
        told = levels > 0
        np.minimum.at(best, self.owner[told], levels[told])
        return np.where(best == np.iinfo(np.int8).max, 0, best).astype(np.int8)

    def best_rarity(self, comparison: PlannedComparison, level: int, column: Column, table: Ints) -> Ints:
        """The highest adjustment among value pairs that reach the level and agree on the value; 0 when none does."""
        assert self.owner is not None
        levels = self.values.levels(comparison.null, comparison.conditions)
        codes, others = column.codes[self.values.left], column.codes[self.values.right]
        reached = np.flatnonzero((levels == level) & (codes >= 0) & (codes == others))
        best = np.full(self.pairs, -NO_RIVAL, np.int64)
        np.maximum.at(best, self.owner[reached], table[codes[reached]])
        return np.where(best == -NO_RIVAL, 0, best)
