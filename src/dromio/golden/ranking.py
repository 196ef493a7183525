"""Survivorship rules: which of a cluster's values survives. Rules go in order; each breaks the ties of those before.

A rule scores candidates, higher being better. Only candidates that are still tied are scored, so that dear rules such
as the order of texts see few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dromio.golden.texts import Bools, Ints, codes_of, folded_codes, places

Score = Callable[[Ints], Ints]
"""Numbers of candidates -> their scores."""


@dataclass(frozen=True)
class Candidates:
    """Values to choose from, sorted by cluster, then by record number.

    `texts` holds the parallel texts of every column of the value without surrounding white space; null where a column
    is blank or says nothing. `raw` holds the texts as delivered.
    """

    cluster: Ints
    texts: Sequence[pa.Array]
    raw: Sequence[pa.Array]

    @cached_property
    def frequency(self) -> Ints:
        """How many values of the cluster are equal to each on the folded text, and, where that is a tie, how many are
        spelled the same: a number that orders by both; 0 where that cannot matter.

        Of two values neither is more frequent than the other, so only clusters of three and more are counted.
        """
        rows = np.flatnonzero(_sizes(self.cluster) > 2)
        result = np.zeros(len(self.cluster), np.int64)
        if len(rows):
            at = pa.array(rows)
            equal = self._equal_to_each(rows, [folded_codes(texts.take(at)) for texts in self.texts])
            spelled = self._equal_to_each(rows, [codes_of(texts.take(at))[0] for texts in self.texts])
            result[rows] = equal * (len(rows) + 1) + spelled
        return result

    def _equal_to_each(self, rows: Ints, codes: Sequence[Ints]) -> Ints:
        """How many rows of the same cluster have the same codes as each."""
        key = np.cumsum(starts_of(self.cluster[rows]))
        for own in codes:
            key = np.unique(key * (int(own.max()) + 2) + own + 1, return_inverse=True)[1].astype(np.int64)
        counts: Ints = np.bincount(key)[key]
        return counts

    def most_frequent(self, rows: Ints) -> Ints:
        """Values equal to each, then those spelled the same."""
        return self.frequency[rows]

    def most_complete(self, rows: Ints) -> Ints:
        """Columns of each that hold something."""
        if len(self.texts) == 1:
            return np.zeros(len(rows), np.int64)
        filled = [texts.is_valid().to_numpy(zero_copy_only=False)[rows] for texts in self.texts]
        return np.asarray(np.sum(filled, axis=0, dtype=np.int64))

    def longest(self, rows: Ints) -> Ints:
        """Characters (code points) of each, all columns together."""
        at = pa.array(rows)
        lengths = [pc.fill_null(pc.utf8_length(texts.take(at)), 0).to_numpy() for texts in self.texts]
        return np.asarray(np.sum(lengths, axis=0, dtype=np.int64))

    def scores(self, rule: str) -> list[Score]:
        """The scores of a rule that looks at values: one, or for `smallest` several to be asked in order."""
        if rule == "smallest":
            return self._smallest()
        by_name = {"most_frequent": self.most_frequent, "most_complete": self.most_complete, "longest": self.longest}
        return [by_name[rule]]

    def _smallest(self) -> list[Score]:
        """First in the order of texts, column by column; of equal ones the one with least white space around it."""
        trimmed: list[Score] = [_smaller(texts) for texts in self.texts]
        shorter: list[Score] = [_shorter(raw) for raw in self.raw]
        return trimmed + shorter + [_smaller(raw) for raw in self.raw]


def _smaller(texts: pa.Array) -> Score:
    return lambda rows: -places(texts.take(pa.array(rows)))


def _shorter(texts: pa.Array) -> Score:
    return lambda rows: -pc.fill_null(pc.utf8_length(texts.take(pa.array(rows))), 0).to_numpy().astype(np.int64)


def choose(cluster: Ints, candidates: Ints, scores: Sequence[Score]) -> Ints:
    """One candidate per cluster: the best by the scores in order, then the first.

    `candidates` are numbers of elements of `cluster`, which is sorted; the answer is in order of cluster.
    """
    decided: list[Ints] = []
    rows = candidates
    for score in scores:
        alone = _are_alone(cluster[rows])
        decided.append(rows[alone])
        rows = rows[~alone]
        if not len(rows):
            break
        rows = rows[_are_best(cluster[rows], score(rows))]
    decided.append(rows[starts_of(cluster[rows])])
    return np.sort(np.concatenate(decided))


def starts_of(cluster: Ints) -> Bools:
    """Whether each element of a sorted array is the first of its cluster."""
    starts = np.ones(len(cluster), np.bool_)
    starts[1:] = cluster[1:] != cluster[:-1]
    return starts


def _sizes(cluster: Ints) -> Ints:
    """How many elements of a sorted array are equal to each."""
    group = np.cumsum(starts_of(cluster)) - 1
    result: Ints = np.bincount(group)[group]
    return result


def _are_alone(cluster: Ints) -> Bools:
    starts = starts_of(cluster)
    result: Bools = starts & np.append(starts, True)[1:]
    return result


def _are_best(cluster: Ints, score: Ints) -> Bools:
    """Whether each has the highest score of its cluster."""
    starts = starts_of(cluster)
    best = np.maximum.reduceat(score, np.flatnonzero(starts))
    result: Bools = score == best[np.cumsum(starts) - 1]
    return result
