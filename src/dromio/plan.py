"""A model made ready to run: conditions parsed, weights as whole thousandths of a bit.

Weights follow Fellegi and Sunter (1969): a level weighs log2(m / u). A pair has two rivals to being a match: two
unrelated records, and two different entities that share much ("related", such as a household). Each rival has its own
sum; the match weight is the log2 odds against both together, -log2(2^-a + 2^-b). All sums are integers, so they are the
same in any order and in every engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log2

import numpy as np
import numpy.typing as npt

from dromio.deciders import Decider, decider_of
from dromio.deciders.keys import Derived, Scan, derived_keys
from dromio.errors import Fault, ModelError, UnknownError
from dromio.model.expressions import Condition, FieldExpression, leaves, parse_condition, parse_field
from dromio.model.schema import Comparison, Frequencies, Key, Model, local

MILLI = 1000
RARITY_LOWEST, RARITY_HIGHEST = -6 * MILLI, 8 * MILLI
"""Bounds of the term-frequency adjustment: a value 64 times commoner, 256 times rarer than a random agreement."""
NO_RIVAL = 1 << 40
_SPAN = 16 * MILLI
_CORRECTION = np.array([round(MILLI * log2(1 + 2 ** (-gap / MILLI))) for gap in range(_SPAN + 1)], np.int64)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PlannedComparison:
    """A comparison with its weights. Level 0 is the null level; level i is model level i - 1."""

    name: str
    attribute: str
    null: Condition
    conditions: tuple[Condition, ...]
    labels: tuple[str, ...]
    against_unrelated: Ints
    against_related: Ints
    term_frequency: tuple[str | None, ...]
    tells_related_apart: bool
    same_label: bool
    """Whether only values with equal labels are compared."""
    least_adjustment: Ints
    """How far the commonness of a value may lower each level: never below what lacking the value would give."""

    @property
    def levels(self) -> int:
        """Number of levels with the null level."""
        return len(self.labels)


@dataclass(frozen=True)
class PlannedKey:
    """A key: (attribute, expression) parts, the largest block it may form, and what splits larger ones."""

    name: str
    parts: tuple[tuple[str, FieldExpression], ...]
    max_block: int | None
    split_by: tuple[tuple[str, FieldExpression], ...] = ()
    need: Condition | None = None
    """What holds, one way or the other, for all pairs that the key is there for; without one, they may be any."""


@dataclass(frozen=True)
class Plan:
    """What an engine runs. `comparisons` carry zero weights while the model is not trained."""

    model: Model
    keys: tuple[PlannedKey, ...]
    comparisons: tuple[PlannedComparison, ...]
    prior_unrelated: int
    prior_related: int
    decider: Decider | None = None
    """What decides before the probabilistic model, or instead of it."""
    scans: tuple[Scan, ...] = ()
    """Clauses that no key serves."""

    @cached_property
    def match_threshold(self) -> int:
        return round(self.model.thresholds.match * MILLI)

    @cached_property
    def review_threshold(self) -> int:
        return round(self.model.thresholds.review * MILLI)

    @cached_property
    def same_label(self) -> frozenset[str]:
        """Attributes of which only values with equal labels are compared."""
        return frozenset(one.name for one in self.model.attributes if one.pairing == "same_label")

    def decide(self, weight: int) -> str:
        """match | review | non-match for a weight in thousandths of a bit."""
        if weight >= self.match_threshold:
            return "match"
        return "review" if weight >= self.review_threshold else "non-match"


def make_plan(model: Model, *, trained: bool = True) -> Plan:
    """The plan of a model. Raises ModelError when a trained model is wanted and this one is not."""
    if trained and not model.trained:
        raise ModelError([Fault("", "the model is not trained: every level needs m and u, and the model a prior")])
    # Keys given are the user's choice; what they are given for besides, probabilities, says nothing of certain rules.
    is_wanted = not model.keys or bool(model.rules and model.comparisons)
    derived = derived_keys(model) if is_wanted else Derived((), ())
    prior = model.prior
    unrelated = related = 0
    if trained and prior is not None:
        unrelated = milli(log2(prior.match / (1 - prior.match - prior.related)))
        related = milli(log2(prior.match / prior.related)) if prior.related > 0 else NO_RIVAL
    return Plan(
        model,
        _planned_keys(model, derived),
        tuple(
            _planned_comparison(
                comparison, trained=trained, same_label=model.attribute(comparison.attribute).pairing == "same_label"
            )
            for comparison in model.comparisons
        ),
        unrelated,
        related,
        decider_of(model),
        derived.scans,
    )


def _planned_keys(model: Model, derived: Derived) -> tuple[PlannedKey, ...]:
    """The keys given and the derived ones. Beside probabilities these tell of pairs for which no rule holds, too."""
    given = tuple(map(planned_key, model.keys))
    needs = [None] * len(derived.keys) if model.comparisons else derived.needs
    return *given, *(replace(planned_key(key), need=need) for key, need in zip(derived.keys, needs, strict=True))


def milli(bits: float) -> int:
    """Bits as whole thousandths, at most 1,100 bits either way: no ratio of two floating-point numbers has more."""
    return round(max(min(bits, 1100.0), -1100.0) * MILLI)


def bound_of(plan: Plan, name: str) -> int:
    """What a partition of the model asks for: with rule levels the last level that counts, else thousandths of a bit
    above the match threshold. Raises UnknownError for a name that the model does not have."""
    for one in plan.model.partitions:
        if one.name == name:
            return one.level or max(round((one.threshold or 0) * MILLI) - plan.match_threshold, 0)
    known = ", ".join(repr(one.name) for one in plan.model.partitions) or "none"
    raise UnknownError(f"the model has no partition {name!r}; it has {known}")


def against_both(unrelated: Ints, related: Ints) -> Ints:
    """Log2 odds against two rivals together, all in thousandths of a bit."""
    gap = np.abs(unrelated - related)
    result: Ints = np.minimum(unrelated, related) - _CORRECTION[np.minimum(gap, _SPAN)]
    return result


def probability(weight: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Match probability of weights in thousandths of a bit: 2^w / (1 + 2^w)."""
    result: npt.NDArray[np.float64] = 1 / (1 + np.exp2(-np.clip(weight, -200_000, 200_000) / MILLI))
    return result


def rarity(frequencies: Frequencies, value: str) -> int:
    """Term-frequency adjustment of agreeing on `value`, in thousandths of a bit: log2(mean / frequency), bounded."""
    frequency = frequencies.values.get(value, frequencies.other)
    return min(max(milli(log2(frequencies.mean / frequency)), RARITY_LOWEST), RARITY_HIGHEST)


def planned_key(key: Key) -> PlannedKey:
    """A key with its expressions parsed."""
    parts = tuple(local(parse_field(text)) for text in key.fields)
    return PlannedKey(str(key), parts, key.max_block, tuple(local(parse_field(text)) for text in key.split_by))


def _planned_comparison(comparison: Comparison, *, trained: bool, same_label: bool) -> PlannedComparison:
    null = parse_condition(comparison.null_when)
    conditions = tuple(parse_condition(level.when) for level in comparison.levels if level.when is not None)
    unrelated, related = [0], [0]
    for level in comparison.levels:
        if trained and level.m and level.u:
            shared = comparison.shared * level.m + (1 - comparison.shared) * level.u
            unrelated.append(milli(log2(level.m / level.u)))
            related.append(milli(log2(level.m / shared)))
        else:
            unrelated.append(0)
            related.append(0)
    tells_apart = comparison.shared < 0.5
    rivals = [np.array(unrelated, np.int64), *([np.array(related, np.int64)] if tells_apart else [])]
    least = np.maximum.reduce([_least_adjustment(weights, reachable_by_lack(conditions)) for weights in rivals])
    return PlannedComparison(
        comparison.name,
        comparison.attribute,
        null,
        conditions,
        ("missing", *(level.label for level in comparison.levels)),
        rivals[0],
        np.array(related, np.int64),
        (None, *(level.term_frequency for level in comparison.levels)),
        tells_apart,
        same_label,
        least,
    )


def reachable_by_lack(conditions: Sequence[Condition]) -> list[tuple[int, int]]:
    """(level, later level), both from 0, where a pair that loses one of the level's fields may reach the later one.

    That is so where the later level does without one of the fields that the level needs.
    """
    needed = [{name for leaf in leaves(one) for field in leaf.fields for name in field.fields} for one in conditions]
    return [
        (one, after)
        for one, fields in enumerate(needed)
        for after in range(one + 1, len(needed))
        if not fields <= needed[after]
    ]


def _least_adjustment(weights: Ints, reachable: Sequence[tuple[int, int]]) -> Ints:
    """For every level what takes it down to what lacking one of its fields would give: nothing, or a later level."""
    beyond = np.zeros(len(weights), np.int64)
    for level, after in reachable:
        beyond[level + 1] = max(beyond[level + 1], weights[after + 1])
    result: Ints = np.minimum(beyond - weights, 0)
    return result
