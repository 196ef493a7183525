"""The queue of pairs for a person to decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dromio import store
from dromio.store import ConflictError, UnknownError
from dromio.store.review import MICROSECONDS_A_DAY

from .conftest import ANN

LIKE_ANN = {"given": "Zoe", "family": "Ray", "phone": "4711"}


@pytest.fixture
def doubtful(people: store.Domain) -> store.Domain:
    """Two records that may be one person."""
    people.resolve("crm", "1", ANN)
    assert people.resolve("shop", "9", LIKE_ANN).candidates[0].decision == "review"
    return people


def test_possible_matches_wait_for_a_person(doubtful: store.Domain) -> None:
    (item,) = doubtful.review()
    assert (item.kind, item.left, item.right) == ("possible", ("crm", "1"), ("shop", "9"))
    assert item.weight < 0
    assert item.reason == f"a possible match (name: else, phone: equal(value)), {-item.weight:.1f} bits below a match"
    assert item.left_entity != item.right_entity
    assert doubtful.review(after=item.item_id) == []


def test_accepting_joins_and_undoing_asks_again(doubtful: store.Domain) -> None:
    (item,) = doubtful.review()
    act = doubtful.decide(item.item_id, accept=True, author="eve")
    assert len(doubtful.partition()) == 1
    assert doubtful.review() == []
    doubtful.undo(act)
    assert [one.item_id for one in doubtful.review()] == [item.item_id]


def test_what_was_declined_is_never_asked_again(doubtful: store.Domain) -> None:
    (item,) = doubtful.review()
    doubtful.decide(item.item_id, accept=False, author="eve")
    doubtful.resolve("shop", "9", LIKE_ANN | {"note": "again"})
    doubtful.resolve("crm", "1", ANN | {"note": "again"})
    doubtful.resolve_all()
    assert doubtful.review() == []
    with pytest.raises(ConflictError, match="is declined already"):
        doubtful.decide(item.item_id, accept=True, author="eve")


def test_matches_that_were_outvoted_are_ambiguous(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN)
    people.resolve("crm", "2", ANN)
    people.judge(("crm", "1"), ("crm", "2"), "negative", author="eve")
    people.resolve("crm", "3", ANN)
    kinds = {item.kind for item in people.review()}
    assert kinds == {"ambiguous"}
    assert all("the other records of the two entities speak against it" in item.reason for item in people.review())


def test_matches_that_are_torn_apart_later_are_asked_too(people: store.Domain) -> None:
    for number in "123":
        people.resolve("crm", number, ANN)
    assert people.review() == []
    people.judge(("crm", "1"), ("crm", "2"), "negative", author="eve")
    assert [item.kind for item in people.review()] == ["ambiguous"]


def test_batch_puts_into_the_queue_what_waits(people: store.Domain, doubtful: store.Domain) -> None:
    (before,) = doubtful.review()
    doubtful.resolve_all()
    assert [item.item_id for item in doubtful.review()] == [before.item_id]
    with doubtful._database.write() as transaction:
        transaction.run("DELETE FROM review_items")
    doubtful.resolve_all()
    assert [(item.kind, item.left, item.right) for item in doubtful.review()] == [
        ("possible", before.left, before.right)
    ]
    doubtful.resolve("shop", "9", {"given": "Bob", "family": "May"})
    doubtful.resolve_all()
    assert doubtful.review() == []


def test_items_go_when_their_records_change_or_go(doubtful: store.Domain) -> None:
    doubtful.resolve("shop", "9", {"given": "Bob", "family": "May"})
    assert doubtful.review() == []
    doubtful.resolve("shop", "9", LIKE_ANN)
    assert len(doubtful.review()) == 1
    doubtful.delete("crm", "1")
    assert doubtful.review() == []


def test_items_expire(doubtful: store.Domain) -> None:
    assert doubtful.expire_review(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert doubtful.expire_review(datetime.now(UTC) + timedelta(hours=1)) == 1
    assert doubtful.review() == []


def test_items_expire_by_the_settings_when_the_queue_is_worked_off(doubtful: store.Domain) -> None:
    doubtful.redo()
    doubtful.keep_review(30)
    doubtful.redo()
    assert len(doubtful.review()) == 1
    long_ago = f"created_at - {31 * MICROSECONDS_A_DAY}"
    with doubtful._database.write() as transaction:
        transaction.run(f"UPDATE review_items SET created_at = {long_ago}")
    doubtful.redo()
    assert doubtful.review() == []
    doubtful.resolve_all()
    assert doubtful.review() == []
    doubtful.resolve("shop", "9", LIKE_ANN | {"note": "again"})
    assert len(doubtful.review()) == 1


def test_an_item_that_is_not_there_is_named(people: store.Domain) -> None:
    with pytest.raises(UnknownError, match="there is no review item 5"):
        people.decide(5, accept=True, author="eve")
