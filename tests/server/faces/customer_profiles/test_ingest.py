"""Objects that are taken in: which profile they go to, and what of them it takes."""

from __future__ import annotations

from typing import Any

from .conftest import Face
from .test_conformance import CUSTOMER, code_of, put, search

UNIQUE = [{"StandardIdentifiers": ["UNIQUE", "PROFILE"], "FieldNames": ["id"]}]
FIELDS: dict[str, Any] = {
    "id": {},
    "first": {"Target": "_profile.FirstName"},
    "city": {"Source": "_source.address.city", "Target": "_profile.Address.City"},
    "tier": {"Target": "_profile.Attributes.tier"},
    "gender": {"Target": "_profile.Gender"},
    "card": {},
    "sourceLastUpdatedTimestamp": {"Source": "_source.at"},
}


def typed(face: Face, keys: dict[str, Any] | None = None, kind: str = "Customer", **given: Any) -> str:
    name = face.domain()
    add_type(face, name, keys, kind, **given)
    return name


def add_type(face: Face, name: str, keys: dict[str, Any] | None, kind: str, **given: Any) -> None:
    face.client.put_profile_object_type(
        DomainName=name,
        ObjectTypeName=kind,
        **({"Description": "d", "AllowProfileCreation": True} | given),
        Fields=FIELDS,
        Keys={"customer": UNIQUE} | (keys or {}),
    )


def test_fields_go_to_their_targets(face: Face) -> None:
    name = typed(face)
    put(face, name, id="1", first="Ann", address={"city": "Rome"}, tier="gold", gender="female")
    (found,) = search(face, name, "customer", "1")
    assert (found["FirstName"], found["Address"], found["Attributes"]) == ("Ann", {"City": "Rome"}, {"tier": "gold"})
    assert found["Gender"] == "FEMALE"


def test_an_object_without_its_unique_key_is_refused(face: Face) -> None:
    name = typed(face)
    given = {"DomainName": name, "ObjectTypeName": "Customer", "Object": '{"first": "Ann"}'}
    assert code_of(face.client.put_profile_object, **given) == "BadRequestException"


def test_an_older_object_does_not_replace_newer_values(face: Face) -> None:
    name = typed(face)
    put(face, name, id="1", first="new", at="2026-01-02T00:00:00Z")
    put(face, name, id="1", first="old", at="2026-01-01T00:00:00Z")
    (found,) = search(face, name, "customer", "1")
    assert found["FirstName"] == "new"


def test_a_value_by_hand_is_never_replaced(face: Face) -> None:
    name = typed(face)
    put(face, name, id="1", first="Ann")
    (found,) = search(face, name, "customer", "1")
    face.client.update_profile(DomainName=name, ProfileId=found["ProfileId"], FirstName="Anna")
    put(face, name, id="1", first="Annette")
    assert search(face, name, "customer", "1")[0]["FirstName"] == "Anna"


def test_a_lookup_key_finds_and_is_not_stored(face: Face) -> None:
    lookup = [{"StandardIdentifiers": ["PROFILE", "LOOKUP_ONLY"], "FieldNames": ["card"]}]
    name = typed(face, {"card": lookup})
    one = face.profile(name, FirstName="Ann")
    face.client.add_profile_key(DomainName=name, ProfileId=one, KeyName="card", Values=["C1"])
    put(face, name, id="1", card="C1")
    assert [hit["ProfileId"] for hit in search(face, name, "customer", "1")] == [one]
    put(face, name, id="2", card="C2")
    assert search(face, name, "card", "C2") == []


def test_a_new_only_key_is_stored_by_the_object_that_made_the_profile(face: Face) -> None:
    only = [{"StandardIdentifiers": ["NEW_ONLY"], "FieldNames": ["card"]}]
    name = typed(face, {"card": only})
    put(face, name, id="1", card="C1")
    put(face, name, id="1", card="C2")
    assert len(search(face, name, "card", "C1")) == 1 and search(face, name, "card", "C2") == []


def test_without_leave_to_make_profiles_an_object_waits_unattached(face: Face) -> None:
    name = typed(face, AllowProfileCreation=False)
    put(face, name, id="1", first="Ann")
    stats = face.client.get_domain(DomainName=name)["Stats"]
    assert (stats["ProfileCount"], stats["ObjectCount"]) == (0, 1)


def test_deleting_a_type_takes_its_objects_and_what_they_filled(face: Face) -> None:
    name = typed(face)
    put(face, name, id="1", first="Ann", tier="gold")
    (found,) = search(face, name, "customer", "1")
    face.client.update_profile(DomainName=name, ProfileId=found["ProfileId"], LastName="Lee")
    face.client.delete_profile_object_type(DomainName=name, ObjectTypeName="Customer")
    (left,) = face.client.batch_get_profile(DomainName=name, ProfileIds=[found["ProfileId"]])["Profiles"]
    assert left["LastName"] == "Lee" and "FirstName" not in left and "Attributes" not in left
    assert face.client.get_domain(DomainName=name)["Stats"]["ObjectCount"] == 0


def test_equal_recency_is_decided_by_source_priority(face: Face) -> None:
    email = {"_email": [{"StandardIdentifiers": ["PROFILE", "SECONDARY"], "FieldNames": ["card"]}]}
    name = typed(face, email, SourcePriority=1)
    add_type(face, name, email, "Shop", SourcePriority=2)
    one = face.profile(name, EmailAddress="a@example.org")
    at = "2026-01-02T00:00:00Z"
    put(face, name, id="1", first="first", card="a@example.org", at=at)
    sent = f'{{"id": "2", "first": "second", "card": "a@example.org", "at": "{at}"}}'
    face.client.put_profile_object(DomainName=name, ObjectTypeName="Shop", Object=sent)
    (found,) = face.client.batch_get_profile(DomainName=name, ProfileIds=[one])["Profiles"]
    assert found["FirstName"] == "first"


def test_a_type_has_room_for_as_many_objects_of_a_profile_as_it_says(face: Face) -> None:
    name = typed(
        face, {"card": [{"StandardIdentifiers": ["PROFILE"], "FieldNames": ["card"]}]}, MaxProfileObjectCount=1
    )
    put(face, name, id="1", card="C")
    given = {"DomainName": name, "ObjectTypeName": "Customer", "Object": '{"id": "2", "card": "C"}'}
    assert code_of(face.client.put_profile_object, **given) == "BadRequestException"


def test_types_that_cannot_work_are_refused(face: Face) -> None:
    name = face.domain()
    plain = [{"StandardIdentifiers": ["PROFILE"], "FieldNames": ["id"]}]
    for wrong in (
        {"Keys": {"a": plain}},
        {"Keys": {"a": UNIQUE, "b": UNIQUE}},
        {"Keys": {"a": [{"StandardIdentifiers": ["UNIQUE"], "FieldNames": ["missing"]}]}},
        {"Keys": {"a": [{"StandardIdentifiers": ["UNIQUE", "LOOKUP_ONLY"], "FieldNames": ["id"]}]}},
        {"Fields": {"id": {"Target": "_profile.NoField"}}, "Keys": {"a": UNIQUE}},
        {"TemplateId": "none"},
        {"TemplateId": "Zendesk-users", "AllowProfileCreation": True},
    ):
        given = {"DomainName": name, "ObjectTypeName": "T", "Description": "d", "Fields": {"id": {}}} | wrong
        if "TemplateId" in wrong:
            del given["Fields"]
        assert code_of(face.client.put_profile_object_type, **given) == "BadRequestException", wrong


def test_a_replaced_type_keeps_its_objects(face: Face) -> None:
    name = face.domain()
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **CUSTOMER)
    put(face, name, id="1", first="Ann")
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **CUSTOMER)
    assert face.client.get_domain(DomainName=name)["Stats"]["ObjectCount"] == 1
