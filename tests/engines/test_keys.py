from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines.columns import AttributeColumns, Column, Rarity
from dromio.engines.keys import Blocks, Coded, blocks, code_records, join, pack, unpack
from dromio.model.expressions import parse_field
from dromio.model.schema import local
from dromio.plan import PlannedKey

from .factory import columns_of

Members = list[set[int]]


def key(*fields: str) -> PlannedKey:
    return PlannedKey(" + ".join(fields), tuple(local(parse_field(text)) for text in fields), 1000)


def several(rows: list[list[str]]) -> AttributeColumns:
    """Field `a` with several values per record."""
    texts = [text for own in rows for text in own]
    owner = np.array([number for number, own in enumerate(rows) for _ in own], np.int32)
    return AttributeColumns("n", {"a": Column.encode(pa.array(texts, pa.string()))}, owner)


def members(coded: Coded) -> Members:
    """Blocks of two records or more."""
    found: dict[int, set[int]] = {}
    for code, record in zip(coded.codes.tolist(), coded.records.tolist(), strict=True):
        assert record not in found.setdefault(code, set()), "a record occurs once under a code"
        found[code].add(record)
    return sorted((block for block in found.values() if len(block) > 1), key=sorted)


def coded(values: list[dict[str, str | None]], *fields: str) -> Members:
    return members(code_records({"n": columns_of(values, ["a", "b"])}, key(*fields), len(values)))


def test_records_with_equal_values_of_all_parts_are_a_block() -> None:
    values: list[dict[str, str | None]] = [
        {"a": "x", "b": "1"},
        {"a": "x", "b": "1"},
        {"a": "x", "b": "2"},
        {"a": "y", "b": "2"},
    ]
    assert coded(values, "n.a") == [{0, 1, 2}]
    assert coded(values, "n.a", "n.b") == [{0, 1}]


def test_a_record_that_lacks_a_part_has_no_key() -> None:
    assert (
        coded(
            [{"a": "x", "b": None}, {"a": "x", "b": None}, {"a": None, "b": "1"}, {"a": None, "b": "1"}], "n.a", "n.b"
        )
        == []
    )


def test_every_word_of_two_characters_is_a_key() -> None:
    values: list[dict[str, str | None]] = [
        {"a": "anna b", "b": "zoë"},
        {"a": "zoë anna", "b": None},
        {"a": "b", "b": "anna"},
    ]
    assert coded(values, "tokens(n.a, n.b)") == [{0, 1}, {0, 1, 2}]


def test_rare_tokens_leave_out_words_that_are_common_where_they_stand() -> None:
    columns = columns_of(
        [{"a": "acme zebra", "b": None}, {"a": "acme zebra", "b": "acme"}, {"a": None, "b": "acme"}], ["a", "b"]
    )
    old = columns.columns["a"]
    columns.columns["a"] = Column(old.codes, old.values, Rarity({"acme": 5999}, 6000))
    assert members(code_records({"n": columns}, key("rare_tokens(n.a)"), 3)) == [{0, 1}]
    assert members(code_records({"n": columns}, key("rare_tokens(n.a, n.b)"), 3)) == [{0, 1}, {1, 2}]


def test_several_values_give_every_combination() -> None:
    attributes = {"n": several([["x", "y"], ["y", "x", "x"], [], ["y"]]), "m": columns_of([{"a": "1"}] * 4, ["a"])}
    assert members(code_records(attributes, key("n.a"), 4)) == [{0, 1}, {0, 1, 3}]
    assert members(code_records(attributes, key("m.a", "n.a"), 4)) == [{0, 1}, {0, 1, 3}]


def test_a_key_without_any_value_forms_no_block() -> None:
    assert coded([{"a": None, "b": None}] * 2, "n.a", "tokens(n.b)", "rare_tokens(n.a)") == []


def test_packed_pairs_are_ordered_and_unpack() -> None:
    packed = pack(np.array([5, 1], np.int32), np.array([2, 9], np.int32))
    assert [side.tolist() for side in unpack(packed)] == [[2, 1], [5, 9]]


def pairs_of(found: Blocks) -> list[tuple[int, int]]:
    left, right = unpack(found.pairs)
    return list(zip(left.tolist(), right.tolist(), strict=True))


def test_large_blocks_are_split_and_dropped_when_still_too_large() -> None:
    values: list[dict[str, str | None]] = [{"a": "x", "b": text} for text in ("1", "1", "2", "2", "2", None)] + [
        {"a": "y", "b": "1"}
    ] * 2
    columns = {"n": columns_of(values, ["a", "b"])}
    whole, splitter = (code_records(columns, key(text), len(values)) for text in ("n.a", "n.b"))
    plain = blocks(whole, 2, records=len(values))
    assert (pairs_of(plain), plain.largest, plain.split, plain.dropped, plain.count) == ([(6, 7)], 6, 0, 1, 1)
    split = blocks(whole, 2, splitters=[splitter], records=len(values))
    assert (pairs_of(split), split.split, split.dropped) == ([(0, 1), (6, 7)], 1, 1)


def test_only_pairs_across_sources_when_asked() -> None:
    columns = {"n": columns_of([{"a": "x"}] * 3, ["a"])}
    found = blocks(code_records(columns, key("n.a"), 3), 10, source=np.array([0, 1, 0]), records=3)
    assert pairs_of(found) == [(0, 1), (1, 2)]


ROWS = st.lists(st.lists(st.sampled_from("xyz"), max_size=3), min_size=1, max_size=9)


@given(ROWS, st.integers(2, 6))
@settings(max_examples=150, deadline=None)
def test_pairs_are_those_of_blocks_within_the_cap(rows: list[list[str]], cap: int) -> None:
    expected: set[tuple[int, int]] = set()
    for text in "xyz":
        block = [number for number, own in enumerate(rows) if text in own]
        expected |= set(combinations(block, 2)) if len(block) <= cap else set()
    found = blocks(code_records({"n": several(rows)}, key("n.a"), len(rows)), cap, records=len(rows))
    assert pairs_of(found) == sorted(expected)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_pairs_do_not_depend_on_the_order_of_values(rows: list[list[str]], rng: object) -> None:
    turned = [list(reversed(own)) for own in rows]
    found, again = (
        blocks(code_records({"n": several(one)}, key("n.a"), len(rows)), 4, records=len(rows)) for one in (rows, turned)
    )
    assert pairs_of(found) == pairs_of(again)


@pytest.mark.parametrize("parts", [1, 2, 4, 6])
def test_many_parts_of_many_values_do_not_collide(parts: int) -> None:
    """Codes of six parts with 3,000 values each pass 64 bits unless they are renumbered."""
    size = 3000
    columns = {
        f"n{part}": columns_of([{"a": str((number * (part + 1)) % size)} for number in range(2 * size)], ["a"])
        for part in range(parts)
    }
    found = code_records(columns, key(*(f"n{part}.a" for part in range(parts))), 2 * size)
    assert members(found) == [{number, number + size} for number in range(size)]


@given(st.sets(st.integers(0, 99), max_size=2), st.sets(st.integers(0, 99), min_size=40))
def test_a_few_records_joined_with_many_keep_the_code_of_both(few: set[int], many: set[int]) -> None:
    one = Coded(np.array(sorted(few), np.int64) % 3, np.array(sorted(few), np.int32), True)
    other = Coded(np.array(sorted(many), np.int64) % 5, np.array(sorted(many), np.int32), True)
    found = join(one, other, 100)
    span = max(record % 5 for record in many) + 1
    assert found.records.tolist() == sorted(few & many)
    assert found.codes.tolist() == [record % 3 * span + record % 5 for record in sorted(few & many)]


def test_pairs_that_several_codes_bring_together_are_let_go_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.repeat(np.arange(6), 5).astype(np.int64)
    coded = Coded(codes, np.tile(np.arange(5), 6).astype(np.int32))
    once = blocks(coded, None, records=5)
    monkeypatch.setattr("dromio.engines.keys._MOST_REPEATED", 3)
    again = blocks(coded, None, records=5)
    assert again.pairs.tolist() == once.pairs.tolist()
    assert once.count == 10


def test_where_numbers_grow_too_large_records_that_are_alone_in_a_part_are_left_out() -> None:
    one = Coded(np.array([1 << 61, 5, 1 << 61, 7, 5, 5]), np.arange(6, dtype=np.int32), True)
    other = Coded(np.array([9, 9, 9, 9, 1 << 40, 9]), np.arange(6, dtype=np.int32), True)
    joined = join(one, other, 6)
    assert members(joined) == [{0, 2}, {1, 5}]
    assert joined.records.tolist() == [0, 1, 2, 4, 5]
