"""Example pairs for the report: clearly above, at, and below the match threshold, with every step of their weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dromio.engines.columns import Ints
from dromio.engines.duckdb import weights
from dromio.plan import MILLI, NO_RIVAL, probability
from dromio.training.counts import count_vectors

if TYPE_CHECKING:
    from dromio.service.resolve import Run

_PER_KIND = 3
_SHOWN = 80


def examples(run: Run) -> list[dict[str, Any]]:
    """A few pairs of each kind; which ones does not depend on the order of the input."""
    threshold = run.plan.match_threshold
    above = np.flatnonzero(run.weight >= threshold)
    below = np.flatnonzero(run.weight < threshold)
    chosen: list[tuple[str, int]] = []
    if len(above):
        chosen += [("above", place) for place in _spread_by_weight(run, above)]
    near = np.argsort(np.abs(run.weight - threshold), kind="stable")[:_PER_KIND]
    chosen += [("at", int(place)) for place in near]
    if len(below):
        chosen += [("below", place) for place in _spread_by_weight(run, below)]
    return [_example(run, kind, place) for kind, place in chosen]


def _spread_by_weight(run: Run, places: Ints) -> list[int]:
    """Pairs at a quarter, the middle and three quarters of the weights."""
    ordered = places[np.argsort(run.weight[places], kind="stable")]
    return [int(ordered[len(ordered) * part // 4]) for part in (3, 2, 1)][:_PER_KIND]


def _example(run: Run, kind: str, place: int) -> dict[str, Any]:
    left, right = int(run.left[place]), int(run.right[place])
    levels = run.counted.vectors[:, run.counted.which[place : place + 1]]
    counted = count_vectors(levels)
    adjust_unrelated, adjust_related = run.batch.adjustments(
        run.plan, counted, run.left[place : place + 1], run.right[place : place + 1]
    )
    steps = []
    for comparison, level in zip(run.plan.comparisons, levels[:, 0].tolist(), strict=True):
        steps.append(
            {
                "comparison": comparison.name,
                "label": comparison.labels[level],
                "left": _text(run, comparison.attribute, left),
                "right": _text(run, comparison.attribute, right),
                "weight": int(comparison.against_unrelated[level]) / MILLI,
            }
        )
    if int(adjust_unrelated[0]):
        steps.append({"comparison": "rarity of the shared values", "label": "term frequency", "left": "", "right": "",
                      "weight": int(adjust_unrelated[0]) / MILLI})  # fmt: skip
    weight = int(weights(run.plan, counted, adjust_unrelated, adjust_related)[0])
    alone = (
        run.plan.prior_unrelated
        + int(adjust_unrelated[0])
        + sum(
            int(comparison.against_unrelated[level])
            for comparison, level in zip(run.plan.comparisons, levels[:, 0].tolist(), strict=True)
        )
    )
    if run.plan.prior_related != NO_RIVAL and weight != alone:
        steps.append({"comparison": "may be related instead", "label": "such as one household", "left": "", "right": "",
                      "weight": (weight - alone) / MILLI})  # fmt: skip
    return {
        "kind": kind,
        "left": _record(run, left),
        "right": _record(run, right),
        "steps": steps,
        "prior_weight": run.plan.prior_unrelated / MILLI,
        "match_weight": weight / MILLI,
        "match_probability": float(probability(np.array([weight]))[0]),
    }


def _text(run: Run, attribute: str, record: int) -> str:
    """All cleaned fields of an attribute of a record."""
    columns = run.batch.attributes[attribute]
    rows = [record] if columns.owner is None else np.flatnonzero(columns.owner == record).tolist()
    values = []
    for row in rows:
        parts = [
            str(column.values[column.codes[row]].as_py())
            for column in columns.columns.values()
            if column.codes[row] >= 0
        ]
        values.append(" ".join(parts))
    return " | ".join(values)[:_SHOWN]


def _record(run: Run, record: int) -> Mapping[str, str]:
    """The raw texts of a record that the model uses, with its key."""
    shown = {
        "unique_id": str(run.records.ids[record].as_py()),
        "source_dataset": str(run.records.source_names[record].as_py()),
    }
    used = [name for attribute in run.model.attributes for value in attribute.inputs for name in value.columns.values()]
    inside = {run.records.column(name).inside: name for name in used}
    if inside:
        row = int(run.records.position[record])
        selected = ", ".join(f'"{one}"' for one in inside)
        values = run.records.con.execute(f"SELECT {selected} FROM records WHERE position = {row}").fetchall()[0]
        for name, value in zip(inside.values(), values, strict=True):
            shown[name] = ("; ".join(map(str, value)) if isinstance(value, list) else str(value or ""))[:_SHOWN]
    return shown
