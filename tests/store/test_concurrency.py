"""Many writers at once on hot values: no entity twice, no merge lost, the same partition as one after another."""

from __future__ import annotations

import os
import random
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from dromio import store
from dromio.records import RecordKey

from .conftest import Open
from .factory import Values, model, oracle

HISTORIES = int(os.environ.get("DROMIO_TEST_CONCURRENT", "2"))
WRITERS = 8


def values(chance: random.Random) -> Values:
    return {
        "given": chance.choice(["Ann", "Anna", "Bob"]),
        "family": chance.choice(["Lee", "Ray"]),
        "email": chance.choice(["a@x.org", "b@x.org", None]),
        "phone": chance.choice(["4711", "4712", "4713", None]),
    }


def write(domain: store.Domain, seed: int, told: dict[RecordKey, Values | None], keys: list[RecordKey]) -> None:
    """One writer's own records, on values that all share."""
    chance = random.Random(seed)
    for _ in range(30):
        key = chance.choice(keys)
        if chance.random() < 0.2:
            domain.delete(*key)
            told[key] = None
        else:
            told[key] = values(chance)
            domain.resolve(*key, told[key] or {})


@pytest.mark.parametrize("seed", range(HISTORIES))
@pytest.mark.parametrize("options", [{"max_block": 1000}, {"max_block": 3}, {"most_people": 1}], ids=str)
def test_writers_at_once_give_what_one_would_give(opened: Open, seed: int, options: dict[str, Any]) -> None:
    opened().create_domain("people", model(**options))
    domains = [opened().domain("people") for _ in range(2)]
    told: dict[RecordKey, Values | None] = {}
    with ThreadPoolExecutor(WRITERS) as pool:
        keys = [[RecordKey(f"s{writer}", str(number)) for number in range(4)] for writer in range(WRITERS)]
        running = [
            pool.submit(write, domains[writer % 2], seed * 100 + writer, told, keys[writer])
            for writer in range(WRITERS)
        ]
        for one in running:
            one.result()
    people = domains[0]
    assert people.redo() == 0
    verified = people.verify()
    assert verified.is_sound, [str(one) for one in verified.differences]
    current = {key: values for key, values in told.items() if values is not None}
    assert {frozenset(keys) for keys in people.partition().values()} == oracle(current, {}, people.model)


def test_the_same_new_record_from_many_writers_is_one(opened: Open) -> None:
    opened().create_domain("people", model())
    domains = [opened().domain("people") for _ in range(4)]
    told = {"given": "Ann", "family": "Lee", "email": "ann@x.org"}
    with ThreadPoolExecutor(WRITERS) as pool:
        found = list(pool.map(lambda number: domains[number % 4].resolve("crm", "1", told), range(16)))
    assert len({one.entity_id for one in found}) == 1
    assert sorted(one.outcome for one in found) == ["added"] + ["unchanged"] * 15


def test_one_customer_from_many_sources_at_once_is_one_entity(opened: Open) -> None:
    opened().create_domain("people", model())
    domains = [opened().domain("people") for _ in range(4)]
    told = {"given": "Ann", "family": "Lee", "email": "ann@x.org", "phone": "4711"}
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda number: domains[number % 4].resolve(f"s{number}", "1", told), range(16)))
    assert len(domains[0].partition()) == 1
    assert domains[0].verify().is_sound


def test_writers_that_share_a_component_but_no_key_do_not_overlook_each_other(opened: Open) -> None:
    opened().create_domain("people", model())
    domains = [opened().domain("people") for _ in range(2)]
    told: dict[RecordKey, Values] = {}

    def tell(writer: int) -> None:
        chance = random.Random(writer)
        only = {"email": "a@x.org"} if writer % 2 else {"phone": "4711"}
        for number in range(25):
            key = RecordKey(f"s{writer}", str(number % 3))
            told[key] = only | {"family": f"n{writer}"} if chance.random() < 0.5 else only
            domains[writer % 2].resolve(*key, told[key])

    for number in range(3):
        told[RecordKey("hub", str(number))] = {
            "email": "a@x.org",
            "phone": "4711",
            "given": f"h{number}",
            "family": "Lee",
        }
        domains[0].resolve("hub", str(number), told[RecordKey("hub", str(number))])
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(tell, range(WRITERS)))
    verified = domains[0].verify()
    assert verified.is_sound, [str(one) for one in verified.differences]
    assert {frozenset(keys) for keys in domains[0].partition().values()} == oracle(told, {}, domains[0].model)


def test_a_record_that_waited_while_a_generation_was_published_is_in_it(opened: Open) -> None:
    first = opened().create_domain("people", model())
    second = opened().domain("people")
    ann = {"given": "Ann", "family": "Lee", "email": "ann@x.org", "phone": "4711"}
    first.resolve("crm", "1", ann)
    waiting: list[Future[store.Resolution]] = []
    with ThreadPoolExecutor(1) as pool:

        def write_meanwhile(phase: str) -> None:
            if phase == "commit":
                waiting.append(pool.submit(second.resolve, "web", "2", ann))
                wait_for(second)

        first.resolve_all(step=write_meanwhile)
        assert waiting[0].result().entity_id == first.entity_of("crm", "1")
    assert first.entity_of("web", "2") == first.entity_of("crm", "1")
    assert first.verify().is_sound


def wait_for(domain: store.Domain) -> None:
    """Until somebody waits for a lock, where a server keeps locks."""
    database = domain._database
    while type(database).__name__ == "Postgres":
        if database.once("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            return
