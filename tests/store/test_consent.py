"""Existing entities are merged only when a person has said so, where a domain asks."""

from __future__ import annotations

import random

import pytest

from dromio import store
from dromio.errors import UsageError
from dromio.store.consent import merges

from .conftest import ANN
from .factory import model

LEFT = {"given": "Ann", "family": "Lee", "email": "ann@x.org"}
RIGHT = {"given": "Ann", "family": "Lee", "phone": "4711"}


@pytest.fixture
def asking(empty: store.Store) -> store.Domain:
    """Two entities that a third record would join, in a domain that asks."""
    made = model(rules=True, compared=False)
    rules = [made.rules[1], made.rules[1].model_copy(update={"name": "same phone", "when": "equal(phone.value)"})]
    domain = empty.create_domain("people", made.model_copy(update={"rules": rules}))
    domain.ask_consent()
    domain.resolve("crm", "1", LEFT)
    domain.resolve("crm", "2", RIGHT)
    return domain


def groups(domain: store.Domain) -> set[frozenset[str]]:
    assert domain.verify().differences == ()
    return {frozenset(key.unique_id for key in keys) for keys in domain.partition().values()}


APART, MERGED = {frozenset("13"), frozenset("2")}, {frozenset("123")}


def test_merge_waits_for_a_person(asking: store.Domain) -> None:
    found = asking.resolve("crm", "3", ANN)
    assert found.decision == "match"
    assert groups(asking) == APART
    (item,) = asking.review()
    assert (item.kind, item.left, item.right) == ("merge", ("crm", "1"), ("crm", "2"))
    assert "without consent" in item.reason


@pytest.mark.parametrize("way", ["many", "update", "batch"])
def test_every_way_asks(asking: store.Domain, way: str) -> None:
    if way == "many":
        asking.resolve_many([store.Delivery("crm", "3", ANN)])
    elif way == "update":
        asking.resolve("crm", "3", {"given": "Zoe"})
        asking.resolve("crm", "3", ANN)
        assert [item.kind for item in asking.review()] == ["merge"] * 3
        assert groups(asking) == {frozenset("1"), frozenset("2"), frozenset("3")}
        return
    else:
        asking.resolve("crm", "3", ANN)
        asking.resolve_all()
    assert groups(asking) == APART
    assert [item.kind for item in asking.review()] == ["merge"]


def test_accepting_merges_and_undoing_asks_again(asking: store.Domain) -> None:
    asking.resolve("crm", "3", ANN)
    (item,) = asking.review()
    act = asking.decide(item.item_id, accept=True, author="eve")
    assert groups(asking) == MERGED
    assert asking.review() == []
    asking.undo(act)
    assert groups(asking) == APART
    assert [one.item_id for one in asking.review()] == [item.item_id]


def test_declining_is_remembered_for_ever(asking: store.Domain) -> None:
    asking.resolve("crm", "3", ANN)
    asking.decide(asking.review()[0].item_id, accept=False, author="eve")
    asking.resolve("crm", "3", ANN | {"note": "again"})
    asking.resolve("crm", "4", ANN)
    asking.resolve_all()
    asking.delete("crm", "1")
    asking.ask_consent(wanted=False)
    assert all("2" not in group or group == {"2", "4"} or len(group) == 1 for group in groups(asking))
    assert not any({"2", "3"} <= group for group in groups(asking))


def test_positive_judgement_is_consent(asking: store.Domain) -> None:
    asking.judge(("crm", "1"), ("crm", "2"), "positive", author="eve")
    asking.resolve("crm", "3", ANN)
    assert groups(asking) == MERGED


def test_judging_any_two_records_of_a_pending_merge_is_consent_to_it(asking: store.Domain) -> None:
    asking.resolve("crm", "3", ANN)
    asking.judge(("crm", "3"), ("crm", "2"), "positive", author="eve")
    assert groups(asking) == MERGED
    assert asking.review() == []


def test_what_nothing_speaks_for_any_more_is_not_asked(asking: store.Domain) -> None:
    asking.resolve("crm", "3", ANN)
    asking.delete("crm", "3")
    assert asking.review() == []
    asking.resolve("crm", "3", ANN)
    assert [item.kind for item in asking.review()] == ["merge"]


def test_domain_that_asks_no_longer_makes_the_merges(asking: store.Domain) -> None:
    asking.resolve("crm", "3", ANN)
    asking.ask_consent(wanted=False)
    assert groups(asking) == MERGED
    assert asking.review() == []


def test_merged_people_can_be_erased(asking: store.Domain) -> None:
    asking.resolve("crm", "3", ANN)
    certificate = asking.erase(asking.entity_of("crm", "2") or 0)
    assert certificate.rows["held_merges"] == 1
    assert groups(asking) == {frozenset("13")}


@pytest.mark.parametrize("seed", range(6))
def test_no_history_merges_unasked_and_all_are_sound(people: store.Domain, seed: int) -> None:
    people.ask_consent()
    chosen = random.Random(seed)
    for _ in range(40):
        key = ("crm", str(chosen.randrange(8)))
        deed = chosen.random()
        if deed < 0.7:
            values = {
                "given": chosen.choice(["Ann", "Bob"]),
                "family": chosen.choice(["Lee", "Ray", None]),
                "email": chosen.choice(["a@x.org", "b@x.org", None]),
                "phone": chosen.choice(["1", "2", None]),
            }
            people.resolve(*key, values)
        elif deed < 0.85:
            people.delete(*key)
        elif deed < 0.95:
            people.resolve_all()
        elif items := [item for item in people.review() if item.kind != "merge"]:
            people.decide(items[0].item_id, accept=False, author="eve")
        assert people.verify().differences == ()
    with people._database.read() as transaction:
        assert transaction.rows("SELECT * FROM changes WHERE kind = 'merged'") == []


def test_merges_are_pairs_of_cores_nobody_judged() -> None:
    before = {1: 10, 2: 20, 3: 30, 4: 40, 5: 10}
    assert merges([[1, 2, 5], [3], [4]], before, (), set()) == {(1, 2)}
    assert merges([[1, 2, 3]], before, (), {(2, 5)}) == {(1, 3), (2, 3)}
    assert merges([[1, 2, 3, 5]], before, (), {(2, 5)}) == {(1, 3), (2, 3)}
    assert merges([[1, 9]], {1: 10}, (), set()) == set()


@pytest.mark.parametrize("days", [0, -1, 40_000])
def test_days_that_make_no_sense_are_refused(people: store.Domain, days: int) -> None:
    with pytest.raises(UsageError, match=f"kept for 1 to 36,500 days, found {days}"):
        people.keep_review(days)
