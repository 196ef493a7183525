"""The batch engine: DuckDB reads, cleans and spills; pairs are compared in columns of codes.

It gives the same levels, weights and decisions as the row engine (`dromio.engines.row`), which is the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.engines.columns import AttributeColumns, Codes, Column, Ints, Rarity
from dromio.engines.vectors import ValuePairs
from dromio.model.schema import Frequencies, Model
from dromio.plan import MILLI, NO_RIVAL, Plan, PlannedComparison, against_both, rarity
from dromio.training.counts import Levels, VectorCounts

CHUNK = 2_000_000
"""Candidate pairs compared at a time: bounds the memory of the texts fetched for them."""


@dataclass
class Batch:
    """All records of a run, cleaned and encoded."""

    attributes: dict[str, AttributeColumns]
    records: int
    source: npt.NDArray[np.int32]
    rarity: dict[tuple[str, str], tuple[Frequencies, Ints]] = field(default_factory=dict)

    def levels(self, comparisons: Sequence[PlannedComparison], left: Codes, right: Codes) -> Levels:
        """Level of every comparison for every pair of records: (comparisons, pairs), 0 where missing."""
        result = np.zeros((len(comparisons), len(left)), np.int8)

        def compare(attribute: str, places: list[int], part: slice) -> None:
            rows = _AttributePairs(self.attributes[attribute], left[part], right[part])
            for place in places:
                result[place, part] = rows.levels(comparisons[place])

        with ThreadPoolExecutor(max_workers=2) as pool:
            for at in range(0, len(left), CHUNK):
                part = slice(at, at + CHUNK)
                done = [
                    pool.submit(compare, attribute, places, part) for attribute, places in _by_attribute(comparisons)
                ]
                for one in done:
                    one.result()
        return result

    def forget(self) -> None:
        """Let go of everything but codes and values: once pairs are compared nothing else is needed."""
        for attribute in self.attributes.values():
            attribute.forget()

    def set_words(self, model: Model) -> None:
        """Give columns the word weights of the model."""
        for name, weights in model.words.items():
            attribute, _, inside = name.partition(".")
            old = self.attributes[attribute].field(inside)
            listed = {word: round(bits * MILLI) for word, bits in weights.values.items()}
            self.attributes[attribute].columns[inside] = Column(
                old.codes, old.values, Rarity(listed, round(weights.other * MILLI))
            )

    def adjustments(self, plan: Plan, counted: VectorCounts, left: Codes, right: Codes) -> tuple[Ints, Ints]:
        """Term-frequency adjustments of every pair against the unrelated and against the related rival."""
        unrelated, related = np.zeros(len(left), np.int64), np.zeros(len(left), np.int64)
        for place, comparison in enumerate(plan.comparisons):
            for level, name in enumerate(comparison.term_frequency):
                if name is None or f"{comparison.attribute}.{name}" not in plan.model.frequencies:
                    continue
                at = np.flatnonzero((counted.vectors[place] == level)[counted.which])
                found = self._rarity_of(plan, comparison, level, name, left[at], right[at])
                found = np.maximum(found, comparison.least_adjustment[level])
                unrelated[at] += found
                if comparison.tells_related_apart:
                    related[at] += found
        return unrelated, related

    def _rarity_of(
        self, plan: Plan, comparison: PlannedComparison, level: int, name: str, left: Codes, right: Codes
    ) -> Ints:
        """Adjustment of the value that each pair agrees on; of the rarest where it agrees on several."""
        attribute = self.attributes[comparison.attribute]
        column = attribute.field(name)
        table = self._rarity_table(
            plan.model.frequencies[f"{comparison.attribute}.{name}"], comparison.attribute, name, column
        )
        if attribute.owner is None:
            return _of_agreeing(table, column.codes[left], column.codes[right])
        rows = _AttributePairs(attribute, left, right)
        return rows.best_rarity(comparison, level, column, table)

    def _rarity_table(self, frequencies: Frequencies, attribute: str, name: str, column: Column) -> Ints:
        """Adjustment of every distinct value of a column."""
        known = self.rarity.get((attribute, name))
        if known is not None and known[0] is frequencies:
            return known[1]
        table = np.full(len(column.values), rarity(frequencies.model_copy(update={"values": {}}), ""), np.int64)
        place = pc.index_in(column.values, value_set=pa.array(list(frequencies.values), pa.string()))
        listed = place.is_valid().to_numpy(zero_copy_only=False)
        each = np.array([rarity(frequencies, text) for text in frequencies.values], np.int64)
        table[listed] = each[place.drop_null().to_numpy()]
        self.rarity[attribute, name] = (frequencies, table)
        return table


class _AttributePairs:
    """Pairs of records as pairs of value rows of one attribute."""

    def __init__(self, attribute: AttributeColumns, left: Codes, right: Codes) -> None:
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
        self.values = ValuePairs(
            attribute, start[left][self.owner] + inside // width, start[right][self.owner] + inside % width
        )

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


def _of_agreeing(table: Ints, left: Codes, right: Codes) -> Ints:
    """Adjustment of the value of each pair; 0 where the two do not have the same value."""
    result = np.zeros(len(left), np.int64)
    agree = np.flatnonzero((left == right) & (left >= 0))
    result[agree] = table[left[agree]]
    return result


def weights(
    plan: Plan, counted: VectorCounts, adjust_unrelated: Ints | int = 0, adjust_related: Ints | int = 0
) -> Ints:
    """Match weight in thousandths of a bit of every pair."""
    unrelated = np.full(len(counted.counts), plan.prior_unrelated, np.int64)
    related = np.full(len(counted.counts), plan.prior_related, np.int64)
    for row, comparison in zip(counted.vectors, plan.comparisons, strict=True):
        unrelated += comparison.against_unrelated[row]
        if plan.prior_related != NO_RIVAL:
            related += comparison.against_related[row]
    all_unrelated: Ints = unrelated[counted.which] + adjust_unrelated
    if plan.prior_related == NO_RIVAL:
        return all_unrelated
    return against_both(all_unrelated, related[counted.which] + adjust_related)


def _by_attribute(comparisons: Sequence[PlannedComparison]) -> Iterator[tuple[str, list[int]]]:
    """Places of the comparisons of each attribute, so that they share what is computed about its pairs."""
    places: dict[str, list[int]] = {}
    for place, comparison in enumerate(comparisons):
        places.setdefault(comparison.attribute, []).append(place)
    yield from places.items()
