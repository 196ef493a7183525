"""The table of golden records: one row per cluster, and where each value came from.

Clusters are worked on part by part, so that a part can be written while the next is worked out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from dromio.engines.sql import column, render, table
from dromio.errors import UsageError
from dromio.golden.bundles import Bundle, bundles_of, output_names, provenance_name
from dromio.golden.survivors import NOBODY, Part, Setting, parts_of, survivors
from dromio.golden.texts import Ints, whole
from dromio.golden.unions import unite
from dromio.io.sources import POSITION, RECORDS, Records, in_row_order
from dromio.model.schema import Model

_WORKERS = 2
"""Threads that work on columns, then on parts: numpy, Arrow and DuckDB leave Python to others while they work."""
_READ = 3
"""Columns read at a time: while they are put in one piece, memory holds them twice."""
_CLUSTERS = 100_000
"""Clusters of a part: few enough for what is worked out on the way to fit into memory that was used before."""

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
    return pa.concat_tables(golden_parts(records, model, cluster, cluster_ids, has_value=has_value))


def golden_parts(
    records: Records,
    model: Model,
    cluster: npt.NDArray[np.integer[Any]],
    cluster_ids: pa.Array,
    *,
    has_value: Mapping[str, npt.NDArray[np.bool_]] | None = None,
) -> Iterator[pa.Table]:
    """The same in parts, which are worked out a little ahead of who takes them."""
    _check(records, cluster, cluster_ids)
    setting = Setting.of(records, model, cluster, len(cluster_ids), has_value)
    bundles = bundles_of(records, model)
    with ThreadPoolExecutor(_WORKERS) as pool:
        chosen = [one.inside for bundle in bundles for one in bundle.chosen]
        read = [pool.submit(_texts, records, chosen[at : at + _READ]) for at in range(0, len(chosen), _READ)]
        lists = [_lists(setting, bundle) for bundle in bundles]
        sources, parts = _sources(setting), parts_of(setting, _CLUSTERS)
        texts = {inside: own for some in read for inside, own in some.result().items()}
        work = _Work(setting, cluster_ids, sources, bundles, texts, lists)
        yield from _in_turn(pool, work.table, parts)


def _in_turn(pool: ThreadPoolExecutor, work: Callable[[Part], pa.Table], parts: Iterable[Part]) -> Iterator[pa.Table]:
    """What becomes of every part, in order; one more than there are workers is begun before it is asked for."""
    begun: deque[Future[pa.Table]] = deque()
    for part in parts:
        begun.append(pool.submit(work, part))
        if len(begun) > _WORKERS:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()


@dataclass(frozen=True)
class _Work:
    """What is needed to work out any part."""

    setting: Setting
    cluster_ids: pa.Array
    sources: Ints
    """Distinct sources of every cluster."""
    bundles: Sequence[Bundle]
    texts: Mapping[str, pa.Array]
    """Texts of the chosen columns by their names inside, in table order."""
    lists: Sequence[Merged]
    """The united lists of every bundle, for all clusters."""

    def table(self, part: Part) -> pa.Table:
        """The golden records of a part."""
        records, model, span = self.setting.records, self.setting.model, part.span
        names = output_names(records, self.bundles)
        values: dict[str, pa.Array] = {}
        provenance: dict[str, pa.Array | None] = {}
        for bundle, (merged, origin) in zip(self.bundles, self._merged(part), strict=True):
            values |= {names[name]: own for name, own in merged.items()}
            provenance |= {provenance_name(use.attribute, use.number): origin for use in bundle.uses}
        counts = {"cluster_id": self.cluster_ids[span], "records": part.size, "sources": self.sources[span]}
        own = {names[one.name]: values[names[one.name]] for one in records.columns}
        origins = {
            name: provenance[name]
            for attribute in model.attributes
            for number in range(len(attribute.inputs))
            for name in [provenance_name(attribute, number)]
        }
        return pa.table({**counts, **own, **origins})

    def _merged(self, part: Part) -> Iterator[Merged]:
        """The result of every bundle."""
        records = self.setting.records
        row, keys = pa.array(records.position[part.record]), _record_keys(records, part.record)
        own = self.setting.own_connection()
        try:
            for bundle, (lists, origin) in zip(self.bundles, self.lists, strict=True):
                merged = {name: values[part.span] for name, values in lists.items()}
                origin = None if origin is None else origin[part.span]
                if bundle.chosen:
                    raw = {one.inside: self.texts[one.inside].take(row) for one in bundle.chosen}
                    supplier = survivors(own, part, bundle, raw)
                    at = pa.array(supplier, mask=supplier == NOBODY)
                    merged |= {one.name: raw[one.inside].take(at) for one in bundle.chosen}
                    origin = keys.take(at) if bundle.uses else None
                yield merged, origin
        finally:
            own.records.con.close()


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


def _record_keys(records: Records, record: Ints) -> pa.Array:
    """How provenance names each of some records: its id, with the source in front when there are several."""
    ids = records.ids.take(pa.array(record)).cast(pa.string())
    if len(records.sources) == 1:
        return ids
    return pc.binary_join_element_wise(records.source_names.take(pa.array(record)), ids, ":")


def _sources(setting: Setting) -> Ints:
    """Distinct sources of every cluster."""
    total = np.zeros(len(setting.size), np.int64)
    for number in range(len(setting.records.sources)):
        present = np.zeros(len(setting.size), np.bool_)
        present[setting.cluster[setting.records.source == number]] = True
        total += present
    return total


def _texts(records: Records, chosen: Sequence[str]) -> dict[str, pa.Array]:
    """Texts of columns by their names inside, in table order."""
    query = exp.select(column(POSITION), *map(column, chosen)).from_(table(RECORDS))
    answer = in_row_order(records.con.cursor().sql(render(query)).to_arrow_table())
    texts = {}
    for inside in chosen:  # what is in one piece is let go of in pieces
        texts[inside] = whole(answer[inside])
        answer = answer.drop_columns([inside])
    return texts


def _lists(setting: Setting, bundle: Bundle) -> Merged:
    """The united lists of a bundle for all clusters, and where their elements came from."""
    if not bundle.united:
        return {}, None
    union = unite(setting, bundle)
    keys = _record_keys(setting.records, union.record)
    values = {one.name: union.lists(own) for one, own in zip(bundle.united, union.texts, strict=True)}
    return values, union.lists(keys)
