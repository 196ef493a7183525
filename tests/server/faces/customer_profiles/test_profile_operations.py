"""Profiles that are written by hand, and the keys by which they are found."""

from __future__ import annotations

from .conftest import Face
from .test_conformance import code_of, search


def test_the_key_of_the_id_finds_and_cannot_be_given(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, FirstName="Ann")
    assert [hit["ProfileId"] for hit in search(face, name, "_profileId", one)] == [one]
    given = {"DomainName": name, "ProfileId": one, "KeyName": "_profileId", "Values": ["x"]}
    assert code_of(face.client.add_profile_key, **given) == "BadRequestException"


def test_full_names_are_found_without_regard_to_case_and_blanks(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, FirstName="Ann", MiddleName="B.", LastName="Lee")
    assert [hit["ProfileId"] for hit in search(face, name, "_fullName", " ann  b. LEE")] == [one]
    assert search(face, name, "_fullName", "ann lee") == []


def test_a_changed_value_no_longer_finds_and_a_given_key_still_does(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, EmailAddress="old@example.org")
    face.client.add_profile_key(DomainName=name, ProfileId=one, KeyName="_email", Values=["given@example.org"])
    face.client.update_profile(DomainName=name, ProfileId=one, EmailAddress="new@example.org")
    assert search(face, name, "_email", "old@example.org") == []
    for value in ("new@example.org", "GIVEN@example.org"):
        assert [hit["ProfileId"] for hit in search(face, name, "_email", value)] == [one]


def test_parts_of_an_address_are_changed_one_by_one(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, Address={"City": "Rome", "Country": "IT"})
    face.client.update_profile(DomainName=name, ProfileId=one, Address={"City": "", "PostalCode": "1"})
    (found,) = face.client.batch_get_profile(DomainName=name, ProfileIds=[one])["Profiles"]
    assert found["Address"] == {"Country": "IT", "PostalCode": "1"}


def test_a_deleted_profile_is_gone_with_its_objects(face: Face) -> None:
    name = face.domain()
    one = face.profile(name, EmailAddress="a@example.org")
    face.client.delete_profile(DomainName=name, ProfileId=one)
    assert search(face, name, "_email", "a@example.org") == []
    assert code_of(face.client.delete_profile, DomainName=name, ProfileId=one) == "ResourceNotFoundException"
