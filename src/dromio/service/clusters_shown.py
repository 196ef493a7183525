"""The largest and the weakest clusters of a run, as graphs for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dromio.engines.columns import Ints
from dromio.plan import MILLI

if TYPE_CHECKING:
    from dromio.service.resolve import Run

_SHOWN = 4
_MOST_NODES = 60
_MOST_EDGES = 400


def clusters_shown(run: Run) -> dict[str, list[dict[str, Any]]]:
    """`largest`: the clusters of most records; `weakest`: those that hang together by the weakest link."""
    sizes = np.bincount(run.cluster)
    inside = np.flatnonzero(run.cluster[run.left] == run.cluster[run.right])
    if not len(inside):
        return {"largest": [], "weakest": []}
    largest = (
        sorted(range(len(sizes)), key=lambda one: (-int(sizes[one]), one))[:_SHOWN]
        if len(sizes) < 10_000
        else (np.lexsort((np.arange(len(sizes)), -sizes))[:_SHOWN].tolist())
    )
    bonds = _weakest_bonds(run, inside, len(sizes))
    weakest = np.lexsort((np.arange(len(bonds)), bonds))[:_SHOWN].tolist()
    return {
        "largest": [_graph(run, one, inside, f"{int(sizes[one]):,} records") for one in largest if sizes[one] > 1],
        "weakest": [
            _graph(run, one, inside, f"held together by {bonds[one] / MILLI:.1f} bits")
            for one in weakest
            if bonds[one] < 1 << 40
        ],
    }


def _weakest_bonds(run: Run, inside: Ints, clusters: int) -> Ints:
    """For every cluster of three or more records the strongest link of its least connected record."""
    strongest = np.full(len(run.records), -(1 << 40), np.int64)
    np.maximum.at(strongest, run.left[inside], run.weight[inside])
    np.maximum.at(strongest, run.right[inside], run.weight[inside])
    bonds = np.full(clusters, 1 << 40, np.int64)
    members = np.bincount(run.cluster, minlength=clusters)
    seen = (strongest > -(1 << 40)) & (members[run.cluster] >= 3)
    np.minimum.at(bonds, run.cluster[seen], strongest[seen])
    return bonds


def _graph(run: Run, cluster: int, inside: Ints, note: str) -> dict[str, Any]:
    members = np.flatnonzero(run.cluster == cluster)[:_MOST_NODES]
    edges = inside[(run.cluster[run.left[inside]] == cluster)]
    edges = edges[np.isin(run.left[edges], members) & np.isin(run.right[edges], members)]
    edges = edges[np.argsort(-run.weight[edges], kind="stable")][:_MOST_EDGES]
    ids = run.records.ids
    return {
        "cluster_id": str(run.cluster_ids[cluster].as_py()),
        "nodes": [{"id": str(int(one)), "label": str(ids[int(one)].as_py())[:40]} for one in members],
        "edges": [
            {
                "left": str(int(run.left[one])),
                "right": str(int(run.right[one])),
                "weight": round(int(run.weight[one]) / MILLI, 2),
            }
            for one in edges
        ],
        "note": note,
    }
