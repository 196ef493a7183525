"""Clusters from pairs that have been decided: one mechanism for whole runs and for the examples of a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.clusters.average_link import Edges, average_link
from dromio.clusters.components import connected_components
from dromio.deciders import VETO
from dromio.engines.cleaning import NEVER_COMPARED
from dromio.engines.columns import Ints
from dromio.model.expressions import leaves
from dromio.plan import MILLI, Plan


def linked(
    plan: Plan,
    edges: Edges,
    records: int,
    *,
    start: npt.NDArray[Any] | None,
    source: npt.NDArray[Any],
    cross_only: bool,
) -> Ints:
    """The first record of the cluster of every record, by pairs with their strength: above 0 for a match, VETO where a
    rule keeps the two apart.

    `start`: the first record of those that each begins with; `cross_only`: only pairs across sources count. Not for
    rule levels.
    """
    rules, by_weight = plan.model.clustering, bool(plan.comparisons)
    by_chains = rules.method == "connected_components" or not by_weight
    if by_chains and not rules.one_to_one and not (edges.weight == VETO).any():
        joined = edges.weight >= 0 if by_weight else edges.weight > 0
        one, other = edges.left[joined], edges.right[joined]
        if start is not None:
            one, other = np.append(one, start), np.append(other, np.arange(records))
        return connected_components(one, other, records)
    least, unseen = (0, 0) if by_chains else (round(rules.least * MILLI), round(rules.unseen * MILLI))
    return average_link(
        Edges(edges.left, edges.right, np.where(edges.weight == VETO, VETO, np.maximum(edges.weight, least))),
        records,
        unseen=unseen,
        source=source if rules.one_to_one or cross_only else None,
        cross_only=cross_only,
        one_to_one=rules.one_to_one,
        start=start,
    )


def parted(
    plan: Plan, edges: Edges, root: Ints, bound: int, *, start: npt.NDArray[Any] | None, source: npt.NDArray[Any],
    cross_only: bool,
) -> Ints:  # fmt: skip
    """The first record of the part of every record, where each cluster is cut into what holds together `bound`
    thousandths of a bit above the match threshold. Arguments are those of `linked`, by strength above that bound."""
    inside = root[edges.left] == root[edges.right]
    given = plan.model.clustering
    lower = {"least": given.least - bound / MILLI, "unseen": given.unseen - bound / MILLI}
    clustering = given.model_copy(update=lower)
    stricter = replace(plan, model=plan.model.model_copy(update={"clustering": clustering}))
    kept = Edges(edges.left[inside], edges.right[inside], edges.weight[inside])
    return linked(stricter, kept, len(root), start=start, source=source, cross_only=cross_only)


def uncounted_fields(plan: Plan) -> dict[str, set[str]]:
    """Fields of each attribute that do not count when records are asked whether they say the same: they are not
    compared."""
    compared = {
        (one.attribute, name)
        for one in plan.comparisons
        for condition in one.conditions
        for leaf in leaves(condition)
        for field in leaf.fields
        for name in field.fields
    }
    return {
        one.name: {name for name in NEVER_COMPARED.get(one.type, set()) if (one.name, name) not in compared}
        for one in plan.model.attributes
    }
