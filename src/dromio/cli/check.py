"""`dromio check`: is a model file right, and does it find what it must?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dromio.service.check import Checked
    from dromio.service.estimate import Estimate
    from dromio.service.key_costs import KeyCost

_SHOWN = 5
"""Failures shown with their explanation; of the others, the number."""


@click.command("check")
@click.argument("model_path", metavar="MODEL", type=click.Path(path_type=Path), required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of model files instead.")
@click.option(
    "--data",
    "inputs",
    multiple=True,
    metavar="INPUT",
    help="Records to estimate the cost of a run on; may be repeated.",
)
@click.option("--id", "id_column", help="Column that tells the records of INPUT apart.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with everything that was found.")
def command(
    model_path: Path | None, schema: bool, inputs: tuple[str, ...], id_column: str | None, as_json: bool
) -> None:
    """Check MODEL: say what it holds and how a run would go, and try its examples.

    Every fault is listed with its path. Where there is one, or an example does not come out as expected, the exit code
    is 1.
    """
    import json

    from dromio.model.files import json_schema, load_model

    if schema:
        click.echo(json.dumps(json_schema(), indent=2))
        return
    if model_path is None:
        raise click.UsageError("name a model file, or ask for the --schema")
    model = load_model(model_path)
    from dromio.service.check import check

    found = check(model, list(inputs) if inputs else None, id_column=id_column)
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else _text(found, model_path))
    if not found.passed:
        raise SystemExit(1)


def _text(found: Checked, path: Path) -> str:
    trained = "trained" if found.trained else "not trained: m, u and the prior will be learned from the data"
    lines = [
        f"{path}: {found.attributes} attributes, {len(found.keys)} keys, {found.comparisons} comparisons; {trained}.",
        f"Decides by {', then '.join(found.deciders)}.",
        *_keys(found),
        *(f"Note: {note}." for note in found.notes),
        *_examples(found),
    ]
    return "\n".join(lines)


def _keys(found: Checked) -> Iterator[str]:
    costs = {one.name: one for one in found.estimate.keys} if found.estimate else {}
    yield "Records are compared that share one of these keys:"
    for key in found.keys:
        origin = " (derived)" if key.derived else ""
        cost = costs.get(key.name)
        yield f"  {key.name}{origin}{_figures(cost) if cost else ''}"
    for scan in found.scans:
        yield f"No key serves {scan.path}: {scan.clause}: {scan.reason}. It needs a scan (dromio resolve --allow-scan)."
    if found.estimate:
        yield from _cost(found.estimate)


def _figures(cost: KeyCost) -> str:
    sieved = f" of {cost.sieved:,} that are sieved" if cost.sieved > cost.pairs else ""
    dropped = f", {cost.dropped:,} blocks too large" if cost.dropped else ""
    about = "" if cost.exact else "about "
    return f": {about}{cost.pairs:,} pairs{sieved}, largest block {cost.largest:,} records{dropped}"


def _cost(estimate: Estimate) -> Iterator[str]:
    about = "" if all(one.exact for one in estimate.keys) else "about "
    yield (
        f"{estimate.records:,} records have {about}{estimate.pairs:,} pairs to compare by these keys, of "
        f"{estimate.possible_pairs:,} possible ones (a pair counts for each key it shares)."
    )
    if estimate.scan_pairs:
        yield f"Scans would look at {estimate.scan_pairs:,} pairs."
    yield (
        f"A run would take about {estimate.seconds:,.1f} s to read, clean and compare; of that "
        f"{estimate.measured_seconds:,.1f} s were measured now, the rest is estimated from a sample of pairs."
    )


def _examples(found: Checked) -> Iterator[str]:
    if found.not_run:
        yield f"The {found.examples} examples were not tried: {found.not_run}."
        return
    if not found.examples:
        return
    failed = len({one.example for one in found.failures})
    yield f"Examples: {found.examples - failed} of {found.examples} came out as expected."
    for failure in found.failures[:_SHOWN]:
        yield f"\nFAILED {failure.to_text()}"
    if len(found.failures) > _SHOWN:
        yield f"\n… and {len(found.failures) - _SHOWN} more pairs that failed."
