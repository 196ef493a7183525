"""Groups of rule levels as profiles come, change and go."""

from __future__ import annotations

import json
import random
from typing import Any

from .conftest import HOUR, Face
from .test_conformance import RULES, similar


def partition(face: Face, name: str, ids: list[str]) -> list[tuple[str, int]]:
    """Group and level of every profile."""
    found = (similar(face, name, one) for one in ids)
    return [(min(each["ProfileIds"], default=""), each.get("RuleLevel", 0)) for each in found]


def again(face: Face, name: str) -> None:
    """Form all groups anew, from all profiles."""
    face.client.update_domain(DomainName=name, RuleBasedMatching={"Enabled": False})
    face.client.update_domain(DomainName=name, RuleBasedMatching=RULES)


def test_groups_kept_up_to_date_are_those_formed_anew(quick: Face) -> None:
    chance = random.Random(7)
    name = quick.domain(RuleBasedMatching=RULES)
    ids: list[str] = []

    def fields() -> dict[str, Any]:
        return {"AccountNumber": f"A{chance.randrange(12)}", "EmailAddress": f"e{chance.randrange(9)}@example.org"}

    for step in range(60):
        kind = chance.random()
        if kind < 0.55 or len(ids) < 4:
            ids.append(quick.profile(name, **fields(), LastName=f"L{step}"))
        elif kind < 0.85:
            quick.client.update_profile(DomainName=name, ProfileId=chance.choice(ids), **fields())
        else:
            quick.client.delete_profile(DomainName=name, ProfileId=ids.pop(chance.randrange(len(ids))))
        if step % 15 == 14:
            kept = partition(quick, name, ids)
            again(quick, name)
            assert kept == partition(quick, name, ids)


def test_a_match_id_stays_with_most_members_and_small_groups_vanish(quick: Face) -> None:
    name = quick.domain(RuleBasedMatching=RULES)
    ids = [quick.profile(name, AccountNumber="A1") for _ in range(3)]
    match_id = similar(quick, name, ids[0])["MatchId"]
    quick.client.update_profile(DomainName=name, ProfileId=ids[2], AccountNumber="A2")
    assert similar(quick, name, ids[0])["MatchId"] == match_id
    assert similar(quick, name, ids[2])["ProfileIds"] == []
    quick.client.delete_profile(DomainName=name, ProfileId=ids[1])
    assert similar(quick, name, ids[0])["ProfileIds"] == []
    assert quick.client.list_rule_based_matches(DomainName=name)["MatchIds"] == []


def test_members_up_to_the_merging_level_are_merged_as_they_come(quick: Face) -> None:
    name = quick.domain(RuleBasedMatching=RULES | {"MaxAllowedRuleLevelForMerging": 1})
    one = quick.profile(name, AccountNumber="A1", FirstName="Ann")
    quick.profile(name, AccountNumber="A1", LastName="Lee", EmailAddress="ann@example.org")
    third = quick.profile(name, EmailAddress="ann@example.org")
    (merged,) = quick.client.batch_get_profile(DomainName=name, ProfileIds=[one])["Profiles"]
    assert (merged["FirstName"], merged["LastName"]) == ("Ann", "Lee")
    assert similar(quick, name, third)["ProfileIds"] == sorted([one, third])
    assert quick.client.get_domain(DomainName=name)["Stats"]["ProfileCount"] == 2


def test_turning_merging_on_later_merges_what_is_grouped_at_once(face: Face) -> None:
    name = face.domain(RuleBasedMatching=RULES)
    for _ in range(3):
        face.profile(name, AccountNumber="A1")
    changed = face.client.update_domain(DomainName=name, RuleBasedMatching=RULES | {"MaxAllowedRuleLevelForMerging": 1})
    assert changed["RuleBasedMatching"]["Status"] == "ACTIVE"
    assert face.client.get_domain(DomainName=name)["Stats"]["ProfileCount"] == 1


def test_disabling_drops_groups_and_status(quick: Face) -> None:
    name = quick.domain(RuleBasedMatching=RULES)
    for _ in range(2):
        quick.profile(name, AccountNumber="A1")
    changed = quick.client.update_domain(DomainName=name, RuleBasedMatching={"Enabled": False})
    assert "Status" not in changed["RuleBasedMatching"]
    quick.client.update_domain(DomainName=name, RuleBasedMatching=RULES)
    assert len(quick.client.list_rule_based_matches(DomainName=name)["MatchIds"]) == 1


def test_groups_are_exported_once_they_are_formed_from_all_profiles(face: Face) -> None:
    name = face.domain()
    ids = sorted(face.profile(name, AccountNumber="A1") for _ in range(2))
    exporting = {"S3Exporting": {"S3BucketName": "bucket"}}
    face.client.update_domain(DomainName=name, RuleBasedMatching=RULES | {"ExportingConfig": exporting})
    face.later(HOUR + 1)
    (file,) = (face.exports / "bucket" / name / "RULE").glob("*/matches-00000.jsonl")
    (line,) = map(json.loads, file.read_text().splitlines())
    assert (line["ProfileIds"], line["RuleLevel"], line["MatchType"]) == (ids, 1, "RULE_BASED_MATCHING")


def test_without_rules_of_its_own_a_domain_has_the_default_ones(face: Face) -> None:
    name = face.domain(RuleBasedMatching={"Enabled": True})
    config = face.client.get_domain(DomainName=name)["RuleBasedMatching"]
    assert len(config["MatchingRules"]) == config["MaxAllowedRuleLevelForMatching"] == 10
    person = {"FirstName": "Ann", "LastName": "Lee"}
    one = face.profile(name, **person, HomePhoneNumber="206 555 0100")
    other = face.profile(name, **person, MobilePhoneNumber="+1-206-555-0100")
    found = similar(face, name, one)
    assert (found["ProfileIds"], found["RuleLevel"]) == (sorted([one, other]), 6)
