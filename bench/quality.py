"""How right zero configuration is on labelled sets: `python bench/quality.py FOLDER [SET ...]`.

A set is a CSV or Parquet file; its truth is the column `cluster`, or, in FEBRL files, the number in `rec_id`. Two files
whose names end in a and b (febrl4a, febrl4b) are one set, linked. The resolver never sees a truth: the truth columns
are dropped, ids are replaced by numbers and rows are shuffled, because ids and order give the truth away in most sets.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from dromio.evaluation import Evaluation, evaluate
from dromio.model.schema import LinkType

# Cluster F1 to reach without configuration.
TARGETS = {
    "fake_1000": 0.960,
    "febrl2": 0.999,
    "febrl3": 0.999,
    "febrl4": 0.9997,
    "historical_dev": 0.920,
    "rldata10000": 0.950,
    "chicago_orgs": 0.820,
}
TRUTH_COLUMNS = ("cluster", "cluster_id", "household")
FEBRL_ID = r"^rec-(?P<entity>\d+)-"
ID = "unique_id"
SUFFIXES = (".csv", ".parquet")
SEED = 11

Resolve = Callable[..., Any]


@dataclass(frozen=True)
class LabelledSet:
    """Inputs without truth, by source, and the truth apart; `link_type` says how they are to be resolved."""

    inputs: dict[str, pa.Table]
    truth: pa.Table
    link_type: LinkType


def sets_in(folder: str | Path) -> list[str]:
    """Names of the labelled sets in the folder, sorted; linked files as one."""
    stems = {path.stem for path in Path(folder).iterdir() if path.suffix in SUFFIXES}
    linked = {stem[:-1] for stem in stems if stem.endswith("a") and stem[:-1] + "b" in stems}
    return sorted({stem for stem in stems if stem[:-1] not in linked} | linked)


def load_set(name: str, folder: str | Path) -> LabelledSet:
    """One labelled set, its truth taken away."""
    single = _path(folder, name)
    if single:
        table, truth = _without_truth(_read(single), name)
        return LabelledSet({name: table}, truth, "dedupe_only")
    paths = [_path(folder, name + side) for side in "ab"]
    if None in paths:
        raise SystemExit(f"no set {name!r} in {folder}; sets found: {', '.join(sets_in(folder)) or 'none'}")
    inputs, truths = {}, []
    for path in filter(None, paths):
        table, truth = _without_truth(_read(path), path.stem)
        inputs[path.stem] = table
        truths.append(truth)
    return LabelledSet(inputs, pa.concat_tables(truths), "link_only")


def _path(folder: str | Path, stem: str) -> Path | None:
    found = [Path(folder) / (stem + suffix) for suffix in SUFFIXES if (Path(folder) / (stem + suffix)).exists()]
    return found[0] if found else None


def _read(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    names = pa_csv.open_csv(path).schema.names
    types = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True)
    table = pa_csv.read_csv(path, convert_options=types)
    return table.rename_columns([column.strip() for column in table.column_names])


def _without_truth(table: pa.Table, source: str) -> tuple[pa.Table, pa.Table]:
    order = np.random.default_rng(SEED).permutation(len(table))
    table = table.take(pa.array(order))
    entity = _entities(table)
    ids = pa.array(np.arange(len(table)))
    kept = [name for name in table.column_names if name not in (*TRUTH_COLUMNS, ID, "rec_id")]
    truth = {"source_dataset": pa.array([source] * len(table)), ID: ids, "cluster_id": entity.cast(pa.string())}
    return table.select(kept).add_column(0, ID, ids), pa.table(truth)


def _entities(table: pa.Table) -> pa.ChunkedArray:
    for name in TRUTH_COLUMNS[:2]:
        if name in table.column_names:
            return table[name]
    if "rec_id" not in table.column_names:
        raise SystemExit(f"no truth: neither cluster nor rec_id among {', '.join(table.column_names)}")
    return pc.struct_field(pc.extract_regex(table["rec_id"], FEBRL_ID), "entity")


def score_set(name: str, folder: str | Path, resolve: Resolve | None = None, **options: Any) -> dict[str, Any]:
    """Resolve one set without configuration and score it; `options` go to `dromio.resolve`, which `resolve` replaces.

    One input is given as a table, several as a mapping of source name to table.
    """
    labelled = load_set(name, folder)
    if resolve is None:
        import dromio

        resolve = dromio.resolve  # type: ignore[attr-defined, unused-ignore]
    tables = list(labelled.inputs.values())
    started = time.perf_counter()
    result = resolve(tables[0] if len(tables) == 1 else labelled.inputs, id=ID, link_type=labelled.link_type, **options)
    seconds = time.perf_counter() - started
    truth = labelled.truth if len(tables) > 1 else labelled.truth.drop_columns("source_dataset")
    quality = evaluate(result.entities, truth, result.pairs, link_type=labelled.link_type, limit=20)
    return summary(name, quality, seconds)


def summary(name: str, quality: Evaluation, seconds: float) -> dict[str, Any]:
    """The figures that tell most, flat, with the whole evaluation under `evaluation`."""
    target = TARGETS.get(name)
    row: dict[str, Any] = {
        "set": name,
        "records": quality.counts.records,
        "seconds": round(seconds, 2),
        "target": target,
        "f1": round(quality.clusters.f1, 4),
        "passed": None if target is None else quality.clusters.f1 >= target,
        "precision": round(quality.clusters.precision, 4),
        "recall": round(quality.clusters.recall, 4),
        "largest": quality.counts.largest_cluster,
        "true_largest": quality.counts.largest_true_cluster,
        "evaluation": quality.to_dict(),
    }
    if quality.pairs is not None:
        row["pair_f1"] = round(quality.pairs.at_match.f1, 4)
        row["best_pair_f1"] = round(max((point.f1 for point in quality.pairs.curve), default=0.0), 4)
        assert quality.pairs.calibration is not None
        row["ece"] = round(quality.pairs.calibration.equal_width, 4)
        row["ece_adaptive"] = round(quality.pairs.calibration.adaptive, 4)
        row["compared"] = quality.pairs.compared
        row["compared_recall"] = round(quality.pairs.compared_true / max(quality.counts.true_pairs, 1), 4)
        row |= quality.pairs.mistakes.counts
    return row


COLUMNS = (
    ("set", "set"),
    ("records", "records"),
    ("seconds", "s"),
    ("f1", "F1"),
    ("target", "target"),
    ("passed", "passed"),
    ("precision", "P"),
    ("recall", "R"),
    ("pair_f1", "pair F1"),
    ("best_pair_f1", "best"),
    ("ece", "ECE"),
    ("ece_adaptive", "ECE adapt."),
    ("compared_recall", "compared"),
    ("largest", "largest"),
    ("true_largest", "true l."),
    ("never_compared", "never cmp"),
    ("scored_too_low", "too low"),
    ("split_by_clustering", "split"),
    ("by_score", "false:score"),
    ("by_clustering", "false:clust"),
)


def table_of(rows: list[dict[str, Any]]) -> str:
    """The rows as a plain table."""
    lines = [[title for _, title in COLUMNS]]
    lines += [[_cell(row.get(key)) for key, _ in COLUMNS] for row in rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:,}" if isinstance(value, int) else str(value)


def main(arguments: list[str] | None = None) -> int:
    """Score the sets and print the table; 1 if any target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of labelled sets")
    parser.add_argument("sets", nargs="*", help="names of sets; all when none is given")
    parser.add_argument("--json", type=Path, help="file for all figures, with mistakes and curves")
    chosen = parser.parse_args(arguments)
    rows = []
    for name in chosen.sets or sets_in(chosen.folder):
        rows.append(score_set(name, chosen.folder))
        print(table_of(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    print(table_of(rows))
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0 if all(row["passed"] in (True, None) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
