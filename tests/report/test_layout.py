import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.report.charts.layout import places


def test_places_of_no_node_are_empty() -> None:
    assert places(0, []).shape == (0, 2)


def test_places_of_one_node_are_the_middle() -> None:
    assert places(1, []).tolist() == [[0.5, 0.5]]


def test_places_of_two_nodes_lie_flat() -> None:
    (left, low), (right, high) = sorted(places(2, [(0, 1)]).tolist())
    assert (left, right) == (0, 1)
    assert low == high == pytest.approx(0.5)


def test_places_of_a_chain_follow_its_order() -> None:
    across = places(4, [(2, 0), (0, 3), (3, 1)])[:, 0]
    assert list(np.argsort(across)) in ([2, 0, 3, 1], [1, 3, 0, 2])


def test_places_put_neighbours_nearer_than_strangers() -> None:
    points = places(6, [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)])
    assert np.linalg.norm(points[0] - points[1]) < np.linalg.norm(points[0] - points[5])


def test_places_set_unjoined_parts_apart() -> None:
    points = places(4, [(0, 1), (2, 3)])
    assert np.linalg.norm(points[0] - points[1]) < np.linalg.norm(points[0] - points[2])


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    nodes = draw(st.integers(2, 12))
    ends = st.integers(0, nodes - 1)
    return nodes, draw(st.lists(st.tuples(ends, ends), max_size=20))


@given(graphs())
def test_places_are_distinct_stay_in_the_box_and_repeat(graph: tuple[int, list[tuple[int, int]]]) -> None:
    points = places(*graph)
    assert points.min() >= 0
    assert points.max() <= 1
    assert len({tuple(point) for point in points.tolist()}) == graph[0]
    assert np.array_equal(points, places(*graph))
