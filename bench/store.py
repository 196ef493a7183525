"""How fast the identity store is: `python bench/store.py [--records N] [--database URL …] [--output FILE]`.

Records are made up (`dromio.datasets`) and resolved into a store of every database given; then new ones of the same
kind are resolved, one at a time and many together, and searched for. With `--growth` the same is done with fewer
records before. The floor is what the database alone needs: the very statements of those records, with their values,
replayed without Dromio on a copy of the store from before, one durable transaction for each record.

With `--peer-python` (an interpreter with splink 5) Splink searches the same records for some of the new ones.
`python bench/store.py --records 1000000 --growth 100000 --many 100000 --database sqlite --database postgresql://…`
measures all that is promised.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
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

LOADED_AT_ONCE = 1_000_000
Statement = tuple[str, str, Any]


def main() -> int:
    """Measure, print and write the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=100_000)
    options.add_argument("--growth", type=int, default=0, help="so many records are measured before, to compare")
    options.add_argument("--new", type=int, default=2_000, help="records resolved one at a time")
    options.add_argument("--many", type=int, default=2_000, help="records resolved together")
    options.add_argument(
        "--database", action="append", help="sqlite, or the URL of a PostgreSQL server; may be repeated"
    )
    options.add_argument("--peer-python", help="an interpreter that has splink 5")
    options.add_argument("--peer-new", type=int, default=10, help="records that Splink searches for")
    options.add_argument("--output", type=Path)
    given = options.parse_args()
    figures: dict[str, float] = {}
    rows = list(deliveries(given.records + given.many + 2 * given.new))
    model = trained_model(rows[: given.records])
    for database in given.database or ["sqlite"]:
        name = database.partition(":")[0]
        for records in sorted({given.growth or given.records, given.records}):
            with tempfile.TemporaryDirectory() as folder:
                place: Any = File(Path(folder)) if database == "sqlite" else Server(database)
                found = measure(place, model, rows, records, given.new, given.many)
            figures |= show({f"{name}_{records}_{what}": figure for what, figure in found.items()})
        figures |= show(grown(figures, name, given.growth, given.records) if given.growth else {})
    if given.peer_python:
        figures |= show(peer(given.peer_python, rows[: given.records], rows[-given.peer_new :], figures))
    figures |= show({"load_average": os.getloadavg()[0], "cpus": float(os.cpu_count() or 0)})
    if given.output:
        given.output.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def show(figures: dict[str, float]) -> dict[str, float]:
    """Print figures, and give them back."""
    for name, figure in figures.items():
        print(f"{name:<48} {figure:>14,.3f}", flush=True)
    return figures


def measure(
    place: File | Server, model: dromio.Model, rows: Sequence[store.Delivery], records: int, new: int, together: int
) -> dict[str, float]:
    """All figures of one store, times in milliseconds."""
    known, others = rows[:records], rows[len(rows) - 2 * new - together :]
    many, alone, searched = others[:together], others[together : together + new], others[together + new :]
    with store.open(place.url) as opened:
        people = opened.create_domain("people", model)
        loading = timed(lambda: people.resolve_many(known, at_once=LOADED_AT_ONCE))
        place.settle()
        searches = [timed(lambda one=one: people.search(one.values)) for one in searched]  # type: ignore[misc]
    place.copy()
    with store.open(place.url) as opened:
        people = opened.domain("people")
        people.search(alone[0].values)  # loads the model
        with place.recorded() as statements:
            single, histories = [], []
            for one in alone:
                statements.clear()
                single.append(timed(lambda one=one: people.resolve(one.source, one.unique_id, one.values)))  # type: ignore[misc]
                histories.append(list(statements))
        floor = place.floor(histories)
        bulk = timed(lambda: people.resolve_many(many, at_once=LOADED_AT_ONCE))
    place.remove()
    return {
        "load_per_second": records / loading,
        "resolve_many_per_second": len(many) / bulk,
        "resolve_per_second": new / sum(single),
        **spread("resolve", single),
        **spread("search", searches),
        **spread("floor", floor),
        "median_against_floor": middle(single) / middle(floor),
        "p99_against_floor": spread("x", single)["x_p99"] / spread("x", floor)["x_p99"],
        "statements_per_resolve": sum(map(len, histories)) / len(histories),
    }


def grown(figures: dict[str, float], name: str, few: int, many: int) -> dict[str, float]:
    """How many times as long the median takes with many records as with few."""
    return {
        f"{name}_growth_{what}": figures[f"{name}_{many}_{what}"] / figures[f"{name}_{few}_{what}"]
        for what in ("resolve_p50", "search_p50")
    }


def peer(
    python: str, known: Sequence[store.Delivery], new: Sequence[store.Delivery], figures: dict[str, float]
) -> dict[str, float]:
    """What Splink takes to find the matches of one of the new records, and how many times the medians here that is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    script = Path(__file__).with_name("splink_search.py")
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("known.parquet", "new.parquet")]
        for file, rows in zip(files, (known, new), strict=True):
            table = [{"source": one.source, "unique_id": one.unique_id, **one.values} for one in rows]
            pq.write_table(pa.Table.from_pylist(table), file)
        done = subprocess.run([python, str(script), *files], check=True, capture_output=True, text=True)
    seconds = json.loads(done.stdout.splitlines()[-1])
    ours = {name: figure for name, figure in figures.items() if name.endswith(f"{len(known)}_resolve_p50")}
    ratios = {f"splink_against_{name}": middle(seconds) * 1e3 / figure for name, figure in ours.items()}
    return {**spread("splink", seconds), **ratios}


def deliveries(count: int) -> Iterator[store.Delivery]:
    """Made-up customers of several sources."""
    for row in customers(count).records.to_pylist():
        source, unique_id = row.pop("source"), str(row.pop("unique_id"))
        yield store.Delivery(source, unique_id, row)


def trained_model(known: Sequence[store.Delivery]) -> dromio.Model:
    """The model that a batch learns from the records: its keys are chosen for so many."""
    rows = [{"unique_id": f"{one.source}:{one.unique_id}", **one.values} for one in known]
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
    """Every statement of transactions of a kind while the block runs; those asked together one after another."""
    found: list[Statement] = []
    kept = {name: getattr(kind, name) for name in ("rows", "run", "many", "together")}

    def record(name: str) -> Callable[..., Any]:
        def noted(self: Any, *given: Any) -> Any:
            if name == "many":
                given = (given[0], [tuple(row) for row in given[1]])
            before = len(found)
            answer = kept[name](self, *given)
            asked = [("rows", one) for one in given] if name == "together" else [(name, given)]
            found[before:] = [(kind, sql, tuple(values)) for kind, (sql, *values) in asked]
            return answer

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

    def settle(self) -> None:
        """Let what was loaded come to rest."""

    def remove(self) -> None:
        """Let go of the store: the folder goes anyway."""

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
        for name, value in {**sqlite.PINNED, **sqlite.TUNED}.items():
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
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._admin.execute("CREATE DATABASE dromio_bench")
        self.url = f"{self._base}/dromio_bench"

    def settle(self) -> None:
        """Let the server count what was loaded, as it would by itself after a while."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def remove(self) -> None:
        """Let go of the store and its copy."""
        for name in ("dromio_bench_copy", "dromio_bench"):
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

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
                """In a pipeline, as the store itself: only what is read is waited for."""
                with connection.pipeline(), connection.transaction(), connection.cursor() as cursor:
                    for kind, sql, values in history:
                        if kind == "many":
                            cursor.executemany(sql, values[0])
                            continue
                        cursor.execute(sql, values)
                        if kind == "rows":
                            cursor.fetchall()

            return [timed(lambda one=one: replay(one)) for one in plain]  # type: ignore[misc]


def _values(kind: str, values: Any) -> Any:
    return values[0] if kind == "many" else [sqlite._plain(one) for one in values]


if __name__ == "__main__":
    sys.exit(main())
