from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from dromio.errors import ModelError
from dromio.interchange.customer_profiles import RuleBasedMatching, read_rule_based_matching
from dromio.interchange.customer_profiles.defaults import DEFAULT_RULES

from .factory import configurations

ALL_TYPES = {"Address": ["Address"], "PhoneNumber": ["Phone"], "EmailAddress": ["Email"]}


def document(**members: Any) -> dict[str, Any]:
    return {"Enabled": True, **members}


def faults(found: object) -> list[str]:
    with pytest.raises(ModelError) as caught:
        read_rule_based_matching(found)
    return [str(fault) for fault in caught.value.faults]


def rule(*names: str) -> dict[str, Any]:
    return {"Rule": list(names)}


def test_a_domain_that_names_no_rules_has_the_default_ones_over_all_sub_types() -> None:
    found = read_rule_based_matching({"Enabled": True})
    assert found.rules == DEFAULT_RULES
    assert found.compared.model == "MANY_TO_MANY"
    assert len(found.compared.fields("PhoneNumber")) == 4
    assert found.merged_levels == 0


@given(configurations())
def test_reading_what_a_configuration_writes_gives_it_again(matching: RuleBasedMatching) -> None:
    assert read_rule_based_matching(matching.document()) == matching


def test_every_member_is_read_and_echoed_as_given() -> None:
    given_document = {
        "Enabled": False,
        "MatchingRules": [rule("EmailAddress", "Address.City"), rule("Attributes.tier")],
        "MaxAllowedRuleLevelForMatching": 2,
        "MaxAllowedRuleLevelForMerging": 1,
        "AttributeTypesSelector": {
            "AttributeMatchingModel": "ONE_TO_ONE",
            "Address": ["MaillingAddress", "BusinessAddress"],
            "EmailAddress": ["Email", "EmailAddress"],
        },
        "ConflictResolution": {"ConflictResolvingModel": "SOURCE", "SourceName": "crm"},
        "ExportingConfig": {"S3Exporting": {"S3BucketName": "a.bucket-1", "S3KeyName": "x/"}},
    }
    found = read_rule_based_matching(given_document)
    assert found.document() == given_document
    assert found.compared.fields("Address") == ("MailingAddress", "BillingAddress")
    assert found.compared.fields("EmailAddress") == ("EmailAddress",)


@pytest.mark.parametrize(
    ("attribute_type", "given_name", "field"),
    [
        ("Address", "MaillingAddress", "MailingAddress"),
        ("Address", "BusinessAddress", "BillingAddress"),
        ("PhoneNumber", "PhoneNumberNumber", "PhoneNumber"),
        ("PhoneNumber", "Phone", "PhoneNumber"),
        ("PhoneNumber", "HomePhone", "HomePhoneNumber"),
        ("PhoneNumber", "MobilePhone", "MobilePhoneNumber"),
        ("PhoneNumber", "BusinessPhone", "BusinessPhoneNumber"),
        ("EmailAddress", "Email", "EmailAddress"),
        ("EmailAddress", "BusinessEmail", "BusinessEmailAddress"),
        ("EmailAddress", "PersonalEmail", "PersonalEmailAddress"),
    ],
)
def test_older_names_and_slips_of_sub_types_are_understood(attribute_type: str, given_name: str, field: str) -> None:
    selector = {"AttributeMatchingModel": "ONE_TO_ONE", attribute_type: [given_name]}
    rules = [rule("LastName")]
    found = read_rule_based_matching(document(MatchingRules=rules, AttributeTypesSelector=selector))
    assert found.compared.fields(attribute_type) == (field,)


@pytest.mark.parametrize(
    ("highest", "in_use"),
    [({}, 3), ({"MaxAllowedRuleLevelForMatching": 2}, 2), ({"MaxAllowedRuleLevelForMatching": 9}, 3)],
)
def test_the_smaller_of_highest_level_and_number_of_levels_governs(highest: dict[str, int], in_use: int) -> None:
    rules = [rule("LastName"), rule("FirstName"), rule("Gender")]
    assert len(read_rule_based_matching(document(MatchingRules=rules, **highest)).levels) == in_use


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"Enabled": "yes"}, "Enabled: must be true or false, found 'yes'"),
        ({"Enabled": 1}, "Enabled: must be true or false, found 1"),
        ({"MatchingRules": []}, "MatchingRules: has 0 items; allowed are 1 to 15"),
        ({"MatchingRules": [rule("LastName")] * 16}, "MatchingRules: has 16 items; allowed are 1 to 15"),
        ({"MatchingRules": [rule()]}, "MatchingRules.0.Rule: has 0 items; allowed are 1 to 15"),
        ({"MatchingRules": [rule(*["LastName"] * 16)]}, "MatchingRules.0.Rule: has 16 items; allowed are 1 to 15"),
        ({"MatchingRules": [{}]}, "MatchingRules.0.Rule: is missing"),
        ({"MatchingRules": ["LastName"]}, "MatchingRules.0: must be an object, found 'LastName'"),
        ({"MatchingRules": {}}, "MatchingRules: must be a list, found {}"),
        ({"MatchingRules": [rule("Shoe")]}, "MatchingRules.0.Rule.0: 'Shoe' is not known"),
        ({"MatchingRules": [rule("Address")]}, "MatchingRules.0.Rule.0: 'Address' is not known"),
        ({"MatchingRules": [rule("Attributes.")]}, "MatchingRules.0.Rule.0: 'Attributes.' is not known"),
        ({"MatchingRules": [{"Rule": [7]}]}, "MatchingRules.0.Rule.0: must be a text, found 7"),
        ({"MatchingRules": [rule("Attributes." + "a" * 250)]}, "MatchingRules.0.Rule.0: has 261 characters"),
        ({"MaxAllowedRuleLevelForMatching": 0}, "MaxAllowedRuleLevelForMatching: must be a whole number from 1 to 15"),
        ({"MaxAllowedRuleLevelForMatching": 16}, "MaxAllowedRuleLevelForMatching: must be a whole number from 1 to 15"),
        ({"MaxAllowedRuleLevelForMerging": True}, "MaxAllowedRuleLevelForMerging: must be a whole number from 1 to 15"),
        (
            {"MaxAllowedRuleLevelForMerging": 3, "MaxAllowedRuleLevelForMatching": 2},
            "MaxAllowedRuleLevelForMerging: 3 is above the highest matching level, 2",
        ),
        (
            {"MaxAllowedRuleLevelForMerging": 2, "MatchingRules": [rule("LastName")]},
            "MaxAllowedRuleLevelForMerging: 2 is above the highest matching level, 1",
        ),
        ({"AttributeTypesSelector": ALL_TYPES}, "AttributeTypesSelector.AttributeMatchingModel: is missing"),
        (
            {"AttributeTypesSelector": {"AttributeMatchingModel": "ANY", **ALL_TYPES}},
            "AttributeTypesSelector.AttributeMatchingModel: must be one of ONE_TO_ONE, MANY_TO_MANY, found 'ANY'",
        ),
        (
            {"AttributeTypesSelector": {"AttributeMatchingModel": "ONE_TO_ONE", **ALL_TYPES, "EmailAddress": ["Fax"]}},
            "AttributeTypesSelector.EmailAddress.0: 'Fax' is not known",
        ),
        (
            {
                "AttributeTypesSelector": {
                    "AttributeMatchingModel": "ONE_TO_ONE",
                    **ALL_TYPES,
                    "EmailAddress": ["Email", "EmailAddress", "PersonalEmail", "BusinessEmail"],
                }
            },
            "AttributeTypesSelector.EmailAddress: has 4 items; allowed are 1 to 3",
        ),
        (
            {
                "MatchingRules": [rule("Address.City")],
                "AttributeTypesSelector": {"AttributeMatchingModel": "ONE_TO_ONE", "PhoneNumber": ["Phone"]},
            },
            "MatchingRules.0.Rule.0: 'Address.City' needs AttributeTypesSelector.Address, which is missing",
        ),
        ({"ConflictResolution": {}}, "ConflictResolution.ConflictResolvingModel: is missing"),
        (
            {"ConflictResolution": {"ConflictResolvingModel": "OLDEST"}},
            "ConflictResolution.ConflictResolvingModel: must be one of RECENCY, SOURCE, found 'OLDEST'",
        ),
        (
            {"ConflictResolution": {"ConflictResolvingModel": "SOURCE"}},
            "ConflictResolution.SourceName: is missing; ConflictResolvingModel SOURCE needs it",
        ),
        (
            {"ConflictResolution": {"ConflictResolvingModel": "RECENCY", "SourceName": ""}},
            "ConflictResolution.SourceName: has 0 characters; allowed are 1 to 255",
        ),
        ({"ExportingConfig": {"S3Exporting": {}}}, "ExportingConfig.S3Exporting.S3BucketName: is missing"),
        (
            {"ExportingConfig": {"S3Exporting": {"S3BucketName": "Big"}}},
            "ExportingConfig.S3Exporting.S3BucketName: 'Big' does not fit the pattern",
        ),
        (
            {"ExportingConfig": {"S3Exporting": {"S3BucketName": "ab"}}},
            "ExportingConfig.S3Exporting.S3BucketName: has 2 characters; allowed are 3 to 63",
        ),
        (
            {"ExportingConfig": {"S3Exporting": {"S3BucketName": "abc", "S3KeyName": "k" * 801}}},
            "ExportingConfig.S3Exporting.S3KeyName: has 801 characters; allowed are 1 to 800",
        ),
        ({"Status": "DONE"}, "Status: must be one of PENDING, IN_PROGRESS, ACTIVE, found 'DONE'"),
        ({"Rules": []}, "Rules: is not known; allowed are Enabled"),
    ],
)
def test_a_constraint_that_is_not_kept_is_the_one_fault(members: dict[str, Any], fault: str) -> None:
    found = faults(document(**members))
    assert len(found) == 1, found
    assert found[0].startswith(fault)


def test_missing_enabled_and_no_object_at_all_are_faults() -> None:
    assert faults({}) == ["Enabled: is missing"]
    assert faults([])[0].startswith("must be an object")


def test_all_faults_come_at_once_with_the_place_in_the_larger_document() -> None:
    with pytest.raises(ModelError) as caught:
        read_rule_based_matching({"MatchingRules": [rule("Shoe")], "Status": "DONE"}, "RuleBasedMatching")
    assert [fault.path for fault in caught.value.faults] == [
        "RuleBasedMatching.Enabled",
        "RuleBasedMatching.Status",
        "RuleBasedMatching.MatchingRules.0.Rule.0",
    ]
