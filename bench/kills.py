"""Kills of a writing process: nothing that was acknowledged may be lost, and nothing left half done."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection

from dromio import store
from dromio.model.schema import Model
from dromio.store import ingest_columns, ingest_many

Values = dict[str, str | None]
Told = Callable[[random.Random], Values]
_PROCESSES = multiprocessing.get_context("forkserver")  # new ones in no time, and from one that never opened a store


@dataclass
class Kills:
    """What became of the writes: acknowledged in all, lost of them, kills after which the store was not sound."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    unsound: list[int] = field(default_factory=list)


def killed(url: str, model: Model, values: Told, *, kills: int, seed: int) -> Kills:
    """Let a process write, kill it within a fraction of a second, and look for every write; again and again."""
    _PROCESSES.set_forkserver_preload(["__main__", ingest_columns.__name__])
    found = Kills()
    with store.open(url) as opened:
        opened.create_domain("people", model)
    there: set[str] = set()
    gone: set[str] = set()
    for number in range(kills):
        chance = random.Random(seed * 1000 + number)
        for verb, unique_ids in _written(url, number, chance, values):
            if verb == "added":
                there |= set(unique_ids)
            elif verb == "deleting":  # from here on it may be gone
                there -= set(unique_ids)
            else:
                gone |= set(unique_ids)
            found.acknowledged += verb != "deleting"
        with store.open(url) as opened:
            domain = opened.domain("people")
            domain.redo()
            if not domain.verify().is_sound:
                found.unsound.append(number)
            stored = {key.unique_id for keys in domain.partition().values() for key in keys}
        found.lost += sorted((there - stored) | (gone & stored))
    return found


def _written(url: str, number: int, chance: random.Random, values: Told) -> Iterator[tuple[str, list[str]]]:
    """What a process said that it had written until it was killed."""
    said, saying = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_write, args=(url, number, values, saying))
    process.start()
    saying.close()
    said.poll(60)
    time.sleep(0.4 * chance.random())
    process.kill()
    process.join()
    try:
        while True:
            yield said.recv()
    except (EOFError, OSError):
        said.close()


def _write(url: str, number: int, values: Told, saying: Connection) -> None:
    """Write for ever: one at a time, in lots in columns, and deletions, each said once it is durable."""
    ingest_many.FEW = 0
    chance = random.Random(number)
    with store.open(url) as opened:
        domain = opened.domain("people")
        for place in count():
            names = [f"{number}-{place}-{one}" for one in range(chance.choice([1, 1, 1, 1, 5]))]
            if len(names) == 1:
                domain.resolve("crm", names[0], values(chance))
            else:
                domain.resolve_many([store.Delivery("crm", name, values(chance)) for name in names])
            saying.send(("added", names))
            if chance.random() < 0.2:
                saying.send(("deleting", names[:1]))
                domain.delete("crm", names[0])
                saying.send(("deleted", names[:1]))
