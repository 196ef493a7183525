"""Charts of how the run went: pairs of each key, seconds of each phase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dromio.report.charts.base import (
    FOR,
    NEUTRAL,
    SHORT_NUMBERS,
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
from dromio.report.figures import count, percent, seconds

ALL_PAIRS = "all pairs of this key"
NEW_PAIRS = "pairs that no earlier key gave"


def pairs_by_key(keys: Sequence[Row]) -> Chart:
    """Pairs that each blocking key gives, and how many of them no earlier key had given."""
    alt = altair()
    most = max((number(key, "pairs") for key in keys), default=0)
    rows = [
        {
            "key": text(key, "name"),
            "kind": kind,
            "pairs": number(key, field),
            "shown": count(key.get("new_pairs")) + " new",
            "figure": count(key.get(field)),
            "coverage": percent(key.get("coverage")),
            "largest": count(key.get("largest_block")),
        }
        for key in keys
        for kind, field in ((ALL_PAIRS, "pairs"), (NEW_PAIRS, "new_pairs"))
    ]
    base = alt.Chart(values(rows)).encode(y=categories("key"))
    axis = alt.Axis(labelExpr=SHORT_NUMBERS, tickCount=6)
    room = alt.Scale(domain=[0, 1.15 * max(most, 1)], nice=False)  # for the labels
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X("pairs:Q", title="pairs", stack=None, axis=axis, scale=room),
        color=kinds("kind", (ALL_PAIRS, NEW_PAIRS), (NEUTRAL, FOR)),
        opacity=alt.condition(f"datum.kind === '{ALL_PAIRS}'", alt.value(0.45), alt.value(1)),
        tooltip=[
            alt.Tooltip("key:N", title="key"),
            alt.Tooltip("kind:N", title="bar"),
            alt.Tooltip("figure:N", title="pairs"),
            alt.Tooltip("coverage:N", title="records covered"),
            alt.Tooltip("largest:N", title="largest block"),
        ],
    )
    # The bar of all pairs is never the shorter one: a label after its end lies on neither.
    labels = base.mark_text(align="left", dx=5, fontSize=11).encode(x=alt.X("pairs:Q", stack=None), text="shown:N")
    labels = labels.transform_filter(f"datum.kind === '{ALL_PAIRS}'")
    # Long names of keys and the words behind the bars share the width, so that the page need not be scrolled.
    fitted = alt.AutoSizeParams(type="fit-x", contains="padding")
    return (bars + labels).properties(width=WIDTH + 180, height=alt.Step(24), autosize=fitted)


def timings(phases: Iterable[Row]) -> Chart:
    """Seconds that each phase of the run took."""
    alt = altair()
    rows = [
        {"phase": text(phase, "phase"), "seconds": number(phase, "seconds"), "shown": seconds(phase.get("seconds"))}
        for phase in phases
    ]
    across = alt.X("seconds:Q", title="seconds", axis=alt.Axis(tickCount=6))
    base = alt.Chart(values(rows)).encode(y=categories("phase"), x=across)
    tooltip = [alt.Tooltip("phase:N", title="phase"), alt.Tooltip("shown:N", title="time")]
    bars = base.mark_bar(color=FOR, cornerRadiusEnd=2).encode(tooltip=tooltip)
    labels = base.mark_text(align="left", dx=5, fontSize=11).encode(text="shown:N")
    return (bars + labels).properties(width=WIDTH, height=alt.Step(22))
