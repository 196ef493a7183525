"""Average-link clustering of a few records in plain Python: the same groups as `dromio.clusters.average_link`.

A component of the store has two or three records, for which arrays cost more than the work itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Weights = dict[tuple[int, int], int]


@dataclass
class _Groups:
    """Groups of records by the number of their smallest: how many records of each source, and how they are linked."""

    size: list[dict[int, int]]
    total: Weights
    """(smaller, larger group) -> sum of (weight - unseen) over their compared pairs."""


def average_groups(
    weights: Mapping[tuple[int, int], int],
    count: int,
    *,
    unseen: int,
    sources: Sequence[int] | None = None,
    cross_only: bool = False,
    one_to_one: bool = False,
    start: Sequence[int] | None = None,
) -> list[int]:
    """For every record the smallest one of its group. Arguments are those of `average_link`."""
    first = list(start) if start is not None else list(range(count))
    by_source = sources if sources is not None and (cross_only or one_to_one) else [0] * count
    groups = _Groups([{} for _ in range(count)], {})
    for record, root in enumerate(first):
        groups.size[root][by_source[record]] = groups.size[root].get(by_source[record], 0) + 1
    for (left, right), weight in weights.items():
        _add(groups.total, first[left], first[right], weight - unseen)
    label = list(range(count))
    while pairs := _mutual_best(_hopeful(groups, unseen, cross_only=cross_only, one_to_one=one_to_one)):
        _merge(groups, label, pairs)
    return [label[root] for root in first]


def _hopeful(groups: _Groups, unseen: int, *, cross_only: bool, one_to_one: bool) -> dict[tuple[int, int], float]:
    """Pairs of groups that may be merged, with their mean weight."""
    found = {}
    for (left, right), total in groups.total.items():
        one, other = groups.size[left], groups.size[right]
        same = sum(number * other.get(source, 0) for source, number in one.items())
        if one_to_one and same:
            continue
        comparable = sum(one.values()) * sum(other.values()) - (same if cross_only else 0)
        mean = total / max(comparable, 1) + unseen
        if mean > 0:
            found[left, right] = mean
    return found


def _mutual_best(means: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Pairs that are the best of both their ends, in the order (mean falling, left, right)."""
    best: dict[int, tuple[float, int, int]] = {}
    for (left, right), mean in means.items():
        place = (-mean, left, right)
        for end in (left, right):
            if end not in best or place < best[end]:
                best[end] = place
    return [(left, right) for left, right in means if best[left][1:] == best[right][1:] == (left, right)]


def _merge(groups: _Groups, label: list[int], pairs: Sequence[tuple[int, int]]) -> None:
    into = {right: left for left, right in pairs}
    for right, left in into.items():
        for source, number in groups.size[right].items():
            groups.size[left][source] = groups.size[left].get(source, 0) + number
    total: Weights = {}
    for (left, right), weight in groups.total.items():
        _add(total, into.get(left, left), into.get(right, right), weight)
    groups.total = total
    for record, root in enumerate(label):
        label[record] = into.get(root, root)


def _add(total: Weights, one: int, other: int, weight: int) -> None:
    if one != other:
        pair = (one, other) if one < other else (other, one)
        total[pair] = total.get(pair, 0) + weight
