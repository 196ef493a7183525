"""What people decide counts before what the model says, for ever, and can be undone."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.errors import UsageError
from dromio.store import ConflictError, UnknownError

from .conftest import ANN, BOB
from .factory import model

ONE, TWO, THREE = ("crm", "1"), ("crm", "2"), ("crm", "3")


def are_one(people: store.Domain, left: tuple[str, str], right: tuple[str, str]) -> bool:
    found = people.entity_of(*left)
    return found is not None and found == people.entity_of(*right)


def test_a_judgement_may_come_before_the_records(people: store.Domain) -> None:
    people.judge(ONE, TWO, "positive", author="eve")
    people.resolve(*ONE, ANN)
    people.resolve(*TWO, BOB)
    assert are_one(people, ONE, TWO)


def test_a_judgement_outlives_updates_deletes_and_new_models(people: store.Domain) -> None:
    people.resolve(*ONE, ANN)
    people.resolve(*TWO, ANN)
    people.judge(ONE, TWO, "negative", author="eve")
    people.delete(*TWO)
    people.resolve(*TWO, ANN)
    assert not are_one(people, ONE, TWO)
    people.apply_model(people.propose_model(model(method="connected_components")).model_version)
    assert not are_one(people, ONE, TWO)
    people.resolve_all()
    assert not are_one(people, ONE, TWO)


def test_a_later_judgement_takes_the_place_of_an_earlier_one_until_it_is_undone(people: store.Domain) -> None:
    people.resolve(*ONE, ANN)
    people.resolve(*TWO, BOB)
    people.judge(ONE, TWO, "positive", author="eve")
    act = people.judge(TWO, ONE, "negative", author="eve")
    assert not are_one(people, ONE, TWO)
    people.undo(act)
    assert are_one(people, ONE, TWO)


def test_judgements_that_contradict_others_are_refused(people: store.Domain) -> None:
    people.judge(ONE, TWO, "positive", author="eve")
    people.judge(TWO, THREE, "positive", author="eve")
    with pytest.raises(ConflictError, match="crm:1 and crm:3 would be judged not to be one, and to be one by way of"):
        people.judge(ONE, THREE, "negative", author="eve")
    people.withdraw(ONE, TWO, author="eve")
    people.judge(ONE, THREE, "negative", author="eve")
    with pytest.raises(ConflictError):
        people.judge(ONE, TWO, "positive", author="eve")


def test_merging_and_undoing_restores_everything(people: store.Domain) -> None:
    made = [people.resolve("crm", str(number), {"family": f"N{number}"}).entity_id or 0 for number in range(1, 5)]
    before = people.partition()
    act = people.merge(*made, author="eve", reason="one household of one")
    assert set(people.partition()) == {made[0]}
    people.undo(act)
    assert people.partition() == before
    with pytest.raises(ConflictError, match=f"act {act} is undone already"):
        people.undo(act)


def test_taking_a_record_out_keeps_it_out(people: store.Domain) -> None:
    entity = max(people.resolve("crm", str(number), ANN).entity_id or 0 for number in (1, 2, 3))
    act = people.unmerge(entity, [TWO], author="eve")
    assert are_one(people, ONE, THREE)
    assert not are_one(people, ONE, TWO)
    people.resolve("crm", "4", ANN)
    assert not are_one(people, ONE, TWO)
    people.undo(act)
    assert are_one(people, ONE, TWO)


def test_an_act_that_later_ones_build_on_is_not_undone(people: store.Domain) -> None:
    act = people.judge(ONE, TWO, "positive", author="eve")
    people.judge(ONE, TWO, "negative", author="eve")
    with pytest.raises(ConflictError, match="later acts judge the same records"):
        people.undo(act)


def test_what_makes_no_sense_is_refused(people: store.Domain) -> None:
    entity = people.resolve(*ONE, ANN).entity_id or 0
    with pytest.raises(UsageError, match="one of positive, negative, unsure, found 'maybe'"):
        people.judge(ONE, TWO, "maybe", author="eve")
    with pytest.raises(UsageError, match="'1' of source 'crm' twice"):
        people.judge(ONE, ONE, "positive", author="eve")
    with pytest.raises(UsageError, match="a merge needs two different entities"):
        people.merge(entity, entity, author="eve")
    for keys in ([ONE], [ONE, ("crm", "never seen")], [("a source never seen", "1")], []):
        with pytest.raises(UsageError, match="name some records of entity"):
            people.unmerge(entity, keys, author="eve")
    with pytest.raises(UnknownError, match="no live entity 99"):
        people.merge(entity, 99, author="eve")
    with pytest.raises(UnknownError, match="there is no act 99"):
        people.undo(99)
    with pytest.raises(UnknownError, match="there is no judgement on '1' and '2'"):
        people.withdraw(ONE, TWO, author="eve")
