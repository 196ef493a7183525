"""Records of a run beside their truth: each record once, in the order of its key, with clusters as small integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.errors import InputError, TruthError

Codes = npt.NDArray[np.int64]
EXAMPLES = 5
SEPARATOR = "\x1f"  # between source and id in a key; sorts before everything printable, so keys sort by source, then id
ENTITY_COLUMNS = ("source_dataset", "unique_id", "cluster_id")
TRUTH_COLUMNS = ("unique_id", "cluster_id")


@dataclass(frozen=True)
class Aligned:
    """Records in the order of their keys: keys, source, cluster found and true cluster, each coded from 0."""

    keys: pa.Array
    source: Codes
    found: Codes
    true: Codes

    def __len__(self) -> int:
        return len(self.source)

    def name(self, record: int) -> tuple[str, str]:
        """(source, unique_id) of one record."""
        source, _, unique_id = self.keys[record].as_py().partition(SEPARATOR)
        return source, unique_id


def align(entities: pa.Table, truth: pa.Table) -> Aligned:
    """The records of `entities` with the cluster that the truth gives them.

    Ids are compared as text. The truth's source_dataset counts where both tables have it and the entities have several
    sources; otherwise unique_id alone must name a record. Raises InputError for absent columns and TruthError, with
    counts and examples, where a record is missing on one side, has no cluster or no id, or occurs twice.
    """
    require(entities, ENTITY_COLUMNS, "entities", InputError)
    require(truth, TRUTH_COLUMNS, "truth", TruthError)
    sources = as_text(entities["source_dataset"], "entities: source_dataset")
    by_source = "source_dataset" in truth.column_names and len(sources.unique()) > 1
    ids = as_text(entities["unique_id"], "entities: unique_id")
    true_ids = as_text(truth["unique_id"], "truth: unique_id")
    mine, theirs = ids, true_ids
    if by_source:
        mine = joined(sources, ids)
        theirs = joined(as_text(truth["source_dataset"], "truth: source_dataset"), true_ids)
    where = _matched(mine, theirs)
    keys = joined(sources, ids)
    order = pc.sort_indices(keys)
    found = as_text(entities["cluster_id"], "entities: cluster_id").take(order)
    true = as_text(truth["cluster_id"], "truth: cluster_id").take(pa.array(where[order.to_numpy()]))
    # Coded after ordering: the codes, and with them sums of floats, then depend neither on row order nor on names.
    return Aligned(keys.take(order), coded(sources.take(order)), coded(found), coded(true))


def require(table: pa.Table, columns: tuple[str, ...], what: str, error: type[InputError]) -> None:
    """Raise the error, naming the columns found, if the table lacks one of the columns."""
    absent = [name for name in columns if name not in table.column_names]
    if absent:
        raise error(
            f"{what} lacks column {', '.join(absent)}; columns found: {', '.join(table.column_names) or 'none'}"
        )


def as_text(column: pa.ChunkedArray, what: str) -> pa.Array:
    """The column as one array of text; TruthError where a value is missing."""
    if column.null_count:
        raise TruthError(f"{what} is missing in {column.null_count:,} of {len(column):,} rows")
    text = column.cast(pa.large_string())
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def joined(sources: pa.Array, ids: pa.Array) -> pa.Array:
    """Keys of records: source and id in one text."""
    return pc.binary_join_element_wise(sources, ids, pa.scalar(SEPARATOR, pa.large_string()))


def coded(values: pa.Array) -> Codes:
    """Equal texts as equal integers, from 0 in the order of first appearance."""
    codes: Codes = values.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def positions(values: pa.Array, among: pa.Array) -> Codes:
    """Where each value stands in `among`; -1 where it does not."""
    found = pc.fill_null(pc.index_in(values, value_set=among), -1)
    places: Codes = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _matched(mine: pa.Array, theirs: pa.Array) -> Codes:
    _once(mine, "entities")
    _once(theirs, "truth")
    where = positions(mine, theirs)
    _all_found(mine, where, "in entities have no truth")
    _all_found(theirs, positions(theirs, mine), "in the truth are not among entities")
    return where


def _once(keys: pa.Array, what: str) -> None:
    counts = keys.value_counts()
    repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    if len(repeated):
        hint = "; name the sources in a column source_dataset" if what == "entities" else ""
        raise TruthError(f"{len(repeated):,} ids occur more than once in {what}: {_examples(repeated)}{hint}")


def _all_found(keys: pa.Array, where: Codes, problem: str) -> None:
    lost = keys.filter(pa.array(where < 0))
    if len(lost):
        raise TruthError(f"{len(lost):,} of {len(keys):,} records {problem}: {_examples(lost)}")


def _examples(keys: pa.Array) -> str:
    shown = sorted(key.replace(SEPARATOR, "/") for key in keys.slice(0, EXAMPLES).to_pylist())
    return ", ".join(repr(key) for key in shown) + (", …" if len(keys) > EXAMPLES else "")
