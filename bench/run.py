"""Speed, memory and quality beside a peer: `make bench`, or `python bench/run.py [--sizes 1e6] [--bench FOLDER]`.

FOLDER (or the variable BENCH) may hold generate.py (N OUT.parquet --seed S) and splink_peer.py (FILE OUT); without it
the data come from dromio.datasets and the peer's figures are those recorded in `targets.py`. Every run is a process of
its own, Dromio and the peer by turns; figures are medians. Dromio's seconds are the wall time of the whole command,
start and writing included; the peer's are those it reports for the work alone. From ten million records on there is one
run, within a limit of memory and without the peer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow.parquet as pq
from targets import RECORDED_PEER, Row, rows_of, rows_of_growth, table_of

from dromio.evaluation import evaluate
from dromio.evaluation.alignment import ENTITY_COLUMNS
from dromio.evaluation.files import read_columns
from dromio.evaluation.pairs import PAIR_COLUMNS

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"
TRUTH_COLUMNS = ("cluster", "household")
LIMITED_FROM = 10_000_000
"""Records from which on there is one run, with `LIMIT` of memory."""
LIMIT = "6GB"


@dataclass(frozen=True)
class Measured:
    """One finished process: wall time, peak resident memory (its own and that of children it waited for), output."""

    seconds: float
    memory_mb: float
    code: int
    output: str


def measure(arguments: list[str], log: Path) -> Measured:
    """Run a process to its end; standard output is returned, errors go to the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    out, report = log.with_suffix(".out"), log.with_suffix(".json")
    launcher = [sys.executable, "-I", str(HERE / "measured.py"), str(out), str(log), str(report)]
    subprocess.run([*launcher, *arguments], check=True)
    return Measured(**json.loads(report.read_text()), output=out.read_text())


def generated(size: int, seed: int, bench: Path | None) -> tuple[Path, Path, Path]:
    """Files of records without truth, of the truth, and of both (for a peer that scores itself); made once."""
    maker = bench / "generate.py" if bench and (bench / "generate.py").exists() else None
    folder = OUT / "data" / f"{'peer' if maker else 'own'}-{size}-{seed}"
    records, truth, both = (folder / f"{name}.parquet" for name in ("records", "truth", "both"))
    if records.exists() and truth.exists() and both.exists():
        return records, truth, both
    folder.mkdir(parents=True, exist_ok=True)
    if maker:
        subprocess.run([sys.executable, str(maker), str(size), str(both), "--seed", str(seed)], check=True)
    else:
        _write_own(size, seed, both)
    table = pq.read_table(both)
    pq.write_table(table.select(["unique_id", "cluster"]).rename_columns(["unique_id", "cluster_id"]), truth)
    pq.write_table(table.drop_columns([name for name in TRUTH_COLUMNS if name in table.column_names]), records)
    return records, truth, both


def _write_own(size: int, seed: int, both: Path) -> None:
    from dromio.datasets import customers

    made = customers(size, seed=seed)
    pq.write_table(made.records.append_column("cluster", made.truth["cluster_id"]), both)


def run_dromio(records: Path, folder: Path, memory: str | None) -> Measured:
    """One zero-configuration run of the command line."""
    command = [sys.executable, "-m", "dromio.cli", "resolve", str(records), "--output", str(folder), "--no-report"]
    command += ["--id", "unique_id", *(["--memory", memory] if memory else [])]
    done = measure(command, folder.parent / f"{folder.name}.log")
    if done.code:
        raise SystemExit(f"dromio failed with code {done.code}; see {folder.parent / folder.name}.log")
    return done


def run_peer(python: str, bench: Path, both: Path, folder: Path) -> dict[str, Any] | None:
    """The peer's own report with its process's memory; None, said on standard error, where it fails."""
    log = folder.parent / f"{folder.name}.log"
    done = measure([python, str(bench / "splink_peer.py"), str(both), str(folder)], log)
    if done.code:
        last = (log.read_text().strip().splitlines() or ["no message"])[-1]
        print(f"peer failed with code {done.code}: {last}", file=sys.stderr)
        return None
    report: dict[str, Any] = json.loads(done.output.strip().splitlines()[-1])
    return report | {"wall_seconds": done.seconds, "memory_mb": report.get("peak_mb", done.memory_mb)}


def quality_of(folder: Path, truth: Path) -> dict[str, Any]:
    """Scores of the run in the folder, without the long lists."""
    entities = read_columns(folder / "entities.parquet", ENTITY_COLUMNS)
    pairs = read_columns(folder / "pairs.parquet", PAIR_COLUMNS)
    report = evaluate(entities, read_columns(truth, ("unique_id", "cluster_id")), pairs, limit=0).to_dict()
    report["pairs"].pop("curve")
    return report


def bench_size(size: int, options: argparse.Namespace) -> dict[str, Any]:
    """All runs of one size, and their medians."""
    records, truth, both = generated(size, options.seed, options.bench)
    folder = OUT / f"run-{size}"
    is_limited = size >= LIMITED_FROM
    memory = options.memory or (LIMIT if is_limited else None)
    has_peer = not options.no_peer and not is_limited and options.bench is not None
    own, peer = [], []
    for turn in range(1 if is_limited else options.repeats):
        own.append(run_dromio(records, folder / f"dromio-{turn}", memory))
        print(f"dromio {own[-1].seconds:.1f} s, {own[-1].memory_mb:.0f} MB", file=sys.stderr)
        report = run_peer(options.peer_python, options.bench, both, folder / f"peer-{turn}") if has_peer else None
        if report:
            peer.append(report)
            print(f"peer {report['total']:.1f} s, {report['memory_mb']:.0f} MB", file=sys.stderr)
    run_file = folder / "dromio-0" / "run.json"
    return {
        "records": size,
        "memory_limit": memory,
        "dromio": {
            "seconds": median(run.seconds for run in own),
            "memory_mb": median(run.memory_mb for run in own),
            "runs": [asdict(run) for run in own],
            "quality": quality_of(folder / "dromio-0", truth),
            "run": json.loads(run_file.read_text()) if run_file.exists() else None,
        },
        "peer": _peer_summary(peer) or RECORDED_PEER.get(size, {}) | {"recorded": True},
    }


def _peer_summary(reports: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not reports:
        return None
    return {
        "seconds": median(report["total"] for report in reports),
        "memory_mb": median(report["memory_mb"] for report in reports),
        "f1": reports[0]["quality"]["cluster_best"]["F1"],
        "recall": reports[0]["quality"]["blocked_recall_of_returned"],
        "recorded": False,
        "runs": reports,
    }


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Options from the command line and the variable BENCH."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1e6", help="numbers of records, such as 1e5,1e6,5e6,1e7 (default 1e6)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which medians are taken (default 3)")
    parser.add_argument("--memory", help="memory limit handed to Dromio, such as 4GB")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--bench", type=Path, default=os.environ.get("BENCH") or None, help="folder of peer scripts")
    parser.add_argument("--peer-python", default=sys.executable, help="Python that has the peer installed")
    parser.add_argument("--no-peer", action="store_true", help="use the recorded figures of the peer")
    options = parser.parse_args(arguments)
    options.sizes = [int(float(size)) for size in options.sizes.split(",")]
    return options


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processors": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, print its table and write bench/out/bench.json; 1 if any target is missed."""
    options = parsed(arguments)
    before = machine()
    results = [bench_size(size, options) for size in options.sizes]
    rows: list[Row] = [row for result in results for row in rows_of(result)] + rows_of_growth(results)
    print(table_of(rows))
    if any(result["peer"].get("recorded") and "seconds" in result["peer"] for result in results):
        print("The peer's figures were recorded on another day; give --bench to measure them in the same run.")
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "bench.json").write_text(json.dumps({"machine": before, "results": results}, indent=1), encoding="utf-8")
    return 0 if all(row.passed in (True, None) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
