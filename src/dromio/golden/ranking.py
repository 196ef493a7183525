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

from dromio.golden.texts import Bools, Ints, codes_of, folded, lengths_of, places, to_bools

Score = Callable[[Ints], Ints]
"""Numbers of candidates -> their scores."""
_SMALL = 16
"""Clusters up to which every two candidates are compared; in larger ones equal candidates are found by sorting."""


@dataclass(frozen=True)
class Candidates:
    """Values to choose from, sorted by cluster, then by record number.

    `texts` holds the parallel texts of every column of the value without surrounding white space; missing where a
    column is blank or says nothing. `raw` holds the texts as delivered.
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
            spelled = [codes_of(own.take(pa.array(rows))) for own in self.texts]
            cluster, codes = self.cluster[rows], [codes for codes, _ in spelled]
            alike = [np.append(codes_of(folded(distinct))[0], -1)[own] for own, distinct in spelled]
            result[rows] = equal_to_each(cluster, alike) * (len(rows) + 1) + equal_to_each(cluster, codes)
        return result

    def most_frequent(self, rows: Ints) -> Ints:
        """Values equal to each, then those spelled the same."""
        return self.frequency[rows]

    def most_complete(self, rows: Ints) -> Ints:
        """Columns of each that hold something."""
        filled = [own.is_valid().to_numpy(zero_copy_only=False)[rows] for own in self.texts]
        return np.asarray(np.sum(filled, axis=0, dtype=np.int64))

    def longest(self, rows: Ints) -> Ints:
        """Characters (code points) of each, all columns together."""
        lengths = [lengths_of(own.take(pa.array(rows))) for own in self.texts]
        return np.asarray(np.sum(lengths, axis=0, dtype=np.int64))

    def scores(self, rule: str) -> list[Score]:
        """The scores of a rule that looks at values, to be asked in order; none where it cannot tell any apart."""
        if rule == "smallest":
            return self._smallest()
        if rule == "most_complete" and len(self.texts) == 1:
            return []
        by_name = {"most_frequent": self.most_frequent, "most_complete": self.most_complete, "longest": self.longest}
        return [by_name[rule]]

    def _smallest(self) -> list[Score]:
        """First in the order of texts, column by column; of equal ones the one with least white space around it."""
        trimmed = [self._smaller(own) for own in self.texts]
        shorter: list[Score] = [_shorter(raw) for raw in self.raw]
        return trimmed + shorter + [self._smaller(raw) for raw in self.raw]

    def _smaller(self, texts: pa.Array) -> Score:
        """More for a text that comes before others of its cluster in the order of code points, least for none.

        Of two candidates the texts are compared; all those of larger clusters are put in order.
        """

        def score(rows: Ints) -> Ints:
            own, cluster = texts.take(pa.array(rows)), self.cluster[rows]
            result = np.zeros(len(rows), np.int64)
            size = _sizes(cluster)
            first = np.flatnonzero(starts_of(cluster) & (size == 2))
            one, other = own.take(pa.array(first)), own.take(pa.array(first + 1))
            result[first] = _is_before(one, other)
            result[first + 1] = _is_before(other, one)
            more = np.flatnonzero(size != 2)
            result[more] = -places(own.take(pa.array(more)))
            return result

        return score


def _is_before(one: pa.Array, other: pa.Array) -> Bools:
    """Whether each text comes before its rival. No text comes last."""
    return to_bools(pc.or_kleene(pc.less(one, other), pc.and_(pc.is_valid(one), pc.is_null(other))))


def _shorter(raw: pa.Array) -> Score:
    return lambda rows: -lengths_of(raw.take(pa.array(rows)))


def equal_to_each(cluster: Ints, codes: Sequence[Ints]) -> Ints:
    """How many rows of the same cluster have the same codes as each, itself among them. `cluster` is sorted."""
    size = _sizes(cluster)
    left = size - _places_inside(cluster)
    counts = np.ones(len(cluster), np.int64)
    for step in range(1, _SMALL):
        at = np.flatnonzero((size <= _SMALL) & (left > step))
        at = at[np.logical_and.reduce([own[at] == own[at + step] for own in codes])]
        counts[at] += 1
        counts[at + step] += 1
    large = np.flatnonzero(size > _SMALL)
    if len(large):
        key = np.cumsum(starts_of(cluster[large]))
        for own in codes:
            key = np.unique(key * (int(own.max()) + 2) + own[large] + 1, return_inverse=True)[1].astype(np.int64)
        counts[large] = np.bincount(key)[key]
    return counts


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


def _places_inside(cluster: Ints) -> Ints:
    """The place of each element of a sorted array among those that are equal to it, from 0."""
    starts = np.flatnonzero(starts_of(cluster))
    result: Ints = np.arange(len(cluster)) - np.repeat(starts, np.diff(np.append(starts, len(cluster))))
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
