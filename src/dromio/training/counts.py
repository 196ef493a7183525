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
    """`vectors`: (comparisons, distinct vectors), level 0 = missing; `counts` and, for every pair, `which` vector it
    has."""

    vectors: Levels
    counts: Ints
    which: npt.NDArray[Any]


def vectors_alone(counted: VectorCounts) -> VectorCounts:
    """Every distinct vector once, as if one pair had each."""
    distinct = len(counted.counts)
    return VectorCounts(counted.vectors, np.ones(distinct, np.int64), np.arange(distinct, dtype=np.int32))


def count_vectors(levels: Levels) -> VectorCounts:
    """From one column per pair, (comparisons, pairs). The order of the distinct vectors does not depend on the order of
    pairs."""
    if levels.shape[1] == 0:
        return VectorCounts(levels, np.zeros(0, np.int64), np.zeros(0, np.int32))
    code, span = np.zeros(levels.shape[1], np.int64), 1
    table = min(_TABLE, max(1 << 16, 8 * levels.shape[1]))
    for row in levels:
        width = int(row.max()) + 1
        if span * width > table:
            code, span = _renumbered(code, span, table)
        code = code * width + row
        span *= width
    code, span = _renumbered(code, span, table)
    counts = np.bincount(code, minlength=span)
    first_at = np.empty(span, np.int64)
    first_at[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    return VectorCounts(levels[:, first_at], counts, code.astype(np.int32))


def _renumbered(code: Ints, span: int, table: int) -> tuple[Ints, int]:
    """Codes from 0 up without gaps, in the same order; and how many there are. Spans up to `table` need no sorting."""
    if span > table:
        distinct, code = np.unique(code, return_inverse=True)
        return code.astype(np.int64), len(distinct)
    used = np.zeros(span, np.bool_)
    used[code] = True
    number = np.cumsum(used) - 1
    return number[code], int(used.sum())


_TABLE = 1 << 25
"""Codes below this are counted in a table, larger ones by sorting; few pairs are not worth a large table."""


def null_patterns(vectors: Levels) -> Ints:
    """For every vector one number that says which comparisons are missing."""
    pattern = np.zeros(vectors.shape[1], np.int64)
    for at in range(0, len(vectors)):
        pattern = pattern * 2 + (vectors[at] == 0) if at < 62 else pattern ^ (np.int64(at) * (vectors[at] == 0))
    return pattern
