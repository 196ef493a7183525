"""How fast the identity store is: `python bench/store.py [--records N] [--database URL] [--output FILE]`.

Records are made up (`dromio.datasets`), resolved into a store, and then new ones of the same kind are resolved one at a
time. The floor is what the database alone needs: the very statements of those records, with their values, replayed
without Dromio on a copy of the store from before, one durable transaction for each record.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dromio
from dromio import store
from dromio.datasets.customers import customers
from dromio.store import sqlite

SAMPLE = 20_000
Statement = tuple[str, str, Any]


def main() -> int:
    """Measure, print and write the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--new", type=int, default=2_000, help="records resolved one at a time")
    options.add_argument("--database", default="sqlite", help="sqlite, or the URL of a PostgreSQL server")
    options.add_argument("--output", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place: Any = File(Path(folder)) if given.database == "sqlite" else Server(given.database)
        figures = measure(place, given.records, given.new)
    figures |= {"load_average": os.getloadavg()[0], "cpus": float(os.cpu_count() or 0)}
    for name, figure in figures.items():
        print(f"{name:<28} {figure:>14,.3f}")
    if given.output:
        given.output.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def measure(place: File | Server, records: int, new: int) -> dict[str, float]:
    """All figures, times in milliseconds."""
    rows = list(deliveries(records + 3 * new))
    known, others = rows[:records], rows[records:]
    many, alone, searched = others[:new], others[new : 2 * new], others[2 * new :]
    with store.open(place.url) as opened:
        people = opened.create_domain("people", trained_model(rows[:SAMPLE]))
        loading = timed(lambda: people.resolve_many(known))
        bulk = timed(lambda: people.resolve_many(many))
        searches = [timed(lambda one=one: people.search(one.values)) for one in searched]  # type: ignore[misc]
    place.copy()
    with store.open(place.url) as opened, place.recorded() as statements:
        people = opened.domain("people")
        people.search(alone[0].values)  # loads the model
        single, histories = [], []
        for one in alone:
            statements.clear()
            single.append(timed(lambda one=one: people.resolve(one.source, one.unique_id, one.values)))  # type: ignore[misc]
            histories.append(list(statements))
    floor = place.floor(histories)
    return {
        "records": records,
        "load_per_second": records / loading,
        "resolve_many_per_second": new / bulk,
        "resolve_per_second": new / sum(single),
        **spread("resolve", single),
        **spread("search", searches),
        **spread("floor", floor),
        "median_against_floor": middle(single) / middle(floor),
        "p99_against_floor": spread("x", single)["x_p99"] / spread("x", floor)["x_p99"],
        "statements_per_resolve": sum(map(len, histories)) / len(histories),
    }


def deliveries(count: int) -> Iterator[store.Delivery]:
    """Made-up customers of several sources."""
    for row in customers(count).records.to_pylist():
        source, unique_id = row.pop("source"), str(row.pop("unique_id"))
        yield store.Delivery(source, unique_id, row)


def trained_model(sample: Sequence[store.Delivery]) -> dromio.Model:
    """The model that a batch learns from a sample."""
    rows = [{"unique_id": f"{one.source}:{one.unique_id}", **one.values} for one in sample]
    with dromio.resolve(rows) as result:
        return result.model.model_copy(update={"name": "people"})


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def middle(seconds: Sequence[float]) -> float:
    """The median."""
    return sorted(seconds)[len(seconds) // 2]


def spread(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile in milliseconds."""
    ordered = sorted(seconds)
    return {f"{name}_p50": middle(seconds) * 1e3, f"{name}_p99": ordered[int(len(ordered) * 0.99)] * 1e3}


@contextmanager
def recording(kind: Any) -> Iterator[list[Statement]]:
    """Every statement of transactions of a kind while the block runs."""
    found: list[Statement] = []
    kept = {name: getattr(kind, name) for name in ("rows", "run", "many")}

    def record(name: str) -> Callable[..., Any]:
        def noted(self: Any, sql: str, *values: Any) -> Any:
            if name == "many":
                values = ([tuple(row) for row in values[0]],)
            found.append((name, sql, values))
            return kept[name](self, sql, *values)

        return noted

    for name in kept:
        setattr(kind, name, record(name))
    try:
        yield found
    finally:
        for name, method in kept.items():
            setattr(kind, name, method)


class File:
    """A store in a file, and its copy."""

    def __init__(self, folder: Path) -> None:
        self._path, self._copy = folder / "store.db", folder / "copy.db"
        self.url = f"sqlite:///{self._path}"

    def copy(self) -> None:
        """Keep the store as it is now."""
        shutil.copy(self._path, self._copy)

    def recorded(self) -> Any:
        """Statements while the block runs."""
        return recording(sqlite._Transaction)

    def floor(self, histories: Sequence[Sequence[Statement]]) -> list[float]:
        """Seconds of every history on the copy, with nothing but the driver."""
        import apsw

        connection = apsw.Connection(str(self._copy))
        for name, value in sqlite.PINNED.items():
            connection.pragma(name, value)
        plain = [
            [(kind, sqlite._spelled(sql), _values(kind, values)) for kind, sql, values in one] for one in histories
        ]

        def replay(history: Sequence[Statement]) -> None:
            connection.execute("BEGIN IMMEDIATE")
            for kind, sql, values in history:
                if kind == "many":
                    connection.executemany(sql, values)
                else:
                    connection.execute(sql, values).fetchall()
            connection.execute("COMMIT")

        return [timed(lambda one=one: replay(one)) for one in plain]  # type: ignore[misc]


class Server:
    """A store in a database of its own on a server, and its copy."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._admin = psycopg.connect(url, autocommit=True)
        self._base = url.rpartition("/")[0] if url.count("/") > 2 else url
        for name in ("dromio_bench", "dromio_bench_copy"):
            self._admin.execute(f"DROP DATABASE IF EXISTS {name}")
        self._admin.execute("CREATE DATABASE dromio_bench")
        self.url = f"{self._base}/dromio_bench"

    def copy(self) -> None:
        """Keep the store as it is now."""
        self._admin.execute("CREATE DATABASE dromio_bench_copy TEMPLATE dromio_bench")

    def recorded(self) -> Any:
        """Statements while the block runs."""
        from dromio.store import postgres

        return recording(postgres._Transaction)

    def floor(self, histories: Sequence[Sequence[Statement]]) -> list[float]:
        """Seconds of every history on the copy, with nothing but the driver."""
        import psycopg

        from dromio.store import postgres

        plain = [[(kind, postgres._spelled(sql), values) for kind, sql, values in one] for one in histories]
        with psycopg.connect(f"{self._base}/dromio_bench_copy", autocommit=True, prepare_threshold=1) as connection:

            def replay(history: Sequence[Statement]) -> None:
                with connection.transaction(), connection.cursor() as cursor:
                    for kind, sql, values in history:
                        if kind == "many":
                            cursor.executemany(sql, values[0])
                        else:
                            cursor.execute(sql, values)

            found = [timed(lambda one=one: replay(one)) for one in plain]  # type: ignore[misc]
        self._admin.execute("DROP DATABASE dromio_bench_copy")
        self._admin.execute("DROP DATABASE dromio_bench")
        return found


def _values(kind: str, values: Any) -> Any:
    return values[0] if kind == "many" else [sqlite._plain(one) for one in values]


if __name__ == "__main__":
    sys.exit(main())
