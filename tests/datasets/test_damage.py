"""Typing errors and replacements in columns of text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from dromio.datasets.damage import blank, choose, misspell, put, recase

WORDS = st.lists(st.one_of(st.none(), st.text("aáßñ Z09-@", max_size=9)), min_size=1, max_size=12)


def everywhere(count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.ones(count, np.bool_)


@given(WORDS, st.integers(0, 1000))
def test_misspelling_is_at_most_one_edit(words: list[str | None], seed: int) -> None:
    column = pa.array(words, pa.string())
    after = misspell(np.random.default_rng(seed), column, everywhere(len(words))).to_pylist()
    for word, new in zip(words, after, strict=True):
        if word is None or len(word) < 2:
            assert new == word
        else:
            assert new is not None
            assert OSA.distance(word, new) <= 1


def test_most_misspellings_change_the_word_in_every_way() -> None:
    column = pa.array(["margaret"] * 400)
    after = misspell(np.random.default_rng(1), column, everywhere(400)).to_pylist()
    assert sum(word != "margaret" for word in after) > 380
    assert {len(word) for word in after} == {7, 8, 9}
    assert any(sorted(word) == sorted("margaret") and word != "margaret" for word in after)


def test_misspelt_digits_stay_digits() -> None:
    after = misspell(np.random.default_rng(1), pa.array(["5551234567"] * 200), everywhere(200)).to_pylist()
    assert all(word.isdigit() for word in after)


def test_values_elsewhere_stay_as_they_are() -> None:
    where = np.array([False, True])
    column = pa.array(["left", "right"])
    assert misspell(np.random.default_rng(1), column, where)[0].as_py() == "left"
    assert put(column, where, "new").to_pylist() == ["left", "new"]
    assert put(column, where, pa.array(["other"])).to_pylist() == ["left", "other"]
    assert blank(column, where).to_pylist() == ["left", None]
    assert choose(np.random.default_rng(1), column, where, ("n/a",)).to_pylist() == ["left", "n/a"]
    assert recase(column, where, ~where).to_pylist() == ["left", "RIGHT"]
