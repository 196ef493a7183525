"""One record at a time: added, replaced, repeated, deleted, searched."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.errors import InputError
from dromio.store import ConflictError

from .conftest import ANN, BOB


def rows(people: store.Domain) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables that a record touches."""
    names = ("records", "record_versions", "placements", "keys", "edges", "entities", "changes", "review_items")
    with people._database.read() as transaction:
        return {name: sorted(transaction.rows(f"SELECT * FROM {name}"), key=str) for name in names}


def test_the_first_record_is_a_new_entity(people: store.Domain) -> None:
    found = people.resolve("crm", "1", ANN)
    assert (found.decision, found.outcome, found.candidates) == ("new", "added", ())
    assert people.entity_of("crm", "1") == found.entity_id


def test_a_second_record_of_a_person_joins_their_entity_with_evidence(people: store.Domain) -> None:
    first = people.resolve("crm", "1", ANN)
    found = people.resolve("shop", "9", ANN | {"phone": None})
    assert (found.entity_id, found.decision) == (first.entity_id, "match")
    (evidence,) = found.evidence
    assert (evidence.key, evidence.decision, evidence.entity_id) == (("crm", "1"), "match", first.entity_id)
    assert evidence.weight > 0
    assert evidence.levels == (1, 1, 0)


def test_somebody_else_is_somebody_else(people: store.Domain) -> None:
    assert people.resolve("crm", "1", ANN).entity_id != people.resolve("crm", "2", BOB).entity_id


def test_the_same_again_changes_no_row(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=3)
    people.resolve("crm", "2", ANN, version=1)
    before = rows(people)
    assert people.resolve("crm", "1", dict(reversed(ANN.items())), version=3).outcome == "unchanged"
    assert people.resolve("crm", "1", ANN | {"more": None, "empty": ""}).outcome == "unchanged"
    assert rows(people) == before


def test_an_update_replaces_what_the_source_said(people: store.Domain) -> None:
    one = people.resolve("crm", "1", ANN)
    people.resolve("crm", "2", ANN)
    found = people.resolve("crm", "1", BOB)
    assert (found.outcome, found.decision) == ("updated", "new")
    assert people.entity_of("crm", "2") == one.entity_id
    assert [version.values for version in people.versions("crm", "1")] == [ANN, BOB]


def test_older_versions_that_come_late_are_ignored(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=5)
    before = rows(people)
    assert people.resolve("crm", "1", BOB, version=4).outcome == "ignored"
    assert not people.delete("crm", "1", version=4)
    assert rows(people) == before


def test_a_newer_version_that_says_the_same_still_counts(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=1)
    assert people.resolve("crm", "1", ANN, version=7).outcome == "unchanged"
    assert people.resolve("crm", "1", BOB, version=6).outcome == "ignored"


def test_other_values_under_the_stored_version_are_refused(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=5)
    with pytest.raises(ConflictError, match=r"version 5 of record '1' of source 'crm' is stored with other values"):
        people.resolve("crm", "1", BOB, version=5)


def test_deleting_undoes_adding(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN | {"phone": None})
    people.resolve("crm", "3", {"given": "Ann", "family": "Lee", "phone": "4711"})
    people.resolve("crm", "2", ANN)
    assert len(people.partition()) == 1
    assert people.delete("crm", "2")
    alone = people.partition()
    assert people.verify().is_sound
    people.resolve("crm", "2", ANN)
    people.delete("crm", "2")
    assert people.partition() == alone
    assert not people.delete("crm", "2")
    assert not people.delete("crm", "99")


def test_a_deleted_version_does_not_come_back(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN, version=2)
    people.delete("crm", "1", version=3)
    assert people.resolve("crm", "1", ANN, version=3).outcome == "ignored"
    assert people.resolve("crm", "1", ANN, version=2).entity_id is None
    assert people.resolve("crm", "1", ANN, version=4).outcome == "added"


def test_a_version_deleted_before_it_comes_does_not_come(people: store.Domain) -> None:
    assert not people.delete("crm", "1", version=3)
    assert people.resolve("crm", "1", ANN, version=2).outcome == "ignored"
    assert not people.delete("crm", "1", version=5)
    assert people.resolve("crm", "1", ANN, version=4).outcome == "ignored"
    assert people.resolve("crm", "1", ANN, version=6).outcome == "added"
    assert people.verify().is_sound


def test_searching_finds_whom_a_record_would_join_and_writes_nothing(people: store.Domain) -> None:
    ann = people.resolve("crm", "1", ANN)
    people.resolve("crm", "2", BOB)
    before = rows(people)
    found = people.search({"given": "Ann", "family": "Lee", "email": "ann@x.org"})
    assert (found.entity_id, found.decision, found.outcome) == (ann.entity_id, "match", "searched")
    assert people.search({"given": "Zoe"}).to_dict() == {
        "entity_id": None,
        "decision": "new",
        "outcome": "searched",
        "candidates": [],
    }
    assert rows(people) == before


def test_values_of_other_kinds_are_taken_as_texts(people: store.Domain) -> None:
    people.resolve("crm", "1", {"given": "Ann", "phone": 4711, "score": 1.5, "member": True, "tags": ["a", None, "b"]})
    (version,) = people.versions("crm", "1")
    told = {"given": "Ann", "phone": "4711", "score": "1.5", "member": "true", "tags": ["a", "b"]}
    assert version.values == told


def test_values_that_are_no_texts_are_all_named(people: store.Domain) -> None:
    with pytest.raises(InputError, match=r"found 'given': dict; 'phone': bytes"):
        people.resolve("crm", "1", {"given": {}, "phone": b"1"})


@pytest.mark.parametrize(("source", "unique_id", "named"), [("", "1", "source"), ("crm", "", "unique_id")])
def test_a_record_needs_a_key(people: store.Domain, source: str, unique_id: str, named: str) -> None:
    with pytest.raises(InputError, match=f"{named} must be a text that is not empty, found ''"):
        people.resolve(source, unique_id, ANN)


def test_domains_do_not_see_each_other(empty: store.Store, people: store.Domain) -> None:
    other = empty.create_domain("others", people.model)
    one = people.resolve("crm", "1", ANN)
    two = other.resolve("crm", "1", ANN)
    assert one.entity_id != two.entity_id
    assert two.decision == "new"
    assert people.delete("crm", "1")
    assert other.entity_of("crm", "1") == two.entity_id
