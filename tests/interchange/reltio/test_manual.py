from dromio.interchange.reltio import ManualDecision, manual_json, manual_matches


def test_decisions_on_other_pairs_do_not_count() -> None:
    assert manual_matches("a", "b", [ManualDecision("a", "c", False, 1)]) is None
    assert manual_matches("a", "a", [ManualDecision("a", "a", False, 1)]) is None


def test_a_decision_follows_merged_entities() -> None:
    found = manual_matches("a", "b", [ManualDecision("old", "b", False, 1)], {"old": "older", "older": "a"})
    assert found is not None
    assert found.is_not_match
    assert manual_json(found) == {
        "notMatches": {
            "old": [{"id": "b", "updatedTime": 1, "updatedBy": ""}],
            "b": [{"id": "old", "updatedTime": 1, "updatedBy": ""}],
        },
        "asMatches": {},
        "effectiveNotMatches": {"a": ["b"], "b": ["a"]},
        "effectiveAsMatches": {},
    }


def test_of_decisions_at_one_time_the_later_in_order_counts() -> None:
    decisions = [ManualDecision("a", "b", False, 1), ManualDecision("b", "a", True, 1)]
    found = manual_matches("a", "b", decisions)
    assert found is not None
    assert (found.is_match, found.is_not_match) == (True, False)


def test_circles_of_merges_end() -> None:
    assert manual_matches("a", "b", [ManualDecision("a", "b", True, 1)], {"a": "c", "c": "a"}) is not None
