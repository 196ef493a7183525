"""Comparison vectors counted: the distinct ones, how often each occurs, and which one every pair has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Levels = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class VectorCounts:
    """`vectors`: (comparisons, distinct vectors), level 0 = missing; `counts` and, for every pair, `which` vector it has."""

    vectors: Levels
    counts: Ints
    which: npt.NDArray[Any]


def count_vectors(levels: Levels) -> VectorCounts:
    """From one column per pair, (comparisons, pairs). The order of the distinct vectors does not depend on the order of pairs."""
    if levels.shape[1] == 0:
        return VectorCounts(levels, np.zeros(0, np.int64), np.zeros(0, np.int64))
    keys, bits = [], int(levels.max(initial=1)).bit_length()
    per_key = 62 // bits
    for at in range(0, len(levels), per_key):
        key = np.zeros(levels.shape[1], np.int64)
        for row in levels[at : at + per_key]:
            key = key << bits | row
        keys.append(key)
    while len(keys) > 1:
        second, first = np.unique(keys.pop(), return_inverse=True)[1], np.unique(keys.pop(), return_inverse=True)[1]
        keys.append(first.astype(np.int64) * (int(second.max()) + 1) + second)
    _, first_at, which, counts = np.unique(keys[0], return_index=True, return_inverse=True, return_counts=True)
    return VectorCounts(levels[:, first_at], counts, which)


def null_patterns(vectors: Levels) -> Ints:
    """For every vector one number that says which comparisons are missing."""
    pattern = np.zeros(vectors.shape[1], np.int64)
    for at in range(0, len(vectors)):
        pattern = pattern * 2 + (vectors[at] == 0) if at < 62 else pattern ^ (np.int64(at) * (vectors[at] == 0))
    return pattern
