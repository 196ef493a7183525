from typing import Any

import pytest

from dromio.interchange.reltio import Options, verify
from dromio.interchange.reltio.groups import Threshold
from dromio.interchange.reltio.verify import action_of

from .factory import attribute, document, exact, group, judged, negative, raw, uri

FIRST, SECOND = document(A="a", B="b"), document(A="a", B="b")
MERGE, REVIEW = group("Merge", exact("A"), "automatic"), group("Review", exact("B"))


@pytest.mark.parametrize("scope", ["EXTERNAL", "NONE"])
def test_a_group_of_another_scope_takes_no_part(scope: str) -> None:
    (found,) = judged([group("G", exact("A"), scope=scope)], FIRST, SECOND).groups
    assert (found.is_matched_by_documents, found.is_matched, found.first.phrases) == (True, False, ())


def test_merge_goes_before_review() -> None:
    assert judged([REVIEW, MERGE], FIRST, SECOND).action == "AUTO_MERGE"
    assert judged([REVIEW], FIRST, SECOND).action == "POTENTIAL_MATCH"
    assert judged([MERGE], FIRST, document(A="x")).action is None


def test_a_type_of_ones_own_is_its_action_in_capitals() -> None:
    household = group("H", exact("A"), "household", matchActions=[1])
    assert judged([household], FIRST, SECOND).groups[0].action == "HOUSEHOLD"
    assert judged([household, REVIEW], FIRST, SECOND).action == "POTENTIAL_MATCH"


@pytest.mark.parametrize(
    ("members", "skipped", "action"),
    [({}, (), "POTENTIAL_MATCH"), ({"scope": "NONE"}, (), "AUTO_MERGE"), ({}, (uri("N"),), "AUTO_MERGE")],
    ids=["holds", "takes no part", "bypassed"],
)
def test_a_negative_rule_demotes_merges_unless_it_takes_no_part(
    members: dict[str, Any], skipped: tuple[str, ...], action: str
) -> None:
    other = negative("N", {"notExactSame": [attribute("B")]}, **members)
    found = judged([MERGE, REVIEW, other], FIRST, document(A="a", B="x"), skipped=skipped)
    assert found.action == action
    assert found.groups[2].action is None


def test_a_bypassed_group_finds_nothing() -> None:
    found = judged([MERGE, REVIEW], FIRST, document(A="a", B="x"), skipped=(MERGE.uri,))
    assert not found.is_candidate
    assert found.groups[0].is_candidate
    assert not found.groups[0].is_matched


@pytest.mark.parametrize(("selected", "is_matched"), [(None, True), ([REVIEW.uri], False)])
def test_raw_documents_are_found_by_selected_groups_only(selected: Any, is_matched: bool) -> None:
    mapping = [{"attribute": attribute("B"), "class": "ExactNumberMatchToken"}]
    by_number = group("Review", exact("B") | {"matchTokenClasses": {"mapping": mapping}})
    one = raw(A=["a"], B=["b"])
    found = judged([MERGE, by_number], one, one, is_raw=True, selected=selected)
    assert found.groups[1].is_matched is is_matched
    assert judged([MERGE, by_number], one, one, selected=selected).groups[1].is_matched


def test_the_score_is_the_best_standalone_with_the_increments_of_the_others() -> None:
    groups = [
        group("A", exact("A"), scoreStandalone=50, scoreIncremental=10),
        group("B", exact("B"), scoreStandalone=40, scoreIncremental=5),
        group("C", exact("C"), scoreStandalone=99, scoreIncremental=99),
    ]
    assert judged(groups, FIRST, SECOND).score == 55
    assert judged(groups, FIRST, document(C="c")).score == 0


@pytest.mark.parametrize(
    ("score", "action"),
    [(0.1, None), (0.2, "POTENTIAL_MATCH"), (0.5, "POTENTIAL_MATCH"), (0.6, "AUTO_MERGE"), (0.9, None)],
)
def test_bounds_are_inclusive_and_review_wins_overlaps(score: float, action: str | None) -> None:
    thresholds = [Threshold("AUTO_MERGE", 0.4, 0.8), Threshold("POTENTIAL_MATCH", 0.2, 0.5)]
    assert action_of(thresholds, score) == action


def test_defaults_are_those_of_the_call() -> None:
    assert verify([MERGE], FIRST, SECOND) == verify([MERGE], FIRST, SECOND, Options())
