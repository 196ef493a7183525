"""What the charts share: Altair imported on first use, the colours, the scales."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from dromio.errors import MissingExtraError
from dromio.report.figures import finite

Chart: TypeAlias = Any
"""An Altair chart. Altair is optional, so it cannot be named in annotations that are read without it."""

Row: TypeAlias = Mapping[str, Any]

WIDTH = 640
"""Width in pixels of a chart across the page, without its labels."""

# Middle tones: readable on white and on near-black, and told apart with every common colour blindness.
FOR = "#3b82c4"
AGAINST = "#d9772b"
NEUTRAL = "#98a2ad"
RELATED = "#8e6bc9"

LABEL_PIXELS = 260
"""Longest axis label before it is cut; the whole text is in the tooltip."""

SHORT_NUMBERS = "format(datum.value, '~s')"
"""Axis labels such as 10k, each with its own prefix (a plain format gives all of them that of the largest)."""


def altair() -> Any:
    """The altair module; MissingExtraError when it is not installed."""
    try:
        import altair as module
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    return module


def values(rows: Iterable[Row]) -> Any:
    """Rows as inline data of a chart."""
    return altair().Data(values=[dict(row) for row in rows])


def number(row: Row, name: str, default: float = 0.0) -> float:
    """A finite number of a row, or the default."""
    found = finite(row.get(name))
    return default if found is None else found


def text(row: Row, name: str) -> str:
    """A value of a row as text; empty when it is missing."""
    found = row.get(name)
    return "" if found is None else str(found)


def powers_of_ten(largest: float) -> list[int]:
    """0, 1, 10, 100 ... up to the first power that is at least `largest`: ticks for a symlog axis, which has none."""
    return [0] + [10**power for power in range(math.ceil(math.log10(max(largest, 1.0))) + 1)]


def log_counts(field: str, title: str, largest: float) -> Any:
    """Vertical axis of counts from 0 on a logarithmic scale (symlog), ticks at the powers of ten."""
    alt = altair()
    ticks = powers_of_ten(largest)
    return alt.Y(
        f"{field}:Q",
        title=title,
        stack=None,
        scale=alt.Scale(type="symlog", constant=1, domain=[0, max(largest * 1.3, 1)]),
        axis=alt.Axis(values=ticks, labelExpr=SHORT_NUMBERS),
    )


def categories(field: str, pixels: int = LABEL_PIXELS) -> Any:
    """Vertical axis with one row per text, in the order of the data; labels are cut at `pixels`."""
    alt = altair()
    axis = alt.Axis(labelLimit=pixels, ticks=False, domain=False, labelPadding=8)
    return alt.Y(f"{field}:N", title=None, sort=None, axis=axis)


def labels(chart: Chart, **mark: Any) -> list[Chart]:
    """Two layers of text: a halo in the colour of the ground, where the configuration has a style for it, and the text.

    The halo keeps labels readable over lines.
    """
    return [chart.mark_text(style="halo", **mark), chart.mark_text(**mark)]


def kinds(field: str, names: Sequence[str], colours: Sequence[str]) -> Any:
    """Colour by kind, with the legend above the chart."""
    alt = altair()
    legend = alt.Legend(orient="top", title=None, labelLimit=400, symbolType="circle")
    return alt.Color(f"{field}:N", scale=alt.Scale(domain=list(names), range=list(colours)), legend=legend)
