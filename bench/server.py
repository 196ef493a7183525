"""How fast and how sturdy the server is: `python bench/server.py speed|overload|kill|fuzz [--database URL] …`.

speed      records per second that are resolved, entities per second that are read, over kept connections; what HTTP
           adds to the store's own time; the processor time of server, PostgreSQL and client for each; and, to tell the
           machine from the server, an application that answers a constant and one that runs the statements alone
overload   four times what the server can do: every answer is right or a refusal that says when to come again, memory
           stays bounded, and five seconds later the server is as fast as before
kill       worker processes killed (SIGKILL) under load, one after the other: no acknowledged write is lost, the
           store is sound, the audit log holds
fuzz       requests made up from the OpenAPI document by schemathesis (pip install schemathesis): none ends in a 5xx, a
           status, header or body that the document does not tell of, or a hang

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

from bare import bare
from served import Place, Served, ask, drive, place, request, served, spread

from dromio import store
from store import deliveries, trained_model

FLOOD = 400
DEPTH = 8
DIFFERENT = 20_000
"""Connections of an overload, requests that are sent at once on each, and how many of them differ."""
MOST_GROWTH_MB = 200
CHECKS = ",".join(
    f"{one}_conformance" for one in ("status_code", "content_type", "response_headers", "response_schema")
)
CHECKS += ",not_a_server_error,unsupported_method,ignored_auth"
HOOKS = """
import schemathesis

@schemathesis.serializer("application/x-ndjson")
def as_it_is(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
"""
"""Tells schemathesis how a body of a type that it does not know is sent."""
KNOWN: dict[str, Any] = {
    "domain": {"enum": ["people", "clinic", "rules"]},
    "entity_id": {"type": "integer", "minimum": 1, "maximum": 150},
    "id": {"type": "integer", "minimum": 1, "maximum": 300},
    "version": {"enum": [1, 2, 3]},
    "job_id": {"type": "integer", "minimum": 1, "maximum": 50},
    "act": {"type": "integer", "minimum": 1, "maximum": 50},
}
"""Parameters of paths that stand for something in the store that is fuzzed."""
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
    """Resolve and read over HTTP, the same in process, and what the machine can do at all."""
    others = prepare(where, given.records)
    path = "/v1/domains/people"
    figures: dict[str, Any] = {"database": where.url.partition(":")[0], "workers": given.workers}
    figures |= in_process(where, others, given.seconds / 3) | machine(where, given)
    with served(where, workers=given.workers, **UNLIMITED) as server:
        entities = (request(server, "GET", f"{path}/entities/{number % 1000 + 1}") for number in itertools.count())
        resolves = (request(server, "POST", f"{path}/resolve", body(one)) for one in others)
        searches = (request(server, "POST", f"{path}/search", {"values": dict(one.values)}) for one in others)
        for name, requests in (("entity", entities), ("search", searches), ("resolve", resolves)):
            drive(server.port, given.connections, for_seconds(requests, 1))
            figures |= measured(where, server, name, requests, given.connections, given.seconds)
            figures |= alone(server, name, requests, given.seconds / 3)
    for name in ("entity", "search", "resolve"):
        for unit in ("p50_ms", "cpu_ms"):
            figures[f"{name}_overhead_{unit}"] = figures[f"{name}_alone_{unit}"] - figures[f"{name}_in_process_{unit}"]
    for name in [one for one in ("constant", "floor") if f"{one}_per_second" in figures]:
        figures[f"entity_to_{name}"] = figures["entity_per_second"] / figures[f"{name}_per_second"]
    wrong = [name for name, count in figures.items() if name.endswith("_wrong") and count]
    return figures, not wrong


def machine(where: Place, given: argparse.Namespace) -> dict[str, float]:
    """An application that only answers, and on PostgreSQL one that only runs the statements of an audited read."""
    found: dict[str, float] = {}
    with bare(where, given.workers) as server:
        constant = itertools.repeat(request(server, "GET", "/constant"))
        floor = (request(server, "GET", f"/entity/{number % 1000 + 1}") for number in itertools.count())
        for name, requests in (("constant", constant), ("floor", floor))[: 2 if where.schema else 1]:
            drive(server.port, given.connections, for_seconds(requests, 1))
            found |= measured(where, server, name, requests, given.connections, given.seconds / 3)
    return found


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
        return {key: value for name, one in work.items() for key, value in in_process_of(name, one, seconds).items()}


def resolve(people: store.Domain, one: store.Delivery) -> object:
    """As the route does."""
    return people.resolve(one.source, one.unique_id, one.values)


def in_process_of(name: str, one: Callable[[], object], seconds: float) -> dict[str, float]:
    """How long a piece of work takes, and the processor time of this process for it."""
    began = time.process_time()
    durations = timed_for(one, seconds)
    cpu = (time.process_time() - began) * 1e3 / max(1, len(durations))
    return spread(f"{name}_in_process", durations) | {f"{name}_in_process_cpu_ms": cpu}


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
    where: Place, server: Served, name: str, requests: Iterator[bytes], connections: int, seconds: float
) -> dict[str, float]:
    """Answers per second with all connections busy, how long they took, and the processor time of each who took part:
    the server, PostgreSQL, and the client that asks."""
    database, cpu, own, began = where.cpu_seconds(), server.cpu_seconds(), time.process_time(), time.perf_counter()
    found = drive(server.port, connections, for_seconds(requests, seconds))
    took, count = time.perf_counter() - began, max(1, len(found))
    own, cpu = time.process_time() - own, server.cpu_seconds() - cpu
    of_database = sum(used - database.get(process, 0.0) for process, used in where.cpu_seconds().items())
    return {
        f"{name}_per_second": len(found) / took,
        **spread(name, found.durations),
        f"{name}_server_cpu_ms": cpu * 1e3 / count,
        f"{name}_database_cpu_ms": of_database * 1e3 / count,
        f"{name}_client_cpu_ms": own * 1e3 / count,
        f"{name}_wrong": sum(status != 200 for status in found.statuses) + found.broken,
    }


def alone(server: Served, name: str, requests: Iterator[bytes], seconds: float) -> dict[str, float]:
    """How long an answer takes on one connection, nobody else asking, and the processor time of the server for it."""
    cpu = server.cpu_seconds()
    found = drive(server.port, 1, for_seconds(requests, seconds))
    used = (server.cpu_seconds() - cpu) * 1e3 / max(1, len(found))
    return spread(f"{name}_alone", found.durations) | {f"{name}_alone_cpu_ms": used}


def for_seconds(requests: Iterator[bytes], seconds: float) -> Callable[[], bytes | None]:
    """The next request, until the time is over."""
    end = time.perf_counter() + seconds
    return lambda: next(requests) if time.perf_counter() < end else None


def body(one: store.Delivery) -> dict[str, Any]:
    """A record as it is sent."""
    return {"source": one.source, "unique_id": one.unique_id, "values": dict(one.values)}


def overload(where: Place, given: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Four times the records that the server can resolve, paced; then whether it recovers."""
    others = prepare(where, given.records)
    with served(where, workers=given.workers, requests_per_second=1_000_000, burst=1_000_000) as server:
        different = itertools.islice(others, DIFFERENT)  # made beforehand: to ask must cost next to nothing
        resolves = itertools.cycle(
            [request(server, "POST", "/v1/domains/people/resolve", body(one)) for one in different]
        )
        drive(server.port, given.connections, for_seconds(resolves, 2))
        calm = drive(server.port, given.connections, for_seconds(resolves, given.seconds))
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
        flood = drive(server.port, FLOOD, paced(resolves, 4 * rate, given.seconds), check, DEPTH)
        took = time.perf_counter() - began
        time.sleep(1)
        after = drive(server.port, given.connections, for_seconds(resolves, 4))
        refused = Counter(status for status in flood.statuses if status != 200)
        figures = {
            "sustainable_per_second": rate,
            "offered_per_second": len(flood) / took,
            "times_sustainable": len(flood) / took / rate,
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
    """Let schemathesis loose on all operations, with a key for everything.

    It takes ids from answers; the list of keys is kept from it, or it would soon revoke its own.
    """
    prepare(where, 200)
    with served(where, workers=given.workers, failures_per_minute=1_000_000, jobs_seconds=0, **UNLIMITED) as server:
        described = where.folder / "openapi.json"
        document = aimed(ask(server, "GET", "/v1/openapi.json")[1])
        described.write_text(json.dumps(document))
        operations = sum(len(path) for path in document["paths"].values())
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", str(described)),
            *("--url", f"http://127.0.0.1:{server.port}", "--header", f"Authorization: Bearer {server.key}"),
            *("--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--mode", "all", "--seed", str(given.seed)),
            *("--max-examples", str(max(1, given.cases // operations)), "--generation-database", "none"),
            *("--request-timeout", "30", "--suppress-health-check", "all", "--continue-on-failure", "--no-color"),
            *("--exclude-operation-id", "get_keys"),
        ]
        (where.folder / "hooks.py").write_text(HOOKS)
        (where.folder / "schemathesis.toml").write_text('hooks = "hooks.py"\n')
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=where.folder)
        took = time.perf_counter() - began
        counts = ask(server, "GET", "/metrics")[1].decode()
        alive = ask(server, "GET", "/readyz")[0] == 200
    statuses: Counter[str] = Counter()
    for status, count in re.findall(r'^dromio_requests_total\{.*status="(\d+)"\} (\S+)$', counts, re.MULTILINE):
        statuses[status] += int(float(count))
    figures: dict[str, Any] = {"operations": operations, "seconds": took, "statuses": dict(sorted(statuses.items()))}
    figures |= {"cases": sum(statuses.values()), "answers_5xx": sum(n for s, n in statuses.items() if s[0] == "5")}
    figures |= {"schemathesis_exit_code": done.returncode, "its_failures": _failures(done.stdout)}
    return figures, alive and not figures["answers_5xx"] and done.returncode == 0


def aimed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with names in its paths that stand for something, beside all others."""
    for operations in document["paths"].values():
        for parameter in (one for operation in operations.values() for one in operation["parameters"]):
            if parameter["in"] == "path":
                known = KNOWN.get(parameter["name"], {"const": parameter.get("example")})
                parameter["schema"] = {"anyOf": [known, parameter["schema"]]}
    return document


def _failures(told: str) -> list[str]:
    """Where schemathesis was not content, and with what."""
    return re.findall(
        r"^(?:_+ .* _+|- ST\d+ .*|\[\d+\] .*| +`\{.*|    curl .*)$", told.partition(" SUMMARY ")[0], re.MULTILINE
    )


RUNS: dict[str, Callable[[Place, argparse.Namespace], tuple[dict[str, Any], bool]]] = {
    "speed": speed,
    "overload": overload,
    "kill": kill,
    "fuzz": fuzz,
}

if __name__ == "__main__":
    sys.exit(main())
