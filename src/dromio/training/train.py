"""From candidate pairs to a trained model: chance, expectation maximisation, priors, frequencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dromio.model.schema import Comparison, Level, Model, Prior
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
    learned = learn(counted, chance, informed, [comparison.shared for comparison in model.comparisons])
    prior = Prior(
        match=_probability(learned.matches / max(chance.pairs, 1)),
        related=min(learned.related / max(chance.pairs, 1), 0.999),
    )
    comparisons = [
        _trained(comparison, m, u, shared)
        for comparison, m, u, shared in zip(model.comparisons, learned.m, learned.u, learned.shared, strict=True)
    ]
    return Training(model.model_copy(update={"prior": prior, "comparisons": comparisons}), learned, chance)


def _informed_m(comparison: Comparison) -> Floats:
    """m as the untrained model gives it; an even share for levels without one."""
    given: Sequence[float] = [level.m or 1 / len(comparison.levels) for level in comparison.levels]
    result: Floats = np.array(given) / sum(given)
    return result


def _trained(comparison: Comparison, m: Floats, u: Floats, shared: float) -> Comparison:
    levels: list[Level] = [
        level.model_copy(update={"m": _probability(float(one)), "u": _probability(float(other))})
        for level, one, other in zip(comparison.levels, m, u, strict=True)
    ]
    return comparison.model_copy(update={"levels": levels, "shared": float(shared)})


def _probability(value: float) -> float:
    return min(max(value, _LEAST), 1 - _LEAST)
