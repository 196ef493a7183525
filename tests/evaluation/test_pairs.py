"""Scored pairs: quality at the match decision, the curve, calibration, and why pairs of clusters are wrong."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import InputError
from dromio.evaluation import Evaluation, PairQuality, evaluate

Row = tuple[str, str, float, float, str]


def pairs(*rows: Row) -> pa.Table:
    source = pa.array(["crm"] * len(rows), pa.string())
    return pa.table(
        {
            "source_dataset_l": source,
            "unique_id_l": pa.array([row[0] for row in rows], pa.string()),
            "source_dataset_r": source,
            "unique_id_r": pa.array([row[1] for row in rows], pa.string()),
            "match_weight": pa.array([row[2] for row in rows], pa.float64()),
            "match_probability": pa.array([row[3] for row in rows], pa.float64()),
            "decision": pa.array([row[4] for row in rows], pa.string()),
        }
    )


def score(found: str, true: str, *rows: Row, limit: int = 100, sources: str = "") -> Evaluation:
    """Records named a, b, c, … with one letter each for the cluster found, the true one and perhaps the source."""
    ids = [chr(ord("a") + place) for place in range(len(found))]
    entities = pa.table(
        {"source_dataset": list(sources) or ["crm"] * len(ids), "unique_id": ids, "cluster_id": list(found)}
    )
    truth = pa.table({"unique_id": ids, "cluster_id": list(true)})
    return evaluate(entities, truth, pairs(*rows), limit=limit)


def quality(*arguments: str | Row, limit: int = 100) -> PairQuality:
    result = score(*arguments, limit=limit).pairs  # type: ignore[arg-type]
    assert result is not None
    return result


def test_only_matches_are_declared_and_recall_is_out_of_all_true_pairs() -> None:
    result = quality(
        "112", "111", ("a", "b", 5.0, 0.97, "match"), ("b", "c", 1.0, 0.6, "review"), ("a", "c", -2.0, 0.1, "non-match")
    )
    assert (result.at_match.precision, result.at_match.recall) == (1.0, 1 / 3)
    assert (result.compared, result.compared_true, result.matches) == (3, 3, 1)


def test_curve_has_one_point_for_each_weight_from_the_highest() -> None:
    rows = (("a", "b", 8.0, 0.9, "match"), ("a", "c", 2.0, 0.8, "match"), ("b", "c", 2.0, 0.8, "match"))
    curve = quality("111", "112", *rows).curve
    assert [(point.match_weight, point.pairs, point.precision, point.recall) for point in curve] == [
        (8.0, 1, 1.0, 1.0),
        (2.0, 3, pytest.approx(1 / 3), 1.0),
    ]


def test_no_pairs_have_an_empty_curve_and_no_calibration_error() -> None:
    result = quality("12", "11")
    assert (result.curve, result.calibration.equal_width, result.calibration.adaptive) == ((), 0.0, 0.0)
    assert result.mistakes.counts["never_compared"] == 1


def test_calibration_error_is_the_mean_distance_of_probability_and_truth() -> None:
    rows = (("a", "b", 5.0, 0.9, "match"), ("a", "c", 5.0, 0.9, "match"), ("b", "c", -9.0, 0.0, "non-match"))
    result = quality("123", "112", *rows).calibration
    # At 0.9 half of the pairs are true: off by 0.4 for two of three pairs.
    assert result.equal_width == pytest.approx(0.4 * 2 / 3)
    assert result.adaptive == pytest.approx(0.4 * 2 / 3)
    assert [(each.pairs, each.true_share) for each in result.bins] == [(1, 0.0), (2, 0.5)]


def test_every_wrong_pair_has_its_reason() -> None:
    """True {a,b,c,d} {e} {f} {g}; found {a} {b} {c,d} {e,f,g}."""
    result = quality(
        "1233444",
        "1111567",
        ("a", "b", -3.0, 0.1, "non-match"),
        ("a", "c", 4.0, 0.94, "match"),
        ("e", "f", 6.0, 0.98, "match"),
        ("f", "g", -1.0, 0.3, "non-match"),
    ).mistakes
    assert result.counts == {
        "never_compared": 3,
        "scored_too_low": 1,
        "split_by_clustering": 1,
        "by_score": 1,
        "by_clustering": 2,
    }
    assert [(each.kind, each.unique_id_l + each.unique_id_r, each.match_weight) for each in result.listed] == [
        ("never_compared", "ad", None),
        ("never_compared", "bc", None),
        ("never_compared", "bd", None),
        ("scored_too_low", "ab", -3.0),
        ("split_by_clustering", "ac", 4.0),
        ("by_score", "ef", 6.0),
        ("by_clustering", "fg", -1.0),
        ("by_clustering", "eg", None),
    ]


def test_listing_is_limited_and_counts_are_not() -> None:
    result = quality("12345", "11111", limit=2).mistakes
    assert result.counts["never_compared"] == 10
    assert [each.unique_id_l + each.unique_id_r for each in result.listed] == ["ab", "ac"]


def test_order_of_pairs_and_of_sides_does_not_matter() -> None:
    rows = [("a", "b", 3.0, 0.9, "match"), ("a", "c", -3.0, 0.1, "non-match"), ("b", "d", 1.0, 0.5, "review")]
    turned = [(right, left, *rest) for left, right, *rest in reversed(rows)]
    assert score("1123", "1112", *rows) == score("1123", "1112", *turned)  # type: ignore[arg-type]


def test_pair_listed_twice_is_refused() -> None:
    with pytest.raises(InputError, match="1 pairs are listed more than once"):
        score("11", "11", ("a", "b", 1.0, 0.5, "match"), ("b", "a", 1.0, 0.5, "match"))


def test_pair_of_an_unknown_record_is_refused() -> None:
    with pytest.raises(InputError, match="1 pairs name a record that is not among entities, such as 'crm/z'"):
        score("11", "11", ("a", "z", 1.0, 0.5, "match"))


def test_record_paired_with_itself_is_refused() -> None:
    with pytest.raises(InputError, match="1 pairs pair a record with itself"):
        score("11", "11", ("a", "a", 1.0, 0.5, "match"))


PAIR = st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["match", "review", "non-match"]))


@given(
    st.text("123", min_size=8, max_size=8),
    st.text("123", min_size=8, max_size=8),
    st.lists(PAIR, max_size=20, unique_by=lambda pair: frozenset(pair[:2])),
)
def test_reasons_add_up_to_all_wrong_pairs(found: str, true: str, compared: list[tuple[int, int, str]]) -> None:
    names = "abcdefgh"
    rows = [(names[a], names[b], 1.0, 0.5, decision) for a, b, decision in compared if a != b]
    result = score(found, true, *rows)
    assert result.pairs is not None
    counts, listed = result.pairs.mistakes.counts, result.pairs.mistakes.listed
    missed = counts["never_compared"] + counts["scored_too_low"] + counts["split_by_clustering"]
    assert missed == result.counts.true_pairs - result.counts.right_pairs
    assert counts["by_score"] + counts["by_clustering"] == result.counts.pairs - result.counts.right_pairs
    assert {kind: sum(each.kind == kind for each in listed) for kind in counts} == counts
    assert len({(each.unique_id_l, each.unique_id_r) for each in listed}) == len(listed)
