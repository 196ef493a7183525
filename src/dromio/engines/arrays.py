"""Distinct whole numbers by sorting: NumPy's own `unique` hashes, which is many times slower on packed pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def distinct(values: Array) -> Array:
    """Distinct values in rising order."""
    return _first_of_runs(np.sort(values))


def union(one: Array, other: Array) -> Array:
    """Values of either of two sorted arrays of distinct values, sorted and distinct."""
    if not len(one) or not len(other):
        return other if not len(one) else one
    return _first_of_runs(np.sort(np.concatenate([one, other]), kind="stable"))


def _first_of_runs(ordered: Array) -> Array:
    if len(ordered) < 2:
        return ordered
    kept = np.empty(len(ordered), np.bool_)
    kept[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered[kept]
