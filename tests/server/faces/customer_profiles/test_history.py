"""History of profiles, also after they are gone."""

from __future__ import annotations

from typing import Any

from .conftest import Face
from .test_conformance import code_of


def records(face: Face, name: str, profile_id: str, **given: Any) -> list[dict[str, Any]]:
    found = face.client.list_profile_history_records(DomainName=name, ProfileId=profile_id, **given)
    return list(found["ProfileHistoryRecords"])


def test_what_is_done_to_a_profile_is_kept_the_newest_first(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, FirstName="Ann")
    face.client.update_profile(DomainName=name, ProfileId=one, LastName="Lee")
    face.client.add_profile_key(DomainName=name, ProfileId=one, KeyName="crm", Values=["1"])
    face.client.delete_profile_key(DomainName=name, ProfileId=one, KeyName="crm", Values=["1"])
    found = records(face, name, one)
    actions = [record["ActionType"] for record in found]
    assert actions == ["DELETED_PROFILE_KEY", "ADDED_PROFILE_KEY", "UPDATED", "CREATED"]
    assert {record["PerformedBy"] for record in found} == {"everything"}
    assert records(face, name, one, PerformedBy="nobody") == []
    token = face.client.list_profile_history_records(DomainName=name, ProfileId=one, MaxResults=3)["NextToken"]
    assert [record["ActionType"] for record in records(face, name, one, NextToken=token)] == ["CREATED"]


def test_deleting_a_profile_takes_all_values_out_of_its_history(face: Face) -> None:
    name = face.domain()
    one, other = face.profile(name, FirstName="Ann"), face.profile(name, FirstName="Anna")
    face.client.merge_profiles(DomainName=name, MainProfileId=one, ProfileIdsToBeMerged=[other])
    face.client.delete_profile(DomainName=name, ProfileId=one)
    for profile_id in (one, other):
        for record in records(face, name, profile_id):
            given = {"DomainName": name, "ProfileId": profile_id, "Id": record["Id"]}
            assert "Content" not in face.client.get_profile_history_record(**given)


def test_a_profile_that_never_was_has_no_history(face: Face) -> None:
    name = face.domain()
    missing = {"DomainName": name, "ProfileId": "0" * 32}
    assert code_of(face.client.list_profile_history_records, **missing) == "ResourceNotFoundException"
    assert code_of(face.client.get_profile_history_record, **missing, Id="0" * 32) == "ResourceNotFoundException"
