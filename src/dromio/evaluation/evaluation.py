"""A run against the truth: how right its clusters are, how right its pairs, and where it went wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dromio.errors import UsageError
from dromio.evaluation.alignment import Aligned, align
from dromio.evaluation.mistakes import Mistakes, mistakes
from dromio.evaluation.pairs import Calibration, CurvePoint, ScoredPairs, at_match, calibration, curve, scored_pairs
from dromio.evaluation.scores import PairCounts, Score, b_cubed, count_pairs, exact_clusters, overlaps

LINK_TYPES = ("dedupe_only", "link_only", "link_and_dedupe")
LISTED = 100


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of records, clusters and pairs behind the scores; the largest clusters in records."""

    records: int
    clusters: int
    true_clusters: int
    exact_clusters: int
    largest_cluster: int
    largest_true_cluster: int
    pairs: int
    true_pairs: int
    right_pairs: int


@dataclass(frozen=True, slots=True)
class PairQuality:
    """Quality of the scored pairs, before clustering; recall is out of all true pairs, compared or not."""

    at_match: Score
    matches: int
    compared: int
    compared_true: int
    curve: tuple[CurvePoint, ...]
    calibration: Calibration | None
    mistakes: Mistakes


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of one run. `clusters` is over pairs of records in one cluster; `exact` over whole clusters."""

    link_type: str
    counts: Counts
    clusters: Score
    exact: Score
    b_cubed: Score
    pairs: PairQuality | None

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, ready for JSON."""
        return asdict(self)


def evaluate(
    entities: pa.Table,
    truth: pa.Table,
    pairs: pa.Table | None = None,
    *,
    link_type: str = "dedupe_only",
    limit: int = LISTED,
) -> Evaluation:
    """Exact scores of the clusters in `entities` (source_dataset, unique_id, cluster_id) against the truth.

    `truth` has unique_id and cluster_id, and source_dataset where ids repeat between sources. With `link_type`
    "link_only" only pairs of records of two sources count. With `pairs` (as in pairs.parquet) the pairs are scored too,
    and up to `limit` mistakes of each kind listed. Raises InputError for columns or values that do not fit, TruthError
    where truth and entities do not hold the same records, UsageError for another link type or a negative limit.
    """
    if link_type not in LINK_TYPES:
        raise UsageError(f"link_type {link_type!r} is not one of {', '.join(LINK_TYPES)}")
    if limit < 0:
        raise UsageError(f"limit must not be negative, got {limit}")
    across_sources = link_type == "link_only"
    records = align(entities, truth)
    pair_counts = count_pairs(records, across_sources)
    table = overlaps(records)
    exact, exact_count = exact_clusters(table, _clusters(records.found), _clusters(records.true))
    quality = None
    if pairs is not None:
        scored = scored_pairs(pairs, records, across_sources)
        quality = _pair_quality(records, scored, pair_counts, limit, across_sources)
    return Evaluation(
        link_type=link_type,
        counts=_counts(records, pair_counts, exact_count),
        clusters=Score.of(pair_counts.both, pair_counts.found, pair_counts.true),
        exact=exact,
        b_cubed=b_cubed(table),
        pairs=quality,
    )


def _clusters(labels: np.ndarray[Any, np.dtype[np.int64]]) -> int:
    return len(np.unique(labels))


def _counts(records: Aligned, pairs: PairCounts, exact: int) -> Counts:
    return Counts(
        records=len(records),
        clusters=_clusters(records.found),
        true_clusters=_clusters(records.true),
        exact_clusters=exact,
        largest_cluster=int(np.bincount(records.found).max(initial=0)),
        largest_true_cluster=int(np.bincount(records.true).max(initial=0)),
        pairs=pairs.found,
        true_pairs=pairs.true,
        right_pairs=pairs.both,
    )


def _pair_quality(
    records: Aligned, scored: ScoredPairs, counts: PairCounts, limit: int, across_sources: bool
) -> PairQuality:
    return PairQuality(
        at_match=at_match(scored, counts.true),
        matches=int(scored.matched.sum()),
        compared=len(scored),
        compared_true=int(scored.true.sum()),
        curve=tuple(curve(scored, counts.true)),
        calibration=calibration(scored),
        mistakes=mistakes(records, scored, counts, limit, across_sources),
    )
