"""Finding groups of similar profiles in a batch, and how sure each group is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dromio.interchange.customer_profiles import columns_of
from dromio.model.schema import Model
from dromio.server.faces.customer_profiles.batch_model import (
    ID,
    LEAST_LEARNED,
    columns_used,
    fixed_model,
    learned_attributes,
)
from dromio.service.options import RunOptions
from dromio.service.resolve import run

_JOINED_WITHOUT_PAIR = 0.5
"""Probability that stands for a link of a cluster which was not scored: the threshold."""


@dataclass(frozen=True, slots=True)
class Found:
    """A group of profiles, and the probability of its weakest needed link."""

    members: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a job found: the groups, and the model that found them; None where there was nothing to compare."""

    groups: list[Found]
    model: Model | None


def find_groups(documents: Mapping[str, Mapping[str, Any]], region: str) -> Grouping:
    """Groups of two or more profiles. `documents`: id -> fields in the vendor's words.

    The model is trained on the profiles where there are enough of them.
    """
    table = _table(documents)
    filled = {name for name in table.column_names if table[name].null_count < len(table)}
    attributes = learned_attributes(region, filled)
    if len(documents) < 2 or not attributes:
        return Grouping([], None)
    model = fixed_model(len(documents), region) if len(documents) < LEAST_LEARNED else None
    with run(table, model=model, attributes=attributes, id_column=ID, options=RunOptions()) as found:
        model = found.model
        entities, pairs = found.entities.to_pydict(), found.pairs
        left, right, probability = (
            pairs.column(name).to_pylist() for name in ("unique_id_l", "unique_id_r", "match_probability")
        )
    cluster = dict(zip(entities["unique_id"], entities["cluster_id"], strict=True))
    return Grouping(groups_of(cluster, list(zip(left, right, probability, strict=True))), model)


def groups_of(cluster: Mapping[str, str], pairs: Sequence[tuple[str, str, float]]) -> list[Found]:
    """The clusters of two or more members with their scores: the least probability in a spanning tree of the surest
    pairs, so that one weak link lowers the group."""
    members: dict[str, list[str]] = {}
    for one, name in cluster.items():
        members.setdefault(name, []).append(one)
    links: dict[str, list[tuple[float, str, str]]] = {}
    for left, right, probability in pairs:
        if cluster[left] == cluster[right]:
            links.setdefault(cluster[left], []).append((probability, left, right))
    groups = [(sorted(inside), name) for name, inside in members.items() if len(inside) > 1]
    return [Found(tuple(inside), _weakest(inside, links.get(name, []))) for inside, name in sorted(groups)]


def _weakest(members: Sequence[str], links: Sequence[tuple[float, str, str]]) -> float:
    root = {one: one for one in members}

    def find(one: str) -> str:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    weakest, joined = 1.0, 1
    for probability, left, right in sorted(links, reverse=True):
        one, other = find(left), find(right)
        if one != other:
            root[one], weakest, joined = other, min(weakest, probability), joined + 1
    return weakest if joined == len(members) else min(weakest, _JOINED_WITHOUT_PAIR)


def _table(documents: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """Profiles as a table of all columns that are compared."""
    rows = [columns_of(document) for document in documents.values()]
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns_used()}
    return pa.table({ID: pa.array(list(documents), pa.string()), **columns})
