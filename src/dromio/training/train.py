"""From candidate pairs to a trained model: chance, expectation maximisation, priors, frequencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dromio.model.defaults import DISTINGUISHING
from dromio.model.expressions import parse_condition
from dromio.model.schema import Comparison, Level, Model, Prior
from dromio.plan import reachable_by_lack
from dromio.training.chance import Chance
from dromio.training.counts import VectorCounts
from dromio.training.em import Learned, learn

Floats = npt.NDArray[np.float64]
_LEAST = 1e-9


@dataclass(frozen=True)
class Training:
    """A trained model and what was learned on the way."""

    model: Model
    learned: Learned
    chance: Chance


def train(model: Model, counted: VectorCounts, chance: Chance) -> Training:
    """The model with m, u, shared and prior learned from the counted vectors of the candidate pairs."""
    informed = [_informed_m(comparison) for comparison in model.comparisons]
    shared = [comparison.shared for comparison in model.comparisons]
    learned = learn(counted, chance, informed, shared, with_related=_may_be_related(model))
    prior = Prior(
        match=_probability(learned.matches / max(chance.pairs, 1)),
        related=min(learned.related / max(chance.pairs, 1), 0.999),
    )
    comparisons = [
        _trained(comparison, m, u, shared)
        for comparison, m, u, shared in zip(model.comparisons, learned.m, learned.u, learned.shared, strict=True)
    ]
    return Training(model.model_copy(update={"prior": prior, "comparisons": comparisons}), learned, chance)


def _may_be_related(model: Model) -> bool:
    """Whether to look for entities that share much: people of one household, or branches of one organisation, which
    are known by an address that they hardly ever share."""
    types = {attribute.name: attribute.type for attribute in model.attributes}
    return "person_name" in types.values() or any(
        types[one.attribute] == "address" and one.shared <= DISTINGUISHING for one in model.comparisons
    )


def _informed_m(comparison: Comparison) -> Floats:
    """m as the untrained model gives it; an even share for levels without one."""
    given: Sequence[float] = [level.m or 1 / len(comparison.levels) for level in comparison.levels]
    result: Floats = np.array(given) / sum(given)
    return result


def _trained(comparison: Comparison, m: Floats, u: Floats, shared: float) -> Comparison:
    conditions = [parse_condition(level.when) for level in comparison.levels if level.when is not None]
    m = without_gain_by_lack(m, u, reachable_by_lack(conditions))
    levels: list[Level] = [
        level.model_copy(update={"m": _probability(float(one)), "u": _probability(float(other))})
        for level, one, other in zip(comparison.levels, m, u, strict=True)
    ]
    return comparison.model_copy(update={"levels": levels, "shared": float(shared)})


def without_gain_by_lack(m: Floats, u: Floats, reachable: Sequence[tuple[int, int]]) -> Floats:
    """m such that lacking a value never counts for more than agreeing on it.

    The best level weighs at least 0, and no level less than one that its pairs may reach by lacking a field
    (`reachable`). Levels where it is otherwise are pooled: they share their m in proportion to u.
    """
    pool = np.arange(len(m))
    below = [(0, after) for after in range(1, len(m))]

    def ratio(level: int) -> float:
        return float(m[pool == pool[level]].sum() / u[pool == pool[level]].sum())

    def wrong() -> tuple[int, int] | None:
        wanted = [*reachable, *(below if ratio(0) < 1 else [])]
        differing = (one for one in wanted if pool[one[0]] != pool[one[1]])
        return next((one for one in differing if ratio(one[0]) < ratio(one[1])), None)

    while found := wrong():
        one, other = found
        pool[pool == pool[other]] = pool[one]
    shares = np.bincount(pool)[pool] > 1
    return np.where(shares, u * np.array([ratio(level) for level in range(len(m))]), m)


def _probability(value: float) -> float:
    return min(max(value, _LEAST), 1 - _LEAST)
