"""Scores of clusters: literal cases with figures worked out by hand, and laws held against pair-by-pair counting."""

from __future__ import annotations

import json
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import InputError, TruthError, UsageError
from dromio.evaluation import Score, evaluate


def entities(clusters: dict[str, str], sources: dict[str, str] | None = None) -> pa.Table:
    ids = list(clusters)
    return pa.table(
        {
            "source_dataset": pa.array([(sources or {}).get(each, "crm") for each in ids], pa.string()),
            "unique_id": pa.array(ids, pa.string()),
            "cluster_id": pa.array([clusters[each] for each in ids], pa.string()),
        }
    )


def truth(clusters: dict[str, str]) -> pa.Table:
    return pa.table(
        {
            "unique_id": pa.array(list(clusters), pa.string()),
            "cluster_id": pa.array(list(clusters.values()), pa.string()),
        }
    )


def test_scores_of_a_split_and_a_wrong_member() -> None:
    """Found {1,2,5} {3} {4}; true {1,2,3} {4} {5}: of 3 found and 3 true pairs, only (1,2) is right."""
    result = evaluate(
        entities({"1": "a", "2": "a", "3": "b", "4": "c", "5": "a"}),
        truth({"1": "x", "2": "x", "3": "x", "4": "y", "5": "z"}),
    )
    assert result.clusters == result.exact == Score(1 / 3, 1 / 3, 1 / 3)
    # Precision of records 1 and 2 is 2/3, of 5 1/3, of 3 and 4 1; recall of 1 and 2 2/3, of 3 1/3, of 4 and 5 1.
    assert result.b_cubed.precision == pytest.approx((2 / 3 * 2 + 1 / 3 + 2) / 5)
    assert result.b_cubed.recall == pytest.approx((2 / 3 * 2 + 1 / 3 + 2) / 5)
    counts = result.counts
    assert (counts.records, counts.clusters, counts.true_clusters, counts.exact_clusters) == (5, 3, 3, 1)
    assert (counts.largest_cluster, counts.largest_true_cluster) == (3, 3)
    assert (counts.pairs, counts.true_pairs, counts.right_pairs) == (3, 3, 1)


def test_no_clusters_declared_has_full_precision_and_no_recall() -> None:
    result = evaluate(entities({"1": "a", "2": "b"}), truth({"1": "x", "2": "x"}))
    assert result.clusters == Score(1.0, 0.0, 0.0)


def test_link_only_counts_pairs_across_sources_only() -> None:
    sources = {"1": "a", "2": "a", "3": "b", "4": "b"}
    found, true = {"1": "p", "2": "p", "3": "p", "4": "q"}, {"1": "x", "2": "x", "3": "y", "4": "x"}
    both = evaluate(entities(found, sources), truth(true))
    across = evaluate(entities(found, sources), truth(true), link_type="link_only")
    assert (both.counts.pairs, both.counts.true_pairs, both.counts.right_pairs) == (3, 3, 1)
    # Across: found (1,3) (2,3); true (1,4) (2,4); none right.
    assert (across.counts.pairs, across.counts.true_pairs, across.counts.right_pairs) == (2, 2, 0)


def test_ids_are_compared_as_text() -> None:
    numbers = pa.table({"unique_id": pa.array([2, 1]), "cluster_id": pa.array([7, 7])})
    assert evaluate(entities({"1": "a", "2": "a"}), numbers).clusters.f1 == 1.0


def test_same_id_in_two_sources_is_told_apart_by_source() -> None:
    found = pa.table({"source_dataset": ["a", "b", "b"], "unique_id": ["1", "1", "2"], "cluster_id": ["p", "p", "q"]})
    true = pa.table({"source_dataset": ["b", "b", "a"], "unique_id": ["2", "1", "1"], "cluster_id": ["y", "x", "x"]})
    assert evaluate(found, true).clusters.f1 == 1.0
    with pytest.raises(TruthError, match=r"1 ids occur more than once in entities: '1'.*source_dataset"):
        evaluate(found, true.drop_columns("source_dataset"))


def test_record_without_truth_is_counted_and_named() -> None:
    with pytest.raises(TruthError, match="1 of 2 records in entities have no truth: '2'"):
        evaluate(entities({"1": "a", "2": "a"}), truth({"1": "x"}))


def test_truth_of_an_absent_record_is_counted_and_named() -> None:
    with pytest.raises(TruthError, match="1 of 2 records in the truth are not among entities: '9'"):
        evaluate(entities({"1": "a"}), truth({"1": "x", "9": "x"}))


def test_repeated_truth_is_refused() -> None:
    repeated = pa.concat_tables([truth({"1": "x"}), truth({"1": "y"})])
    with pytest.raises(TruthError, match="1 ids occur more than once in truth: '1'"):
        evaluate(entities({"1": "a"}), repeated)


def test_missing_cluster_in_truth_is_refused() -> None:
    holes = pa.table({"unique_id": ["1", "2"], "cluster_id": pa.array(["x", None])})
    with pytest.raises(TruthError, match="truth: cluster_id is missing in 1 of 2 rows"):
        evaluate(entities({"1": "a", "2": "a"}), holes)


def test_absent_column_names_those_found() -> None:
    with pytest.raises(TruthError, match="truth lacks column cluster_id; columns found: unique_id, cluster"):
        evaluate(entities({"1": "a"}), pa.table({"unique_id": ["1"], "cluster": ["x"]}))
    with pytest.raises(InputError, match="entities lacks column source_dataset"):
        evaluate(truth({"1": "a"}), truth({"1": "a"}))


def test_unknown_link_type_names_those_allowed() -> None:
    with pytest.raises(UsageError, match=r"'both' is not one of dedupe_only, link_only, link_and_dedupe"):
        evaluate(entities({"1": "a"}), truth({"1": "a"}), link_type="both")


def test_no_records_at_all_is_a_perfect_score() -> None:
    result = evaluate(entities({}), truth({}))
    assert (result.clusters.f1, result.exact.f1, result.b_cubed.f1, result.counts.records) == (1.0, 1.0, 1.0, 0)


def test_dict_form_is_json() -> None:
    result = evaluate(entities({"1": "a", "2": "a"}), truth({"1": "x", "2": "x"}))
    assert json.loads(json.dumps(result.to_dict()))["clusters"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


RECORDS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14)


@given(RECORDS, st.booleans())
def test_counts_equal_those_made_pair_by_pair(rows: list[tuple[str, int, int]], across: bool) -> None:
    ids = [str(number) for number in range(len(rows))]
    result = evaluate(
        entities(
            {i: str(found) for i, (_, found, _) in zip(ids, rows, strict=True)},
            {i: source for i, (source, _, _) in zip(ids, rows, strict=True)},
        ),
        truth({i: str(true) for i, (_, _, true) in zip(ids, rows, strict=True)}),
        link_type="link_only" if across else "dedupe_only",
    )
    pairs = [(a, b) for a, b in combinations(rows, 2) if not across or a[0] != b[0]]
    assert result.counts.pairs == sum(a[1] == b[1] for a, b in pairs)
    assert result.counts.true_pairs == sum(a[2] == b[2] for a, b in pairs)
    assert result.counts.right_pairs == sum(a[1:] == b[1:] for a, b in pairs)


@given(RECORDS)
def test_b_cubed_equals_the_mean_over_records(rows: list[tuple[str, int, int]]) -> None:
    found = {str(number): str(row[1]) for number, row in enumerate(rows)}
    true = {str(number): str(row[2]) for number, row in enumerate(rows)}
    result = evaluate(entities(found), truth(true)).b_cubed
    both = [sum(row[1:] == other[1:] for other in rows) for row in rows]
    assert result.precision == pytest.approx(
        sum(n / sum(row[1] == other[1] for other in rows) for n, row in zip(both, rows, strict=True)) / len(rows)
    )
    assert result.recall == pytest.approx(
        sum(n / sum(row[2] == other[2] for other in rows) for n, row in zip(both, rows, strict=True)) / len(rows)
    )


@given(RECORDS, st.randoms())
def test_scores_do_not_depend_on_row_order_or_cluster_names(rows: list[tuple[str, int, int]], random: object) -> None:
    found = {str(number): str(row[1]) for number, row in enumerate(rows)}
    true = {str(number): str(row[2]) for number, row in enumerate(rows)}
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    renamed = {each: f"entity-{9 - int(found[each])}" for each in shuffled}
    assert evaluate(entities(found), truth(true)) == evaluate(entities(renamed), truth(true))
