"""Levels without m or u in a document that is trained elsewhere: Splink predicts with figures of its own for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dromio.interchange.splink.document import SplinkComparison, SplinkLevel

BEST_M, BEST_WEIGHT = 0.95, 10.0
"""m and weight in bits of the best level."""
LOWEST_WEIGHT, HIGHEST_WEIGHT = -5.0, 3.0
"""Weights of the last level and of the second best; those between are evenly apart."""
LARGEST_U = 0.999
"""What u becomes where Splink's own figure is no probability; m is scaled with it, so that the weight is the same."""


def completed(comparisons: Sequence[SplinkComparison], notes: list[str]) -> tuple[SplinkComparison, ...]:
    """The comparisons with Splink's figures for what was not trained; unchanged where nothing at all is trained."""
    levels = [level for comparison in comparisons for level in comparison.levels if not level.is_null]
    if all(level.m is None and level.u is None for level in levels):
        notes.append("comparisons: no m and no u is known; the model is not trained")
        return tuple(comparisons)
    return tuple(replace(one, levels=_completed(one.levels, notes)) for one in comparisons)


def default_m(place: int, count: int) -> float:
    """Splink's m of the level at a place, from 0 for the best, of so many."""
    return BEST_M if place == 0 else (1 - BEST_M) / (count - 1)


def default_weight(place: int, count: int) -> float:
    """Splink's weight in bits of the level at a place."""
    if place == 0:
        return BEST_WEIGHT
    share = (count - 1 - place) / (count - 2) if count > 2 else 0.0
    return LOWEST_WEIGHT + share * (HIGHEST_WEIGHT - LOWEST_WEIGHT)


def _completed(levels: Sequence[SplinkLevel], notes: list[str]) -> tuple[SplinkLevel, ...]:
    stated = [level for level in levels if not level.is_null]
    done = {level.path: _filled(level, place, len(stated), notes) for place, level in enumerate(stated)}
    return tuple(done.get(level.path, level) for level in levels)


def _filled(level: SplinkLevel, place: int, count: int, notes: list[str]) -> SplinkLevel:
    missing = [name for name in ("m", "u") if getattr(level, name) is None]
    if not missing or count < 2:
        return level
    by_default = default_m(place, count)
    m = by_default if level.m is None else level.m
    u = by_default / 2 ** default_weight(place, count) if level.u is None else level.u
    notes.append(f"{level.path}: {' and '.join(missing)} not trained; Splink's own figure is taken, as Splink does")
    scale = LARGEST_U / u if u > 1 else 1.0
    return replace(level, m=m * scale, u=u * scale)
