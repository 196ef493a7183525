"""Vetoes between records that no key brought together: two records may meet in a cluster through a third one."""

from __future__ import annotations

import numpy as np

from dromio.clusters.components import connected_components
from dromio.deciders import VETO
from dromio.engines.arrays import distinct
from dromio.engines.batch_facts import decide_all
from dromio.engines.columns import Codes, Ints
from dromio.engines.duckdb import Batch
from dromio.engines.keys import pack, unpack
from dromio.plan import Plan

LARGEST = 2_000
"""Components of more records are not searched for further vetoes: their pairs would be too many."""


def unseen_vetoes(
    plan: Plan, batch: Batch, left: Codes, right: Codes, strength: Ints, source: Codes | None
) -> tuple[Codes, Codes, int]:
    """Pairs with a veto inside components of matches that are not among the pairs given, and how many components were
    too large to look at."""
    nothing = np.zeros(0, np.int32)
    if not any(rule.decision == "non-match" for rule in plan.model.rules):
        return nothing, nothing, 0
    matched = strength > 0
    component = connected_components(left[matched], right[matched], batch.records)
    size = np.bincount(component)
    too_large = int((size > LARGEST).sum())
    wanted = np.flatnonzero((size >= 3) & (size <= LARGEST))
    pairs = _inner_pairs(component, size, wanted)
    if source is not None:
        one, other = unpack(pairs)
        pairs = pairs[source[one] != source[other]]
    pairs = np.setdiff1d(pairs, distinct(pack(left, right)), assume_unique=True)
    one, other = unpack(pairs)
    vetoed = decide_all(plan, batch.attributes, one, other).weight == VETO
    return one[vetoed], other[vetoed], too_large


def _inner_pairs(component: Ints, size: Ints, wanted: Ints) -> Ints:
    """All pairs of records of each wanted component, packed and sorted."""
    inside = np.flatnonzero(np.isin(component, wanted))
    order = inside[np.argsort(component[inside], kind="stable")].astype(np.int32)
    start = np.cumsum(np.append(0, size[wanted]))
    found = [np.zeros(0, np.int64)]
    for one_size in np.unique(size[wanted]).tolist():
        first = start[:-1][size[wanted] == one_size, None]
        left_at, right_at = np.triu_indices(one_size, 1)
        found.append(pack(order[first + left_at].ravel(), order[first + right_at].ravel()))
    return np.sort(np.concatenate(found))
