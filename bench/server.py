"""How fast and how sturdy the server is: `python bench/server.py speed|overload|kill|fuzz [--database URL] …`.

speed      records per second that are resolved, entities per second that are read, over kept connections; and what HTTP
           adds to the store's own time
overload   four times what the server can do: every answer is right or a refusal that says when to come again, memory
           stays bounded, and five seconds later the server is as fast as before
kill       worker processes killed (SIGKILL) under load, one after the other: no acknowledged write is lost, the
           store is sound, the audit log holds
fuzz       requests made up from the OpenAPI document by schemathesis, where that is installed: none ends in a 5xx

The exit code is 1 where a promise is broken; figures of speed break none.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from served import Place, Served, ask, drive, place, request, served, spread

from dromio import store
from store import deliveries, trained_model

FLOOD = 400
"""Connections of an overload."""
MOST_GROWTH_MB = 200
UNLIMITED = {"requests_per_second": 1_000_000, "burst": 1_000_000, "share": 10_000}


def main() -> int:
    """Measure, print and write the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", choices=sorted(RUNS))
    options.add_argument("--database", default="sqlite", help="sqlite, or the URL of a PostgreSQL server")
    options.add_argument("--records", type=int, default=20_000, help="records in the store before")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--connections", type=int, default=8)
    options.add_argument("--seconds", type=float, default=15, help="length of each measurement")
    options.add_argument("--kills", type=int, default=100, help="worker processes killed, for kill")
    options.add_argument("--cases", type=int, default=100_000, help="about how many requests, for fuzz")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--output", type=Path)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started must be stopped
    with place(given.database) as where:
        figures, holds = RUNS[given.what](where, given)
    figures |= {"cpus": os.cpu_count(), "load_average": os.getloadavg()[0]}
    print(json.dumps(figures, indent=2))
    if given.output:
        given.output.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if holds else 1


def speed(where: Place, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Resolve and read over HTTP, and the same in process."""
    others = prepare(where, given.records)
    path = "/v1/domains/people"
    figures: dict[str, Any] = {"database": where.url.partition(":")[0], "workers": given.workers}
    figures |= in_process(where, others, given.seconds / 3)
    with served(where, workers=given.workers, **UNLIMITED) as server:
        entities = (request(server, "GET", f"{path}/entities/{number % 1000 + 1}") for number in itertools.count())
        resolves = (request(server, "POST", f"{path}/resolve", body(one)) for one in others)
        searches = (request(server, "POST", f"{path}/search", {"values": dict(one.values)}) for one in others)
        for name, requests in (("entity", entities), ("search", searches), ("resolve", resolves)):
            drive(server.port, given.connections, for_seconds(requests, 1))
            figures |= measured(server, name, requests, given.connections, given.seconds)
            figures |= alone(server, name, requests, given.seconds / 3)
    for name in ("entity", "search", "resolve"):
        figures[f"{name}_overhead_p50_ms"] = figures[f"{name}_alone_p50_ms"] - figures[f"{name}_in_process_p50_ms"]
    wrong = [name for name, count in figures.items() if name.endswith("_wrong") and count]
    return figures, not wrong


def prepare(where: Place, records: int) -> Iterator[store.Delivery]:
    """Fill a domain `people`; gives further records of the same kind without an end that would matter."""
    rows = deliveries(records + 200_000)
    known = list(itertools.islice(rows, records))
    with store.open(where.url) as opened:
        people = opened.create_domain("people", trained_model(known))
        people.resolve_many(known)
    return rows


def in_process(where: Place, others: Iterator[store.Delivery], seconds: float) -> dict[str, float]:
    """What the store itself needs, one after the other."""
    with store.open(where.url) as opened:
        people = opened.domain("people")
        numbers = itertools.cycle(range(1, 1001))
        work: dict[str, Callable[[], object]] = {
            "entity": lambda: people.entity(next(numbers)),
            "search": lambda: people.search(next(others).values),
            "resolve": lambda: resolve(people, next(others)),
        }
        return {
            key: value
            for name, one in work.items()
            for key, value in spread(f"{name}_in_process", timed_for(one, seconds)).items()
        }


def resolve(people: store.Domain, one: store.Delivery) -> object:
    """As the route does."""
    return people.resolve(one.source, one.unique_id, one.values)


def timed_for(work: Callable[[], object], seconds: float) -> list[float]:
    """Seconds of each time that the work is done."""
    for _ in range(20):
        work()
    found, end = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        work()
        found.append(time.perf_counter() - began)
    return found


def measured(
    server: Served, name: str, requests: Iterator[bytes], connections: int, seconds: float
) -> dict[str, float]:
    """Answers per second with all connections busy, and how long they took."""
    cpu, began = server.cpu_seconds(), time.perf_counter()
    found = drive(server.port, connections, for_seconds(requests, seconds))
    took = time.perf_counter() - began
    return {
        f"{name}_per_second": len(found) / took,
        **spread(name, found.durations),
        f"{name}_server_cpu_ms": (server.cpu_seconds() - cpu) * 1e3 / max(1, len(found)),
        f"{name}_wrong": sum(status != 200 for status in found.statuses) + found.broken,
    }


def alone(server: Served, name: str, requests: Iterator[bytes], seconds: float) -> dict[str, float]:
    """How long an answer takes on one connection, nobody else asking."""
    return spread(f"{name}_alone", drive(server.port, 1, for_seconds(requests, seconds)).durations)


def for_seconds(requests: Iterator[bytes], seconds: float) -> Callable[[], bytes | None]:
    """The next request, until the time is over."""
    end = time.perf_counter() + seconds
    return lambda: next(requests) if time.perf_counter() < end else None


def body(one: store.Delivery) -> dict[str, Any]:
    """A record as it is sent."""
    return {"source": one.source, "unique_id": one.unique_id, "values": dict(one.values)}


def overload(where: Place, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Four times the requests that the server can answer, paced; then whether it recovers."""
    others = prepare(where, given.records)
    with served(where, workers=given.workers, requests_per_second=1_000_000, burst=1_000_000) as server:
        searches = (
            request(server, "POST", "/v1/domains/people/search", {"values": dict(one.values)}) for one in others
        )
        drive(server.port, given.connections, for_seconds(searches, 2))
        calm = drive(server.port, given.connections, for_seconds(searches, given.seconds))
        rate, memory = len(calm) / given.seconds, [server.memory_mb()]
        wrong: Counter[str] = Counter()

        def check(status: int, head: bytes, content: bytes, _: bytes) -> None:
            if len(memory) < time.perf_counter() - began:
                memory.append(server.memory_mb())
            if status == 200:
                wrong["answer"] += set(json.loads(content)) != {"entity_id", "decision", "outcome", "candidates"}
            elif status not in (429, 503) or b"retry-after: " not in head:
                wrong[f"status {status}"] += 1

        began = time.perf_counter()
        flood = drive(server.port, FLOOD, paced(searches, 4 * rate, given.seconds), check)
        took = time.perf_counter() - began
        time.sleep(1)
        after = drive(server.port, given.connections, for_seconds(searches, 4))
        refused = Counter(status for status in flood.statuses if status != 200)
        figures = {
            "sustainable_per_second": rate,
            "offered_per_second": len(flood) / took,
            "answered_per_second": flood.statuses.count(200) / took,
            "refused": {str(status): count for status, count in sorted(refused.items())},
            "wrong": dict(+wrong),
            "broken_connections": flood.broken,
            "memory_before_mb": memory[0],
            "memory_most_mb": max([*memory, server.memory_mb()]),
            "recovered_per_second": len(after) / 4,
        }
    holds = not +wrong and not flood.broken and figures["memory_most_mb"] < memory[0] + MOST_GROWTH_MB
    return figures, holds and len(after) / 4 > 0.8 * rate and set(after.statuses) == {200}


def paced(requests: Iterator[bytes], per_second: float, seconds: float) -> Callable[[], bytes | None]:
    """The next request, not before it is due."""
    began, number = time.perf_counter(), itertools.count()

    def following() -> bytes | None:
        due = next(number) / per_second
        if due > seconds or time.perf_counter() - began > 2 * seconds:
            return None
        time.sleep(max(0.0, began + due - time.perf_counter()))
        return next(requests)

    return following


def kill(where: Place, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Kill workers under load; afterwards look for everything that was acknowledged."""
    others = prepare(where, min(given.records, 2_000))
    chance, sent, acked = random.Random(given.seed), {}, []
    with served(where, workers=given.workers, **UNLIMITED) as server:
        killed: list[int] = []
        end = threading.Event()

        def kill_all() -> None:
            while len(killed) < given.kills:
                time.sleep(chance.uniform(0.05, 1.5))
                alive = [one for one in server.workers() if one != server.process.pid]
                if len(alive) == given.workers:
                    killed.append(chance.choice(alive))
                    os.kill(killed[-1], signal.SIGKILL)
            end.set()

        def following() -> bytes | None:
            if end.is_set():
                return None
            one = next(others)
            made = request(server, "POST", "/v1/domains/people/resolve", body(one))
            sent[made] = one
            return made

        def check(status: int, _head: bytes, _content: bytes, asked: bytes) -> None:
            one = sent.pop(asked)
            if status == 200:
                acked.append(one)

        killer = threading.Thread(target=kill_all)
        killer.start()
        began = time.perf_counter()
        found = drive(server.port, given.connections, following, check)
        killer.join()
        took = time.perf_counter() - began
        audit = ask(server, "GET", "/v1/audit/verify")[1]
    with store.open(where.url) as opened:
        people = opened.domain("people")
        lost = sum(people.entity_of(one.source, one.unique_id) is None for one in acked)
        people.redo()
        sound = people.verify().is_sound
    figures = {
        "kills": len(killed),
        "seconds": took,
        "acknowledged": len(acked),
        "lost": lost,
        "answers_5xx": sum(status >= 500 for status in found.statuses),
        "broken_connections": found.broken,
        "store_is_sound": sound,
        "audit_log_holds": audit["holds"],
    }
    return figures, not lost and sound and audit["holds"]


def fuzz(where: Place, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Let schemathesis loose on all operations, with a key for everything and signed in by none of its own guesses."""
    prepare(where, 200)
    with served(where, workers=given.workers, failures_per_minute=1_000_000, **UNLIMITED) as server:
        described = where.folder / "openapi.json"
        document = ask(server, "GET", "/v1/openapi.json")[1]
        described.write_text(json.dumps(document))
        operations = sum(len(path) for path in document["paths"].values())
        report = where.folder / "events.ndjson"
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(described)),
            *("--url", f"http://127.0.0.1:{server.port}", "--header", f"Authorization: Bearer {server.key}"),
            *("--checks", "not_a_server_error", "--phases", "fuzzing", "--mode", "all", "--seed", str(given.seed)),
            *("--max-examples", str(max(1, given.cases // operations)), "--generation-database", "none"),
            *("--request-timeout", "30", "--suppress-health-check", "all", "--continue-on-failure"),
            *("--report", "ndjson", "--report-ndjson-path", str(report)),
        ]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        took = time.perf_counter() - began
        if "No module named" in done.stderr:
            raise SystemExit("fuzz needs schemathesis: pip install schemathesis")
        counts = ask(server, "GET", "/metrics")[1].decode()
        alive = ask(server, "GET", "/readyz")[0] == 200
    statuses: Counter[str] = Counter()
    for status, count in re.findall(r'^dromio_requests_total\{.*status="(\d+)"\} (\S+)$', counts, re.MULTILINE):
        statuses[status] += int(float(count))
    figures: dict[str, Any] = {"operations": operations, "seconds": took, "statuses": dict(sorted(statuses.items()))}
    figures |= {"cases": sum(statuses.values()), "answers_5xx": sum(n for s, n in statuses.items() if s[0] == "5")}
    figures |= {"schemathesis_exit_code": done.returncode, "its_end": done.stdout[-1500:]}
    return figures, alive and not figures["answers_5xx"]


RUNS: dict[str, Callable[[Place, argparse.Namespace], tuple[dict[str, Any], bool]]] = {
    "speed": speed,
    "overload": overload,
    "kill": kill,
    "fuzz": fuzz,
}

if __name__ == "__main__":
    sys.exit(main())
