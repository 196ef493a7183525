"""Charts of the scored pairs: how weights are spread, why a pair got its weight, whether probabilities hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dromio.report.charts.base import (
    AGAINST,
    FOR,
    NEUTRAL,
    WIDTH,
    Chart,
    Row,
    altair,
    categories,
    kinds,
    labels,
    log_counts,
    number,
    text,
    values,
)
from dromio.report.figures import bits, count, finite, percent, probability, probability_of

ALL_PAIRS = "all scored pairs"
EXPECTED_MATCHES = "expected true matches among them"

UNEXPLAINED = 0.05
"""A difference between the sum of the steps and the total is shown as a step of its own from here on."""


def weight_distribution(weights: Row, thresholds: Row | None = None) -> Chart:
    """Histogram of match weights with logarithmic counts, the expected true matches in it, and the thresholds."""
    alt = altair()
    rows = list(_bins(weights))
    bars = (
        alt.Chart(values(rows))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("start:Q", bin="binned", title="match weight (bits)", axis=alt.Axis(tickCount=12)),
            x2="end:Q",
            y=log_counts("pairs", "pairs (logarithmic)", max((row["pairs"] for row in rows), default=1.0)),
            color=kinds("kind", (ALL_PAIRS, EXPECTED_MATCHES), (NEUTRAL, FOR)),
            opacity=alt.condition(f"datum.kind === '{ALL_PAIRS}'", alt.value(0.5), alt.value(0.9)),
            tooltip=[
                alt.Tooltip("range:N", title="match weight (bits)"),
                alt.Tooltip("chance:N", title="match probability"),
                alt.Tooltip("all:N", title="pairs"),
                alt.Tooltip("true:N", title="expected matches"),
            ],
        )
    )
    return alt.layer(bars, *_thresholds(thresholds, labelled=True)).properties(width=WIDTH, height=280)


def _bins(weights: Row) -> Iterator[dict[str, Any]]:
    """Two rows per bin that holds pairs: all pairs first, so that the expected matches are drawn over them.

    Bins without a finite start and end cannot be drawn and are left out.
    """
    edges, pairs = weights.get("edges") or (), weights.get("pairs") or ()
    matches = weights.get("matches") or [None] * len(pairs)
    for start, end, found, true in zip(edges[:-1], edges[1:], pairs, matches, strict=True):
        if finite(start) is None or finite(end) is None:
            continue
        bin_ = {
            "start": start,
            "end": end,
            "range": f"{bits(start)} to {bits(end)}",
            "chance": f"{probability(probability_of(start))} to {probability(probability_of(end))}",
            "all": count(found),
            "true": count(true),
        }
        for kind, height in ((ALL_PAIRS, found), (EXPECTED_MATCHES, true)):
            if finite(height):
                yield {**bin_, "kind": kind, "pairs": height}


def _thresholds(thresholds: Row | None, *, labelled: bool, written: Callable[[Any], str] = bits) -> list[Chart]:
    """Rules at the thresholds; `labelled` puts the name of review to the left of its rule, of match to the right."""
    alt = altair()
    layers: list[Chart] = []
    for name, align, shift in (("review", "right", -5), ("match", "left", 5)):
        weight = finite((thresholds or {}).get(name))
        if weight is None:
            continue
        base = alt.Chart(values([{"weight": weight, "name": f"{name} ≥ {written(weight)}"}])).encode(x="weight:Q")
        layers.append(base.mark_rule(strokeDash=[5, 3], strokeWidth=1.5).encode(tooltip="name:N"))
        if labelled:
            named = base.encode(text="name:N", y=alt.value(2))
            layers += labels(named, align=align, dx=shift, baseline="top", fontSize=11, fontWeight=600)
    return layers


@dataclass(frozen=True)
class Unit:
    """What the steps of a pair are counted in: titles of the axis and of a single figure, and how it is written."""

    name: str
    title: str
    short: str
    written: Callable[[Any], str]


UNITS = {
    "bits": Unit("bits", "match weight so far (bits)", "match weight (bits)", bits),
    "points": Unit(
        "points", "points so far", "points", lambda value: f"{number({'': value}, ''):+.0f}".replace("-", "−")
    ),
    "share": Unit("share", "share of the weight so far", "share", percent),
    "clauses": Unit("clauses", "share of the clauses that hold, or degree", "holds", percent),
}


def unit_of(example: Row) -> Unit:
    """The unit of an example pair; bits where it names none."""
    return UNITS[text(example, "unit") or "bits"]


def waterfall(example: Row, thresholds: Row | None = None, *, label_pixels: int = 200) -> Chart:
    """How one pair came to its total, from the start through every step; in `clauses`, every step alone."""
    alt = altair()
    alone = text(example, "unit") == "clauses"
    rows = _single(example) if alone else _steps(example)
    base = alt.Chart(values(rows)).encode(y=categories("step", pixels=label_pixels))
    scale = alt.Scale(domain=[0, 1]) if alone else alt.Scale(zero=True)
    unit = unit_of(example)
    bars = base.mark_bar(cornerRadius=2, height={"band": 0.72}).encode(
        x=alt.X("low:Q", title=unit.title, scale=scale, axis=alt.Axis(tickCount=7)),
        x2="high:Q",
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))),
        tooltip=[
            alt.Tooltip("comparison:N"),
            alt.Tooltip("label:N", title="level"),
            alt.Tooltip("left:N"),
            alt.Tooltip("right:N"),
            alt.Tooltip("weight:N", title=unit.short),
            *([] if alone else [alt.Tooltip("sum:N", title="sum so far")]),
        ],
    )
    figures = labels(base.encode(x="high:Q", text="weight:N"), align="left", dx=5, fontSize=11)
    rules = _thresholds(thresholds, labelled=False, written=unit_of(example).written)
    return alt.layer(*rules, bars, *figures).properties(width=260, height=alt.Step(22))


COLOURS = {"for": FOR, "against": AGAINST, "total": NEUTRAL}


def _steps(example: Row) -> list[dict[str, Any]]:
    """One bar per step: from the sum before it to the sum after it; the start and the total begin at 0."""
    written = unit_of(example).written
    start, total = number(example, "prior_weight"), number(example, "match_weight")
    rows = []
    if start:
        rows.append(_bar("starting point", {"label": "any two records", "weight": start}, 0.0, start, written))
    sum_so_far = start
    for step in example.get("steps") or ():
        after = sum_so_far + number(step, "weight")
        rows.append(_bar(text(step, "comparison"), step, sum_so_far, after, written))
        sum_so_far = after
    if abs(total - sum_so_far) >= UNEXPLAINED:
        rest = {"label": "all other adjustments", "weight": total - sum_so_far}
        rows.append(_bar("adjustments", rest, sum_so_far, total, written))
    chance = finite(example.get("match_probability"))
    label = "" if chance is None else f"probability {probability(chance)}"
    rows.append(_bar("sum", {"label": label, "weight": total}, 0.0, total, written) | {"kind": "total"})
    return rows


def _single(example: Row) -> list[dict[str, Any]]:
    """One bar per step, each from 0; those that hold wholly stand out."""
    rows = []
    for step in example.get("steps") or ():
        bar = _bar(text(step, "comparison"), step, 0.0, number(step, "weight"), unit_of(example).written)
        rows.append(bar | {"kind": "for" if number(step, "weight") >= 1 else "total"})
    return rows


def _bar(name: str, step: Row, before: float, after: float, written: Callable[[Any], str]) -> dict[str, Any]:
    label = text(step, "label")
    return {
        "step": f"{name}: {label}" if label else name,
        "comparison": name,
        "label": label,
        "left": text(step, "left"),
        "right": text(step, "right"),
        "weight": written(step.get("weight")),
        "sum": written(after),
        "low": min(before, after),
        "high": max(before, after),
        "kind": "for" if after >= before else "against",
    }


def calibration(checked: Row) -> Chart:
    """Share of true matches found by the check, against the probability that the model gave; ideal is the diagonal."""
    alt = altair()
    rows = [
        {
            "probability": number(bin_, "probability"),
            "expected": number(bin_, "expected"),
            "pairs": number(bin_, "pairs"),
            "given": percent(bin_.get("probability")),
            "found": percent(bin_.get("expected")),
            "count": count(bin_.get("pairs")),
        }
        for bin_ in checked.get("bins") or ()
    ]
    whole = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%", tickCount=6)
    across = alt.X("probability:Q", title="probability given by the model", scale=whole, axis=axis)
    upward = alt.Y("expected:Q", title="share of matches found by the check", scale=whole, axis=axis)
    ends = [{"probability": 0, "expected": 0}, {"probability": 1, "expected": 1}]
    ideal = alt.Chart(values(ends)).mark_line(color=NEUTRAL, strokeDash=[5, 3]).encode(x=across, y=upward)
    base = alt.Chart(values(rows)).encode(x=across, y=upward)
    line = base.mark_line(color=FOR, strokeWidth=1.5)
    points = base.mark_point(filled=True, color=FOR, opacity=0.9).encode(
        size=alt.Size("pairs:Q", title="pairs", scale=alt.Scale(type="sqrt", range=[30, 400]), legend=None),
        tooltip=[
            alt.Tooltip("given:N", title="given by the model"),
            alt.Tooltip("found:N", title="found by the check"),
            alt.Tooltip("count:N", title="pairs"),
        ],
    )
    return alt.layer(ideal, line, points).properties(width=360, height=320)
