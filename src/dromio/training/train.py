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
Bools = npt.NDArray[np.bool_]
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
    seen = [np.bincount(row, minlength=len(m) + 1)[1:] > 0 for row, m in zip(counted.vectors, learned.m, strict=True)]
    comparisons = [
        _trained(comparison, m, u, shared, met)
        for comparison, m, u, shared, met in zip(
            model.comparisons, learned.m, learned.u, learned.shared, seen, strict=True
        )
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


def _trained(comparison: Comparison, m: Floats, u: Floats, shared: float, seen: Bools) -> Comparison:
    conditions = [parse_condition(level.when) for level in comparison.levels if level.when is not None]
    m = without_gain_by_lack(m, u, reachable_by_lack(conditions), seen)
    levels: list[Level] = [
        level.model_copy(update={"m": _probability(float(one)), "u": _probability(float(other))})
        for level, one, other in zip(comparison.levels, m, u, strict=True)
    ]
    return comparison.model_copy(update={"levels": levels, "shared": float(shared)})


def without_gain_by_lack(
    m: Floats, u: Floats, reachable: Sequence[tuple[int, int]], seen: Bools | None = None
) -> Floats:
    """m such that lacking a value never counts for more than agreeing on it.

    The best level weighs at least 0, and no level less than one that its pairs may reach by lacking a field
    (`reachable`). Levels where it is otherwise are pooled: they share their m in proportion to u. Of levels that no
    pair had (not `seen`) nothing was learned: they give way to the others, which do not share with them.
    """
    pool = np.arange(len(m))
    known = np.ones(len(m), np.bool_) if seen is None else seen
    below = [(0, after) for after in range(1, len(m))]

    def ratio(level: int) -> float:
        return float(m[pool == pool[level]].sum() / u[pool == pool[level]].sum())

    def wrong() -> tuple[int, int] | None:
        wanted = [*reachable, *(below if ratio(0) < 1 else [])]
        differing = (one for one in wanted if known[list(one)].all() and pool[one[0]] != pool[one[1]])
        return next((one for one in differing if ratio(one[0]) < ratio(one[1])), None)

    while found := wrong():
        one, other = found
        pool[pool == pool[other]] = pool[one]
    ratios = np.array([ratio(level) for level in range(len(m))])
    for level in np.flatnonzero(~known):
        above = [ratios[one] for one, after in reachable if after == level and known[one]]
        under = [ratios[after] for one, after in reachable if one == level and known[after]]
        ratios[level] = max([min([ratios[level], *above]), *under])
    shares = (np.bincount(pool)[pool] > 1) | ~known
    return np.where(shares, u * ratios, m)


def _probability(value: float) -> float:
    return min(max(value, _LEAST), 1 - _LEAST)
