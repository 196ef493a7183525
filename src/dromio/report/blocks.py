"""Parts that the sections are made of: a section, a chart with its caption, bars inside tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.report.charts.base import Chart
from dromio.report.figures import UNKNOWN, bits, finite, percent, probability, probability_of
from dromio.report.markup import Html, element, embedded_json, joined

Run = Mapping[str, Any]

BAR_PIXELS = 74


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page; `anchor` is its id, by which the contents link to it."""

    anchor: str
    title: str
    content: Html


def chart_figure(chart: Chart, caption: str) -> Html:
    """The chart with its caption; drawn by the script of the page. Raises SchemaValidationError for a wrong chart."""
    spec = chart.to_dict()
    del spec["$schema"]
    return element(
        "figure",
        element("div", class_="drawing", role="img", aria_label=caption),
        element("noscript", element("p", "This chart needs JavaScript; its figures are in the table.", class_="quiet")),
        element("figcaption", caption),
        element("script", embedded_json(spec), type="application/json"),
        class_="chart",
    )


def paragraph(*words: object) -> Html:
    """A paragraph."""
    return element("p", *words)


def bullets(sentences: Sequence[object]) -> Html:
    """A list with a bullet for each sentence."""
    return element("ul", *(element("li", sentence) for sentence in sentences))


def value(text: object) -> Html:
    """A value from the data, set apart from the words around it; a dash when it is missing or empty."""
    return element("span", text, class_="datum") if text not in (None, "") else element("span", UNKNOWN, class_="quiet")


def share_bar(share: Any) -> Html:
    """A bar filled to `share` (0 to 1) with the percentage beside it."""
    part = min(max(finite(share) or 0.0, 0.0), 1.0) * BAR_PIXELS
    whole = element("rect", class_="whole", width=BAR_PIXELS, height=8, rx=2)
    filled = element("rect", class_="part", width=f"{part:.1f}", height=8, rx=2)
    picture = element("svg", whole, filled, class_="bar", viewBox=f"0 0 {BAR_PIXELS} 8", aria_hidden="true")
    return element("span", joined([picture, percent(share)]), class_="filled")


def threshold_words(run: Run) -> Html | None:
    """What the thresholds mean, in words; None when the run has none."""
    found = run.get("thresholds") or {}
    match, review = finite(found.get("match")), finite(found.get("review"))
    if match is None:
        return None
    words = f"A pair is a match from {bits(match)} bits on (probability {probability(probability_of(match))})"
    if review is not None and review < match:
        chance = probability(probability_of(review))
        words += f"; from {bits(review)} bits on (probability {chance}) it is worth a review by a person"
    return paragraph(words + ".")
