"""The row engine: one record or one pair at a time, in process, on cleaned values. It is the reference and it explains.

A plan is compiled to plain functions once, and kept as long as the plan lives. Levels, weights and decisions are the
same integers as those of the batch engine (`dromio.engines.duckdb`); a suite runs both on the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from dromio.clean import TYPES, CleanOptions, Fields
from dromio.engines.cleaning import _WHOLE_VALUE, options_of
from dromio.engines.conditions import Holds, KeyValues, compile_condition, compile_key_part, words_of_model
from dromio.engines.identity import kept_with
from dromio.model.expressions import parse_field
from dromio.model.schema import Model, local
from dromio.plan import NO_RIVAL, Plan, PlannedComparison, against_both, probability, rarity
from dromio.records import Record

CleanedValue = tuple[str, Fields]
"""(label, cleaned fields), never without a field."""
CleanedRecord = Mapping[str, tuple[CleanedValue, ...]]
"""Attribute -> its values; an attribute without values may be absent."""
RecordKeys = frozenset[tuple[str, tuple[str, ...]]]

_GAP = 1 << 14
_CORRECTION: list[int] = (-against_both(np.arange(_GAP), np.zeros(_GAP, np.int64))).tolist()
"""What the nearer of two rivals loses to the farther one, by the gap between them; nothing beyond the table."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model says of a pair. `weight` in thousandths of a bit; decision: match | review | non-match."""

    levels: tuple[int, ...]
    weight: int
    decision: str

    @property
    def probability(self) -> float:
        """Match probability, 0 to 1."""
        return float(probability(np.array([self.weight]))[0])


class Sums(NamedTuple):
    """Levels of a pair, its adjustments for rarity by comparison, and the sums against both rivals."""

    levels: tuple[int, ...]
    adjustments: tuple[int, ...]
    unrelated: int
    related: int


def clean_record(record: Record, model: Model) -> CleanedRecord:
    """The cleaned values of every attribute of the model, without those that guards take out."""
    result: dict[str, tuple[CleanedValue, ...]] = {}
    for name, clean in kept_with(model, _compiled_cleaners).items():
        values = ((value.label, clean(value.parts)) for value in record.of(name))
        result[name] = tuple((label, fields) for label, fields in values if fields)
    return result


def record_keys(cleaned: CleanedRecord, plan: Plan) -> RecordKeys:
    """(key name, value of every part) of all keys of a record. Records that share one are a candidate pair."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    for name, parts in kept_with(plan, RowPlan).keys:
        found.update((name, values) for values in product(*(part(cleaned) for part in parts)))
    return frozenset(found)


def levels(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> tuple[int, ...]:
    """Level of every comparison: the best over all pairs of values, 0 when none can be compared."""
    return tuple(one.level(left, right) for one in kept_with(plan, RowPlan).comparisons)


def score(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Scored:
    """Levels, weight and decision of a pair. The plan must be of a trained model."""
    found = sums(plan, left, right)
    weight = weigh(plan, found)
    return Scored(found.levels, weight, plan.decide(weight))


def sums(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Sums:
    """What the weight of a pair is made of."""
    reached: list[int] = []
    adjusted: list[int] = []
    unrelated, related = plan.prior_unrelated, plan.prior_related
    for one in kept_with(plan, RowPlan).comparisons:
        level = one.level(left, right)
        adjustment = one.adjustment(level, left, right) if one.tables[level] else 0
        reached.append(level)
        adjusted.append(adjustment)
        unrelated += one.against_unrelated[level] + adjustment
        related += one.against_related[level] + (adjustment if one.tells_related_apart else 0)
    return Sums(tuple(reached), tuple(adjusted), unrelated, related)


def weigh(plan: Plan, found: Sums) -> int:
    """Match weight in thousandths of a bit."""
    if plan.prior_related == NO_RIVAL:
        return found.unrelated
    gap = abs(found.unrelated - found.related)
    return min(found.unrelated, found.related) - (_CORRECTION[gap] if gap < _GAP else 0)


class RowPlan:
    """A plan as functions."""

    def __init__(self, plan: Plan) -> None:
        words = words_of_model(plan.model)
        self.comparisons = tuple(RowComparison(plan, one) for one in plan.comparisons)
        self.keys = tuple((key.name, [compile_key_part(*part, words) for part in key.parts]) for key in plan.keys)


class Rarities(NamedTuple):
    """Adjustments in thousandths of a bit of agreeing on the values of a field: those listed, and all others."""

    field: str
    listed: Mapping[str, int]
    other: int


class RowComparison:
    """A comparison as functions, and its weights as plain integers."""

    def __init__(self, plan: Plan, planned: PlannedComparison) -> None:
        weigh_words = words_of_model(plan.model).get(planned.attribute, {})
        self.attribute = planned.attribute
        self.null: Holds = compile_condition(planned.null, weigh_words)
        self.conditions = tuple(compile_condition(one, weigh_words) for one in planned.conditions)
        self.against_unrelated: list[int] = planned.against_unrelated.tolist()
        self.against_related: list[int] = planned.against_related.tolist()
        self.tells_related_apart = planned.tells_related_apart
        self.tables = [_rarities(plan, planned.attribute, field) for field in planned.term_frequency]

    def level(self, left: CleanedRecord, right: CleanedRecord) -> int:
        """The best level over all pairs of values, 0 when none can be compared."""
        best = 0
        for _, one in left.get(self.attribute, ()):
            for _, other in right.get(self.attribute, ()):
                level = self.level_of(one, other)
                if level and (level < best or not best):
                    best = level
        return best

    def level_of(self, one: Fields, other: Fields) -> int:
        """Level of one pair of values: 0 where nothing can be compared, else 1 for the best, and so on."""
        if self.null(one, other):
            return 0
        for number, holds in enumerate(self.conditions, 1):
            if holds(one, other):
                return number
        return len(self.conditions) + 1

    def reaching(self, level: int, left: CleanedRecord, right: CleanedRecord) -> Iterator[tuple[CleanedValue, CleanedValue]]:
        """Pairs of values that reach the level."""
        for one, other in product(left.get(self.attribute, ()), right.get(self.attribute, ())):
            if self.level_of(one[1], other[1]) == level:
                yield one, other

    def adjustment(self, level: int, left: CleanedRecord, right: CleanedRecord) -> int:
        """Adjustment of the rarest value that pairs of values at the level agree on; 0 when they agree on none."""
        return max((self.rarity(level, one[1], other[1]) or 0, ...) if False else 0 for one, other in ())
