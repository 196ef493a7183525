"""What went wrong, pair by pair and why: counts are complete, the pairs listed are limited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from dromio.evaluation.alignment import Aligned, Codes
from dromio.evaluation.pairs import Mask, ScoredPairs
from dromio.evaluation.scores import PairCounts

NEVER_COMPARED = "never_compared"  # true, but not among the pairs of the run
SCORED_TOO_LOW = "scored_too_low"  # true and compared, but not decided as a match
SPLIT_BY_CLUSTERING = "split_by_clustering"  # true and decided as a match, yet in two clusters
BY_SCORE = "by_score"  # false, but decided as a match, and in one cluster
BY_CLUSTERING = "by_clustering"  # false and not decided as a match, yet in one cluster
KINDS = (NEVER_COMPARED, SCORED_TOO_LOW, SPLIT_BY_CLUSTERING, BY_SCORE, BY_CLUSTERING)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One pair that the clusters have wrong, and why; the weight (bits) is None where the pair was not compared."""

    kind: str
    source_dataset_l: str
    unique_id_l: str
    source_dataset_r: str
    unique_id_r: str
    match_weight: float | None


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Numbers of missed and false pairs by kind (all of them), and up to a limit of each kind, heaviest first."""

    counts: dict[str, int]
    listed: tuple[Mistake, ...]


def mistakes(
    records: Aligned, pairs: ScoredPairs, counts: PairCounts, limit: int, across_sources: bool = False
) -> Mistakes:
    """Missed true pairs and false pairs of the clusters, by kind, at most `limit` listed of each kind."""
    missed, false = pairs.true & ~pairs.together, ~pairs.true & pairs.together
    known = {
        SCORED_TOO_LOW: missed & ~pairs.matched,
        SPLIT_BY_CLUSTERING: missed & pairs.matched,
        BY_SCORE: false & pairs.matched,
        BY_CLUSTERING: false & ~pairs.matched,
    }
    numbers = {kind: int(mask.sum()) for kind, mask in known.items()}
    numbers[NEVER_COMPARED] = counts.true - counts.both - int(missed.sum())
    numbers[BY_CLUSTERING] = counts.found - counts.both - numbers[BY_SCORE]
    listed = {kind: _compared(records, pairs, mask, kind, limit) for kind, mask in known.items()}
    listed[NEVER_COMPARED] = _uncompared(records, pairs, NEVER_COMPARED, limit, across_sources)
    room = limit - len(listed[BY_CLUSTERING])
    listed[BY_CLUSTERING] += _uncompared(records, pairs, BY_CLUSTERING, room, across_sources)
    return Mistakes({kind: numbers[kind] for kind in KINDS}, tuple(each for kind in KINDS for each in listed[kind]))


def _mistake(records: Aligned, kind: str, left: int, right: int, weight: float | None) -> Mistake:
    return Mistake(kind, *records.name(left), *records.name(right), weight)


def _compared(records: Aligned, pairs: ScoredPairs, mask: Mask, kind: str, limit: int) -> list[Mistake]:
    rows = np.flatnonzero(mask)
    rows = rows[np.argsort(-pairs.weight[rows], kind="stable")][:limit]
    return [
        _mistake(records, kind, int(pairs.left[row]), int(pairs.right[row]), _weight(pairs, int(row))) for row in rows
    ]


def _weight(pairs: ScoredPairs, row: int) -> float | None:
    return float(pairs.weight[row]) if pairs.weighed else None


def _uncompared(records: Aligned, pairs: ScoredPairs, kind: str, limit: int, across_sources: bool) -> list[Mistake]:
    """Pairs together in one labelling and apart in the other that were never compared, in the order of their keys."""
    together, apart = (records.true, records.found) if kind == NEVER_COMPARED else (records.found, records.true)
    source = records.source if across_sources else None
    known = pairs.left * len(records) + pairs.right
    found = islice(_unlike(together, apart, source, known), max(limit, 0))
    return [_mistake(records, kind, left, right, None) for left, right in found]


def _unlike(together: Codes, apart: Codes, source: Codes | None, known: Codes) -> Iterator[tuple[int, int]]:
    """Pairs equal in `together`, unlike in `apart`, not among the known keys (sorted); lazily, cluster by cluster."""
    if not len(together):
        return
    order = np.argsort(together, kind="stable")
    starts = np.flatnonzero(np.append(True, together[order][1:] != together[order][:-1]))
    sizes = np.diff(np.append(starts, len(order)))
    differs = np.add.reduceat(apart[order] != np.repeat(apart[order][starts], sizes), starts) > 0
    groups = [
        (int(order[start]), int(start), int(size)) for start, size in zip(starts[differs], sizes[differs], strict=True)
    ]
    for _, start, size in sorted(groups):
        members = order[start : start + size]
        for place, left in enumerate(members[:-1]):
            right = members[place + 1 :]
            right = right[apart[right] != apart[left]]
            if source is not None:
                right = right[source[right] != source[left]]
            yield from ((int(left), int(each)) for each in _unknown(int(left), right, known, len(together)))


def _unknown(left: int, right: Codes, known: Codes, records: int) -> Codes:
    keys = left * records + right
    at = np.minimum(np.searchsorted(known, keys), max(len(known) - 1, 0))
    return right[known[at] != keys] if len(known) else right
