"""The twenty checks that make a server one of this protocol, through the stock client."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import DAY, HOUR, Face

CUSTOMER = {
    "Description": "customers",
    "AllowProfileCreation": True,
    "Fields": {
        "id": {"Source": "_source.id"},
        "first": {"Source": "_source.first", "Target": "_profile.FirstName"},
        "email": {"Source": "_source.email", "Target": "_profile.EmailAddress", "ContentType": "EMAIL_ADDRESS"},
    },
    "Keys": {
        "customer": [{"StandardIdentifiers": ["UNIQUE", "PROFILE"], "FieldNames": ["id"]}],
        "_email": [{"StandardIdentifiers": ["PROFILE", "SECONDARY"], "FieldNames": ["email"]}],
    },
}
RULES = {"Enabled": True, "MatchingRules": [{"Rule": ["AccountNumber"]}, {"Rule": ["EmailAddress"]}]}
CONSOLIDATION = {"MatchingAttributesList": [["EmailAddress"], ["PhoneNumber"]]}


def code_of(call: Any, **given: Any) -> str:
    """Code of the error that a call ends with; every error has a message."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    assert caught.value.response["Error"]["Message"]
    return str(caught.value.response["Error"]["Code"])


def put(face: Face, domain: str, **content: Any) -> str:
    found = face.client.put_profile_object(DomainName=domain, ObjectTypeName="Customer", Object=json.dumps(content))
    return str(found["ProfileObjectUniqueKey"])


def search(face: Face, domain: str, name: str, *values: str, **given: Any) -> list[dict[str, Any]]:
    found = face.client.search_profiles(DomainName=domain, KeyName=name, Values=list(values), **given)
    return list(found["Items"])


def similar(face: Face, domain: str, profile_id: str, kind: str = "RULE_BASED_MATCHING") -> dict[str, Any]:
    return dict(
        face.client.get_similar_profiles(
            DomainName=domain, MatchType=kind, SearchKey="profileId", SearchValue=profile_id
        )
    )


def matches(face: Face, domain: str) -> list[dict[str, Any]]:
    return list(face.client.get_matches(DomainName=domain)["Matches"])


def test_01_domains_are_made_changed_listed_and_deleted(face: Face) -> None:
    name = face.domain(Tags={"team": "crm"})
    made = face.client.get_domain(DomainName=name)
    assert made["DefaultExpirationDays"] == 100 and made["Tags"] == {"team": "crm"}
    assert made["Stats"] == {"ProfileCount": 0, "MeteringProfileCount": 0, "ObjectCount": 0, "TotalSize": 0}
    face.client.update_domain(DomainName=name, DefaultExpirationDays=7)
    assert face.client.get_domain(DomainName=name)["DefaultExpirationDays"] == 7
    assert name in [one["DomainName"] for one in face.client.list_domains()["Items"]]
    assert code_of(face.client.create_domain, DomainName=name, DefaultExpirationDays=1) == "BadRequestException"
    face.client.delete_domain(DomainName=name)
    assert code_of(face.client.get_domain, DomainName=name) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "given",
    [
        {"DomainName": "bad name!"},
        {"Matching": {"Enabled": True, "JobSchedule": {"DayOfTheWeek": "FUNDAY", "Time": "00:00"}}},
        {"Matching": {"Enabled": True, "JobSchedule": {"DayOfTheWeek": "FRIDAY", "Time": "24:00"}}},
        {"RuleBasedMatching": {"Enabled": True, "MatchingRules": [{"Rule": ["LastName"]}] * 16}},
        {
            "Matching": {
                "Enabled": True,
                "AutoMerging": {"Enabled": True, "Consolidation": {"MatchingAttributesList": [["LastName"]] * 11}},
            }
        },
        {"DefaultExpirationDays": 1099},
    ],
)
def test_02_constraints_that_the_client_does_not_check_are_checked(face: Face, given: dict[str, Any]) -> None:
    given = {"DomainName": "fresh", "DefaultExpirationDays": 1} | given
    assert code_of(face.client.create_domain, **given) == "BadRequestException"


def test_02_a_page_of_500_is_refused_and_an_hour_of_one_digit_is_not(face: Face) -> None:
    assert code_of(face.client.list_domains, MaxResults=500) == "BadRequestException"
    schedule = {"DayOfTheWeek": "FRIDAY", "Time": "0:00"}
    name = face.domain(Matching={"Enabled": True, "JobSchedule": schedule})
    assert face.client.get_domain(DomainName=name)["Matching"]["JobSchedule"] == schedule


def test_03_enabling_matching_plans_a_job_for_saturday_and_disabling_takes_it_out(face: Face) -> None:
    name = face.domain()
    changed = face.client.update_domain(DomainName=name, Matching={"Enabled": True})
    assert changed["Matching"]["JobSchedule"] == {"DayOfTheWeek": "SATURDAY", "Time": "00:00"}
    (job,) = face.client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]
    assert job["Status"] == "PENDING"
    start = job["JobStartTime"].astimezone(UTC)
    now = datetime.fromtimestamp(face.clock.now() / 1e6, UTC)
    assert (start.weekday(), start.hour, start.minute) == (5, 0, 0)
    assert 0 < (start - now).total_seconds() <= 7 * DAY
    face.client.update_domain(DomainName=name, Matching={"Enabled": False})
    assert not face.client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]


def test_04_pairs_that_must_be_found_are_found_and_others_are_not(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    home = {"Address1": "1 Main Street", "City": "Seattle", "PostalCode": "98101"}
    pairs = [
        [{"FirstName": first, "LastName": "Doe", "Address": home} for first in ("John", "Jhn")],
        [
            {"FirstName": "Joan", "LastName": "Dorn", "EmailAddress": "JOAN_DORN@ANYCOMPANY.COM"},
            {"FirstName": "Joan", "LastName": "Dorn", "PersonalEmailAddress": "joandorn@anycompany.com"},
        ],
        [
            {"FirstName": "Mary", "LastName": "Major", "PhoneNumber": "555-010-0000"},
            {"FirstName": "Mary", "LastName": "Major", "HomePhoneNumber": "+1-555-010-0000"},
        ],
    ]
    wanted = [{face.profile(name, **fields) for fields in pair} for pair in pairs]
    alone = face.profile(name, FirstName="Wei", LastName="Zhang", EmailAddress="wz@example.org")
    job_id = face.run_job(name)
    found = matches(face, name)
    for pair in wanted:
        assert pair in [set(one["ProfileIds"]) for one in found]
    assert all(0 <= one["ConfidenceScore"] <= 1 for one in found)
    assert not any(alone in one["ProfileIds"] for one in found)
    job = face.client.get_identity_resolution_job(DomainName=name, JobId=job_id)
    assert job["Status"] == "COMPLETED"
    assert job["JobStats"] == {"NumberOfProfilesReviewed": 7, "NumberOfMatchesFound": 3, "NumberOfMergesDone": 0}


def similar_people(face: Face, name: str, count: int) -> None:
    for number in range(count):
        for _ in range(2):
            face.profile(
                name, FirstName=f"Ann{number}", LastName=f"Lee{number}", EmailAddress=f"ann{number}{number}@example.org"
            )


def test_05_pages_of_matches_walk_all_groups_once(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 0
    similar_people(face, name, 3)
    face.run_job(name)
    seen, token = [], {}
    for number in range(3):
        page = face.client.get_matches(DomainName=name, MaxResults=1, **token)
        assert page["PotentialMatches"] == 3
        seen += [one["MatchId"] for one in page["Matches"]]
        assert ("NextToken" in page) == (number < 2)
        token = {"NextToken": page.get("NextToken")}
    assert len(set(seen)) == 3
    forged = "A" * 40
    assert code_of(face.client.get_matches, DomainName=name, NextToken=forged) == "BadRequestException"


def test_05_a_token_stays_with_its_generation(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 2)
    face.run_job(name)
    token = face.client.get_matches(DomainName=name, MaxResults=1)["NextToken"]
    similar_people(face, name, 4)
    face.run_job(name)
    assert face.client.get_matches(DomainName=name, NextToken=token)["PotentialMatches"] == 2
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 4


@pytest.mark.parametrize(("model", "grouped"), [("ONE_TO_ONE", False), ("MANY_TO_MANY", True)])
def test_06_the_matching_model_says_whether_sub_types_meet(face: Face, model: str, grouped: bool) -> None:
    selector = {"AttributeMatchingModel": model, "EmailAddress": ["EmailAddress", "BusinessEmailAddress"]}
    rules = {"Enabled": True, "MatchingRules": [{"Rule": ["EmailAddress"]}], "AttributeTypesSelector": selector}
    name = face.domain(RuleBasedMatching=rules)
    one = face.profile(name, EmailAddress="ann@example.org")
    other = face.profile(name, BusinessEmailAddress="ANN@example.org")
    assert similar(face, name, one)["ProfileIds"] == (sorted([one, other]) if grouped else [])


def test_07_levels_above_the_highest_allowed_are_not_used(quick: Face) -> None:
    name = quick.domain(RuleBasedMatching=RULES | {"MaxAllowedRuleLevelForMatching": 1})
    one, other = (quick.profile(name, EmailAddress="ann@example.org") for _ in range(2))
    assert similar(quick, name, one)["ProfileIds"] == []
    quick.client.update_domain(DomainName=name, RuleBasedMatching=RULES | {"MaxAllowedRuleLevelForMatching": 2})
    found = similar(quick, name, one)
    assert (found["ProfileIds"], found["RuleLevel"]) == (sorted([one, other]), 2)
    assert "ConfidenceScore" not in found


def test_08_groups_do_not_depend_on_the_order_of_arrival(face: Face) -> None:
    values = [(0, 0), (0, 1), (1, 1), (2, 1), (2, 2), (3, 2), (4, 3), (4, 3), (5, 4), (6, 4), (6, 0), (7, 5)]
    seen = set()
    for seed in range(20):
        name = face.domain(RuleBasedMatching=RULES)
        order = list(range(len(values)))
        random.Random(seed).shuffle(order)
        ids: dict[int, str] = {}
        for place in order:
            account, email = values[place]
            ids[place] = face.profile(
                name, AccountNumber=f"A{account}", EmailAddress=f"e{email}@example.org", LastName=f"L{place}"
            )
        groups: dict[str, list[tuple[int, int]]] = {}
        for place in sorted(ids):
            found = similar(face, name, ids[place])
            groups.setdefault(found.get("MatchId", f"alone {place}"), []).append((place, found.get("RuleLevel", 0)))
        seen.add(repr(sorted(groups.values())))
        face.client.delete_domain(DomainName=name)
    assert len(seen) == 1


def test_09_a_profile_moves_to_the_better_level(face: Face) -> None:
    name = face.domain(RuleBasedMatching=RULES)
    one = face.profile(name, AccountNumber="A1", EmailAddress="ann@example.org")
    other = face.profile(name, AccountNumber="A2", EmailAddress="ann@example.org")
    third = face.profile(name, AccountNumber="A3", EmailAddress="ann@example.org")
    assert similar(face, name, one)["RuleLevel"] == 2
    better = face.profile(name, AccountNumber="A1", EmailAddress="other@example.org")
    found = similar(face, name, one)
    assert found["RuleLevel"] == 1 and {one, better} <= set(found["ProfileIds"])
    assert similar(face, name, better)["MatchId"] == found["MatchId"]
    assert {similar(face, name, each)["RuleLevel"] for each in (other, third)} == {2}
    assert len(face.client.list_rule_based_matches(DomainName=name)["MatchIds"]) == 1


def status(face: Face, name: str) -> str:
    return str(face.client.get_domain(DomainName=name)["RuleBasedMatching"]["Status"])


def test_10_rules_of_an_existing_domain_wait_an_hour_and_are_then_locked_for_a_day(face: Face) -> None:
    assert status(face, face.domain(RuleBasedMatching=RULES)) == "ACTIVE"
    name = face.domain()
    one, other = (face.profile(name, AccountNumber="A1") for _ in range(2))
    other_rules = {"Enabled": True, "MatchingRules": [{"Rule": ["AccountNumber"]}]}
    face.client.update_domain(DomainName=name, RuleBasedMatching=other_rules)
    assert status(face, name) == "PENDING"
    face.client.update_domain(DomainName=name, RuleBasedMatching=RULES)
    assert status(face, name) == "PENDING"
    face.clock.offset += HOUR + 1
    assert status(face, name) == "IN_PROGRESS"
    change = {"DomainName": name, "RuleBasedMatching": other_rules}
    assert code_of(face.client.update_domain, **change) == "BadRequestException"
    face.desk.tick()
    assert status(face, name) == "ACTIVE"
    assert similar(face, name, one)["ProfileIds"] == sorted([one, other])
    assert code_of(face.client.update_domain, **change) == "BadRequestException"
    face.client.update_domain(DomainName=name, RuleBasedMatching=RULES)
    assert status(face, name) == "ACTIVE"
    face.later(DAY)
    face.client.update_domain(**change)
    assert status(face, name) == "PENDING"


@pytest.mark.parametrize(
    "conflicts",
    [{"ConflictResolvingModel": "RECENCY"}, {"ConflictResolvingModel": "SOURCE", "SourceName": "Customer"}],
)
def test_11_a_value_written_by_hand_survives_a_newer_ingested_one(face: Face, conflicts: dict[str, str]) -> None:
    rules = RULES | {"MaxAllowedRuleLevelForMerging": 2, "ConflictResolution": conflicts}
    name = face.domain(RuleBasedMatching=rules)
    keys = {"customer": CUSTOMER["Keys"]["customer"]}  # type: ignore[index]
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **(CUSTOMER | {"Keys": keys}))
    john = face.profile(name, FirstName="John", EmailAddress="j@example.org")
    face.clock.offset += 60
    put(face, name, id="1", first="Peter", email="j@example.org")
    (merged,) = search(face, name, "_email", "j@example.org")
    assert (merged["ProfileId"], merged["FirstName"]) == (john, "John")


def test_12_a_named_source_without_the_field_leaves_it_empty(face: Face) -> None:
    name = face.domain()
    main = face.profile(name, FirstName="Ann", LastName="Lee")
    other = face.profile(name, LastName="Ray")
    face.client.merge_profiles(
        DomainName=name,
        MainProfileId=main,
        ProfileIdsToBeMerged=[other],
        FieldSourceProfileIds={"FirstName": other},
    )
    (merged,) = face.client.batch_get_profile(DomainName=name, ProfileIds=[main])["Profiles"]
    assert "FirstName" not in merged and merged["LastName"] == "Lee"


def test_13_what_led_to_a_merged_profile_leads_to_the_survivor(face: Face) -> None:
    name = face.domain()
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **CUSTOMER)
    main = face.profile(name, FirstName="Ann", PhoneNumber="+12065550100")
    loser = face.profile(name, FirstName="Anna", PhoneNumber="+12065550199", EmailAddress="a@example.org")
    put(face, name, id="1", first="A.", email="a@example.org")
    face.client.merge_profiles(DomainName=name, MainProfileId=main, ProfileIdsToBeMerged=[loser])
    (found,) = search(face, name, "_phone", "206-555-0199")
    assert (found["ProfileId"], found["PhoneNumber"]) == (main, "+12065550100")
    gone = face.client.batch_get_profile(DomainName=name, ProfileIds=[loser])
    assert [one["Code"] for one in gone["Errors"]] == ["ResourceNotFoundException"]
    update = {"DomainName": name, "ProfileId": loser, "FirstName": "X"}
    assert code_of(face.client.update_profile, **update) == "ResourceNotFoundException"
    objects = face.client.list_profile_objects(DomainName=name, ObjectTypeName="Customer", ProfileId=main)
    assert [one["ProfileObjectUniqueKey"] for one in objects["Items"]] == ["1"]
    assert face.extension("GET", f"domains/{name}/profiles/{loser}/successor")["Successor"] == main
    actions = face.client.list_profile_history_records(DomainName=name, ProfileId=loser)["ProfileHistoryRecords"]
    assert "DELETED_BY_MERGE" in [one["ActionType"] for one in actions]


def test_14_a_merge_with_an_unknown_id_changes_nothing(face: Face) -> None:
    name = face.domain()
    main = face.profile(name, FirstName="Ann")
    others = [face.profile(name, FirstName=f"Ann{number}") for number in range(19)]
    ids = [*others, "0" * 32]
    given = {"DomainName": name, "MainProfileId": main, "ProfileIdsToBeMerged": ids}
    assert code_of(face.client.merge_profiles, **given) == "ResourceNotFoundException"
    found = face.client.batch_get_profile(DomainName=name, ProfileIds=[main, *others])
    assert len(found["Profiles"]) == 20 and not found["Errors"]
    for wrong in ([main], [others[0], others[0]]):
        given = {"DomainName": name, "MainProfileId": main, "ProfileIdsToBeMerged": wrong}
        assert code_of(face.client.merge_profiles, **given) == "BadRequestException"


def test_15_search_joins_keys_by_and_or_or_and_says_which_hit(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, PhoneNumber="+15551234567", EmailAddress="one@example.org")
    other = face.profile(name, EmailAddress="other@example.org")
    more = [{"KeyName": "_email", "Values": ["one@example.org", "other@example.org"]}]
    phone = "(555)-123-4567"
    found = search(face, name, "_phone", phone, AdditionalSearchKeys=more)
    assert {hit["ProfileId"]: [by["KeyName"] for by in hit["FoundByItems"]] for hit in found} == {
        one: ["_phone", "_email"],
        other: ["_email"],
    }
    found = search(face, name, "_phone", phone, AdditionalSearchKeys=more, LogicalOperator="AND")
    assert [hit["ProfileId"] for hit in found] == [one]
    for spelling in ("+1 555 123 4567", "15551234567", "555.123.4567"):
        assert [hit["ProfileId"] for hit in search(face, name, "_phone", spelling)] == [one]
    assert search(face, name, "_phone", "555-000-0000") == []


def test_15_a_page_of_a_search_has_20_by_default(face: Face) -> None:
    name = face.domain()
    for _ in range(21):
        face.profile(name, AccountNumber="A")
    page = face.client.search_profiles(DomainName=name, KeyName="_account", Values=["A"])
    assert len(page["Items"]) == 20
    rest = face.client.search_profiles(DomainName=name, KeyName="_account", Values=["A"], NextToken=page["NextToken"])
    assert len(rest["Items"]) == 1 and "NextToken" not in rest


def test_16_an_empty_text_clears_and_what_is_absent_stays(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, FirstName="Ann", LastName="Lee", Attributes={"k": "1", "l": "2"})
    face.client.update_profile(DomainName=name, ProfileId=one, FirstName="", Attributes={"k": ""})
    (found,) = face.client.batch_get_profile(DomainName=name, ProfileIds=[one])["Profiles"]
    assert "FirstName" not in found
    assert (found["LastName"], found["Attributes"]) == ("Lee", {"l": "2"})


def test_17_the_same_unique_value_is_the_same_object_and_an_ambiguous_key_attaches_nothing(face: Face) -> None:
    name = face.domain()
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **CUSTOMER)
    put(face, name, id="1", first="Ann")
    put(face, name, id="1", first="Anna")
    assert face.client.get_domain(DomainName=name)["Stats"]["ObjectCount"] == 1
    (found,) = search(face, name, "customer", "1")
    assert found["FirstName"] == "Anna"
    two = [face.profile(name, EmailAddress="shared@example.org") for _ in range(2)]
    put(face, name, id="2", first="Bob", email="shared@example.org")
    (third,) = search(face, name, "customer", "2")
    assert third["ProfileId"] not in two


def test_18_paginators_of_the_client_gather_pages_of_one(face: Face) -> None:
    name = face.domain(RuleBasedMatching=RULES)
    ids = [face.profile(name, AccountNumber=f"A{number // 2}") for number in range(6)]
    size = {"PageSize": 1}
    pages = face.client.get_paginator("list_rule_based_matches").paginate(DomainName=name, PaginationConfig=size)
    found = pages.build_full_result()["MatchIds"]
    assert len(set(found)) == 3
    pages = face.client.get_paginator("get_similar_profiles").paginate(
        DomainName=name,
        MatchType="RULE_BASED_MATCHING",
        SearchKey="_matchId",
        SearchValue=similar(face, name, ids[0])["MatchId"],
        PaginationConfig=size,
    )
    full = pages.build_full_result()
    assert sorted(full["ProfileIds"]) == sorted(ids[:2])
    assert full["RuleLevel"] == 1


def test_19_tags_of_domains_and_object_types_go_there_and_back(face: Face) -> None:
    name = face.domain()
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **CUSTOMER)
    root = f"arn:aws:profile:us-east-1:000000000000:domains/{name}"
    for arn in (root, f"{root}/object-types/Customer"):
        face.client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
        face.client.untag_resource(resourceArn=arn, tagKeys=["a"])
        assert face.client.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert face.client.get_domain(DomainName=name)["Tags"] == {"b": "2"}
    missing = f"{root}x"
    assert code_of(face.client.list_tags_for_resource, resourceArn=missing) == "ResourceNotFoundException"


def test_20_the_preview_counts_what_the_job_then_merges_and_changes_nothing(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 3)
    home = {"Address1": "1 Main Street", "City": "Seattle", "PostalCode": "98101"}
    for first in ("John", "Jhn"):
        face.profile(name, FirstName=first, LastName="Doe", Address=home)
    face.run_job(name)
    conflicts = {"ConflictResolvingModel": "RECENCY"}
    preview = face.client.get_auto_merging_preview(
        DomainName=name, Consolidation=CONSOLIDATION, ConflictResolution=conflicts
    )
    assert (preview["NumberOfMatchesInSample"], preview["NumberOfProfilesInSample"]) == (4, 8)
    assert preview["NumberOfProfilesWillBeMerged"] == 3
    assert face.client.get_domain(DomainName=name)["Stats"]["ProfileCount"] == 8
    merging = {"Enabled": True, "Consolidation": CONSOLIDATION, "ConflictResolution": conflicts}
    face.client.update_domain(DomainName=name, Matching={"Enabled": True, "AutoMerging": merging})
    job = face.client.get_identity_resolution_job(DomainName=name, JobId=face.run_job(name))
    assert job["Status"] == "COMPLETED" and job["AutoMerging"]["Enabled"]
    assert job["JobStats"]["NumberOfMergesDone"] == preview["NumberOfProfilesWillBeMerged"]
    assert face.client.get_domain(DomainName=name)["Stats"]["ProfileCount"] == 5
    assert len(matches(face, name)) == 1
