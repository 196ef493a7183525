"""The plain clustering gives what the one in arrays gives, group by group."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.clusters.average_link import Edges, average_link
from dromio.store.grouping import average_groups
from dromio.store.partition import NEVER


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[tuple[int, int], int], int, list[int], list[int]]:
    count = draw(st.integers(1, 9))
    pairs = draw(st.lists(st.sampled_from(list(combinations(range(max(count, 2)), 2))), unique=True, max_size=24))
    weight = st.integers(-4, 8).map(lambda bits: bits * 1000) | st.integers(-5000, 9000) | st.just(NEVER)
    weights = {pair: draw(weight) for pair in pairs if pair[1] < count}
    sources = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    start = list(range(count))
    for one, other in draw(st.lists(st.sampled_from(list(combinations(range(max(count, 2)), 2))), max_size=3)):
        if other < count:
            low, high = sorted((start[one], start[other]))
            start = [low if root == high else root for root in start]
    return weights, count, sources, start


@given(graphs(), st.sampled_from([0, -1, -1000, -3000]), st.booleans(), st.booleans())
@settings(max_examples=500)
def test_groups_are_those_of_average_link(
    graph: tuple[dict[tuple[int, int], int], int, list[int], list[int]], unseen: int, cross: bool, one_to_one: bool
) -> None:
    weights, count, sources, start = graph
    if cross:
        weights = {pair: weight for pair, weight in weights.items() if sources[pair[0]] != sources[pair[1]]}
    found = average_groups(
        weights, count, unseen=unseen, sources=sources, cross_only=cross, one_to_one=one_to_one, start=start
    )
    ends = np.array(list(weights), np.int64).reshape(-1, 2)
    expected = average_link(
        Edges(ends[:, 0], ends[:, 1], np.array(list(weights.values()), np.int64)),
        count,
        unseen=unseen,
        source=np.array(sources),
        cross_only=cross,
        one_to_one=one_to_one,
        start=np.array(start),
    )
    assert found == expected.tolist()
