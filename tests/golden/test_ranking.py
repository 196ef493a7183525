"""What rules score, against a plain reading of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean.text import fold
from dromio.golden import ranking
from dromio.golden.ranking import Candidates, choose, equal_to_each
from dromio.golden.texts import codes_of

Texts = list[str | None]
CLUSTERS = st.lists(
    st.lists(st.none() | st.sampled_from(["a", "A", "b", "ä", "aa"]), min_size=1, max_size=24), max_size=6
)


def candidates(clusters: list[Texts]) -> tuple[Candidates, Texts]:
    texts = [text for own in clusters for text in own]
    number = np.array([at for at, own in enumerate(clusters) for _ in own], np.int64)
    column = pa.array(texts, pa.string())
    return Candidates(number, [column], [column]), texts


@given(CLUSTERS)
def test_equal_rows_of_a_cluster_are_counted_whatever_its_size(clusters: list[Texts]) -> None:
    found, _ = candidates(clusters)
    wanted = [Counter(own)[text] for own in clusters for text in own]
    assert equal_to_each(found.cluster, [codes_of(found.texts[0])[0]]).tolist() == wanted
    assert equal_to_each(found.cluster, [codes_of(found.texts[0])[0]] * 2).tolist() == wanted


def test_clusters_of_more_than_are_compared_in_twos_are_counted_by_sorting() -> None:
    clusters: list[Texts] = [["a", "b"] * ranking._SMALL, ["b"] * (ranking._SMALL + 1), ["a"] * ranking._SMALL]
    found, _ = candidates(clusters)
    size = ranking._SMALL
    wanted = [size] * 2 * size + [size + 1] * (size + 1) + [size] * size
    assert equal_to_each(found.cluster, [codes_of(found.texts[0])[0]]).tolist() == wanted


@given(CLUSTERS)
def test_the_smallest_is_first_in_the_order_of_code_points_and_none_comes_last(clusters: list[Texts]) -> None:
    found, texts = candidates(clusters)
    chosen = choose(found.cluster, np.arange(len(texts)), found.scores("smallest"))
    wanted = [min(own, key=lambda text: (text is None, text or "")) for own in clusters]
    assert [texts[at] for at in chosen.tolist()] == wanted


@given(CLUSTERS)
def test_the_most_frequent_is_counted_folded_then_as_spelled(clusters: list[Texts]) -> None:
    several = [own for own in clusters if len(own) > 2]
    found, texts = candidates(several)
    for own, at in zip(
        several, choose(found.cluster, np.arange(len(texts)), found.scores("most_frequent")), strict=True
    ):
        folded = Counter(None if text is None else fold(text) for text in own)

        def score(text: str | None, folded: Counter[str | None] = folded, own: Texts = own) -> tuple[int, int]:
            return folded[None if text is None else fold(text)], own.count(text)

        assert score(texts[int(at)]) == max(map(score, own))
