"""The record that supplies each cluster's value of one bundle of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.errors import InputError
from dromio.golden.bundles import Bundle
from dromio.golden.ranking import Candidates, Score, choose, starts_of
from dromio.golden.real import are_real, is_filler
from dromio.golden.texts import Bools, Ints, has_text, places, same, without, without_space
from dromio.io.sources import Records
from dromio.model.schema import Model

NOBODY = -1
"""Stands for the record where a cluster has no value."""

_OF_RECORD = ("most_recent", "source_rank")


@dataclass(frozen=True)
class Setting:
    """What all bundles share: the records, the model and the clusters."""

    records: Records
    model: Model
    cluster: npt.NDArray[Any]
    """Cluster number of every record."""
    size: Ints
    """Records of every cluster."""
    recency: pa.Array | None
    """When each record was last updated, null where blank; None when the model has no such column."""
    has_value: Mapping[str, Bools] = field(default_factory=dict)
    """Attribute -> whether cleaning leaves each record a value of it, where that is known already."""

    @classmethod
    def of(
        cls,
        records: Records,
        model: Model,
        cluster: npt.NDArray[Any],
        count: int,
        has_value: Mapping[str, Bools] | None = None,
    ) -> Setting:
        """`count`: number of clusters. Raises InputError when the model's column of recency cannot be used."""
        size = np.bincount(cluster, minlength=count).astype(np.int64)
        return cls(records, model, cluster, size, _recency(records, model.recency), has_value or {})

    def own_connection(self) -> Setting:
        """The same on a further connection to the database, for another thread."""
        return replace(self, records=replace(self.records, con=self.records.con.cursor()))

    @property
    def trust(self) -> Ints:
        """Score of every source: more for those the model trusts more, least for those it does not list."""
        rank = {name: -place for place, name in reversed(list(enumerate(self.model.source_rank)))}
        least = -len(self.model.source_rank)
        return np.array([rank.get(source.name, least) for source in self.records.sources], np.int64)

    def record_scores(self, rule: str, record: Ints) -> list[Score]:
        """A rule that looks at the record, not at the value; none where it cannot tell any apart. `record` holds the
        record of every candidate."""
        trust, recency = self.trust, self.recency
        if rule == "source_rank":
            return [lambda rows: trust[self.records.source[record[rows]]]] if len(np.unique(trust)) > 1 else []
        return [] if recency is None else [lambda rows: _later(recency.take(pa.array(record[rows])))]


def _recency(records: Records, name: str | None) -> pa.Array | None:
    if name is None:
        return None
    column = records.column(name)
    if column.is_list:
        raise InputError(f"column {column.name!r} holds lists; recency needs one text per record")
    texts = pc.utf8_trim_whitespace(records.texts(column.inside))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)


def _later(texts: pa.Array) -> Ints:
    """Later texts score more, missing ones least."""
    present = texts.is_valid().to_numpy(zero_copy_only=False)
    return np.where(present, places(texts), NOBODY)


@dataclass(frozen=True)
class Part:
    """Some clusters, one after the other, and the rows that are their records: by cluster, then by record number."""

    first: int
    """Number of the first cluster."""
    record: Ints
    """Record number of every row."""
    cluster: Ints
    """Place of the cluster of every row among those of the part."""
    size: Ints
    """Rows of every cluster."""

    @property
    def span(self) -> slice:
        """Numbers of the clusters."""
        return slice(self.first, self.first + len(self.size))


def parts_of(setting: Setting, most: int) -> list[Part]:
    """All clusters in parts of so many."""
    order = np.argsort(setting.cluster, kind="stable")
    end = np.cumsum(setting.size)
    found = []
    for first in range(0, len(end), most):
        size = setting.size[first : first + most]
        record = order[end[first] - size[0] : end[first + len(size) - 1]]
        found.append(Part(first, record, np.repeat(np.arange(len(size)), size), size))
    return found


def survivors(setting: Setting, part: Part, bundle: Bundle, texts: Mapping[str, pa.Array]) -> Ints:
    """The row of a part that supplies the value of each of its clusters, NOBODY where all are blank.

    `texts`: the bundle's chosen columns by their names inside, a text for every row.
    """
    present = np.logical_or.reduce([has_text(own) for own in texts.values()])
    supplier = np.full(len(part.size), NOBODY, np.int64)
    alone = part.size[part.cluster] == 1
    single = np.flatnonzero(present & alone)
    supplier[part.cluster[single]] = single
    rows = np.flatnonzero(present & ~alone)
    some = {name: own.take(pa.array(rows)) for name, own in texts.items()}
    chosen = rows[_choose_of_several(setting, bundle, part.record[rows], part.cluster[rows], some)]
    supplier[part.cluster[chosen]] = chosen
    return supplier


def _choose_of_several(
    setting: Setting, bundle: Bundle, record: Ints, cluster: Ints, raw: Mapping[str, pa.Array]
) -> Ints:
    """Numbers of the surviving ones among values: of each its record, its cluster, by which they are sorted, and its
    texts."""
    contested = _are_contested(cluster, list(raw.values()))
    of_record = [score for rule in bundle.rules if rule in _OF_RECORD for score in setting.record_scores(rule, record)]
    agreed = choose(cluster, np.flatnonzero(~contested), of_record)
    rows = np.flatnonzero(contested)
    some = {name: own.take(pa.array(rows)) for name, own in raw.items()}
    return np.concatenate([agreed, rows[_choose_contested(setting, bundle, record[rows], cluster[rows], some)]])


def _are_contested(cluster: Ints, raw: Sequence[pa.Array]) -> Bools:
    """Whether each value belongs to a cluster whose values are not all the same text."""
    if not len(cluster):
        return np.zeros(0, np.bool_)
    starts = starts_of(cluster)
    differs = np.zeros(len(cluster), np.bool_)
    for texts in raw:
        differs[1:] |= ~same(texts[1:], texts[:-1])
    result: Bools = np.logical_or.reduceat(differs & ~starts, np.flatnonzero(starts))[np.cumsum(starts) - 1]
    return result


def _choose_contested(
    setting: Setting, bundle: Bundle, record: Ints, cluster: Ints, raw: Mapping[str, pa.Array]
) -> Ints:
    """The best real value of every cluster by the bundle's rules; the best of all where none is real.

    Rules score a value whatever its rivals are, so only the clusters whose winner is not real are asked again.
    """
    if not len(record):
        return record
    scores = _scores(setting, bundle, record, cluster, raw)
    rows = np.arange(len(record))
    chosen = choose(cluster, rows, scores)
    doubted = chosen[~_real(setting, bundle, record, raw, chosen)]
    if not len(doubted):
        return chosen
    again = np.isin(cluster, cluster[doubted])
    real = np.zeros(len(record), np.int64)
    real[again] = _real(setting, bundle, record, raw, np.flatnonzero(again))
    kept = chosen[~again[chosen]]
    return np.concatenate([kept, choose(cluster, rows[again], [lambda some: real[some], *scores])])


def _real(setting: Setting, bundle: Bundle, record: Ints, raw: Mapping[str, pa.Array], rows: Ints) -> Bools:
    """Whether cleaning leaves anything of the values of some rows; `record` holds the record of every row."""
    if bundle.uses and all(use.attribute.name in setting.has_value for use in bundle.uses):
        known = [setting.has_value[use.attribute.name][record[rows]] for use in bundle.uses]
        return np.asarray(np.logical_or.reduce(known), np.bool_)
    if not bundle.uses:
        return np.ones(len(rows), np.bool_)
    some = {name: own.take(pa.array(rows)) for name, own in raw.items()}
    return are_real(setting.records.con, bundle.uses, some, setting.model.guards)


def _scores(setting: Setting, bundle: Bundle, record: Ints, cluster: Ints, raw: Mapping[str, pa.Array]) -> list[Score]:
    """The scores of the bundle's rules. `smallest` always ends them, so that no choice depends on the order of rows."""
    trimmed = [_telling(bundle, name, own) for name, own in raw.items()]
    candidates = Candidates(cluster, trimmed, list(raw.values()))
    scores: list[Score] = []
    for rule in dict.fromkeys((*bundle.rules, "smallest")):
        if rule in _OF_RECORD:
            scores += setting.record_scores(rule, record)
        else:
            scores += candidates.scores(rule)
    return scores


def _telling(bundle: Bundle, name: str, texts: pa.Array) -> pa.Array:
    """The texts without white space around them; null for blank ones and, in values of several columns, fillers."""
    trimmed = without_space(texts)
    if len(bundle.chosen) < 2:
        return trimmed
    named = [use for use in bundle.uses if any(column.inside == name for column in use.roles.values())]
    for use in named:
        trimmed = without(trimmed, pa.array(is_filler(use.attribute, trimmed)))
    return trimmed
