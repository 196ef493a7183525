"""Greedy average-link clustering on match weights, for all connected components at once.

The two clusters with the highest mean weight over all their comparable pairs are merged while that mean is above zero.
Pairs that were never compared count `unseen` (a small negative weight). Average linkage is reducible: merging every
pair of clusters that are each other's best at the same time gives what merging the best pair one at a time gives, so a
round costs a few sorts of the edges that are left, and no component needs a loop of its own.

All figures are whole thousandths of a bit, so sums do not depend on the order of edges; ties within a round go to the
smaller record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.clusters.components import connected_components

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """Pairs of records left[i] < right[i] with weights in thousandths of a bit, above zero where they speak for a
    match."""

    left: npt.NDArray[Any]
    right: npt.NDArray[Any]
    weight: npt.NDArray[Any]


def average_link(
    edges: Edges,
    records: int,
    *,
    unseen: int = -1000,
    source: npt.NDArray[Any] | None = None,
    cross_only: bool = False,
    one_to_one: bool = False,
    start: npt.NDArray[Any] | None = None,
) -> Ints:
    """For every record the smallest record of its cluster.

    `source`: number of the source of every record; with `cross_only` pairs within one source are not comparable and
    count nothing; with `one_to_one` a cluster never holds two records of one source. `start`: for every record the
    smallest one of the cluster that it is in from the beginning; without it every record begins alone.
    """
    root = np.arange(records, dtype=np.int64)
    left, right = (edges.left, edges.right) if start is None else (start[edges.left], start[edges.right])
    inside = _reachable(left, right, np.flatnonzero(edges.weight > 0), records)
    left, right = left[inside].astype(np.int64), right[inside].astype(np.int64)
    left, right = np.minimum(left, right), np.maximum(left, right)
    total = edges.weight[inside].astype(np.int64) - unseen
    is_touched = np.zeros(records, np.bool_)
    is_touched[left] = is_touched[right] = True
    touched = np.flatnonzero(is_touched)
    place = np.cumsum(is_touched) - 1
    left, right = place[left], place[right]
    by_source = source if source is not None and (cross_only or one_to_one) else None
    size = _sizes(len(touched), None if by_source is None else by_source[touched])
    if start is not None:
        size = _sizes_of_groups(start, touched, by_source)
        left, right, total = _contract(left, right, total, len(touched))
    label = np.arange(len(touched))
    while len(left):
        mean = total / _comparable(size, left, right, cross_only) + unseen
        usable = mean > 0
        if one_to_one:
            usable &= (size[left] * size[right]).sum(axis=1) == 0
        hopeful = np.flatnonzero(usable)
        if not len(hopeful):
            break
        within = _reachable(left, right, hopeful, len(touched))
        chosen = hopeful[_mutual_best(left[hopeful], right[hopeful], mean[hopeful], len(touched))]
        merged_into = np.arange(len(touched))
        merged_into[right[chosen]] = left[chosen]
        size[left[chosen]] += size[right[chosen]]
        label = merged_into[label]
        left, right, total = _contract(
            merged_into[left[within]], merged_into[right[within]], total[within], len(touched)
        )
    root[touched] = touched[label]
    return root if start is None else root[start]


def _sizes(count: int, source: npt.NDArray[Any] | None) -> Ints:
    """Records of every cluster by source: (clusters, sources)."""
    if source is None:
        return np.ones((count, 1), np.int64)
    names, code = np.unique(source, return_inverse=True)
    size = np.zeros((count, max(len(names), 1)), np.int64)
    size[np.arange(count), code] = 1
    return size


def _sizes_of_groups(start: npt.NDArray[Any], touched: Ints, source: npt.NDArray[Any] | None) -> Ints:
    """The same where clusters begin with several records."""
    parts = [slice(None)] if source is None else [source == one for one in np.unique(source)]
    return np.stack([np.bincount(start[part], minlength=len(start))[touched] for part in parts], axis=1)


def _reachable(left: Ints, right: Ints, hopeful: Ints, count: int) -> Ints:
    """Edges inside the components of hopeful edges. A mean across components is an average of means that are not above
    zero, and stays so: such edges are done with."""
    component = connected_components(left[hopeful], right[hopeful], count)
    return np.flatnonzero(component[left] == component[right])


def _comparable(size: Ints, left: Ints, right: Ints, cross_only: bool) -> Ints:
    """Number of comparable pairs between two clusters."""
    all_pairs: Ints = size[left].sum(axis=1) * size[right].sum(axis=1)
    if cross_only:
        all_pairs = all_pairs - (size[left] * size[right]).sum(axis=1)
    return np.maximum(all_pairs, 1)


def _mutual_best(left: Ints, right: Ints, mean: npt.NDArray[np.float64], count: int) -> Ints:
    """Edges that are the best of both their ends, in the order (mean falling, left, right)."""
    highest = np.full(count, -np.inf)
    np.maximum.at(highest, left, mean)
    np.maximum.at(highest, right, mean)
    top = np.flatnonzero((mean == highest[left]) & (mean == highest[right]))
    key = left[top] * count + right[top]
    first_of = np.full(count, np.iinfo(np.int64).max)
    for end in (left, right):
        tied = np.flatnonzero(mean == highest[end])
        np.minimum.at(first_of, end[tied], left[tied] * count + right[tied])
    result: Ints = top[(first_of[left[top]] == key) & (first_of[right[top]] == key)]
    return result


def _contract(left: Ints, right: Ints, total: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """Edges between the merged clusters: inner ones gone, parallel ones summed."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    outer = low != high
    key = low[outer] * count + high[outer]
    order = np.argsort(key, kind="stable")
    key, total = key[order], total[outer][order]
    if not len(key):
        return key, key, total
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    return key[start] // count, key[start] % count, np.add.reduceat(total, start)
