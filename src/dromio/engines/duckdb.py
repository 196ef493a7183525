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
from dromio.engines.pairs import AttributePairs
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
            same_label = comparisons[places[0]].same_label
            rows = AttributePairs(self.attributes[attribute], left[part], right[part], same_label=same_label)
            for place in places:
                result[place, part] = rows.levels(comparisons[place])

        with ThreadPoolExecutor(max_workers=2) as pool:
            running = [
                pool.submit(compare, attribute, places, slice(at, at + CHUNK))
                for at in range(0, len(left), CHUNK)
                for attribute, places in _by_attribute(comparisons)
            ]
            for one in running:
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
        rows = AttributePairs(attribute, left, right, same_label=comparison.same_label)
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
