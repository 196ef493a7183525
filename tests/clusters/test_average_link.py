"""Average-link clustering gives what merging the best pair of clusters, one at a time, gives."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dromio.clusters.average_link import Edges, average_link

Edge = tuple[int, int, int]


def clustered(
    edges: Sequence[Edge], records: int, sources: Sequence[int] | None = None, **options: object
) -> list[int]:
    left, right, weight = (np.array([edge[part] for edge in edges], np.int64) for part in range(3))
    source = None if sources is None else np.array(sources)
    return average_link(Edges(left, right, weight), records, source=source, **options).tolist()  # type: ignore[arg-type]


def greedily(
    edges: Sequence[Edge],
    records: int,
    sources: Sequence[int] | None = None,
    *,
    unseen: int = -1000,
    cross_only: bool = False,
    one_to_one: bool = False,
) -> list[int]:
    """One merge at a time: the highest mean above zero, ties to the smaller records.

    Where only pairs across sources count, a merge need not lower the means of the new cluster, so that ties may be
    broken in another order than in rounds: such cases are left out.
    """
    weight = {(min(a, b), max(a, b)): w for a, b, w in edges}
    clusters = [[number] for number in range(records)]

    def mean(one: list[int], other: list[int]) -> Fraction | None:
        pairs = [(min(a, b), max(a, b)) for a in one for b in other]
        if sources and one_to_one and any(sources[a] == sources[b] for a, b in pairs):
            return None
        if sources and cross_only:
            pairs = [(a, b) for a, b in pairs if sources[a] != sources[b]]
        return Fraction(sum(weight.get(pair, unseen) for pair in pairs), len(pairs)) if pairs else None

    while True:
        found = [
            (-gained, *sorted((one[0], other[0])), one, other)
            for one, other in combinations(clusters, 2)
            if (gained := mean(one, other)) is not None and gained > 0
        ]
        if not found:
            return [next(one[0] for one in clusters if number in one) for number in range(records)]
        best, _, _, one, other = min(found)
        assume(not cross_only or sum(each[0] == best for each in found) == 1)
        clusters = [each for each in clusters if each not in (one, other)] + [sorted(one + other)]


@st.composite
def graphs(draw: st.DrawFn, weights: st.SearchStrategy[int]) -> tuple[list[Edge], int, list[int]]:
    records = draw(st.integers(2, 8))
    pairs = draw(st.lists(st.sampled_from(list(combinations(range(records), 2))), unique=True, max_size=20))
    edges = [(a, b, draw(weights)) for a, b in pairs]
    return edges, records, draw(st.lists(st.integers(0, 2), min_size=records, max_size=records))


ROUND = st.integers(-4, 8).map(lambda bits: bits * 1000)
UNEVEN = st.integers(-5000, 9000)


@given(graphs(ROUND | UNEVEN), st.sampled_from([0, -1, -1000, -3000]))
@settings(max_examples=400, deadline=None)
def test_clusters_are_those_of_one_merge_at_a_time(graph: tuple[list[Edge], int, list[int]], unseen: int) -> None:
    edges, records, _ = graph
    assert clustered(edges, records, unseen=unseen) == greedily(edges, records, unseen=unseen)


@given(graphs(UNEVEN))
@settings(max_examples=300, deadline=None)
def test_clusters_across_sources_count_only_pairs_across_sources(graph: tuple[list[Edge], int, list[int]]) -> None:
    edges, records, sources = graph
    edges = [(a, b, weight) for a, b, weight in edges if sources[a] != sources[b]]
    assert clustered(edges, records, sources, cross_only=True) == greedily(edges, records, sources, cross_only=True)


@given(graphs(ROUND | UNEVEN), st.booleans())
@settings(max_examples=300, deadline=None)
def test_one_to_one_never_joins_two_records_of_a_source(
    graph: tuple[list[Edge], int, list[int]], cross_only: bool
) -> None:
    edges, records, sources = graph
    if cross_only:
        edges = [(a, b, weight) for a, b, weight in edges if sources[a] != sources[b]]
    found = clustered(edges, records, sources, one_to_one=True, cross_only=cross_only)
    assert len(set(zip(found, sources, strict=True))) == records
    assert found == greedily(edges, records, sources, one_to_one=True, cross_only=cross_only)


@given(graphs(ROUND | UNEVEN), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_order_and_direction_of_edges_do_not_matter(
    graph: tuple[list[Edge], int, list[int]], rng: random.Random
) -> None:
    edges, records, _ = graph
    turned = [(b, a, w) if rng.random() < 0.5 else (a, b, w) for a, b, w in edges]
    rng.shuffle(turned)
    assert clustered(turned, records) == clustered(edges, records)


@given(graphs(ROUND), graphs(ROUND))
@settings(max_examples=100, deadline=None)
def test_components_do_not_touch_each_other(
    one: tuple[list[Edge], int, list[int]], other: tuple[list[Edge], int, list[int]]
) -> None:
    shifted = [(a + one[1], b + one[1], w) for a, b, w in other[0]]
    both = clustered([*one[0], *shifted], one[1] + other[1])
    assert both == clustered(one[0], one[1]) + [root + one[1] for root in clustered(other[0], other[1])]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ([], [0, 1, 2, 3]),
        ([(0, 1, 1)], [0, 0, 2, 3]),
        ([(0, 1, 0)], [0, 1, 2, 3]),
        ([(3, 1, 2000)], [0, 1, 2, 1]),
        ([(0, 1, 5000), (1, 2, 2000), (2, 3, 5000)], [0, 0, 2, 2]),  # a chain breaks where too much was never compared
        ([(0, 1, 5000), (1, 2, 4000), (0, 2, -6000)], [0, 0, 2, 3]),  # evidence against outweighs a link
        ([(0, 1, 9000), (0, 2, 8000), (1, 2, 1)], [0, 0, 0, 3]),
    ],
)
def test_small_graphs(edges: list[Edge], expected: list[int]) -> None:
    assert (clustered(edges, 4) if edges else average_link(Edges(*[np.zeros(0, np.int64)] * 3), 4).tolist()) == expected
