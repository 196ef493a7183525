"""Entity ids: given once, they answer for ever."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dromio import store
from dromio.store import UnknownError

from .conftest import ANN, BOB

LEFT = {"given": "Ann", "family": "Lee", "email": "ann@x.org"}
RIGHT = {"given": "Ann", "family": "Lee", "phone": "4711"}


def ids(people: store.Domain, *unique_ids: str) -> list[int | None]:
    return [people.entity_of("crm", one) for one in unique_ids]


def bridged(people: store.Domain) -> tuple[int, int]:
    """Two entities, and the record that makes them one; gives the ids before."""
    one = people.resolve("crm", "1", {"family": "Lee", "email": "ann@x.org"}).entity_id
    two = people.resolve("crm", "2", {"family": "Lee", "phone": "4711"}).entity_id
    assert one is not None and two is not None and one != two
    people.judge(("crm", "1"), ("crm", "2"), "positive", author="test")
    return one, two


def test_the_earliest_entity_survives_a_merge_and_the_other_leads_to_it(people: store.Domain) -> None:
    one, two = bridged(people)
    assert ids(people, "1", "2") == [one, one]
    other = people.entity(two)
    assert (other.state, other.entity_id, len(other.records)) == ("merged", one, 2)


def test_a_split_gives_the_merged_id_back_to_its_core(people: store.Domain) -> None:
    one, two = bridged(people)
    people.withdraw(("crm", "1"), ("crm", "2"), author="test")
    assert ids(people, "1", "2") == [one, two]
    assert people.entity(two).state == "live"


def test_a_split_without_an_id_to_take_back_makes_a_new_entity(people: store.Domain) -> None:
    first = people.resolve("crm", "1", ANN).entity_id
    people.resolve("crm", "2", ANN)
    people.judge(("crm", "1"), ("crm", "2"), "negative", author="test")
    kept, made = ids(people, "1", "2")
    assert kept == first
    assert made is not None and made > kept


def test_the_id_stays_with_those_who_stay_when_the_first_record_leaves(people: store.Domain) -> None:
    first = people.resolve("crm", "1", ANN).entity_id
    people.resolve("crm", "2", ANN)
    people.resolve("crm", "1", BOB)
    assert people.entity_of("crm", "2") == first
    assert people.entity_of("crm", "1") != first


def test_an_entity_ends_with_its_last_record_and_its_id_is_not_given_again(people: store.Domain) -> None:
    first = people.resolve("crm", "1", ANN).entity_id
    people.delete("crm", "1")
    assert people.entity(first or 0).state == "ended"
    assert people.resolve("crm", "1", ANN).entity_id != first


def test_redirects_are_one_step_long(people: store.Domain) -> None:
    three = [people.resolve("crm", str(number), {"family": f"N{number}"}).entity_id for number in (1, 2, 3)]
    people.merge(three[2], three[1], author="test")
    people.merge(three[1], three[0], author="test")
    assert [people.entity(one).entity_id for one in three] == [three[0]] * 3
    assert people.verify().is_sound


def test_ids_that_follow_their_core_follow_it_out_of_a_merge(people: store.Domain) -> None:
    three = [people.resolve("crm", str(number), {"family": f"N{number}"}).entity_id for number in (1, 2, 3)]
    people.merge(three[1], three[2], author="test")
    act = people.merge(three[0], three[1], author="test")
    people.undo(act)
    assert [people.entity(one).entity_id for one in three] == [three[0], three[1], three[1]]


def test_an_id_never_given_is_unknown(people: store.Domain) -> None:
    with pytest.raises(UnknownError, match="there is no entity 77, and there never was"):
        people.entity(77)


def test_as_of_an_earlier_moment_entities_are_as_they_were(people: store.Domain) -> None:
    one, two = bridged(people)
    events = [event for event in people.history(two) if event.kind == "merged"]
    merged_at = datetime.fromisoformat(events[0].at)
    people.delete("crm", "2")
    before = people.entity(two, as_of=datetime.fromtimestamp(merged_at.timestamp() - 0.0001, UTC))
    assert (before.state, before.records) == ("live", (("crm", "2"),))
    then = people.entity(two, as_of=merged_at)
    assert (then.state, then.entity_id, len(then.records)) == ("merged", one, 2)
    assert people.entity(two).records == (("crm", "1"),)


def test_history_tells_what_happened_in_ids_only(people: store.Domain) -> None:
    one, two = bridged(people)
    kinds = [(event.kind, event.entity_id, event.other_id) for event in people.history(two)]
    assert kinds == [("added", two, None), ("merged", two, one), ("moved", one, two)]
    with people._database.read() as transaction:
        assert "ann" not in str(transaction.rows("SELECT * FROM changes")).lower()
