"""Guessing object types."""

from __future__ import annotations

import json

from .conftest import Face


def test_a_nested_sample_is_understood(face: Face) -> None:
    name = face.domain()
    samples = [
        {
            "customerId": str(number),
            "person": {"first_name": "Ann", "e-mail": "x"},
            "phone": "1",
            "updated_at": "2026-01-01",
        }
        for number in range(2)
    ]
    given = [json.dumps(one) for one in samples]
    (found,) = face.client.detect_profile_object_type(DomainName=name, Objects=given)["DetectedProfileObjectTypes"]
    assert found["Keys"]["customerId"] == [{"StandardIdentifiers": ["UNIQUE", "PROFILE"], "FieldNames": ["customerId"]}]
    assert found["Keys"]["_phone"][0]["FieldNames"] == ["phone"]
    assert found["Fields"]["person_first_name"]["Target"] == "_profile.FirstName"
    assert found["SourceLastUpdatedTimestampFormat"] == "ISO_8601"
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Found", Description="d", **found)
    face.client.put_profile_object(DomainName=name, ObjectTypeName="Found", Object=given[0])


def test_samples_that_share_their_id_are_not_understood(face: Face) -> None:
    given = ['{"id": 1}', '{"id": 1}']
    assert (
        face.client.detect_profile_object_type(DomainName=face.domain(), Objects=given)["DetectedProfileObjectTypes"]
        == []
    )
