from typing import Any

import pytest

from dromio.interchange.reltio import Document, view_of
from dromio.interchange.reltio.evaluate import BranchResult, LeafResult, evaluate

from .factory import attribute, document, exact, group, matches, negative, scored


def relevance(rule: dict[str, Any], first: Document, second: Document) -> float:
    """Relevance of a pair under a relevance rule, whose thresholds do not matter."""
    one = group("G", {"actionThresholds": [{"type": "auto_merge", "threshold": "0-1"}]} | rule, "relevance_based")
    return evaluate(one.rule, view_of(first, one), view_of(second, one)).relevance


def one_of(name: str, *paths: str) -> dict[str, Any]:
    """The rule that some attributes agree by an operator."""
    return {name: [attribute(path) for path in paths]}


def classes(**mapped: str) -> dict[str, Any]:
    """The member of a rule that maps comparators."""
    mapping = [{"attribute": attribute(path), "class": name} for path, name in mapped.items()]
    return {"comparatorClasses": {"mapping": mapping}}


A, B, NONE = document(X="a"), document(X="b"), document()


@pytest.mark.parametrize(
    ("operator", "same", "other", "one_missing", "both_missing"),
    [
        ("exact", 1, 0, 0, 0),
        ("fuzzy", 1, 0, 0, 0),
        ("exactOrNull", 1, 0, 1, 1),
        ("exactOrAllNull", 1, 0, 0, 1),
        ("notExactSame", 0, 1, 0, 0),
        ("notFuzzySame", 0, 1, 0, 0),
    ],
)
def test_operators(operator: str, same: int, other: int, one_missing: int, both_missing: int) -> None:
    rule, pairs = one_of(operator, "X"), [(A, A), (A, B), (A, NONE), (NONE, NONE)]
    expected = [same, other, one_missing, both_missing]
    assert [matches(group("G", rule), *pair) for pair in pairs] == list(map(bool, expected))
    assert [relevance(rule, *pair) for pair in pairs] == expected


def test_fuzzy_operators_use_the_fuzzy_behaviour_of_the_comparator() -> None:
    mapped = classes(X="DamerauLevenshteinDistance")
    one, other = document(X="abcdefgh"), document(X="abcdefxy")
    assert not matches(group("G", exact("X") | mapped), one, other)
    assert matches(group("G", one_of("fuzzy", "X") | mapped), one, other)
    assert matches(negative("N", one_of("notExactSame", "X") | mapped), one, other)
    assert not matches(negative("N", one_of("notFuzzySame", "X") | mapped), one, other)


@pytest.mark.parametrize(
    ("name", "values", "has", "has_other"),
    [("equals", ["A"], True, False), ("in", ["a", "c"], True, False), ("notEquals", ["A"], False, False)],
)
def test_filters_ask_each_entity_by_itself(name: str, values: list[str], has: bool, has_other: bool) -> None:
    rule = exact("Y") | {name: [{"uri": attribute("X"), "values": values}]}
    one, other = document(X="a", Y="y"), document(X="b", Y="y")
    assert matches(group("G", rule), one, one) is has
    assert matches(group("G", rule), one, other) is has_other
    assert matches(group("G", rule), other, other) is (name == "notEquals")


def test_not_negates() -> None:
    rule = {"and": {**exact("Y"), "not": exact("X")}}
    one, other = document(X="a", Y="y"), document(X="b", Y="y")
    assert [matches(group("G", rule), one, right) for right in (one, other)] == [False, True]


def test_multi_compares_across_its_attributes() -> None:
    one = group("G", {"multi": [[attribute("X"), attribute("Y")]]})
    assert matches(one, document(X="a"), document(Y=["b", "a"]))
    assert not matches(one, document(X="a"), document(Z="a"))
    assert not matches(one, NONE, NONE)


def test_parts_inside_a_nested_attribute_hold_for_one_pair_whatever_their_operators() -> None:
    rule = {
        **exact("Id.Number"),
        **one_of("exactOrNull", "Id.Country"),
        "equals": [{"uri": attribute("Id.Type"), "values": ["NPI"]}],
    }
    one = group("G", rule)
    npi = document(Id=[{"Type": "NPI", "Number": 1}, {"Type": "SSN", "Number": 2}])
    assert matches(one, npi, document(Id={"Type": "NPI", "Number": 1, "Country": "US"}))
    assert not matches(one, npi, document(Id=[{"Type": "NPI", "Number": 3}, {"Type": "SSN", "Number": 2}]))


def test_deeper_nested_attributes_are_judged_together_too() -> None:
    one = group("G", exact("A.B.C", "A.B.D", "A.E"))
    left = document(A={"B": [{"C": 1, "D": 1}, {"C": 2, "D": 2}], "E": "x"})
    assert matches(one, left, document(A={"B": {"C": 2, "D": 2}, "E": "x"}))
    assert not matches(one, left, document(A={"B": {"C": 1, "D": 2}, "E": "x"}))
    assert not matches(one, left, document(A=[{"B": {"C": 2, "D": 2}}, {"E": "x"}]))


def test_disagreement_looks_at_all_nested_values() -> None:
    one = negative("N", one_of("notExactSame", "A.B", "A.C"))
    both = document(A=[{"B": 1, "C": 1}, {"B": 2, "C": 2}])
    assert not matches(one, both, document(A={"B": 2, "C": 3}))
    assert matches(one, both, document(A={"B": 3, "C": 3}))


def test_tolerant_parts_hold_without_any_nested_value() -> None:
    one = group("G", one_of("exactOrNull", "A.B", "A.C"))
    assert matches(one, document(A={"B": 1, "C": 1}), document())


def test_and_is_the_weighted_mean_and_or_the_best() -> None:
    first, second = document(X="a", Y="y", Z="z"), document(X="a", Y="q", Z="r")
    assert relevance(scored("X", "Y", weights=(3, 1)), first, second) == 0.75
    assert relevance(scored("X", "Y", "Z"), first, second) == 0.333333
    assert relevance({"or": exact("X", "Y")}, first, second) == 1
    assert relevance({"and": [{"or": exact("X", "Y")}, exact("Z")]}, first, second) == 0.5
    assert relevance({"and": {**exact("X"), "not": exact("Y")}}, first, second) == 1
    assert relevance(scored("X", weights=(0,)), first, second) == 0


def test_the_best_pair_of_values_counts() -> None:
    rule = exact("X") | classes(X="JaroWinkler")
    assert relevance(rule, document(X=["zzz", "martha"]), document(X=["q", "marhta"])) == 0.961111


def test_a_filter_lets_pass_or_stops_but_has_no_weight() -> None:
    rule = exact("X", "Y") | {"equals": [{"uri": attribute("Z"), "values": ["z"]}]}
    first, second = document(X="a", Y="y", Z="z"), document(X="a", Y="q", Z="z")
    assert relevance(rule, first, second) == 0.5
    assert relevance(rule, first, document(X="a", Y="y")) == 0


def test_nested_values_of_a_scored_rule_are_the_most_relevant_pair() -> None:
    rule = scored("A.B", "A.C", weights=(1, 3))
    first = document(A=[{"B": 1, "C": 1}, {"B": 2, "C": 2}])
    assert relevance(rule, first, document(A={"B": 1, "C": 2})) == 0.75


def test_results_have_the_shape_of_the_formula_with_the_values() -> None:
    one = group("G", {"and": {**exact("X"), "or": exact("Y")}})
    result = evaluate(one.rule, view_of(A, one), view_of(B, one))
    assert isinstance(result, BranchResult)
    leaf, branch = result.parts
    assert isinstance(leaf, LeafResult)
    assert (leaf.first, leaf.second) == (("a",), ("b",))
    assert isinstance(branch, BranchResult)
    assert (result.operator, branch.operator) == ("and", "or")
