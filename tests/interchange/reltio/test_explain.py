import json
from typing import Any

import pytest

from dromio.interchange.reltio import Side, explain

from .factory import attribute, document, exact, group, judged

A = document("1", X="a", Y="y")
G = group("G", exact("X"))


def tree(rule: dict[str, Any], is_full: bool = False) -> Any:
    """The explained formula of a rule for A and itself."""
    (found,) = explain(judged([group("G", rule)], A, A), is_full=is_full)["rules"].values()
    return found["rule"]


def test_neighbours_with_one_operator_stand_together() -> None:
    leaf = {"match": True, "ignoreInToken": False}
    equals = {"equals": [{"uri": attribute("X"), "values": ["a"]}, {"uri": attribute("X"), "values": ["b"]}]}
    assert tree({**exact("X", "Y"), **equals}) == {
        "and": [
            {"exact": {"X": leaf, "Y": leaf}},
            {"equals": {"X": leaf}},
            {"equals": {"X": leaf | {"match": False}}},
        ]
    }


def test_or_not_and_multi_keep_their_shape() -> None:
    rule = {"or": [exact("X"), {"not": exact("Y")}, {"multi": [[attribute("X"), attribute("Y")]]}]}
    found = tree(rule)["or"]
    assert [list(part) for part in found] == [["exact"], ["not"], ["multi"]]
    assert list(found[1]["not"]) == ["exact"]
    assert list(found[2]["multi"]) == ["X,Y"]


def test_values_are_shown_in_full_only() -> None:
    leaf = tree(exact("X"), is_full=True)["and"][0]["exact"]["X"]
    assert leaf == {"match": True, "ignoreInToken": False, "firstValues": ["a"], "secondValues": ["a"]}


def test_tokens_are_in_the_store_when_all_of_them_are() -> None:
    both = group("G", {"or": exact("X", "Y")})
    sides = (Side(A, A, 1, 1, lambda phrase: phrase == "a"), Side(A, A, 1, 1, lambda phrase: True))
    tokens = explain(judged([both], A, A), sides)["rules"][both.uri]["matchTokens"]
    assert (tokens["first"]["foundInMatchTables"], tokens["second"]["foundInMatchTables"]) == (False, True)
    inline = explain(judged([both], A, A), (Side(A), Side(A)))["rules"][both.uri]["matchTokens"]
    assert inline["first"] == {"foundInMatchTables": False, "tokens": ["a", "y"], "tokensGenerated": 2}


@pytest.mark.parametrize(("stored", "are_equal"), [(A, True), (document("1", X="b"), False), (None, None)])
def test_documents_are_compared_with_stored_ones(stored: Any, are_equal: bool | None) -> None:
    sides = (Side(A, stored), Side(A))
    found = explain(judged([G], A, A), sides, is_full=True)["matchDocuments"]["first"]
    assert found["areEqual"] is are_equal
    assert (found["databaseDocument"] is None) is (stored is None)


def test_discovery_lists_groups_that_apply_to_both() -> None:
    discovery = explain(judged([G, group("H", exact("Z"))], A, document(X="b")))["candidatesDiscovery"]
    assert discovery == {
        "globalCandidatesFound": False,
        "matchGroupCandidateDiscoveries": {G.uri: {"label": "by G", "candidatesFound": False}},
    }


def test_the_answer_is_plain_json() -> None:
    answer = explain(judged([G], A, A), (Side(A), Side(A)), is_full=True)
    assert json.loads(json.dumps(answer)) == answer
