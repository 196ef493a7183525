"""Data that is older than it may be."""

from __future__ import annotations

from .conftest import DAY, Face
from .test_conformance import CUSTOMER, put, search


def test_objects_expire_by_their_type_and_profiles_without_any_by_their_domain(face: Face) -> None:
    name = face.domain()
    kind = CUSTOMER | {"ExpirationDays": 10}
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **kind)
    put(face, name, id="1", first="Ann")
    (found,) = search(face, name, "customer", "1")
    face.later(11 * DAY)
    stats = face.client.get_domain(DomainName=name)["Stats"]
    assert (stats["ProfileCount"], stats["ObjectCount"]) == (1, 0)
    face.later(90 * DAY)
    assert face.client.get_domain(DomainName=name)["Stats"]["ProfileCount"] == 0
    history = face.client.list_profile_history_records(DomainName=name, ProfileId=found["ProfileId"])
    assert [one["ActionType"] for one in history["ProfileHistoryRecords"]][:2] == ["EXPIRED", "EXPIRED"]
