"""The demonstration: `python bench/demo.py FOLDER`, or `make demo`.

Two data sets are resolved without any configuration by the command line, as a user would, and then scored: FEBRL 3, a
public benchmark of 5,000 records, and 20,000 made-up dirty customers. The truth is kept in a file of its own, which the
resolver never sees.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

DROMIO = Path(sys.executable).with_name("dromio")


@dataclass(frozen=True)
class Scored:
    """What one data set came to. Scores 0 to 1, of pairs of records in one entity."""

    name: str
    records: int
    entities: int
    true_entities: int
    precision: float
    recall: float
    f1: float
    seconds: float
    report: Path


def dromio(*arguments: str, shown: bool = True) -> str:
    """Standard output of a command of Dromio, shown with the command as it would be typed."""
    if shown:
        print(f"\n$ {shlex.join(['dromio', *arguments])}", flush=True)
    done = subprocess.run([DROMIO, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    if shown:
        print(done.stdout, end="", flush=True)
    return done.stdout


def demonstrate(name: str, folder: Path, *generate: str) -> Scored:
    """Make, resolve and score one data set."""
    out, truth = str(folder / "out"), str(folder / "truth.csv")
    dromio("generate", str(folder), *generate)
    started = time.perf_counter()
    dromio("resolve", str(folder / "records.csv"), "--output", out)
    seconds = time.perf_counter() - started
    dromio("evaluate", out, "--truth", truth)
    quality = json.loads(dromio("evaluate", out, "--truth", truth, "--json", shown=False))
    counts, clusters = quality["counts"], quality["clusters"]
    return Scored(
        name,
        counts["records"],
        counts["clusters"],
        counts["true_clusters"],
        clusters["precision"],
        clusters["recall"],
        clusters["f1"],
        seconds,
        folder / "out" / "report.html",
    )


def table_of(rows: list[Scored]) -> str:
    """The measured scores of all sets, and where their reports are."""
    head = (
        f"{'':<20} {'records':>8} {'entities':>9} {'truth':>7} {'precision':>10} {'recall':>7} {'F1':>7} {'seconds':>8}"
    )
    lines = [head]
    lines += [
        f"{row.name:<20} {row.records:>8,} {row.entities:>9,} {row.true_entities:>7,} {row.precision:>10.4f} "
        f"{row.recall:>7.4f} {row.f1:>7.4f} {row.seconds:>8.1f}"
        for row in rows
    ]
    return "\n".join([*lines, "", *(f"Report of {row.name}: {row.report}" for row in rows)])


def main(folder: Path) -> None:
    """Run both and print the table. What an earlier demonstration left in the folder is replaced."""
    for name in ("febrl3", "customers"):
        shutil.rmtree(folder / name, ignore_errors=True)
    rows = [
        demonstrate("FEBRL 3", folder / "febrl3", "--kind", "febrl3"),
        demonstrate("made-up customers", folder / "customers", "--records", "20000"),
    ]
    print("\nNo configuration, no labels; scores of pairs of records in one entity, measured against the truth:\n")
    print(table_of(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
