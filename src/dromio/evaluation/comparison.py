"""What changed between two runs over the same records: clusters merged, split, moved; pairs gained and lost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dromio.errors import InputError
from dromio.evaluation.alignment import ENTITY_COLUMNS, SEPARATOR, Codes, as_text, coded, joined, positions, require
from dromio.evaluation.scores import combined, group_sizes, pairs_within

EXAMPLES = 10
UNCHANGED, MERGED, SPLIT, MOVED = "unchanged", "merged", "split", "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of clusters: the cluster ids before and after, and the records concerned as (source, unique_id)."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    records: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Differences between run A and run B, over the records that both have.

    `unchanged` counts clusters with the same records in both; `merged` clusters of B made of several whole clusters of
    A; `split` clusters of A that became several whole clusters of B; `moved` clusters of A that did neither: some of
    their records joined or left records of another cluster. Cluster ids are not compared, only what clusters hold.
    """

    records: int
    records_only_a: int
    records_only_b: int
    unchanged: int
    merged: int
    split: int
    moved: int
    pairs_a: int
    pairs_b: int
    pairs_gained: int
    pairs_lost: int
    examples: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Both:
    """Records of both runs in the order of their keys, with their cluster in each run coded from 0."""

    keys: pa.Array
    a: Codes
    b: Codes
    names_a: pa.Array
    names_b: pa.Array


def compare_runs(entities_a: pa.Table, entities_b: pa.Table, *, examples: int = EXAMPLES) -> RunComparison:
    """Differences between two runs, with up to `examples` merged, split and moved clusters each.

    Raises InputError where a column is absent, or a record occurs twice in one run.
    """
    keys_a, keys_b = _keys(entities_a, "run A"), _keys(entities_b, "run B")
    both = _common(keys_a, keys_b, entities_a, entities_b)
    pairs_a, pairs_b = pairs_within(group_sizes(both.a)), pairs_within(group_sizes(both.b))
    kept = pairs_within(group_sizes(both.a, both.b))
    kinds_a, kinds_b = _kinds(both)
    return RunComparison(
        records=len(both.keys),
        records_only_a=len(keys_a) - len(both.keys),
        records_only_b=len(keys_b) - len(both.keys),
        unchanged=int((kinds_a == UNCHANGED).sum()),
        merged=int((kinds_b == MERGED).sum()),
        split=int((kinds_a == SPLIT).sum()),
        moved=int((kinds_a == MOVED).sum()),
        pairs_a=pairs_a,
        pairs_b=pairs_b,
        pairs_gained=pairs_b - kept,
        pairs_lost=pairs_a - kept,
        examples=tuple(_examples(both, kinds_a, kinds_b, examples)),
    )


def _keys(entities: pa.Table, what: str) -> pa.Array:
    require(entities, ENTITY_COLUMNS, what, InputError)
    keys = joined(*(as_text(entities[name], f"{what}: {name}") for name in ENTITY_COLUMNS[:2]))
    repeated = len(keys) - len(keys.unique())
    if repeated:
        raise InputError(f"{repeated:,} records of {what} occur more than once")
    return keys


def _common(keys_a: pa.Array, keys_b: pa.Array, entities_a: pa.Table, entities_b: pa.Table) -> _Both:
    at = positions(keys_a, keys_b)
    rows_a = np.flatnonzero(at >= 0)
    keys = keys_a.take(pa.array(rows_a))
    order = pa.compute.sort_indices(keys)
    rows_a = rows_a[order.to_numpy()]
    names_a = as_text(entities_a["cluster_id"], "run A: cluster_id").take(pa.array(rows_a))
    names_b = as_text(entities_b["cluster_id"], "run B: cluster_id").take(pa.array(at[rows_a]))
    return _Both(keys.take(order), coded(names_a), coded(names_b), names_a, names_b)


def _kinds(both: _Both) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """What became of each cluster of A, and what each cluster of B came from.

    A cluster is whole where all its records lie in one cluster of the other run.
    """
    _, first = np.unique(combined(both.a, both.b), return_index=True)
    a, b = both.a[first], both.b[first]  # one entry for each overlap of a cluster of A with one of B
    parts_a, parts_b = np.bincount(a), np.bincount(b)
    strangers_a = np.bincount(a, weights=parts_b[b] > 1) > 0
    strangers_b = np.bincount(b, weights=parts_a[a] > 1) > 0
    kinds_a = np.where(parts_a > 1, np.where(strangers_a, MOVED, SPLIT), UNCHANGED)
    whole_in_larger = (parts_a == 1) & strangers_a
    kinds_b = np.where(parts_b > 1, np.where(strangers_b, MOVED, MERGED), UNCHANGED)
    # A whole cluster that fell in with parts of another has moved; with whole ones only, it has merged.
    into = np.zeros(len(parts_a), np.int64)
    into[a] = b
    kinds_a = np.where(whole_in_larger, np.where(kinds_b[into] == MERGED, MERGED, MOVED), kinds_a)
    return kinds_a, kinds_b


def _examples(both: _Both, kinds_a: npt.NDArray[np.str_], kinds_b: npt.NDArray[np.str_], limit: int) -> list[Change]:
    """For each kind the first clusters, in the order of their first record."""
    chosen = [(MERGED, both.b, kinds_b), (SPLIT, both.a, kinds_a), (MOVED, both.a, kinds_a)]
    changes = []
    for kind, labels, kinds in chosen:
        rows = np.flatnonzero(kinds[labels] == kind)
        clusters, first = np.unique(labels[rows], return_index=True)
        for cluster in clusters[np.argsort(first)][:limit]:
            changes.append(_change(both, kind, np.flatnonzero(labels == cluster)))
    return changes


def _change(both: _Both, kind: str, rows: Codes) -> Change:
    taken = pa.array(rows)
    before, after = (tuple(sorted(set(names.take(taken).to_pylist()))) for names in (both.names_a, both.names_b))
    records = [key.partition(SEPARATOR) for key in both.keys.take(taken).to_pylist()]
    return Change(kind, before, after, tuple((source, unique_id) for source, _, unique_id in records))
