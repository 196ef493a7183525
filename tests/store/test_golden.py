"""The golden record of an entity: survivorship, provenance, and values that people wrote."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.errors import UsageError
from dromio.store import UnknownError

from .conftest import ANN


def test_values_survive_with_the_record_they_are_from(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN | {"phone": None, "note": "prefers tea"})
    entity = people.resolve("shop", "9", ANN).entity_id or 0
    people.resolve("shop", "10", ANN | {"email": "ANN@x.org"})
    golden = people.golden(entity)
    assert golden.records == (("crm", "1"), ("shop", "10"), ("shop", "9"))
    assert golden.values["email"].value == "ann@x.org"
    assert golden.values["note"].value == "prefers tea"
    assert golden.values["phone"].record in (("shop", "9"), ("shop", "10"))
    assert golden.to_dict()["values"]["family"] == "Lee"


def test_records_of_one_source_have_provenance_too(people: store.Domain) -> None:
    entity = people.resolve("crm", "1", ANN).entity_id or 0
    assert people.golden(entity).values["phone"].record == ("crm", "1")


def test_lists_are_united(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN | {"tags": ["a", "b"]})
    entity = people.resolve("crm", "2", ANN | {"tags": ["b", "c"]}).entity_id or 0
    assert sorted(people.golden(entity).values["tags"].value or []) == ["a", "b", "c"]


def test_a_value_that_a_person_wrote_wins_and_follows_its_record(people: store.Domain) -> None:
    first = people.resolve("crm", "1", ANN).entity_id or 0
    people.resolve("crm", "2", ANN)
    people.write_value(first, "given", "Anne", author="eve")
    assert (people.golden(first).values["given"].value, people.golden(first).values["given"].author) == ("Anne", "eve")
    people.judge(("crm", "1"), ("crm", "2"), "negative", author="eve")
    other = people.entity_of("crm", "2") or 0
    assert people.golden(first).values["given"].value == "Anne"
    assert people.golden(other).values["given"].value == "Ann"
    people.clear_value(first, "given")
    assert people.golden(first).values["given"].value == "Ann"


def test_of_two_written_values_the_later_wins_after_a_merge(people: store.Domain) -> None:
    one = people.resolve("crm", "1", {"family": "Lee"}).entity_id or 0
    two = people.resolve("crm", "2", {"family": "Ray"}).entity_id or 0
    people.write_value(one, "given", "First", author="eve")
    people.write_value(two, "given", "Second", author="eve")
    people.merge(one, two, author="eve")
    assert people.golden(one).values["given"].value == "Second"


def test_only_columns_of_the_model_can_be_written(people: store.Domain) -> None:
    entity = people.resolve("crm", "1", ANN).entity_id or 0
    with pytest.raises(UsageError, match="no column 'shoe' in the model; columns are email, family, given, phone"):
        people.write_value(entity, "shoe", "42", author="eve")
    with pytest.raises(UnknownError):
        people.golden(99)
