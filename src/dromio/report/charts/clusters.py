"""Charts of the clusters: how large they are, and single ones drawn as graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dromio.report.charts.base import (
    AGAINST,
    FOR,
    NEUTRAL,
    WIDTH,
    Chart,
    Row,
    altair,
    labels,
    log_counts,
    number,
    text,
    values,
)
from dromio.report.charts.layout import places
from dromio.report.figures import bits, count, finite, probability, probability_of

SINGLE_SIZES = 12
"""Clusters up to this size get a bar per size; larger ones share a bar with their neighbours."""

DRAWN_NODES = 150
"""A larger cluster is drawn in part: more points are neither readable nor quickly placed."""

LABELLED_NODES = 16
LABELLED_EDGES = 16
LABEL_CHARACTERS = 26

GRAPH_PIXELS = 420
"""Width of a graph; its height follows from the places of the nodes, at the same scale."""

MARGIN = 0.15
"""Room for labels around the nodes, as a share of the width that the nodes take."""

STRONG_BITS = 15.0
"""An edge this far above the match threshold has the full colour: odds of more than 30,000 to 1 beyond it."""


def cluster_sizes(sizes: Iterable[Row]) -> Chart:
    """How many clusters have 1, 2, 3 ... records, with logarithmic counts."""
    alt = altair()
    rows = size_groups(sizes)
    names = [row["size"] for row in rows]
    largest = max((row["clusters"] for row in rows), default=1)
    base = alt.Chart(values(rows)).encode(
        x=alt.X("size:N", sort=None, title="records in the cluster", axis=alt.Axis(labelAngle=0)),
        y=log_counts("clusters", "clusters (logarithmic)", largest),
    )
    bars = base.mark_bar(color=FOR, cornerRadiusEnd=2).encode(
        tooltip=[
            alt.Tooltip("size:N", title="records in the cluster"),
            alt.Tooltip("shown:N", title="clusters"),
            alt.Tooltip("records:N", title="records in them"),
        ]
    )
    figures = base.mark_text(dy=-7, fontSize=11).encode(text="shown:N")
    return (bars + figures).properties(width=min(WIDTH, 60 * max(len(names), 2)), height=220)


def size_groups(sizes: Iterable[Row]) -> list[dict[str, Any]]:
    """Clusters and records by size, in rising order; above SINGLE_SIZES the limits double: "13–24", "25–48" ..."""
    groups: dict[tuple[int, int], list[int]] = {}
    for row in sorted(sizes, key=lambda row: number(row, "size")):
        size, clusters = int(number(row, "size")), int(number(row, "clusters"))
        low = high = size
        if size > SINGLE_SIZES:
            high = 2 * SINGLE_SIZES
            while high < size:
                high *= 2
            low = high // 2 + 1
        found = groups.setdefault((low, high), [0, 0])
        found[0] += clusters
        found[1] += clusters * size
    return [
        {
            "size": str(low) if low == high else f"{low}–{high}",
            "clusters": clusters,
            "shown": count(clusters),
            "records": count(records),
        }
        for (low, high), (clusters, records) in groups.items()
    ]


def cluster_graph(cluster: Row, thresholds: Row | None = None) -> Chart:
    """One cluster as a graph: records as nodes, edges coloured from weak to strong, with their weights in bits.

    Only the first 150 nodes are drawn, and the edges among them. With more than 16 nodes or edges their labels are
    left to the tooltips.
    """
    alt = altair()
    nodes = list(cluster.get("nodes") or ())[:DRAWN_NODES]
    number_of = {text(node, "id"): place for place, node in enumerate(nodes)}
    edges = [edge for edge in cluster.get("edges") or () if {text(edge, "left"), text(edge, "right")} <= set(number_of)]
    ends = [(number_of[text(edge, "left")], number_of[text(edge, "right")]) for edge in edges]
    points = places(len(nodes), ends).tolist()
    layers = _edge_layers(edges, ends, points, thresholds) + _node_layers(nodes, ends, points)
    low, high = min((y for _, y in points), default=0.5), max((y for _, y in points), default=0.5)
    scales = {"x": [-MARGIN, 1 + MARGIN], "y": [low - MARGIN, high + MARGIN]}
    x, y = (alt.Scale(domain=domain, nice=False, zero=False) for domain in scales.values())
    first = layers[0].encode(x=alt.X("x:Q", axis=None, scale=x), y=alt.Y("y:Q", axis=None, scale=y))
    height = round(GRAPH_PIXELS * (high - low + 2 * MARGIN) / (1 + 2 * MARGIN))
    return alt.layer(first, *layers[1:]).properties(width=GRAPH_PIXELS, height=height)


def _edge_layers(
    edges: Sequence[Row], ends: Sequence[tuple[int, int]], points: Sequence[Sequence[float]], thresholds: Row | None
) -> list[Chart]:
    alt = altair()
    weakest = min((number(edge, "weight") for edge in edges), default=0.0)
    match = finite((thresholds or {}).get("match"))
    start = weakest if match is None else match
    colour = alt.Color(
        "weight:Q",
        legend=None,
        scale=alt.Scale(
            domain=[start, start + STRONG_BITS / 2, start + STRONG_BITS],
            range=[AGAINST, NEUTRAL, FOR],
            interpolate="rgb",
            clamp=True,
        ),
    )
    rows = [
        {
            **dict(zip(("x", "y", "x2", "y2"), (*points[left], *points[right]), strict=True)),
            "xm": (points[left][0] + points[right][0]) / 2,
            "ym": (points[left][1] + points[right][1]) / 2,
            "weight": number(edge, "weight"),
            "shown": bits(edge.get("weight")),
            "chance": probability(probability_of(number(edge, "weight"))),
            "pair": f"{text(edge, 'left')} – {text(edge, 'right')}",
        }
        for edge, (left, right) in zip(edges, ends, strict=True)
    ]
    tooltip = [
        alt.Tooltip("pair:N", title="records"),
        alt.Tooltip("shown:N", title="match weight (bits)"),
        alt.Tooltip("chance:N", title="match probability"),
    ]
    data = values(rows)
    lines = alt.Chart(data).mark_rule(strokeWidth=2.5, strokeCap="round")
    layers = [lines.encode(x="x:Q", y="y:Q", x2="x2:Q", y2="y2:Q", color=colour, tooltip=tooltip)]
    if len(rows) <= LABELLED_EDGES:
        named = alt.Chart(data).encode(x="xm:Q", y="ym:Q", text="shown:N")
        layers += labels(named, fontSize=10, fontWeight=600, dy=-8)
    return layers


def _node_layers(
    nodes: Sequence[Row], ends: Sequence[tuple[int, int]], points: Sequence[Sequence[float]]
) -> list[Chart]:
    alt = altair()
    rows = [
        {
            "x": points[place][0],
            "y": points[place][1],
            "id": text(node, "id"),
            "label": text(node, "label"),
            "shown": _shortened(node),
            "above": _lies_above_neighbours(place, ends, points),
        }
        for place, node in enumerate(nodes)
    ]
    base = alt.Chart(values(rows)).encode(x="x:Q", y="y:Q")
    dots = base.mark_point(filled=True, size=110, color=NEUTRAL, opacity=1)
    layers = [dots.encode(tooltip=[alt.Tooltip("id:N", title="record"), alt.Tooltip("label:N")])]
    if len(rows) <= LABELLED_NODES:
        layers += labels(base.encode(text="shown:N"), fontSize=11, dy=alt.expr("datum.above ? -14 : 16"))
    return layers


def _lies_above_neighbours(place: int, ends: Sequence[tuple[int, int]], points: Sequence[Sequence[float]]) -> bool:
    """Whether a node lies clearly above the middle of its neighbours, so that its label is better placed above it."""
    heights = [points[right if left == place else left][1] for left, right in ends if place in (left, right)]
    return bool(heights) and points[place][1] > sum(heights) / len(heights) + 0.05


def _shortened(node: Row) -> str:
    label = text(node, "label") or text(node, "id")
    return label if len(label) <= LABEL_CHARACTERS else label[: LABEL_CHARACTERS - 1] + "…"
