from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import index_columns, index_keys
from dromio.engines.compiled import values_of
from dromio.engines.keys import blocks, code_records, unpack
from dromio.model.expressions import parse_field
from dromio.model.schema import local
from dromio.plan import PlannedKey

from .factory import columns_of

Pairs = set[tuple[int, int]]
FILTERS = [
    "neighbours(n.a, 1)",
    "neighbours(n.a, 2)",
    "neighbours(n.a, 5)",
    "neighbours_share(n.a, 170)",
    "neighbours_share(n.a, 333)",
    "rare_trigrams(n.a, 500)",
    "rare_trigrams(n.a, 70)",
    "soundex_positions(n.a, 3)",
    "rare_letters(n.a, 850)",
    "rare_words(n.a, 400)",
    "near_words(n.a, 2)",
    "near_days(n.a, 10)",
    "near_numbers(n.a, 1500)",
    "near_latitudes(n.a, 90)",
    "formal_names(n.a)",
    "date_parts(n.a)",
    "words(n.a)",
    "either(n.a)",
]
VALUES = st.sampled_from(["2001-02-03", "2001-02-12", "2001-03-03", "2001", "1", "1.25", "-91", "bob", "robert"])
TEXTS = st.lists(st.none() | st.text("abß -\0é", max_size=14) | st.text("ab", max_size=40) | VALUES, max_size=12)


def by_columns(texts: list[str | None], expression: str) -> Pairs:
    key = PlannedKey(expression, (local(parse_field(expression)),), None)
    coded = code_records({"n": columns_of([{"a": text} for text in texts], ["a"])}, key, len(texts))
    left, right = unpack(blocks(coded, None, records=len(texts)).pairs)
    return set(zip(left.tolist(), right.tolist(), strict=True))


def by_rows(texts: list[str | None], expression: str) -> Pairs:
    of = values_of(local(parse_field(expression))[1], {})
    codes = [set(of({} if text is None else {"a": text})) for text in texts]
    return {(one, other) for one, other in combinations(range(len(texts)), 2) if codes[one] & codes[other]}


@pytest.mark.parametrize("expression", FILTERS)
@settings(max_examples=30)
@given(TEXTS)
def test_columns_bring_together_whom_rows_do(expression: str, texts: list[str | None]) -> None:
    assert by_columns(texts, expression) == by_rows(texts, expression)


@pytest.mark.parametrize("expression", FILTERS)
def test_parts_of_all_numbers_give_what_one_pass_gives(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str | None] = ["anna smith", "ana smith", "anne smyth", "bob", "bobby", None, "bob", "x" * 60, "x" * 59]
    once = by_columns(texts, expression)
    monkeypatch.setattr(index_columns, "AT_ONCE", 50)
    monkeypatch.setattr(index_columns, "_CHUNK", 20)
    assert by_columns(texts, expression) == once == by_rows(texts, expression)


def test_codes_of_one_value_alone_are_left_out() -> None:
    column = columns_of([{"a": "anna"}, {"a": "zebra"}], ["a"]).field("a")
    words = index_columns.codes_of(column, local(parse_field("neighbours(n.a, 1)"))[1])
    assert words.start.tolist() == [0, 1, 2]
    assert len(index_keys.neighbours("anna", 1)) > 1
