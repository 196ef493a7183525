"""The row engine: one record or one pair at a time, in process, on cleaned values. It is the reference.

A plan is compiled to plain functions once, and these are kept as long as the plan lives. Levels, weights and decisions
are the same integers as those of the batch engine (`dromio.engines.duckdb`): one suite runs both on the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from dromio.clean import TYPES, Fields, Parts
from dromio.deciders import Verdict
from dromio.engines.cleaning import WHOLE_VALUE, options_of
from dromio.engines.compiled import compile_condition, kept_with, values_of, words_of_model
from dromio.engines.row_facts import Answers, CleanedRecord, CleanedValue, value_pairs
from dromio.model.expressions import parse_field
from dromio.model.schema import Attribute, Model, local
from dromio.plan import NO_RIVAL, Plan, PlannedComparison, PlannedKey, against_both, probability, rarity
from dromio.records import Record

RecordKeys = frozenset[tuple[str, tuple[str, ...]]]

_GAP = 1 << 14
_CORRECTION: list[int] = (-against_both(np.arange(_GAP), np.zeros(_GAP, np.int64))).tolist()
"""What the nearer of two rivals adds to the farther one, by the gap between them; 0 from the end of the table on."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model says of a pair. `weight` in thousandths of a bit; `decision`: match | review | non-match."""

    levels: tuple[int, ...]
    weight: int
    decision: str

    @property
    def probability(self) -> float:
        """Match probability, 0 to 1."""
        return float(probability(np.array([self.weight]))[0])


class Sums(NamedTuple):
    """What the weight of a pair is made of: level and rarity adjustment of every comparison, the sum for each rival."""

    levels: tuple[int, ...]
    adjustments: tuple[int, ...]
    unrelated: int
    related: int


def clean_record(record: Record, model: Model) -> CleanedRecord:
    """The cleaned values of every attribute of the model, without what its guards take out."""
    result: dict[str, tuple[CleanedValue, ...]] = {}
    for name, clean in kept_with(model, _cleaners).items():
        values = ((value.label, clean(value.parts)) for value in record.of(name))
        result[name] = tuple((label, fields) for label, fields in values if fields)
    return result


def record_keys(cleaned: CleanedRecord, plan: Plan) -> RecordKeys:
    """(key name, value of each part) of every key of a record; records that share one are a candidate pair."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    for key in kept_with(plan, RowPlan).keys:
        found.update((key.name, values) for values in product(*key.values(cleaned)))
    return frozenset(found)


def levels(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> tuple[int, ...]:
    """Level of every comparison: the best over all pairs of values, 0 when none can be compared."""
    return tuple([one.level(left, right) for one in kept_with(plan, RowPlan).comparisons])


def score(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Scored:
    """Levels, weight and decision of a pair, by a plan of a trained model."""
    found = sums(plan, left, right)
    weight = match_weight(plan, found)
    return Scored(found.levels, weight, plan.decide(weight))


def decide(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Verdict:
    """The verdict on a pair: of the decider, and for what it leaves open of the probabilistic model."""
    if plan.decider is not None:
        verdict = plan.decider.decide(kept_with(plan, Answers).about(left, right))
        if verdict is not None:
            return verdict
    scored = score(plan, left, right)
    return Verdict(scored.decision, scored.weight - plan.match_threshold)


def sums(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Sums:
    """Levels, adjustments and sums of a pair, in thousandths of a bit."""
    reached: list[int] = []
    adjusted: list[int] = []
    unrelated, related = plan.prior_unrelated, plan.prior_related
    for one in kept_with(plan, RowPlan).comparisons:
        level = one.level(left, right)
        adjustment = one.adjustment(level, left, right) if one.rarities[level] else 0
        reached.append(level)
        adjusted.append(adjustment)
        unrelated += one.against_unrelated[level] + adjustment
        related += one.against_related[level] + (adjustment if one.tells_related_apart else 0)
    return Sums(tuple(reached), tuple(adjusted), unrelated, related)


def match_weight(plan: Plan, found: Sums) -> int:
    """Log2 odds of a match against both rivals together, in thousandths of a bit."""
    if plan.prior_related == NO_RIVAL:
        return found.unrelated
    gap = abs(found.unrelated - found.related)
    return min(found.unrelated, found.related) - (_CORRECTION[gap] if gap < _GAP else 0)


class RowPlan:
    """A plan as functions."""

    def __init__(self, plan: Plan) -> None:
        self.comparisons = tuple(RowComparison(plan, one) for one in plan.comparisons)
        self.keys = tuple(RowKey(plan, one) for one in plan.keys)


class RowKey:
    """A key as functions."""

    def __init__(self, plan: Plan, planned: PlannedKey) -> None:
        words = words_of_model(plan.model)
        self.name = planned.name
        self._parts = [(attribute, values_of(part, words.get(attribute, {}))) for attribute, part in planned.parts]

    def values(self, cleaned: CleanedRecord) -> Iterator[set[str]]:
        """The distinct values of each part."""
        for attribute, values in self._parts:
            yield {value for _, fields in cleaned.get(attribute, ()) for value in values(fields)}


class Rarities(NamedTuple):
    """Adjustments of agreeing on a field's values, in thousandths of a bit: of those listed, and of all others."""

    field: str
    listed: Mapping[str, int]
    other: int


class RowComparison:
    """A comparison as functions, its weights as plain integers."""

    def __init__(self, plan: Plan, planned: PlannedComparison) -> None:
        words = words_of_model(plan.model).get(planned.attribute, {})
        self.attribute = planned.attribute
        self.same_label = planned.same_label
        self.null = compile_condition(planned.null, words)
        self.conditions = tuple(compile_condition(one, words) for one in planned.conditions)
        self.against_unrelated: list[int] = planned.against_unrelated.tolist()
        self.against_related: list[int] = planned.against_related.tolist()
        self.tells_related_apart = planned.tells_related_apart
        self.rarities = [
            _rarities(plan.model, planned.attribute, field, int(least))
            for field, least in zip(planned.term_frequency, planned.least_adjustment, strict=True)
        ]

    def level(self, left: CleanedRecord, right: CleanedRecord) -> int:
        """The best level over all pairs of values, 0 when none can be compared."""
        lefts, rights = left.get(self.attribute, ()), right.get(self.attribute, ())
        if len(lefts) == len(rights) == 1 and not self.same_label:
            return self.level_of(lefts[0][1], rights[0][1])
        if not lefts or not rights:
            return 0
        pairs = value_pairs(lefts, rights, same_label=self.same_label)
        found = {self.level_of(one[1], other[1]) for one, other in pairs}
        return min(found - {0}, default=0)

    def level_of(self, one: Fields, other: Fields) -> int:
        """Level of a pair of values: 0 where nothing can be compared, else 1 for the best, 2 for the next."""
        if self.null(one, other):
            return 0
        level = 1
        for holds in self.conditions:
            if holds(one, other):
                return level
            level += 1
        return level

    def reaching(
        self, level: int, left: CleanedRecord, right: CleanedRecord
    ) -> list[tuple[CleanedValue, CleanedValue]]:
        """Pairs of values that reach the level, in the order of the records' values."""
        lefts, rights = left.get(self.attribute, ()), right.get(self.attribute, ())
        pairs = value_pairs(lefts, rights, same_label=self.same_label)
        return [(one, other) for one, other in pairs if self.level_of(one[1], other[1]) == level]

    def adjustment(self, level: int, left: CleanedRecord, right: CleanedRecord) -> int:
        """Adjustment for the rarest value on which pairs of values at the level agree; 0 when they agree on none."""
        lefts, rights = left[self.attribute], right[self.attribute]
        if len(lefts) == len(rights) == 1:
            return self.rarity(level, lefts[0][1], rights[0][1]) or 0
        found = [self.rarity(level, one, other) for (_, one), (_, other) in self.reaching(level, left, right)]
        return max((one for one in found if one is not None), default=0)

    def rarity(self, level: int, one: Fields, other: Fields) -> int | None:
        """Adjustment for the value that a pair of values at the level agrees on; None when there is none."""
        rarities = self.rarities[level]
        value = rarities and one.get(rarities.field)
        if not rarities or value is None or value != other.get(rarities.field):
            return None
        return rarities.listed.get(value, rarities.other)


def _rarities(model: Model, attribute: str, field: str | None, least: int) -> Rarities | None:
    frequencies = model.frequencies.get(f"{attribute}.{field}")
    if field is None or frequencies is None:
        return None
    unlisted = frequencies.model_copy(update={"values": {}})
    listed = {value: max(rarity(frequencies, value), least) for value in frequencies.values}
    return Rarities(field, listed, max(rarity(unlisted, ""), least))


Cleaner = Callable[[Parts], Fields]


def _cleaners(model: Model) -> dict[str, Cleaner]:
    return {attribute.name: _cleaner(attribute, model) for attribute in model.attributes}


def _cleaner(attribute: Attribute, model: Model) -> Cleaner:
    """From the parts of a value to its fields, less what guards take out: a field, or all of a value of one piece."""
    clean, options = TYPES[attribute.type].clean, options_of(attribute)
    guarded = [(local(parse_field(guard.field)), frozenset(guard.values)) for guard in model.guards]
    guards = [(inside.fields[0], values) for (name, inside), values in guarded if name == attribute.name]
    whole = attribute.type in WHOLE_VALUE

    def cleaned(parts: Parts) -> Fields:
        fields = clean(parts, options)
        for field, values in guards:
            if fields.get(field) in values:
                fields = {} if whole else {name: text for name, text in fields.items() if name != field}
        return fields

    return cleaned
