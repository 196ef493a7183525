"""Whole runs of models that decide by rules, points, match groups and weights."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dromio
from dromio.errors import UsageError
from dromio.evaluation import evaluate
from dromio.model.deciders import Group, Points, Rule, Score, Weighted
from dromio.model.schema import Model
from dromio.service import match

ROWS = [
    {"unique_id": 1, "name": "Anna", "mail": "anna@shop.co", "phone": "1", "born": "2001"},
    {"unique_id": 2, "name": "Anna", "mail": "anna@shop.co", "phone": "2", "born": None},
    {"unique_id": 3, "name": "Ann", "mail": "ann@shop.co", "phone": "2", "born": "2002"},
    {"unique_id": 4, "name": "Bob", "mail": None, "phone": "3", "born": "2001"},
    {"unique_id": 5, "name": "Bob", "mail": "bob@shop.co", "phone": "3", "born": "2001"},
    {"unique_id": 6, "name": "Cleo", "mail": "bob@shop.co", "phone": None, "born": None},
]
MAIL = Rule(name="same e-mail", when="equal(mail.value)")
PHONE = Rule(name="same phone", when="equal(phone.value)")
VETO = Rule(name="born in other years", when="together(not equal(born.value))", decision="non-match")


def model(**parts: Any) -> Model:
    attributes = [
        {"name": name, "type": "folded", "inputs": [{"columns": {"value": name}}]}
        for name in ("name", "mail", "phone", "born")
    ]
    return Model.model_validate({"attributes": attributes, **parts})


def clusters(made: Model) -> list[list[int]]:
    groups: dict[Any, list[int]] = {}
    with dromio.resolve(ROWS, model=made) as result:
        for row in result.entities.to_pylist():
            groups.setdefault(row["cluster_id"], []).append(row["unique_id"])
    return sorted(map(sorted, groups.values()))


def test_rules_join_what_any_of_them_matches() -> None:
    assert clusters(model(rules=[MAIL, PHONE])) == [[1, 2, 3], [4, 5, 6]]


def test_the_first_rule_that_holds_decides() -> None:
    review = Rule(name="e-mail alone", when="equal(mail.value)", decision="review")
    assert clusters(model(rules=[review, MAIL, PHONE])) == [[1], [2, 3], [4, 5], [6]]


def test_a_veto_keeps_apart_what_others_would_join() -> None:
    """1 and 3 were born in other years: 2, which matches both, goes to the first."""
    assert clusters(model(rules=[VETO, MAIL, PHONE])) == [[1, 2], [3], [4, 5, 6]]


def test_rule_levels_let_loose_rules_add_to_groups_but_not_join_them() -> None:
    """By phone 2 and 3 are one too, but each is in a group of the first rule already."""
    rows = [{**row, "mail": "ann@shop.co"} if row["unique_id"] == 4 else row for row in ROWS]
    made = model(rules=[MAIL, PHONE], clustering={"method": "rule_levels"})
    groups: dict[Any, list[int]] = {}
    with dromio.resolve(rows, model=made) as result:
        for row in result.entities.to_pylist():
            groups.setdefault(row["cluster_id"], []).append(row["unique_id"])
    assert sorted(groups.values()) == [[1, 2], [3, 4], [5, 6]]


@given(st.lists(st.tuples(*[st.sampled_from("abc")] * 3), min_size=2, max_size=12))
@settings(max_examples=40, deadline=None)
def test_no_cluster_holds_a_vetoed_pair(values: list[tuple[str, str, str]]) -> None:
    rows = [
        {"unique_id": n, "name": "x", "mail": mail, "phone": phone, "born": born}
        for n, (mail, phone, born) in enumerate(values)
    ]
    with dromio.resolve(rows, model=model(rules=[VETO, MAIL, PHONE])) as result:
        born: dict[Any, set[str]] = {}
        for row in result.entities.to_pylist():
            born.setdefault(row["cluster_id"], set()).add(values[row["unique_id"]][2])
    assert all(len(years) == 1 for years in born.values())


def test_pairs_say_which_rule_decided() -> None:
    with dromio.resolve(ROWS, model=model(rules=[VETO, MAIL, PHONE])) as result:
        pairs = {(row["unique_id_l"], row["unique_id_r"]): row for row in result.pairs.to_pylist()}
        summary = result.summary
    assert {key: row["reason"] for key, row in pairs.items()} == {
        (1, 2): "same e-mail",
        (2, 3): "same phone",
        (4, 5): "same phone",
        (5, 6): "same e-mail",
    }
    assert {row["match_weight"] for row in pairs.values()} == {None}
    assert summary["deciders"] == ["rules"]
    assert sum(row["pairs"] for row in summary["decisions"]) == summary["candidate_pairs"]


def test_a_rule_that_no_key_serves_looks_at_all_pairs_of_few_records() -> None:
    assert clusters(model(rules=[Rule(name="others", when="not equal(name.value) and missing(mail.value)")])) == [
        [1, 2, 3, 4, 6],
        [5],
    ]


def test_a_scan_of_many_pairs_needs_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "FREE_SCAN", 5)
    made = model(rules=[Rule(name="others", when="not equal(name.value)")])
    with pytest.raises(
        UsageError, match=r"rules\.0\.when: .*not equal.*15 pairs would have to be looked at.*--allow-scan"
    ):
        dromio.resolve(ROWS, model=made)
    with dromio.resolve(ROWS, model=made, allow_scan=True) as result:
        assert len(set(result.entities["cluster_id"].to_pylist())) == 1


def test_a_key_that_makes_too_many_pairs_needs_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match, "MOST_PAIRS", 1)
    made = model(rules=[PHONE])
    with pytest.raises(UsageError, match=r"key phone\.value makes 2 pairs; more than 1 need consent"):
        dromio.resolve(ROWS, model=made)
    with dromio.resolve(ROWS, model=made, allow_scan=True) as result:
        assert len(result.pairs) == 2


def test_a_review_by_a_rule_joins_nothing_whatever_the_way_of_clustering() -> None:
    levels = [{"label": "same", "when": "equal(value)", "m": 0.9, "u": 0.01}, {"label": "other", "m": 0.1, "u": 0.99}]
    comparison = {"name": "name", "attribute": "name", "null_when": "missing(value)", "levels": levels}
    parts = {
        "keys": [{"fields": ["mail.value"]}],
        "comparisons": [comparison],
        "prior": {"match": 0.001},
        "rules": [Rule(name="e-mail", when="equal(mail.value)", decision="review")],
    }
    for method in ("average_link", "connected_components"):
        assert len(clusters(model(**parts, clustering={"method": method}))) == len(ROWS)


def test_points_are_added_and_shown() -> None:
    lines = [
        Points(when="equal(mail.value)", points=10),
        Points(when="equal(phone.value)", points=10),
        Points(when="jaro_winkler(name.value) >= 0.8", points=5, otherwise=-5),
    ]
    score = Score(filter="equal(mail.value) or equal(phone.value)", lines=lines, match=15, review=5)
    keys = [{"fields": ["mail.value"]}, {"fields": ["phone.value"]}]
    with dromio.resolve(ROWS, model=model(score=score, keys=keys)) as result:
        found = {
            (row["unique_id_l"], row["unique_id_r"]): (row["decision"], row["score"])
            for row in result.pairs.to_pylist()
        }
    assert found == {(1, 2): ("match", 15.0), (2, 3): ("match", 15.0), (4, 5): ("match", 15.0), (5, 6): ("review", 5.0)}


def test_a_negative_group_turns_a_match_into_a_review() -> None:
    groups = [
        Group(name="mail", when="equal(mail.value)"),
        Group(name="other name", when="together(not equal(name.value))", negative=True),
    ]
    keys = [{"fields": ["mail.value"]}]
    with dromio.resolve(ROWS, model=model(groups=groups, keys=keys)) as result:
        found = {(row["unique_id_l"], row["unique_id_r"]): row["decision"] for row in result.pairs.to_pylist()}
        sentences = result.summary["summary"]
    assert found == {(1, 2): "match", (5, 6): "review"}
    assert "1 pairs are in doubt and worth a review." in sentences


def test_a_run_without_probabilities_can_be_evaluated() -> None:
    import pyarrow as pa

    truth = pa.table({"unique_id": [1, 2, 3, 4, 5, 6], "cluster_id": [1, 1, 3, 4, 4, 6]})
    with dromio.resolve(ROWS, model=model(rules=[MAIL, PHONE])) as result:
        quality = evaluate(result.entities, truth, result.pairs)
    assert quality.pairs is not None
    assert (quality.pairs.calibration, quality.pairs.curve) == (None, ())
    assert quality.pairs.at_match.recall == 1.0


def test_weighted_fields_count_what_both_records_have() -> None:
    fields = [
        {
            "name": "mail",
            "weight": 0.5,
            "present": "not missing(mail.value)",
            "credits": [{"when": "equal(mail.value)", "share": 1.0}],
        },
        {
            "name": "name",
            "weight": 0.5,
            "present": "not missing(name.value)",
            "credits": [{"similarity": "jaro_winkler(name.value)", "least": 0.8}],
        },
    ]
    weighted = Weighted.model_validate({"fields": fields, "match": 0.9, "review": 0.5})
    keys = [{"fields": ["mail.value"]}, {"fields": ["phone.value"]}]
    with dromio.resolve(ROWS, model=model(weighted=weighted, keys=keys)) as result:
        found = {
            (row["unique_id_l"], row["unique_id_r"]): (row["decision"], row["score"])
            for row in result.pairs.to_pylist()
        }
    assert found == {(1, 2): ("match", 1.0), (4, 5): ("match", 1.0), (5, 6): ("review", 0.5)}
