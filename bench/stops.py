"""Immediate stops of a PostgreSQL server under writing: nothing that was acknowledged may be lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cluster import Cluster

from dromio import store
from dromio.errors import DromioError
from dromio.model.schema import Model

Values = dict[str, str | None]


@dataclass
class Stops:
    """What became of the writes: acknowledged in all, lost of them, stops after which the store was not sound."""

    stops: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    unsound: list[int] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether anything was lost or left half done."""
        return bool(self.lost or self.unsound)


def stopped(
    cluster: Cluster, model: Model, values: Callable[[random.Random], Values], *, stops: int, seed: int,
    writers: int = 4, seconds: float = 0.5,
) -> Stops:  # fmt: skip
    """Write from several threads, stop the server as if its power had gone, start it, and look for every write."""
    found = Stops()
    with store.open(cluster.url) as opened:
        opened.create_domain("people", model)
    kept: dict[str, Values] = {}
    for number in range(stops):
        chance = random.Random(seed * 1000 + number)
        written: list[dict[str, Values]] = [{} for _ in range(writers)]
        with store.open(cluster.url) as opened:
            domain = opened.domain("people")
            threads = [
                threading.Thread(target=_write, args=(domain, f"{number}-{writer}", chance.random(), values, own))
                for writer, own in enumerate(written)
            ]
            for thread in threads:
                thread.start()
            _wait(lambda own=written: all(own), threads)  # type: ignore[misc]
            time.sleep(seconds * (0.5 + chance.random()))
            cluster.stop("immediate")
            for thread in threads:
                thread.join()
        cluster.start()
        kept |= {unique_id: told for own in written for unique_id, told in own.items()}
        found.stops += 1
        found.acknowledged = len(kept)
        _check(cluster, kept, number, found)
    return found


def _wait(ready: Callable[[], bool], threads: list[threading.Thread]) -> None:
    """Until every writer has written something, or has ended."""
    while not ready() and all(one.is_alive() for one in threads):
        time.sleep(0.01)


def _write(domain: store.Domain, name: str, seed: float, values: Callable[[random.Random], Values],
           acknowledged: dict[str, Values]) -> None:  # fmt: skip
    """Write records until the server is gone; one is noted as soon as `resolve` has returned."""
    chance = random.Random(seed)
    for number in range(10**6):
        told = values(chance)
        try:
            domain.resolve("crm", f"{name}-{number}", told)
        except DromioError:
            return
        acknowledged[f"{name}-{number}"] = told


def _check(cluster: Cluster, kept: dict[str, Values], number: int, found: Stops) -> None:
    with store.open(cluster.url) as opened:
        domain = opened.domain("people")
        domain.redo()
        if not domain.verify().is_sound:
            found.unsound.append(number)
        there = {key.unique_id for keys in domain.partition().values() for key in keys}
        found.lost += sorted(set(kept) - there)
        for unique_id in sorted(set(kept) & there)[-50:]:
            stored = domain.versions("crm", unique_id)[-1].values
            if stored != {name: value for name, value in kept[unique_id].items() if value is not None}:
                found.lost.append(unique_id)
