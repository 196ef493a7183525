from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import example, given
from hypothesis import strategies as st

from dromio.clean.text import fold
from dromio.golden.texts import folded, has_text, places, same, whole, without_space

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TEXTS = st.lists(st.none() | ANY | st.text(" aB\t\x1c", max_size=6), max_size=12)


def column(texts: list[str | None]) -> pa.Array:
    return pa.array(texts, pa.string())


@given(TEXTS)
@example(["A  b", "x" * 1001 + " ", "  ", None, "", "a\x1cb", "É"])
def test_folding_a_column_is_folding_each_text(texts: list[str | None]) -> None:
    assert folded(column(texts)).to_pylist() == [None if text is None else fold(text) for text in texts]


@given(TEXTS)
def test_places_follow_the_order_of_code_points_with_null_last(texts: list[str | None]) -> None:
    order = sorted({text for text in texts if text is not None}, key=lambda text: [ord(char) for char in text])
    expected = [len(order) if text is None else order.index(text) for text in texts]
    assert places(column(texts)).tolist() == expected


@given(TEXTS)
def test_a_text_is_there_when_it_is_more_than_white_space(texts: list[str | None]) -> None:
    assert has_text(column(["\u3000", "\u00a0", "\n", "x", *texts]))[:4].tolist() == [False, False, False, True]
    ascii_only = [text for text in texts if text is None or (text.isascii() and text.isprintable())]
    assert has_text(column(ascii_only)).tolist() == [bool(text and text.strip()) for text in ascii_only]


def test_two_missing_texts_are_the_same() -> None:
    left, right = column(["a", "a", None, None, ""]), column(["a", "b", None, "", ""])
    assert same(left, right).tolist() == [True, False, True, False, True]


def test_a_column_in_pieces_becomes_one() -> None:
    assert whole(pa.chunked_array([["a"], [], ["b", None]], pa.string())).to_pylist() == ["a", "b", None]
    assert whole(pa.chunked_array([], pa.string())).to_pylist() == []


@given(TEXTS)
@example([" a", "a ", "\u3000b", "é", "", None, "ab", "!", "~"])
def test_texts_without_space_are_trimmed_and_blank_ones_missing(texts: list[str | None]) -> None:
    found = without_space(column(texts)).to_pylist()
    wanted = pc.utf8_trim_whitespace(column(texts)).to_pylist()
    assert found == [text or None for text in wanted]
