"""Two runs over the same records: what merged, split and moved, and which pairs were gained and lost."""

from __future__ import annotations

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import InputError
from dromio.evaluation import RunComparison, compare_runs


def run(clusters: str, first: int = 0) -> pa.Table:
    """Records named by numbers, one letter each for the cluster."""
    ids = [f"{first + place:02d}" for place in range(len(clusters))]
    return pa.table(
        {
            "source_dataset": pa.array(["crm"] * len(ids), pa.string()),
            "unique_id": pa.array(ids, pa.string()),
            "cluster_id": pa.array(list(clusters), pa.string()),
        }
    )


def kinds(change: RunComparison) -> tuple[int, int, int, int]:
    return change.unchanged, change.merged, change.split, change.moved


def test_new_names_for_the_same_clusters_change_nothing() -> None:
    change = compare_runs(run("aabc"), run("xxyz"))
    assert kinds(change) == (3, 0, 0, 0)
    assert (change.pairs_gained, change.pairs_lost, change.examples) == (0, 0, ())


def test_two_whole_clusters_in_one_are_merged() -> None:
    change = compare_runs(run("aabbc"), run("xxxxc"))
    assert kinds(change) == (1, 1, 0, 0)
    assert (change.pairs_gained, change.pairs_lost) == (4, 0)
    assert (change.examples[0].kind, change.examples[0].before, change.examples[0].after) == (
        "merged",
        ("a", "b"),
        ("x",),
    )
    assert change.examples[0].records == (("crm", "00"), ("crm", "01"), ("crm", "02"), ("crm", "03"))


def test_one_cluster_in_several_whole_ones_is_split() -> None:
    change = compare_runs(run("aaab"), run("xyyb"))
    assert kinds(change) == (1, 0, 1, 0)
    assert (change.pairs_gained, change.pairs_lost) == (0, 2)


def test_record_gone_over_to_another_cluster_moves_both() -> None:
    change = compare_runs(run("aabbc"), run("aBBBc"))
    assert kinds(change) == (1, 0, 0, 2)
    assert (change.pairs_gained, change.pairs_lost) == (2, 1)


def test_records_of_one_run_only_are_counted_and_left_out() -> None:
    change = compare_runs(run("aab"), run("xyy", first=1))
    assert (change.records, change.records_only_a, change.records_only_b) == (2, 1, 1)
    assert kinds(change) == (2, 0, 0, 0)


def test_examples_are_limited() -> None:
    assert len(compare_runs(run("aabbccdd"), run("12345678"), examples=3).examples) == 3


def test_record_twice_in_one_run_is_refused() -> None:
    with pytest.raises(InputError, match="1 records of run B occur more than once"):
        compare_runs(run("a"), pa.concat_tables([run("a"), run("b")]))


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), min_size=1, max_size=12))
def test_pairs_and_directions_mirror(rows: list[tuple[str, str]]) -> None:
    before, after = run("".join(a for a, _ in rows)), run("".join(b for _, b in rows))
    there, back = compare_runs(before, after), compare_runs(after, before)
    assert (there.unchanged, there.merged, there.split) == (back.unchanged, back.split, back.merged)
    assert (there.pairs_gained, there.pairs_lost) == (back.pairs_lost, back.pairs_gained)
    pairs = list(combinations(rows, 2))
    assert there.pairs_gained == sum(p[0] != q[0] and p[1] == q[1] for p, q in pairs)
    assert there.pairs_lost == sum(p[0] == q[0] and p[1] != q[1] for p, q in pairs)
