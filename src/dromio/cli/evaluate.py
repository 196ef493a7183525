"""`dromio evaluate`: how right a run is, against a truth, and what changed since another run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from dromio.errors import InputError
from dromio.evaluation import compare_runs, evaluate
from dromio.evaluation.alignment import ENTITY_COLUMNS, TRUTH_COLUMNS
from dromio.evaluation.evaluation import LISTED
from dromio.evaluation.files import find_table, read_columns, run_link_type
from dromio.evaluation.pairs import PAIR_COLUMNS
from dromio.evaluation.summary import comparison_text, evaluation_text

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--truth",
    required=True,
    type=FILE,
    help="CSV, Parquet or JSON lines with unique_id, cluster_id and, where there are several sources, source_dataset.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON with all figures, curves and mistakes.")
@click.option(
    "--errors",
    "listed",
    metavar="N",
    type=click.IntRange(min=0),
    help="List up to N wrong pairs of each kind; without it none, in JSON 100.",
)
@click.option("--compare", "other", type=FOLDER, help="Folder of an earlier run to compare this one with.")
def command(folder: Path, truth: Path, as_json: bool, listed: int | None, other: Path | None) -> None:
    """Score the run in DIR against a truth.

    DIR is the output of `dromio resolve`. Prints precision, recall and F1 of clusters by pairs, by whole clusters and
    B-cubed; where DIR holds pairs, also how right the pairs are, and why pairs are missed or false.
    """
    if listed is None:
        listed = LISTED if as_json else 0
    entities = _entities(folder)
    true = read_columns(truth, TRUTH_COLUMNS, ("source_dataset",))
    path = find_table(folder, "pairs")
    pairs = read_columns(path, PAIR_COLUMNS) if path else None
    quality = evaluate(entities, true, pairs, link_type=run_link_type(folder) or "dedupe_only", limit=listed)
    change = compare_runs(_entities(other), entities) if other else None
    if as_json:
        report: dict[str, Any] = quality.to_dict()
        if change:
            report["comparison"] = change.to_dict()
        click.echo(json.dumps(report, indent=2))
        return
    click.echo(evaluation_text(quality, listed))
    if change:
        click.echo(f"\ncompared with {other}\n{comparison_text(change)}")


def _entities(folder: Path) -> pa.Table:
    path = find_table(folder, "entities")
    if path is None:
        found = ", ".join(sorted(each.name for each in folder.iterdir())) or "nothing"
        raise InputError(f"{folder} holds neither entities.parquet nor entities.csv; found: {found}")
    return read_columns(path, ENTITY_COLUMNS)
