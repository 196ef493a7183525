"""Precision, recall and F1 of clusters, exact, from the sizes of clusters and of their overlaps; never pair by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dromio.evaluation.alignment import Aligned, Codes


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1, each 0 to 1. With nothing declared precision is 1; with nothing true recall is 1."""

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, right: float, declared: float, true: float) -> Score:
        """From the amounts declared and right, declared, and true."""
        precision = right / declared if declared else 1.0
        recall = right / true if true else 1.0
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total else 0.0)


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Numbers of pairs of records: in one true cluster, in one cluster found, and in both."""

    true: int
    found: int
    both: int


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Each non-empty overlap of a cluster found and a true cluster: its size, and the sizes of the two clusters."""

    shared: Codes
    found: Codes
    true: Codes


def group_sizes(*labels: Codes) -> Codes:
    """Sizes of the groups of records that have all labels in common; order unspecified."""
    return np.unique(combined(*labels), return_counts=True)[1]


def combined(*labels: Codes) -> Codes:
    """One label for each combination of labels (each coded from 0), coded afresh so that products cannot overflow."""
    code = labels[0]
    for label in labels[1:]:
        _, code = np.unique(code * (int(label.max(initial=0)) + 1) + label, return_inverse=True)
    return code


def pairs_within(sizes: npt.NDArray[np.integer]) -> int:
    """Number of pairs inside groups of these sizes."""
    counts = sizes.astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def count_pairs(records: Aligned, across_sources: bool = False) -> PairCounts:
    """Pairs true, found and both; with `across_sources` only pairs of records of two sources."""

    def count(*labels: Codes) -> int:
        inside = pairs_within(group_sizes(*labels, records.source)) if across_sources else 0
        return pairs_within(group_sizes(*labels)) - inside

    return PairCounts(count(records.true), count(records.found), count(records.found, records.true))


def overlaps(records: Aligned) -> Overlaps:
    """The contingency table of clusters found and true clusters, its empty cells left out."""
    found_sizes, true_sizes = np.bincount(records.found), np.bincount(records.true)
    cell = combined(records.found, records.true)
    _, first, shared = np.unique(cell, return_index=True, return_counts=True)
    return Overlaps(shared, found_sizes[records.found[first]], true_sizes[records.true[first]])


def exact_clusters(table: Overlaps, found: int, true: int) -> tuple[Score, int]:
    """Score of clusters that hold exactly the records of one entity, and their number; single records count too."""
    exact = int(((table.shared == table.found) & (table.shared == table.true)).sum())
    return Score.of(exact, found, true), exact


def b_cubed(table: Overlaps) -> Score:
    """Mean over records of the precision and recall of the cluster each is in (Bagga and Baldwin, 1998)."""
    records = float(table.shared.sum())
    squares = table.shared.astype(np.float64) ** 2
    precision, recall = float((squares / table.found).sum()), float((squares / table.true).sum())
    if not records:
        return Score(1.0, 1.0, 1.0)
    score = Score(precision / records, recall / records, 0.0)
    return Score(score.precision, score.recall, 2 * precision * recall / (precision + recall) / records)
