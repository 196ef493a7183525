"""Charts are drawn to SVG by the same Vega that the page uses, so these tests see what a reader would."""

import json
import math
from itertools import pairwise
from typing import Any

import pytest
import vl_convert

from dromio.errors import MissingExtraError
from dromio.report import charts
from dromio.report.charts.base import powers_of_ten
from dromio.report.charts.clusters import size_groups

from .sample import clique, examples, rows_in, sample_run


def drawn(chart: Any) -> str:
    """The chart as SVG; fails when it is not valid Vega-Lite or cannot be drawn."""
    return vl_convert.vegalite_to_svg(json.dumps(chart.to_dict(), allow_nan=False))


def rows(chart: Any) -> list[dict[str, Any]]:
    """All rows of data in a chart."""
    return rows_in(chart.to_dict())


def test_pairs_by_key_names_every_key_and_its_new_pairs() -> None:
    svg = drawn(charts.pairs_by_key(sample_run()["keys"]))
    assert "birth date and family name" in svg
    assert "141,902 new" in svg


def test_weight_distribution_names_both_thresholds() -> None:
    run = sample_run()
    svg = drawn(charts.weight_distribution(run["weights"], run["thresholds"]))
    assert "match ≥ +6.6" in svg
    assert "review ≥ +1.5" in svg


def test_weight_distribution_without_thresholds_and_matches_is_drawn() -> None:
    assert "match weight (bits)" in drawn(charts.weight_distribution({"edges": [0, 1, 2], "pairs": [3, 4]}))


def test_weight_distribution_leaves_out_bins_that_have_no_end() -> None:
    chart = charts.weight_distribution({"edges": [-math.inf, 0, 1], "pairs": [3, 4], "matches": [0, 4]})
    assert {row["start"] for row in rows(chart)} == {0}


def test_weight_distribution_draws_expected_matches_over_all_pairs() -> None:
    chart = charts.weight_distribution({"edges": [0, 1], "pairs": [5], "matches": [2.5]})
    assert [(row["kind"], row["pairs"]) for row in rows(chart)] == [
        ("all scored pairs", 5),
        ("expected true matches among them", 2.5),
    ]


def test_level_charts_keep_the_order_of_comparisons() -> None:
    found = sample_run()["comparisons"]
    for chart in (charts.level_weights(found), charts.level_probabilities(found)):
        svg = drawn(chart)
        assert svg.index(">given name<") < svg.index(">family name<") < svg.index(">birth date<")


def test_level_charts_leave_out_null_levels() -> None:
    found = sample_run()["comparisons"]
    assert "missing" not in {row["level"] for row in rows(charts.level_weights(found))}
    assert "missing" not in {row["level"] for row in rows(charts.level_probabilities(found))}


def test_level_probabilities_show_related_pairs_only_when_known() -> None:
    levels = [{"label": "same", "m": 0.9, "u": 0.1, "weight": 3.17, "is_null_level": False}]
    assert "related ones" not in drawn(charts.level_probabilities([{"name": "email", "levels": levels}]))
    assert "related ones" in drawn(charts.level_probabilities(sample_run()["comparisons"]))


def test_level_probabilities_draw_zero_on_the_logarithmic_axis() -> None:
    levels = [{"label": "same", "m": 0.9, "u": 0.0, "weight": 40, "is_null_level": False}]
    found = rows(charts.level_probabilities([{"name": "email", "levels": levels}]))
    assert [(row["at"] > 0, row["shown"]) for row in found] == [(True, "0.9"), (True, "0")]


def test_waterfall_steps_join_from_prior_to_sum() -> None:
    found = [row for row in rows(charts.waterfall(examples()[2])) if "step" in row]
    assert found[0]["step"] == "starting point: any two records"
    assert found[-1]["kind"] == "total"
    for before, after in pairwise(found[:-1]):
        assert {before["low"], before["high"]} & {after["low"], after["high"]}


def test_waterfall_shows_what_the_steps_do_not_explain() -> None:
    example = {"prior_weight": -10, "steps": [{"comparison": "email", "label": "same", "weight": 16}]}
    assert "adjustments" not in drawn(charts.waterfall({**example, "match_weight": 6}))
    assert "adjustments: all other adjustments" in drawn(charts.waterfall({**example, "match_weight": 4.5}))


def test_cluster_sizes_share_bars_above_twelve() -> None:
    sizes = [{"size": 40, "clusters": 1}, {"size": 1, "clusters": 5}, {"size": 13, "clusters": 2}]
    sizes += [{"size": 12, "clusters": 3}, {"size": 24, "clusters": 1}, {"size": 25, "clusters": 1}]
    assert [(row["size"], row["clusters"], row["records"]) for row in size_groups(sizes)] == [
        ("1", 5, "5"),
        ("12", 3, "36"),
        ("13–24", 3, "50"),
        ("25–48", 2, "65"),
    ]
    assert "25–48" in drawn(charts.cluster_sizes(sizes))


def test_cluster_graph_labels_nodes_and_edges_of_small_clusters() -> None:
    svg = drawn(charts.cluster_graph(sample_run()["clusters"]["weakest"][0], {"match": 6.6}))
    assert "Joan Smyth" in svg
    assert "+6.8" in svg


def test_cluster_graph_leaves_labels_of_large_clusters_to_tooltips() -> None:
    assert ">Info Desk 3<" not in drawn(charts.cluster_graph(sample_run()["clusters"]["largest"][0]))


def test_cluster_graph_leaves_out_edges_to_records_it_does_not_hold() -> None:
    cluster = {"nodes": [{"id": "a"}, {"id": "b"}], "edges": [{"left": "a", "right": "z", "weight": 9}]}
    svg = drawn(charts.cluster_graph(cluster))
    assert ">a<" in svg
    assert "+9.0" not in svg


def test_cluster_graph_draws_the_first_nodes_of_a_huge_cluster() -> None:
    cluster = {"nodes": [{"id": str(place)} for place in range(400)], "edges": []}
    assert len(rows(charts.cluster_graph(cluster))) == 150


def test_calibration_and_timings_are_drawn() -> None:
    run = sample_run()
    assert "probability given by the model" in drawn(charts.calibration(run["calibration"]))
    assert "3.94 s" in drawn(charts.timings(run["timings"]))


def test_equal_input_gives_equal_charts() -> None:
    assert charts.cluster_graph(clique(7)).to_dict() == charts.cluster_graph(clique(7)).to_dict()


def test_missing_altair_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"dromio\[report\]"):
        charts.timings([])


@pytest.mark.parametrize(("largest", "ticks"), [(0, [0, 1]), (1, [0, 1]), (10, [0, 1, 10]), (11, [0, 1, 10, 100])])
def test_powers_of_ten_reach_the_largest(largest: float, ticks: list[int]) -> None:
    assert powers_of_ten(largest) == ticks


def test_waterfall_counts_in_the_unit_of_the_example() -> None:
    steps = [{"comparison": "mail", "label": "holds", "weight": 5}, {"comparison": "name", "label": "", "weight": -2}]
    points = charts.waterfall({"unit": "points", "steps": steps, "prior_weight": 0, "match_weight": 3}, {"match": 4})
    shown = [row for row in rows(points) if "step" in row]
    assert {row["step"]: row["weight"] for row in shown} == {"mail: holds": "+5", "name": "−2", "sum": "+3"}
    assert "points so far" in drawn(points)


def test_waterfall_of_clauses_draws_every_step_alone() -> None:
    steps = [{"comparison": "a", "weight": 0.5}, {"comparison": "b", "weight": 1}, {"comparison": "c", "weight": None}]
    shown = [row for row in rows(charts.waterfall({"unit": "clauses", "steps": steps})) if "step" in row][:3]
    assert [(row["low"], row["high"], row["kind"]) for row in shown] == [
        (0, 0.5, "total"),
        (0, 1, "for"),
        (0, 0, "total"),
    ]
    assert [row["weight"] for row in shown] == ["50%", "100%", "–"]
