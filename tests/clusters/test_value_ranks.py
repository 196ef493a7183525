from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dromio.clusters.value_ranks import value_ranks
from dromio.engines.columns import AttributeColumns, Column

TEXTS = st.sampled_from(["", "a", "b", "é", "ab", "z"])
Row = tuple[str | None, str | None]


def single(name: str, rows: Sequence[Row]) -> AttributeColumns:
    return AttributeColumns(
        name, {field: Column.encode(pa.array([row[n] for row in rows], pa.string())) for n, field in enumerate("xy")}
    )


def several(name: str, values: Sequence[Sequence[tuple[int, str]]]) -> AttributeColumns:
    rows = [(owner, label, text) for owner, of in enumerate(values) for label, text in of]
    column = Column.encode(pa.array([text for _, _, text in rows], pa.string()))
    owner, label = (np.array([row[n] for row in rows], np.int32) for n in (0, 1))
    return AttributeColumns(name, {"value": column}, owner, label)


@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), min_size=1, max_size=12))
def test_ranks_follow_code_points_with_missing_first(rows: list[Row]) -> None:
    def key(row: Row) -> list[tuple[bool, str]]:
        return [] if row == (None, None) else [(text is not None, text or "") for text in row]

    distinct = sorted({tuple(key(row)) for row in rows})
    assert value_ranks([single("a", rows)], len(rows)).tolist() == [distinct.index(tuple(key(row))) for row in rows]


@given(st.lists(st.lists(st.tuples(st.integers(0, 1), TEXTS), max_size=3), min_size=1, max_size=10))
def test_several_values_count_as_a_sorted_list(values: list[list[tuple[int, str]]]) -> None:
    keys = [sorted((text, label) for label, text in of) for of in values]
    distinct = sorted(map(list, {tuple(key) for key in keys}))
    assert value_ranks([several("a", values)], len(values)).tolist() == [distinct.index(key) for key in keys]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_two_records_is_the_same_among_any_others(rows: list[Row], rng: object) -> None:
    whole = value_ranks([single("a", rows)], len(rows))
    for skipped in range(len(rows)):
        kept = [n for n in range(len(rows)) if n != skipped]
        part = value_ranks([single("a", [rows[n] for n in kept])], len(kept))
        assert (np.sign(np.subtract.outer(part, part)) == np.sign(np.subtract.outer(whole[kept], whole[kept]))).all()


def test_attributes_count_in_the_order_of_their_names() -> None:
    one, other = single("a", [("1", None), ("0", None)]), single("b", [("0", None), ("1", None)])
    assert value_ranks([other, one], 2).tolist() == [1, 0]
