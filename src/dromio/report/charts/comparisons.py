"""Charts of what the model has learned: weight, m and u of every comparison level."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from dromio.report.charts.base import (
    AGAINST,
    FOR,
    NEUTRAL,
    RELATED,
    WIDTH,
    Chart,
    Row,
    altair,
    categories,
    kinds,
    number,
    text,
    values,
)
from dromio.report.figures import bits, finite, probability

MATCHES = "among matches (m)"
NON_MATCHES = "among non-matches (u)"
RELATED_PAIRS = "among related ones"

SMALLEST = 1e-9
"""Where a probability of 0 is drawn, as the axis is logarithmic; the tooltip tells the true value."""


def _levels(comparisons: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Every (comparison, level) that carries evidence: null levels are left out."""
    for comparison in comparisons:
        for level in comparison.get("levels") or ():
            if not level.get("is_null_level"):
                yield comparison, level


def _facets(layers: Chart, rows: list[dict[str, Any]]) -> Chart:
    """The layers once per comparison, one below the other, each with its own levels."""
    alt = altair()
    header = alt.Header(labelAnchor="start", labelFontSize=12, labelFontWeight=600, labelPadding=4, labelLimit=WIDTH)
    order = alt.EncodingSortField(field="order", op="min")
    facet = alt.Facet("comparison:N", title=None, sort=order, header=header)
    rows = [{**row, "order": place} for place, row in enumerate(rows)]
    return layers.facet(data=values(rows), facet=facet, columns=1, spacing=12).resolve_scale(y="independent")


def level_weights(comparisons: Iterable[Row]) -> Chart:
    """Match weight in bits of every comparison level: to the right speaks for a match, to the left against it."""
    alt = altair()
    rows: list[dict[str, Any]] = [
        {
            "comparison": text(comparison, "name"),
            "level": text(level, "label"),
            "weight": number(level, "weight"),
            "shown": bits(level.get("weight")),
            "m": probability(level.get("m")),
            "u": probability(level.get("u")),
        }
        for comparison, level in _levels(comparisons)
    ]
    extent = max((abs(row["weight"]) for row in rows), default=1.0) * 1.15 or 1.0
    base = alt.Chart().encode(
        y=categories("level"),
        x=alt.X(
            "weight:Q",
            title="match weight (bits)",
            scale=alt.Scale(domain=[-extent, extent]),
            axis=alt.Axis(tickCount=9),
        ),
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=alt.condition("datum.weight < 0", alt.value(AGAINST), alt.value(FOR)),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("comparison", "level")]
        + [alt.Tooltip("shown:N", title="match weight (bits)"), alt.Tooltip("m:N"), alt.Tooltip("u:N")],
    )
    align, shift = alt.expr("datum.weight < 0 ? 'right' : 'left'"), alt.expr("datum.weight < 0 ? -4 : 4")
    figures = base.mark_text(align=align, dx=shift, fontSize=11).encode(text="shown:N")
    layers = alt.layer(bars, figures).properties(width=WIDTH - 60, height=alt.Step(20))
    return _facets(layers, rows)


def level_probabilities(comparisons: Iterable[Row]) -> Chart:
    """m and u of every comparison level on a logarithmic axis: the farther apart, the stronger the evidence.

    Levels with a `related` probability get a third point.
    """
    alt = altair()
    rows = [row for comparison, level in _levels(comparisons) for row in _points(comparison, level)]
    names = [name for name in (MATCHES, NON_MATCHES, RELATED_PAIRS) if any(row["kind"] == name for row in rows)]
    colour_of = {MATCHES: FOR, NON_MATCHES: AGAINST, RELATED_PAIRS: RELATED}
    base = alt.Chart().encode(y=categories("level"))
    lowest = math.floor(math.log10(min((row["at"] for row in rows), default=0.1)))
    axis = alt.Axis(values=[10.0**power for power in range(lowest, 1)], labelExpr="format(datum.value, '~g')")
    scale = alt.Scale(type="log", domain=[10.0**lowest / 1.4, 1.4], nice=False)
    span = base.mark_rule(strokeWidth=2, color=NEUTRAL, opacity=0.7).encode(
        x=alt.X("low:Q", scale=scale, title="probability of the level", axis=axis), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("at:Q", scale=scale),
        color=kinds("kind", names, [colour_of[name] for name in names]),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("comparison", "level")]
        + [alt.Tooltip("kind:N", title="how often"), alt.Tooltip("shown:N", title="probability")],
    )
    return _facets(alt.layer(span, points).properties(width=WIDTH - 60, height=alt.Step(20)), rows)


def _points(comparison: Row, level: Row) -> list[dict[str, Any]]:
    """The points of one level, each with the span of all of them."""
    found = {MATCHES: level.get("m"), NON_MATCHES: level.get("u"), RELATED_PAIRS: level.get("related")}
    places = {kind: max(place, SMALLEST) for kind, value in found.items() if (place := finite(value)) is not None}
    return [
        {
            "comparison": text(comparison, "name"),
            "level": text(level, "label"),
            "kind": kind,
            "at": place,
            "low": min(places.values()),
            "high": max(places.values()),
            "shown": probability(found[kind]),
        }
        for kind, place in places.items()
    ]
