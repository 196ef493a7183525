"""The table of golden records: one row per cluster, and where each value came from.

Columns are worked on bundle by bundle, so that memory holds the result and one bundle of the input, not the input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from dromio.engines.sql import column, render, table
from dromio.errors import UsageError
from dromio.golden.bundles import Bundle, bundles_of, output_names, provenance_name
from dromio.golden.survivors import NOBODY, Setting, survivors
from dromio.golden.texts import Ints, whole
from dromio.golden.unions import unite
from dromio.io.sources import POSITION, RECORDS, InputColumn, Records, in_row_order
from dromio.model.schema import Model

_WORKERS = 2
"""Bundles worked on at a time; each holds its columns of the input in memory."""

Merged = tuple[dict[str, pa.Array], pa.Array | None]
"""(values of every cluster by column name, record keys that supplied them)."""


def golden_records(
    records: Records,
    model: Model,
    cluster: npt.NDArray[np.integer[Any]],
    cluster_ids: pa.Array,
    *,
    has_value: Mapping[str, npt.NDArray[np.bool_]] | None = None,
) -> pa.Table:
    """One row per cluster, in order of cluster number.

    `cluster` holds the cluster number (0 to k-1, none left out) of each record, in order of record number;
    `cluster_ids` the published id of each cluster. Columns of the result:

    - `cluster_id`; `records` and `sources`, how many of each the cluster has;
    - the columns of the input in their order: the surviving text as delivered, null where all records are blank; of a
      column of lists the distinct elements of all records. One that is called like a column here gets `__input` added;
    - `<attribute>__from` for every attribute: unique_id of the record that supplied the value, "source:unique_id" when
      there are several sources, null where there is none. Further values of an attribute have
      `<attribute>__from_<label>`. Of an attribute that has only lists it is a list, element by element.

    `has_value`: attribute -> whether cleaning leaves each record a value of it, for attributes of one value where that
    is known; for the others it is worked out.

    Values that cleaning leaves nothing of, and values that the model guards, survive only where there is no other.
    Raises UsageError when the clusters do not fit the records, InputError when the input lacks a column of the model.
    """
    _check(records, cluster, cluster_ids)
    setting = Setting.of(records, model, cluster, len(cluster_ids), has_value)
    bundles = bundles_of(records, model)
    names = output_names(records, bundles)
    keys = _record_keys(records)
    values: dict[str, pa.Array] = {}
    provenance: dict[tuple[str, int], pa.Array] = {}
    for bundle, (merged, origin) in zip(bundles, _merge_all(setting, bundles, keys), strict=True):
        values |= {names[one.name]: merged[one.name] for one in bundle.columns}
        provenance |= {(use.attribute.name, use.number): origin for use in bundle.uses}
    counts = {"cluster_id": cluster_ids, "records": pa.array(setting.size), "sources": pa.array(_sources(setting))}
    own = {names[one.name]: values[names[one.name]] for one in records.columns}
    origins = {
        provenance_name(attribute, number): provenance[attribute.name, number]
        for attribute in model.attributes
        for number in range(len(attribute.inputs))
    }
    return pa.table({**counts, **own, **origins})


def _check(records: Records, cluster: npt.NDArray[np.integer[Any]], cluster_ids: pa.Array) -> None:
    if len(cluster) != len(records):
        raise UsageError(f"there are {len(records)} records, but cluster numbers for {len(cluster)}")
    low, high = int(cluster.min()), int(cluster.max())
    last = len(cluster_ids) - 1
    if low < 0 or high > last:
        raise UsageError(f"cluster numbers go from {low} to {high}; {last + 1} ids allow 0 to {last}")
    unused = np.flatnonzero(np.bincount(cluster, minlength=len(cluster_ids)) == 0)
    if len(unused):
        raise UsageError(f"cluster {unused[0]} has no record; every id needs at least one")


def _record_keys(records: Records) -> pa.Array:
    """How provenance names each record: its id, with the source in front when there are several."""
    ids = records.ids.cast(pa.string())
    if len(records.sources) == 1:
        return ids
    return pc.binary_join_element_wise(records.source_names, ids, ":")


def _sources(setting: Setting) -> Ints:
    """Distinct sources of every cluster."""
    total = np.zeros(len(setting.size), np.int64)
    for number in range(len(setting.records.sources)):
        present = np.zeros(len(setting.size), np.bool_)
        present[setting.cluster[setting.records.source == number]] = True
        total += present
    return total


def _merge_all(setting: Setting, bundles: Sequence[Bundle], keys: pa.Array) -> list[Merged]:
    """The result of every bundle, two at a time: numpy, Arrow and DuckDB leave Python to others while they work."""

    def merge(bundle: Bundle) -> Merged:
        own = setting.own_connection()
        try:
            return _merge(own, bundle, keys if bundle.uses else None)
        finally:
            own.records.con.close()

    with ThreadPoolExecutor(_WORKERS) as pool:
        widest_first = sorted(range(len(bundles)), key=lambda number: -len(bundles[number].columns))
        running = {number: pool.submit(merge, bundles[number]) for number in widest_first}
        return [running[number].result() for number in range(len(bundles))]


def _merge(setting: Setting, bundle: Bundle, keys: pa.Array | None) -> Merged:
    """(merged values by column name, provenance) of one bundle; no provenance without `keys`."""
    merged: dict[str, pa.Array] = {}
    origin: pa.Array | None = None
    if bundle.united:
        union = unite(setting, bundle)
        merged |= {one.name: union.lists(own) for one, own in zip(bundle.united, union.texts, strict=True)}
        origin = None if keys is None else union.lists(keys.take(pa.array(union.record)))
    if bundle.chosen:
        texts = _texts(setting.records, bundle.chosen)
        supplier = survivors(setting, bundle, texts)
        nobody = supplier == NOBODY
        at = pa.array(setting.records.position[supplier], mask=nobody)
        merged |= {one.name: texts[one.inside].take(at) for one in bundle.chosen}
        origin = None if keys is None else keys.take(pa.array(supplier, mask=nobody))
    return merged, origin


def _texts(records: Records, columns: Sequence[InputColumn]) -> dict[str, pa.Array]:
    """Texts of several columns by their names inside, in table order."""
    query = exp.select(column(POSITION), *(column(one.inside) for one in columns)).from_(table(RECORDS))
    found = in_row_order(records.con.sql(render(query)).to_arrow_table())
    return {one.inside: whole(found[one.inside]) for one in columns}
