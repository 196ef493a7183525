from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.deciders.keys import derived_keys
from dromio.errors import ModelError
from dromio.interchange.customer_profiles import (
    RuleBasedMatching,
    Selector,
    import_domain,
    level_of,
    record_of,
    to_model,
)
from dromio.model.files import dump_model, parse_model
from dromio.model.schema import Model
from dromio.records import RecordKey

from ..both_engines import verdicts
from .factory import Profile, configurations, profiles, rules


def levels_by_engines(model: Model, made: Sequence[Profile]) -> list[tuple[int | None, str]]:
    """(level, decision) of all pairs, in which both engines agree."""
    records = [record_of(one, RecordKey("s", f"{number:06d}"), model) for number, one in enumerate(made)]
    return [(verdict.place + 1 or None, verdict.decision) for verdict in verdicts(records, model)]


@given(configurations(), st.lists(profiles(), min_size=3, max_size=8))
@settings(max_examples=30)
def test_both_engines_reach_the_level_that_the_reference_does(matching: RuleBasedMatching, made: list[Profile]) -> None:
    found = levels_by_engines(to_model(matching), made)
    for (one, other), (level, decision) in zip(combinations(made, 2), found, strict=True):
        assert level == level_of(matching, one, other)
        merged = level is not None and level <= matching.merged_levels
        assert decision == ("match" if merged else "review" if level else "non-match")


@given(configurations())
def test_models_survive_being_written_and_read(matching: RuleBasedMatching) -> None:
    model = to_model(matching)
    assert parse_model(dump_model(model)) == model


@given(configurations())
def test_every_level_has_keys_that_find_its_pairs(matching: RuleBasedMatching) -> None:
    assert derived_keys(to_model(matching)).scans == ()


def test_levels_up_to_the_highest_for_merging_are_matches_and_the_rest_reviews() -> None:
    matching = rules("AccountNumber", "EmailAddress", "PhoneNumber", max_merging_level=2)
    assert [rule.decision for rule in to_model(matching).rules] == ["match", "match", "review"]
    assert {rule.decision for rule in to_model(matching, "matching").rules} == {"match"}


def test_without_a_highest_level_for_merging_nothing_is_merged() -> None:
    assert {rule.decision for rule in to_model(rules("AccountNumber", "LastName")).rules} == {"review"}


def test_custom_attributes_whose_keys_look_alike_stay_apart() -> None:
    model = to_model(rules("Attributes.tier Attributes.Tier Attributes.!!! Attributes.???"))
    assert [one.name for one in model.attributes] == ["custom_tier", "custom_tier_2", "custom", "custom__2"]
    assert model.attributes[1].inputs[0].columns == {"value": "Attributes.Tier"}


def test_one_to_one_pairs_values_of_one_label_with_each_other() -> None:
    selector = Selector("ONE_TO_ONE", {"PhoneNumber": ("HomePhone", "MobilePhone")})
    attribute = to_model(rules("PhoneNumber LastName", selector=selector), region="DE").attribute("phone")
    assert attribute.pairing == "same_label"
    assert attribute.default_region == "DE"
    assert [value.label for value in attribute.inputs] == ["HomePhoneNumber", "MobilePhoneNumber"]


def test_importing_a_domain_names_everything_that_the_model_does_not_say() -> None:
    imported = import_domain(
        {
            "DomainName": "shop",
            "DefaultExpirationDays": 100,
            "Matching": {"Enabled": True},
            "RuleBasedMatching": {
                "Enabled": False,
                "MatchingRules": [{"Rule": ["LastName"]}, {"Rule": ["FirstName"]}],
                "MaxAllowedRuleLevelForMatching": 1,
                "ConflictResolution": {"ConflictResolvingModel": "RECENCY"},
                "ExportingConfig": {},
            },
        }
    )
    assert imported.model.name == "shop"
    assert [note.partition(":")[0] for note in imported.untranslated] == [
        "RuleBasedMatching.Enabled",
        "RuleBasedMatching.MatchingRules.1",
        "RuleBasedMatching.MaxAllowedRuleLevelForMerging",
        "RuleBasedMatching.ConflictResolution",
        "RuleBasedMatching.ExportingConfig",
        "Matching",
    ]


def test_a_domain_that_a_model_says_in_full_gives_no_notes() -> None:
    matching = {"Enabled": True, "MatchingRules": [{"Rule": ["LastName"]}], "MaxAllowedRuleLevelForMerging": 1}
    assert import_domain({"DomainName": "shop", "RuleBasedMatching": matching}).untranslated == ()


def test_importing_the_other_partition_says_so() -> None:
    matching = {"Enabled": True, "MatchingRules": [{"Rule": ["LastName"]}]}
    imported = import_domain({"RuleBasedMatching": matching}, "matching")
    assert imported.model.rules[0].decision == "match"
    assert imported.untranslated[0].startswith("RuleBasedMatching.MaxAllowedRuleLevelForMerging: absent; every level")


def test_a_domain_without_rules_or_with_faulty_ones_is_refused() -> None:
    with pytest.raises(ModelError, match=r"RuleBasedMatching: is missing"):
        import_domain({"DomainName": "shop"})
    with pytest.raises(ModelError, match=r"RuleBasedMatching\.Enabled: is missing"):
        import_domain({"RuleBasedMatching": {}})


@pytest.mark.parametrize(
    ("resolution", "rules", "rank"),
    [
        ({"ConflictResolvingModel": "RECENCY"}, ["most_recent", "smallest"], []),
        ({"ConflictResolvingModel": "RECENCY", "SourceName": "crm"}, ["most_recent", "smallest"], []),
        (
            {"ConflictResolvingModel": "SOURCE", "SourceName": "crm"},
            ["source_rank", "most_recent", "smallest"],
            ["crm"],
        ),
    ],
)
def test_conflict_resolution_says_whose_value_survives(
    resolution: dict[str, str], rules: list[str], rank: list[str]
) -> None:
    matching = {"Enabled": True, "MatchingRules": [{"Rule": ["EmailAddress", "LastName"]}]}
    found = import_domain({"RuleBasedMatching": matching | {"ConflictResolution": resolution}})
    assert {one.attribute for one in found.model.survivorship} == {one.name for one in found.model.attributes}
    assert all(one.rules == rules for one in found.model.survivorship)
    assert found.model.source_rank == rank
    assert any("ConflictResolution" in note and "`recency`" in note for note in found.untranslated)
    assert not import_domain({"RuleBasedMatching": matching}).model.survivorship
