"""Kernels give the figures of the reference, or what tells that a bound is out of reach."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import kernels, scalar
from dromio.engines.columns import Column, Rarity
from dromio.model.expressions import DISTANCES

from .values import HOSTILE

RARE = Rarity({"anna": 2345, "bob": 6000, "é": 1}, 9000)
TEXTS = [text for text in HOSTILE if len(text) < 200] + [
    "anna",
    "annna",
    "anna bob",
    "bob anna",
    "ana bbo",
    "martha",
    "marhta",
    "dixon",
    "dicksonx",
    "é",
    "e",
    "2001-02-03",
    "2001-03-02",
    "1.5",
    "-7",
]
TEXT_MEASURES = (
    "jaro_winkler",
    "jaro",
    "edit_similarity",
    "swap_similarity",
    "levenshtein",
    "damerau_levenshtein",
    "share_of_left",
    "share_of_right",
)
BAG_MEASURES = ("jaccard", "overlap", "cosine", "soft_overlap")


def column(texts: list[str], rarity: Rarity | None = None) -> Column:
    encoded = Column.encode(pa.array(texts, pa.string()))
    return Column(encoded.codes, encoded.values, rarity)


def all_pairs(one: Column) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    left, right = zip(*product(range(len(one.values)), repeat=2), strict=True)
    return np.array(left, np.int32), np.array(right, np.int32)


def assert_like_reference(function: str, texts: list[str], bound: float) -> None:
    one = column(texts, RARE)
    left, right = all_pairs(one)
    found = kernels.MEASURES[function](function, one, left, right, bound)
    values = one.values.to_pylist()
    at_least = function not in DISTANCES
    for at in range(len(left)):
        a, b = values[left[at]], values[right[at]]
        given = (scalar.bag(a, RARE.of), scalar.bag(b, RARE.of)) if function in BAG_MEASURES else (a, b)
        expected = getattr(scalar, function)(*given)
        if expected is None:
            assert np.isnan(found[at]), (a, b)
        elif expected >= bound if at_least else expected <= bound:
            assert found[at] == expected, (a, b)
        else:
            assert not (found[at] >= bound if at_least else found[at] <= bound), (a, b)


@pytest.mark.parametrize("function", list(kernels.MEASURES))
@pytest.mark.parametrize("bound", [0, 0.5, 0.9, 1, 3])
def test_figures_are_those_of_the_reference(function: str, bound: float) -> None:
    assert_like_reference(function, TEXTS, bound)


@given(
    st.lists(st.text("abcdé", max_size=14), min_size=2, max_size=6, unique=True),
    st.sampled_from(TEXT_MEASURES),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_letters_and_lengths_never_rule_out_what_reaches_the_bound(
    texts: list[str], function: str, data: st.DataObject
) -> None:
    whole = function in ("levenshtein", "damerau_levenshtein")
    assert_like_reference(function, texts, data.draw(st.integers(0, 8) if whole else st.floats(0, 1)))


@given(st.lists(st.lists(st.integers(0, 300), max_size=12), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_marks_never_rule_out_values_with_a_word_in_common(bags: list[list[int]]) -> None:
    """Of more words than there are bits, so that different words set the same one."""
    vocabulary = [" ".join(f"w{word}" for word in range(300))]
    assert_like_reference("jaccard", vocabulary + [" ".join(f"w{word}" for word in bag) for bag in bags], 0.01)


@given(st.floats(0, 1e6))
def test_rounding_is_that_of_the_reference(figure: float) -> None:
    assert kernels.rounded(np.array([figure]))[0] == scalar.rounded(figure)


def test_a_repeated_pair_is_measured_once() -> None:
    one, asked = column(["a", "b", "c"]), []

    def count(left: list[str], right: list[str]) -> np.ndarray:  # type: ignore[type-arg]
        asked.extend(zip(left, right, strict=True))
        return np.array([len(a + b) for a, b in zip(left, right, strict=True)])

    left, right = np.array([0, 1, 0, 1, 2], np.int32), np.array([1, 0, 1, 0, 2], np.int32)
    assert kernels.per_distinct_pair(one, left, right, count).tolist() == [2, 2, 2, 2, 2]
    assert sorted(asked) == [("a", "b"), ("c", "c")]


def test_no_pairs_give_no_figures() -> None:
    one, none = column(["a"]), np.zeros(0, np.int32)
    for function, compute in kernels.MEASURES.items():
        assert len(compute(function, one, none, none, 0.5)) == 0


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=5))
def test_kilometres_are_those_of_the_reference_to_the_last_bit(points: list[tuple[float, float]]) -> None:
    lat, lon = ([f"{point[side]:.6f}" for point in points] for side in (0, 1))
    lats, lons = column(lat), column(lon)
    left, right = (np.array(side) for side in zip(*product(range(len(points)), repeat=2), strict=True))
    found = kernels.kilometres(lats, lons, (lats.codes[left], lons.codes[left]), (lats.codes[right], lons.codes[right]))
    assert found.tolist() == [
        scalar.kilometres(lat[a], lon[a], lat[b], lon[b]) for a, b in zip(left, right, strict=True)
    ]


def test_words_are_shared_across_two_columns() -> None:
    first, second = column(["anna bob", "", "é"]), column(["bob", "x é", " "])
    left, right = (np.array(side, np.int32) for side in zip(*product(range(3), repeat=2), strict=True))
    found = kernels.share_a_word(first, second, left, right)
    values = first.values.to_pylist(), second.values.to_pylist()
    assert found.tolist() == [scalar.shares_token(values[0][a], values[1][b]) for a, b in zip(left, right, strict=True)]


BAGS = st.lists(st.sampled_from("abcdefghijklm"), max_size=14).map(" ".join)


@given(st.lists(st.tuples(BAGS, BAGS), min_size=1, max_size=30))
def test_words_of_short_and_of_long_values_are_shared_alike(pairs: list[tuple[str, str]]) -> None:
    column = Column.encode(pa.array([text for pair in pairs for text in pair]))
    column = Column(column.codes, column.values, Rarity({"a": 5, "b": 70}, 1000))
    found = kernels._shared_weight(column.words, column.word_weights, column.codes[::2], column.codes[1::2])
    rarity = column.rarity
    assert rarity is not None
    wanted = [sum(rarity.of(word) for word in set(one.split()) & set(other.split())) for one, other in pairs]
    assert found.tolist() == wanted
