"""A batch over a store: what real time gave, published in one step or not at all; another model is read before used."""

from __future__ import annotations

import pyarrow as pa
import pytest

import dromio
from dromio import store
from dromio.datasets.customers import customers
from dromio.errors import UsageError
from dromio.store import StoreError, UnknownError, batch

from .conftest import ANN, BOB, Open
from .factory import model


def test_real_time_and_batch_give_the_same_partition_of_dirty_customers(opened: Open) -> None:
    table = customers(400, seed=5).records
    by_source = {
        name: table.filter(pa.compute.equal(table["source"], name)).drop_columns(["source"])
        for name in sorted(set(table["source"].to_pylist()))
    }
    with dromio.resolve(by_source) as result:
        found = result.model
        rows = result.entities.to_pylist()
    expected: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        expected.setdefault(row["cluster_id"], set()).add((row["source_dataset"], str(row["unique_id"])))
    people = opened().create_domain("people", found)
    for row in table.to_pylist():
        source, unique_id = row.pop("source"), str(row.pop("unique_id"))
        people.resolve(source, unique_id, row)
    real_time = {frozenset(keys) for keys in people.partition().values()}
    assert real_time == set(map(frozenset, expected.values()))
    assert people.verify().is_sound


def test_a_batch_changes_nothing_where_nothing_is_to_be_changed(people: store.Domain) -> None:
    for number in range(6):
        people.resolve("crm", str(number), (ANN, BOB)[number % 2])
    before = people.partition()
    assert people.resolve_all() == len(before)
    assert people.partition() == before
    assert people.verify().is_sound


def test_a_failed_batch_changes_nothing(people: store.Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    people.resolve("crm", "1", ANN)
    before = people.partition()
    monkeypatch.setattr(batch, "_PLACE", "INSERT INTO nowhere VALUES (?, ?, ?, ?, ?, ?, ?)")
    with pytest.raises(StoreError, match="failed, and nothing was changed"):
        people.resolve_all()
    assert people.partition() == before
    assert people.resolve("crm", "2", ANN).decision == "match"
    assert people.verify().is_sound


def test_what_changed_while_the_batch_worked_is_in_its_result(
    people: store.Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.resolve("crm", "1", ANN)
    first = people._read

    def read(work: object) -> object:
        done = first(work)  # type: ignore[arg-type]
        monkeypatch.setattr(people, "_read", first)
        people.resolve("crm", "2", ANN)
        return done

    monkeypatch.setattr(people, "_read", read)
    assert people.resolve_all() == 1
    assert people.entity_of("crm", "2") is not None
    assert people.verify().is_sound


def test_a_proposed_model_says_what_it_would_change_and_waits(people: store.Domain) -> None:
    one = people.resolve("crm", "1", {"given": "Ann", "family": "Lee", "phone": "4711"}).entity_id
    two = people.resolve("crm", "2", {"given": "Bob", "family": "Ray", "phone": "4711"}).entity_id
    assert one != two
    looser = model().model_copy(update={"thresholds": dromio.model.schema.Thresholds(match=-4, review=-6)})
    proposal = people.propose_model(looser)
    assert (proposal.entities_before, proposal.entities_after, proposal.moved_records) == (2, 1, 1)
    assert [(one.entities, len(one.records)) for one in proposal.merged] == [((one, two), 2)]
    assert "2 entities become 1; 1 new clusters join several entities" in str(proposal)
    assert proposal.to_dict()["merged"][0]["entities"] == [one, two]
    assert people.entity_of("crm", "2") == two
    assert people.apply_model(proposal.model_version) == 1
    assert people.entity_of("crm", "2") == one
    assert people.model == looser
    back = people.propose_model(model())
    assert (back.split_count, back.split[0].entities, back.moved_records) == (1, (one,), 1)
    people.apply_model(back.model_version)
    assert [people.entity_of("crm", one) for one in ("1", "2")] == [one, two]
    assert people.verify().is_sound


def test_readers_see_the_old_generation_until_the_new_one_is_whole(opened: Open) -> None:
    writer = opened().create_domain("people", model())
    reader = opened().domain("people")
    writer.resolve("crm", "1", ANN)
    with reader._database.read() as transaction:
        work = reader._work(transaction)
        writer.resolve_all()
        assert set(work.placed([1])) == {1}
    assert reader.entity_of("crm", "1") is not None


def test_models_that_do_not_fit_are_refused(people: store.Domain) -> None:
    with pytest.raises(UsageError, match="the model is not trained"):
        people.propose_model(model().model_copy(update={"prior": None}))
    with pytest.raises(UnknownError, match="there is no model version 9"):
        people.apply_model(9)
