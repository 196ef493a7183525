"""What another model would change: who is joined, who is split, and what golden records would say."""

from __future__ import annotations

import pytest

from dromio import store
from dromio.errors import UsageError
from dromio.model.schema import Model, Survivorship, Thresholds
from dromio.store.proposal import GoldenChange, Proposal

from .factory import model

ANN = {"given": "Ann", "family": "Lee", "phone": "4711"}
BOB = {"given": "Bob", "family": "Ray", "phone": "4711"}


def looser() -> Model:
    return model().model_copy(update={"thresholds": Thresholds(match=-4, review=-6)})


def longest() -> Model:
    return model().model_copy(update={"survivorship": [Survivorship(attribute="name", rules=["longest"])]})


def golden_of(domain: store.Domain) -> dict[int, dict[str, object]]:
    return {
        entity: {name: one.value for name, one in domain.golden(entity).values.items()} for entity in domain.partition()
    }


def assert_foretold(domain: store.Domain, proposal: Proposal) -> None:
    """Apply it, and find every golden value as it was foretold, and no other change."""
    before = golden_of(domain)
    domain.apply_model(proposal.model_version)
    after = golden_of(domain)
    told = {(one.entity_id, one.into, one.name): one for one in proposal.golden}
    for (_, into, name), one in told.items():
        if into is not None:
            assert after[into].get(name) == one.after
    for entity in set(before) & set(after):
        for name in set(before[entity]) | set(after[entity]):
            differs = before[entity].get(name) != after[entity].get(name)
            assert ((entity, entity, name) in told) == differs


def test_golden_values_of_joined_entities_are_told(people: store.Domain) -> None:
    one = people.resolve("crm", "1", ANN).entity_id or 0
    two = people.resolve("crm", "2", BOB | {"note": "tea"}).entity_id or 0
    proposal = people.propose_model(looser())
    assert proposal.golden == (
        GoldenChange(one, one, "note", None, "tea"),
        GoldenChange(two, one, "family", "Ray", "Lee"),
        GoldenChange(two, one, "given", "Bob", "Ann"),
    )
    assert (proposal.golden_count, proposal.golden_entities) == (3, 2)
    assert "3 golden values change in 2 entities" in str(proposal)
    assert proposal.to_dict()["golden"][0] == {
        "entity_id": one, "into": one, "name": "note", "before": None, "after": "tea"
    }  # fmt: skip
    assert_foretold(people, proposal)
    back = people.propose_model(model())
    assert back.golden == (
        GoldenChange(one, one, "note", "tea", None),
        GoldenChange(one, None, "family", "Lee", "Ray"),
        GoldenChange(one, None, "given", "Ann", "Bob"),
    )
    assert_foretold(people, back)


def test_a_model_that_only_chooses_other_values_is_told_of_too(people: store.Domain) -> None:
    for number, given in enumerate(("Ann", "Ann", "Annabel")):
        people.resolve("crm", str(number), {"given": given, "family": "Lee", "phone": "4711"})
    people.resolve("crm", "9", {"given": "Eve", "family": "Poe"})
    proposal = people.propose_model(longest())
    assert (proposal.merged_count, proposal.split_count, proposal.moved_records) == (0, 0, 0)
    assert [(one.name, one.before, one.after) for one in proposal.golden] == [("given", "Ann", "Annabel")]
    assert_foretold(people, proposal)


def test_values_that_people_wrote_stay_in_front(people: store.Domain) -> None:
    one = people.resolve("crm", "1", ANN).entity_id or 0
    two = people.resolve("crm", "2", BOB).entity_id or 0
    people.write_value(one, "given", "Anne", author="eve")
    proposal = people.propose_model(looser())
    assert [(each.entity_id, each.name, each.before, each.after) for each in proposal.golden] == [
        (two, "family", "Ray", "Lee"),
        (two, "given", "Bob", "Anne"),
    ]
    assert_foretold(people, proposal)


def test_lists_are_compared_as_wholes(people: store.Domain) -> None:
    people.resolve("crm", "1", ANN | {"tags": ["a"]})
    two = people.resolve("crm", "2", BOB | {"tags": ["a", "b"]}).entity_id or 0
    people.resolve("shop", "3", {"given": "Eve", "family": "Poe", "tags": "plain"})
    proposal = people.propose_model(looser())
    tags = [(one.entity_id, one.before, one.after) for one in proposal.golden if one.name == "tags"]
    assert tags == [(1, ["a"], ["a", "b"])]
    assert two not in {one[0] for one in tags}
    assert_foretold(people, proposal)


def test_long_lists_are_cut_and_counted(people: store.Domain) -> None:
    for number in range(6):
        phone = {"phone": str(4711 + number // 2)}
        people.resolve("crm", str(number), (ANN, BOB)[number % 2] | phone | {"family": f"F{number}"})
    proposal = people.propose_model(looser(), shown=2)
    assert (proposal.merged_count, len(proposal.merged)) == (3, 2)
    assert (proposal.golden_count, len(proposal.golden), proposal.golden_entities) == (6, 2, 3)
    everything = people.propose_model(looser())
    assert everything.golden[:2] == proposal.golden
    assert everything.merged[:2] == proposal.merged
    with pytest.raises(UsageError, match="shown must be 0 or more, found -1"):
        people.propose_model(looser(), shown=-1)


def test_a_model_that_changes_nothing_says_so(people: store.Domain) -> None:
    assert people.propose_model(model()).golden == ()
    people.resolve("crm", "1", ANN)
    proposal = people.propose_model(model())
    assert (proposal.merged_count, proposal.split_count, proposal.golden_count) == (0, 0, 0)
