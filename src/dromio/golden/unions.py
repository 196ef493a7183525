"""Columns of lists in golden records: the distinct elements of all records of a cluster, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sqlglot import exp

from dromio.engines.sql import alias, column, render, table, tree
from dromio.golden.bundles import Bundle
from dromio.golden.ranking import starts_of
from dromio.golden.real import are_real
from dromio.golden.survivors import Setting
from dromio.golden.texts import Bools, Ints, has_text, places, whole
from dromio.io.sources import RECORDS


@dataclass(frozen=True)
class Union:
    """The elements of all clusters, one after the other: those of cluster i are [start[i], start[i + 1])."""

    start: Ints
    texts: tuple[pa.Array, ...]
    """Elements of every list column of the bundle; null where a record's other lists are longer."""
    record: Ints
    """The first record, by number, that has the element."""

    def lists(self, values: pa.Array) -> pa.Array:
        """Parallel values as one list per cluster, null for a cluster without elements."""
        empty = np.append(np.diff(self.start) == 0, False)
        offsets = pa.array(self.start.astype(np.int32), mask=empty)
        return pa.ListArray.from_arrays(offsets, values)


def unite(setting: Setting, bundle: Bundle) -> Union:
    """The union of the bundle's list columns, in the order of texts.

    Lists of one bundle go together, element by element, so that the second street stays with the second city. Blank
    elements are dropped; placeholders too, where the cluster has a real element.
    """
    owner, texts = _elements(setting, [one.inside for one in bundle.united])
    filled = np.logical_or.reduce([has_text(own) for own in texts])
    owner, texts = owner[filled], [own.filter(pa.array(filled)) for own in texts]
    ranks = [places(own) for own in texts]
    order = np.lexsort((owner, *reversed(ranks), setting.cluster[owner]))
    first = np.zeros(len(order), np.bool_)
    for key in (setting.cluster[owner], *ranks):
        first |= starts_of(key[order])
    kept = order[first]
    kept = kept[_worth_keeping(setting, bundle, owner[kept], [own.take(pa.array(kept)) for own in texts])]
    start = np.searchsorted(setting.cluster[owner[kept]], np.arange(len(setting.size) + 1)).astype(np.int64)
    return Union(start, tuple(own.take(pa.array(kept)) for own in texts), owner[kept])


def _elements(setting: Setting, inside: Sequence[str]) -> tuple[Ints, list[pa.Array]]:
    """(record, texts) of every element of list columns, side by side."""
    unnested = [alias(tree("unnest(__c)", c=column(name)), name) for name in inside]
    query = exp.select(exp.column("position").as_("owner"), *unnested).from_(table(RECORDS))
    found = setting.records.con.sql(render(query)).to_arrow_table()
    number = np.empty(len(setting.records), np.int64)
    number[setting.records.position] = np.arange(len(number))
    return number[found["owner"].to_numpy()], [whole(found[name]) for name in inside]


def _worth_keeping(setting: Setting, bundle: Bundle, record: Ints, texts: Sequence[pa.Array]) -> Bools:
    """Whether each element is real, or its cluster has no real one."""
    if not len(record):
        return np.zeros(0, np.bool_)
    named = {one.inside: own for one, own in zip(bundle.united, texts, strict=True)}
    real = are_real(setting.records.con, bundle.uses, named, setting.model.guards)
    has_real = np.zeros(len(setting.size), np.bool_)
    has_real[setting.cluster[record[real]]] = True
    result: Bools = real | ~has_real[setting.cluster[record]]
    return result
