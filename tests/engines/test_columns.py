from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.engines.columns import NO_DAY, Column, Rarity, words_of
from dromio.model.expressions import parse_field

from .factory import columns_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def column(*texts: str | None) -> Column:
    return Column.encode(pa.array(texts, pa.string()))


@given(st.lists(st.none() | TEXT, max_size=12))
def test_encoding_gives_back_every_text(texts: list[str | None]) -> None:
    encoded = column(*texts)
    values = encoded.values.to_pylist()
    assert [values[code] if code >= 0 else None for code in encoded.codes.tolist()] == texts
    assert len(set(values)) == len(values)


def test_chunks_and_slices_encode_as_one() -> None:
    chunked = pa.chunked_array([pa.array(["x", "b", None])[1:], pa.array(["b", "a"])])
    assert Column.encode(chunked).codes.tolist() == [0, -1, 0, 1]


def test_counts_leave_missing_out() -> None:
    assert column("a", None, "b", "a").counts.tolist() == [2, 1]


@given(st.lists(TEXT, min_size=1, max_size=8, unique=True))
def test_letters_are_those_of_the_bytes(texts: list[str]) -> None:
    letters = column(*texts).letters
    for place, text in enumerate(texts):
        data = text.encode()
        assert letters.mask[place] == sum(1 << bit for bit in {byte & 63 for byte in data})
        assert letters.length[place] == len(text)
        assert letters.first[place] == (data[0] if data else 0)
        assert letters.is_ascii[place] == text.isascii()


@given(st.lists(st.lists(st.sampled_from(["a", "bb", "é", ""]), max_size=5).map(" ".join), max_size=6))
def test_words_are_what_blanks_part(texts: list[str]) -> None:
    words = words_of([pa.array(texts, pa.string())])
    vocabulary = words.vocabulary.to_pylist()
    found = [
        {vocabulary[code] for code in words.flat[words.start[at] : words.start[at + 1]]} for at in range(len(texts))
    ]
    assert found == [set(text.split(" ")) - {""} for text in texts]
    assert (np.diff(words.start) == [len(one) for one in found]).all()


def test_words_of_parallel_texts_are_united() -> None:
    words = words_of([pa.array(["a b", None]), pa.array(["b c", None])])
    assert [sorted(words.vocabulary.take(pa.array(words.flat[at:to])).to_pylist()) for at, to in ((0, 3),)] == [
        ["a", "b", "c"]
    ]
    assert words.start.tolist() == [0, 3, 3]


def test_words_weigh_the_same_without_rarity_and_by_the_table_with_it() -> None:
    plain = column("acme tools")
    assert plain.word_weights.tolist() == [1000, 1000]
    weighed = Column(plain.codes, plain.values, Rarity({"acme": 2000}, 9000))
    assert dict(zip(weighed.words.vocabulary.to_pylist(), weighed.word_weights.tolist(), strict=True)) == {
        "acme": 2000,
        "tools": 9000,
    }


def test_days_numbers_and_parts_of_what_is_none_are_marked() -> None:
    assert column("2001-02-03", "2001-02-30", "x").days.tolist() == [730519, NO_DAY, NO_DAY]
    assert np.isnan(column("1.5", "nan", "x").numbers).tolist() == [False, True, True]
    assert [part.tolist() for part in column("2001-02", "²").date_parts] == [[2001, -1], [2, -1], [-1, -1]]


@pytest.mark.parametrize(
    "name", ["letters", "words", "days", "numbers", "date_parts", "angles", "counts", "word_weights"]
)
def test_a_column_without_values_has_empty_tables(name: str) -> None:
    assert getattr(column(None, None), name) is not None
    assert getattr(column(), name) is not None


def test_derived_values_keep_the_rows_and_stay_missing() -> None:
    derived = column("abc", "x", None, "abd").derived(
        lambda texts: [text[:2] if len(text) > 1 else None for text in texts]
    )
    assert derived.codes.tolist() == [0, -1, -1, 0]
    assert derived.values.to_pylist() == ["ab"]


def test_codes_are_aligned_with_another_column() -> None:
    assert column("a", "b").aligned(column("b", None, "c", "a")).tolist() == [1, -1, -2, 0]
    assert column().aligned(column("b", None)).tolist() == [-2, -1]


def test_a_transform_is_made_anew_when_its_column_is_replaced() -> None:
    columns = columns_of([{"a": "anna acme"}], ["a"])
    rare = parse_field("rare_tokens(a)")
    assert columns.column(rare).values.to_pylist() == ["acme anna"]
    old = columns.columns["a"]
    columns.columns["a"] = Column(old.codes, old.values, Rarity({"acme": 1000}, 9000))
    assert columns.column(rare).values.to_pylist() == ["anna"]


def test_a_row_is_filled_when_any_field_is() -> None:
    assert columns_of([{"a": "x"}, {"b": ""}, {}], ["a", "b"]).filled().tolist() == [True, True, False]
