"""Long runs of the store's promises: `python bench/soak.py --orders N --writers N --kills N --stops N`.

orders    histories of adds, updates, deletes and judgements over few records with few values, each played in several
          orders (all of them where there are at most four facts), some of them in lots; every order must end in the
          same partition, and that must be what a batch over the records gives
writers   histories of many writers at once on hot values; the result must be what a batch gives
kills     kills of a writing process at any moment: no write that was acknowledged may be lost, and the store must be
          sound
stops     the same for immediate stops of a PostgreSQL server of our own, as if its power had gone, while several write

Some histories take their lots the way of large ones, in columns, however small they are. Every history has a seed of
its own, so that what fails can be played again. Exit code 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby, islice, permutations
from pathlib import Path
from typing import Any

from cluster import Cluster
from kills import killed
from stops import stopped

from dromio import store
from dromio.errors import DromioError
from dromio.model.files import model_from
from dromio.model.schema import Model
from dromio.store import ingest_many

Fact = tuple[str, tuple[str, ...], dict[str, Any]]
Partition = frozenset[frozenset[tuple[str, str]]]
WRITERS, STEPS = 16, 500
KILLS_OF_ONE = 20
FEW = ingest_many.FEW


def main() -> int:
    """Run what is asked for, print and write the figures; 1 when anything differs."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--orders", type=int, default=0)
    options.add_argument("--writers", type=int, default=0)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--stops", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", default="sqlite", help="sqlite, or the URL of a PostgreSQL database")
    options.add_argument("--output", type=Path)
    given = options.parse_args()
    started = time.perf_counter()
    report: dict[str, Any] = {"database": given.database.partition(":")[0], "seed": given.seed}
    with place(given.database) as url, store.open(url) as opened:
        report["orders"] = count(given.orders, lambda seed: orders_differ(opened, seed), given.seed)
        report["writers"] = count(given.writers, lambda seed: writers_differ(opened, url, seed), given.seed)
    if given.kills:
        report["kills"] = kills_lose(given.database, given.kills, given.seed)
    if given.stops:
        report["stops"] = stops_lose(given.stops, given.seed)
    report["seconds"] = round(time.perf_counter() - started, 1)
    print(json.dumps(report, indent=2))
    if given.output:
        given.output.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if any(one["failed"] for one in report.values() if isinstance(one, dict)) else 0


def count(runs: int, differs: Any, first: int) -> dict[str, Any]:
    """Runs, and the seeds of those that failed."""
    failed = [seed for seed in range(first, first + runs) if differs(seed)]
    return {"runs": runs, "failed": failed, "rate_below_at_95_percent": round(3 / runs, 6) if runs else None}


@contextmanager
def place(database: str) -> Iterator[str]:
    """URL of an empty store, which goes with the block."""
    if database == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/soak.db"
        return
    import psycopg

    schema = f"soak_{uuid.uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{database}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


def model(chance: random.Random) -> Model:
    """A model in which pairs of one weak agreement just match, with blocks that are soon too large; or rule levels."""
    levels = [{"label": "same", "when": "equal(value)", "m": 0.8, "u": 0.004}, {"label": "else", "m": 0.2, "u": 0.996}]
    names = ("name", "email", "phone")
    compared: dict[str, Any] = {
        "comparisons": [
            {"name": name, "attribute": name, "null_when": "missing(value)", "levels": levels} for name in names
        ],
        "prior": {"match": 0.01},
    }
    by_level: dict[str, Any] = {
        "rules": [{"name": name, "when": f"equal({name}.value)"} for name in ("phone", "email", "name")],
        "clustering": {"method": "rule_levels"},
    }
    return model_from(
        {
            "link_type": chance.choice(["dedupe_only", "link_only"]),
            "attributes": [
                {"name": name, "type": "identifier", "inputs": [{"columns": {"value": name}}]} for name in names
            ],
            "keys": [
                {"fields": ["email.value"], "max_block": chance.choice([3, 1000]), "split_by": ["name.value"]},
                {"fields": ["phone.value"], "max_block": chance.choice([3, 1000])},
                {"fields": ["name.value"]},
            ],
        }
        | (by_level if chance.random() < 0.25 else compared)
    )


def values(chance: random.Random) -> dict[str, str | None]:
    """What a source says: bridges, ambiguous thirds, nulls."""
    return {
        "name": chance.choice(["ann", "bob", None]),
        "email": chance.choice(["a@x", "b@x", "c@x", None]),
        "phone": chance.choice(["4711", "4712", None]),
    }


def facts(chance: random.Random) -> list[Fact]:
    """Facts whose order must not matter: versions of records, deletions at a version, judgements of pairs."""
    made: list[Fact] = []
    keys = [(source, str(number)) for source in ("crm", "shop") for number in range(3)]
    for key in chance.sample(keys, chance.randint(3, 6)):
        for version in range(1, chance.choice([2, 2, 3])):
            made.append(("send", key, {"values": values(chance), "version": version}))
        if chance.random() < 0.2:
            made.append(("delete", key, {"version": 9}))
    pairs = chance.sample(keys, 4)
    for left, right in (pairs[:2], pairs[2:]):
        if chance.random() < 0.4:
            made.append(("judge", (*left, *right), {"verdict": chance.choice(["positive", "negative"])}))
    return made


def play(domain: store.Domain, order: Sequence[Fact], lots: random.Random) -> None:
    """Tell the store facts in their order: one at a time, or all records that come together in lots."""
    if lots.random() < 0.5:
        for fact in order:
            tell(domain, fact)
        return
    for kind, together in groupby(order, lambda fact: fact[0]):
        if kind == "send":
            sent = [store.Delivery(key[0], key[1], told["values"], told["version"]) for _, key, told in together]
            domain.resolve_many(sent, at_once=lots.randint(2, 6))
        else:
            for fact in together:
                tell(domain, fact)


def tell(domain: store.Domain, fact: Fact) -> None:
    """Tell the store one fact."""
    kind, key, told = fact
    if kind == "send":
        domain.resolve(key[0], key[1], told["values"], version=told["version"])
    elif kind == "delete":
        domain.delete(key[0], key[1], version=told["version"])
    else:
        domain.judge((key[0], key[1]), (key[2], key[3]), told["verdict"], author="soak")


def orders_differ(opened: store.Store, seed: int) -> bool:
    """Whether any order of a history ends elsewhere than the others, or than a batch."""
    chance = in_columns_or_not(seed)
    given, history = model(chance), facts(chance)
    wanted = (
        list(islice(permutations(history), 24)) if len(history) <= 4 else [shuffled(history, chance) for _ in range(4)]
    )
    ends = set()
    for number, order in enumerate(wanted):
        domain = opened.create_domain(f"{seed}-{number}", given)
        play(domain, order, chance)
        domain.redo()
        if not domain.verify().is_sound:
            return True
        ends.add(partition_of(domain))
    return len(ends) > 1


def in_columns_or_not(seed: int) -> random.Random:
    """The chance of a history; in one of ten, as columns take long, even the smallest lot goes into columns."""
    ingest_many.FEW = 0 if seed % 10 == 0 else FEW
    return random.Random(seed)


def shuffled(history: Sequence[Fact], chance: random.Random) -> list[Fact]:
    """The facts in another order."""
    return chance.sample(list(history), len(history))


def partition_of(domain: store.Domain) -> Partition:
    """Record keys of every entity, whatever its id."""
    return frozenset(frozenset((key.source, key.unique_id) for key in keys) for keys in domain.partition().values())


def writers_differ(opened: store.Store, url: str, seed: int) -> bool:
    """Whether many writers at once leave what a batch would not give."""
    chance = in_columns_or_not(seed)
    name = f"writers-{seed}"
    opened.create_domain(name, model(chance))
    with store.open(url) as other, ThreadPoolExecutor(WRITERS) as pool:
        domains = [opened.domain(name), other.domain(name)]
        running = [pool.submit(_write, domains[one % 2], seed * 1000 + one) for one in range(WRITERS)]
        failed = [one.exception() for one in running if one.exception() is not None]
    domain = opened.domain(name)
    domain.redo()
    return bool(failed) or not domain.verify().is_sound


def kills_lose(database: str, runs: int, seed: int) -> dict[str, Any]:
    """Kills, writes acknowledged, and those of them that were lost; a new store after every few."""
    acknowledged, failed = 0, []
    for first in range(0, runs, KILLS_OF_ONE):
        with place(database) as url:
            number = min(KILLS_OF_ONE, runs - first)
            found = killed(url, model(random.Random(seed + first)), values, kills=number, seed=seed + first)
        acknowledged += found.acknowledged
        failed += [*found.lost, *found.unsound]
    return {"runs": runs, "acknowledged": acknowledged, "failed": failed}


def stops_lose(runs: int, seed: int) -> dict[str, Any]:
    """Stops, writes acknowledged, and those of them that were lost."""
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # it tells of every connection lost
    with Cluster() as cluster:
        found = stopped(cluster, model(random.Random(seed)), values, stops=runs, seed=seed)
    return {"runs": runs, "acknowledged": found.acknowledged, "failed": [*found.lost, *found.unsound]}


def _write(domain: store.Domain, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(STEPS // WRITERS):
        key = (f"s{seed % 1000}", str(chance.randrange(3)))
        if chance.random() < 0.2:
            domain.delete(*key)
        elif chance.random() < 0.2:
            domain.resolve_many([store.Delivery(key[0], str(number), values(chance)) for number in range(3)])
        else:
            domain.resolve(*key, values(chance))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DromioError as error:
        sys.exit(f"soak: {error}")
