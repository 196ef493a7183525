from typing import Any

import pytest

from dromio.interchange.reltio import GroupError, read_groups
from dromio.interchange.reltio.groups import (
    All,
    AnyOf,
    Cleanse,
    Compare,
    Filter,
    FilterKind,
    Multi,
    Not,
    Operator,
    Threshold,
)

from .factory import attribute, exact, group, group_json, negative, scored, uri

FIRST, LAST = Compare(Operator.EXACT, "FirstName"), Compare(Operator.EXACT, "LastName")


def faults(*documents: Any, entity_type: str | None = None) -> dict[str, str]:
    """Path -> message of all faults of some groups."""
    with pytest.raises(GroupError) as caught:
        read_groups(list(documents), entity_type)
    return {fault.path: fault.message for fault in caught.value.faults}


def test_operators_directly_under_the_rule_are_an_and() -> None:
    assert group("G", exact("FirstName", "LastName")).rule.formula == All((FIRST, LAST))
    assert group("G", {"and": exact("FirstName", "LastName")}).rule.formula == All((FIRST, LAST))
    assert group("G", {"and": [exact("FirstName"), exact("LastName")]}).rule.formula == All((FIRST, LAST))


def test_or_takes_each_attribute_of_an_object_and_each_object_of_a_list() -> None:
    assert group("G", {"or": exact("FirstName", "LastName")}).rule.formula == AnyOf((FIRST, LAST))
    listed = group("G", {"or": [exact("FirstName", "LastName"), exact("FirstName")]})
    assert listed.rule.formula == AnyOf((All((FIRST, LAST)), FIRST))


def test_and_or_and_not_nest() -> None:
    rule = {"and": {**exact("FirstName"), "or": exact("LastName"), "not": {"and": exact("LastName")}}}
    assert group("G", rule).rule.formula == All((FIRST, AnyOf((LAST,)), Not(All((LAST,)))))


@pytest.mark.parametrize(
    "given",
    [
        ["FirstName", "LastName"],
        [["FirstName", "LastName"]],
        [{"attributes": ["FirstName", "LastName"]}],
    ],
    ids=["plain", "list", "object"],
)
def test_multi_is_a_set_of_attributes(given: list[Any]) -> None:
    def uris(item: Any) -> Any:
        if isinstance(item, dict):
            return {name: uris(value) for name, value in item.items()}
        return [uris(one) for one in item] if isinstance(item, list) else attribute(item)

    assert group("G", {"multi": uris(given)}).rule.formula == All((Multi(("FirstName", "LastName")),))


@pytest.mark.parametrize(("spelling", "operator"), [("notExact", "notExactSame"), ("notExactSame", "notExactSame")])
def test_not_exact_has_two_names(spelling: str, operator: str) -> None:
    formula = negative("N", {spelling: [attribute("SSN")]}).rule.formula
    assert formula == All((Compare(Operator(operator), "SSN"),))


def test_filters_take_one_value_or_several_and_fold_them() -> None:
    rule = exact("FirstName") | {
        "equals": [{"uri": attribute("Address.City"), "value": " Ulm"}],
        "in": [{"uri": attribute("Age"), "values": [1, True, "1"]}],
    }
    assert group("G", rule).rule.formula.parts[1:] == (
        Filter(FilterKind.EQUALS, "Address.City", ("ulm",)),
        Filter(FilterKind.IN, "Age", ("1", "true")),
    )


@pytest.mark.parametrize(
    ("given", "expected"), [(None, True), ("true", True), ("false", False), (False, False), ("False", False)]
)
def test_use_ov_only_is_a_truth_value_or_its_text(given: Any, expected: bool) -> None:
    members = {} if given is None else {"useOvOnly": given}
    assert group("G", exact("FirstName"), **members).use_ov_only is expected


@pytest.mark.parametrize("weight", [0.5, "0.5"])
def test_weights_are_numbers_or_their_texts(weight: Any) -> None:
    rule = group("G", scored("FirstName", weights=(weight,)), "relevance_based").rule
    assert (rule.weight("FirstName"), rule.weight("LastName")) == (0.5, 1.0)


def test_queue_for_review_is_a_potential_match() -> None:
    thresholds = {"queue_for_review": "0-0.5", "auto_merge": " 0.5 - 1.0 "}
    rule = group("G", scored("FirstName", thresholds=thresholds), "relevance_based").rule
    assert rule.thresholds == (Threshold("POTENTIAL_MATCH", 0, 0.5), Threshold("AUTO_MERGE", 0.5, 1))


@pytest.mark.parametrize("prefix", ["", "com.reltio.match.comparator."])
def test_classes_go_with_or_without_their_package(prefix: str) -> None:
    mapping = [{"attribute": attribute("FirstName"), "class": f"{prefix}SoundexComparator"}]
    rule = group("G", exact("FirstName") | {"comparatorClasses": {"mapping": mapping}}).rule
    assert (rule.comparator("FirstName"), rule.comparator("LastName")) == ("SoundexComparator", "BasicStringComparator")


def test_token_class_of_a_fuzzy_attribute_is_fuzzy_where_none_is_mapped() -> None:
    rule = group("G", exact("FirstName")).rule
    assert rule.token_class("FirstName") == "ExactMatchToken"
    assert rule.token_class("FirstName", Operator.FUZZY) == "FuzzyTextMatchToken"


def test_null_values_and_cleansers_hold_for_the_rule_wherever_they_stand() -> None:
    inside = {
        "nullValues": [{"uri": attribute("SSN"), "values": ["N/A"]}],
        "cleanse": [
            {
                "cleanseAdapter": "com.reltio.cleanse.impl.NameDictionaryCleanser",
                "cleanseAdapterParams": {"dictionary": {"William": ["Bill"]}},
                "mappings": [
                    {
                        "attribute": attribute("FirstName"),
                        "cleanseAttribute": attribute("FirstName"),
                        "mandatory": "false",
                        "allValues": "false",
                    }
                ],
            }
        ],
    }
    beside, under = group("G", exact("SSN") | inside), group("G", {"and": exact("SSN") | inside})
    assert beside == under
    assert beside.rule.null_values == (("SSN", ("n/a",)),)
    entries = (("william", "william"), ("bill", "william"))
    assert beside.rule.cleansers == (Cleanse("NameDictionaryCleanser", ("FirstName",), entries),)


def test_a_type_of_ones_own_has_match_actions() -> None:
    assert group("G", exact("FirstName"), "household", matchActions=["link"]).match_actions == '["link"]'
    assert "0.type" in faults(group_json("G", exact("FirstName"), "household"))
    assert "0.matchActions" in faults(group_json("G", exact("FirstName"), matchActions=[]))


def test_a_negative_rule_needs_no_type() -> None:
    found = negative("N", {"notExactSame": [attribute("SSN")]})
    assert (found.is_negative, found.type) == (True, "")


def test_every_fault_is_named_at_once() -> None:
    bad = {
        "uri": "matchGroups/X",
        "rule": {
            "exact": ["LastName", attribute("Last", "HCO")],
            "equals": [{"uri": attribute("A"), "values": []}],
            "comparatorClasses": {"mapping": [{"attribute": attribute("A"), "class": "Guess"}]},
            "weights": [{"attribute": attribute("A"), "weight": -1}],
            "wrong": 1,
        },
        "type": "relevance_based",
        "useOvOnly": "maybe",
        "scope": "SOME",
    }
    found = faults(bad)
    assert found.keys() == {
        "0.uri",
        "0.rule.wrong",
        "0.rule.exact.0",
        "0.rule.equals.0.values",
        "0.rule.comparatorClasses.mapping.0.class",
        "0.rule.weights.0.weight",
        "0.rule.actionThresholds",
        "0.useOvOnly",
        "0.scope",
    }
    assert "found 'maybe'" in found["0.useOvOnly"]
    assert "BasicStringComparator" in found["0.rule.comparatorClasses.mapping.0.class"]


@pytest.mark.parametrize("text", ["0.6", "0.9-0.6", "0.5-1.1", "-0.1-1", "a-b", ""])
def test_thresholds_are_two_bounds_in_order_within_0_and_1(text: str) -> None:
    rule = scored("FirstName", thresholds={"auto_merge": text})
    assert faults(group_json("G", rule, "relevance_based")).keys() == {"0.rule.actionThresholds.0.threshold"}


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({}, "0.rule"),
        ({"equals": [{"uri": attribute("A"), "values": ["x"]}]}, "0.rule"),
        ({"and": {}}, "0.rule.and"),
        ({"or": []}, "0.rule.or"),
        ({"not": exact("A", "B")}, "0.rule.not"),
        (exact("A") | {"weights": []}, "0.rule.weights"),
        (exact("A") | {"multi": [[]]}, "0.rule.multi.0"),
        (exact("A") | {"ignoreInToken": "A"}, "0.rule.ignoreInToken"),
        (exact("A") | {"cleanse": [{"cleanseAdapter": "Soap", "mappings": []}]}, "0.rule.cleanse.0.cleanseAdapter"),
        (
            exact("A") | {"cleanse": [{"cleanseAdapter": "NameDictionaryCleanser"}]},
            "0.rule.cleanse.0.mappings",
        ),
        (
            exact("A")
            | {
                "cleanse": [
                    {
                        "cleanseAdapter": "StringReplacementCleanser",
                        "cleanseAdapterParams": {"replacements": ["ave"]},
                        "mappings": [{"attribute": attribute("A")}],
                    }
                ]
            },
            "0.rule.cleanse.0.cleanseAdapterParams.replacements.0",
        ),
        (
            exact("A")
            | {"matchTokenClasses": {"mapping": [{"attribute": attribute("A"), "class": "ExactMatchToken"}] * 2}},
            "0.rule.matchTokenClasses.mapping.1.attribute",
        ),
        (
            exact("A")
            | {
                "comparatorClasses": {
                    "mapping": [
                        {"attribute": attribute("A"), "class": "Jaro", "parameters": [{"parameter": "useSoundex"}]}
                    ]
                }
            },
            "0.rule.comparatorClasses.mapping.0.parameters",
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_a_fault(rule: dict[str, Any], path: str) -> None:
    assert path in faults(group_json("G", rule))


def test_exactly_one_of_rule_and_negative_rule() -> None:
    both = group_json("G", exact("A")) | {"negativeRule": exact("A")}
    assert "found both" in faults(both)["0"]
    assert "found none" in faults({"uri": uri("G"), "type": "suspect"})["0"]


def test_a_uri_is_given_once() -> None:
    assert faults(group_json("G", exact("A")), group_json("G", exact("B"))).keys() == {"1.uri"}


def test_groups_of_another_entity_type_are_faults_where_the_type_is_given() -> None:
    assert faults(group_json("G", exact("A")), entity_type="HCO").keys() == {"0.uri"}


@pytest.mark.parametrize("document", [None, {}, "x"])
def test_groups_stand_in_a_list(document: Any) -> None:
    with pytest.raises(GroupError, match="must be a list of match groups"):
        read_groups(document)


def test_deep_nesting_is_a_fault() -> None:
    rule: dict[str, Any] = exact("A")
    for _ in range(30):
        rule = {"and": rule}
    assert any("nested deeper" in message for message in faults(group_json("G", rule)).values())
