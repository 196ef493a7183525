"""Sections on what was decided and why: weights, comparisons, example pairs, clusters, calibration, timings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dromio.report import charts
from dromio.report.blocks import Run, Section, chart_figure, paragraph, threshold_words
from dromio.report.charts.clusters import DRAWN_NODES, size_groups
from dromio.report.charts.pairs import unit_of
from dromio.report.figures import UNKNOWN, bits, count, finite, megabytes, percent, probability, probability_of, seconds
from dromio.report.markup import Html, details, element, joined, table

FIGURES = "Figures as a table"


def decisions(run: Run) -> Section | None:
    """How many pairs each rule, group or score decided on."""
    found = run.get("decisions")
    if not found:
        return None
    rows = [(row.get("reason") or "nothing held", row.get("decision"), count(row.get("pairs"))) for row in found]
    words = "Of the pairs that were compared, so many were decided by each rule, in the order in which rules are tried."
    listed = table(("decided by", "decision", "pairs"), rows, numbers=(2,))
    return Section("decisions", "What decided", joined([paragraph(words), listed]))


def weights(run: Run) -> Section | None:
    """How the match weights of the scored pairs are spread, with the thresholds."""
    found = run.get("weights")
    if not found or not found.get("pairs"):
        return None
    chart = charts.weight_distribution(found, run.get("thresholds"))
    caption = (
        "Pairs by match weight; the blue part is expected to be true matches. The counts are logarithmic, each line "
        "ten times the one below: half of a bar's height is far less than half of its pairs."
    )
    edges, matches = found["edges"], found.get("matches") or [None] * len(found["pairs"])
    rows = [
        (f"{bits(start)} to {bits(end)}", probability(probability_of((start + end) / 2)), count(pairs), count(true))
        for start, end, pairs, true in zip(edges[:-1], edges[1:], found["pairs"], matches, strict=True)
    ]
    head = ("match weight (bits)", "probability in the middle", "pairs", "expected matches")
    parts = [threshold_words(run), chart_figure(chart, caption), details(FIGURES, table(head, rows, numbers=(1, 2, 3)))]
    return Section("weights", "Match weights and thresholds", joined(parts))


def comparisons(run: Run) -> Section | None:
    """What the model has learned about every comparison level."""
    found = run.get("comparisons")
    if not found:
        return None
    parts: list[object] = []
    prior = finite(run.get("prior"))
    if prior is not None:
        parts.append(
            paragraph(
                f"Before anything is compared, two records drawn at random match with probability {probability(prior)}."
            )
        )
    parts.append(
        paragraph(
            "Each comparison then adds or takes away evidence. One bit doubles the odds of a match; ten bits multiply "
            "them by about a thousand. A missing value adds nothing."
        )
    )
    parts.append(chart_figure(charts.level_weights(found), "Match weight of every comparison level, in bits."))
    caption = (
        "How often each level is reached among matches (m) and among non-matches (u), on a logarithmic axis. "
        "The distance between the two points is the match weight."
    )
    parts.append(chart_figure(charts.level_probabilities(found), caption))
    parts.append(details(FIGURES, _levels_table(found)))
    return Section("comparisons", "What counts for and against a match", joined(parts))


def _levels_table(found: Any) -> Html:
    levels = [(comparison, level) for comparison in found for level in comparison.get("levels") or ()]
    related = any(level.get("related") is not None for _, level in levels)
    rows = []
    for comparison, level in levels:
        row = [comparison.get("name"), level.get("label"), probability(level.get("m")), probability(level.get("u"))]
        if related:
            row.append(probability(level.get("related")))
        rows.append([*row, "no evidence" if level.get("is_null_level") else bits(level.get("weight"))])
    head = ["comparison", "level", "m", "u", *(["related"] if related else []), "match weight (bits)"]
    return table(head, rows, numbers=range(2, len(head)))


_DASHED = "Dashed lines are the thresholds for review and match."
CAME_ABOUT = {
    "bits": f"How the match weight came about, step by step. {_DASHED}",
    "points": f"How the points add up, line by line. {_DASHED}",
    "share": f"What each field adds to the share of the weight. {_DASHED}",
    "clauses": "How much of each rule or group holds: blue ones hold wholly.",
}

KINDS = {
    "above": ("Clearly above the threshold", "These pairs became matches with little doubt."),
    "at": ("Close to the threshold", "These pairs decide whether the threshold is right: look at them first."),
    "below": ("Below the threshold", "These pairs were compared and not matched."),
}


def examples(run: Run) -> Section | None:
    """Pairs above, at and below the threshold: both records and how the weight came about."""
    found = run.get("examples")
    if not found:
        return None
    parts: list[object] = list(_decided([pair for pair in found if pair.get("kind") == "decided"], run))
    if any(pair.get("kind") in KINDS for pair in found):
        parts.append(threshold_words(run))
    for kind, (title, words) in KINDS.items():
        pairs = [pair for pair in found if pair.get("kind") == kind]
        if pairs:
            parts += [element("h3", title), paragraph(words), *(_example(pair, run) for pair in pairs)]
    return Section("examples", "Example pairs, explained", joined(parts))


def _decided(pairs: Sequence[Mapping[str, Any]], run: Run) -> Iterator[object]:
    """Pairs that rules, groups, points or weights decided, under what decided them."""
    heading = ""
    for pair in pairs:
        reason, decision = pair.get("reason") or "nothing held", pair.get("decision")
        if heading != (heading := f"{reason}: {decision}"):
            yield element("h3", heading)
        yield _example(pair, run)


def _example(pair: Mapping[str, Any], run: Run) -> Html:
    left, right = pair.get("left") or {}, pair.get("right") or {}
    title = f"{_key(left)} and {_key(right)}"
    unit = unit_of(pair)
    steps = [
        (
            step.get("comparison"),
            step.get("label"),
            step.get("left"),
            step.get("right"),
            unit.written(step.get("weight")),
        )
        for step in pair.get("steps") or ()
    ]
    head = ("step", "outcome", "left", "right", unit.short)
    words = str(pair.get("words") or "")
    drawn = charts.waterfall(pair, pair.get("thresholds") or run.get("thresholds"))
    return element(
        "div",
        element("h4", title),
        element("p", _verdict(pair), class_="quiet small"),
        element("div", _both_records(left, right), chart_figure(drawn, CAME_ABOUT[unit.name]), class_="side"),
        details("Steps as a table", table(head, steps, numbers=(4,))) if steps else None,
        details("In words", element("div", element("pre", words), class_="scroll")) if words else None,
        class_="example",
    )


def _verdict(pair: Mapping[str, Any]) -> str:
    """The outcome in one line: the first one of its words, else weight and probability."""
    if pair.get("words"):
        return str(pair["words"]).partition("\n")[0]
    return f"{bits(pair.get('match_weight'))} bits, probability {probability(pair.get('match_probability'))}"


def _key(record: Mapping[str, Any]) -> str:
    return " ".join(str(record[name]) for name in ("source_dataset", "unique_id") if record.get(name) not in (None, ""))


def _both_records(left: Mapping[str, Any], right: Mapping[str, Any]) -> Html:
    """Both records side by side; values that differ stand out, in bold and by a sign."""
    names = [name for name in dict.fromkeys([*left, *right]) if name not in ("source_dataset", "unique_id")]
    rows = []
    for name in names:
        one, other = left.get(name), right.get(name)
        missing = one in (None, "") or other in (None, "")
        sign, kind = ("", "agree") if missing else ("=", "agree") if one == other else ("≠", "differ")
        cells = [element("span", UNKNOWN if cell in (None, "") else cell, class_=kind) for cell in (one, other)]
        rows.append((name, cells[0], element("span", sign, class_="quiet"), cells[1]))
    return element("div", table(("", _key(left), "", _key(right)), rows), class_="pair")


def cluster_sizes(run: Run) -> Section | None:
    """How many clusters there are of each size."""
    found = run.get("cluster_sizes")
    if not found:
        return None
    words = (
        "A cluster holds the records of one entity. Unexpectedly large ones are where to look first for wrong matches."
    )
    rows = [(row["size"], row["shown"], row["records"]) for row in size_groups(found)]
    figure = chart_figure(charts.cluster_sizes(found), "Clusters by the number of their records, counts logarithmic.")
    listed = table(("records in the cluster", "clusters", "records in them"), rows, numbers=(0, 1, 2))
    return Section("cluster-sizes", "Cluster sizes", joined([paragraph(words), figure, details(FIGURES, listed)]))


GROUPS = {
    "largest": (
        "Largest clusters",
        "Many records in one cluster: right for a busy customer, wrong for a shared address.",
    ),
    "weakest": ("Weakest clusters", "Clusters that hang together by an edge with little evidence."),
}


def clusters(run: Run) -> Section | None:
    """The largest and the weakest clusters drawn as graphs."""
    found = run.get("clusters") or {}
    if not any(found.get(group) for group in GROUPS):
        return None
    words = "Points are records, lines are matches: orange ones are near the match threshold, blue ones far above it."
    parts: list[object] = [paragraph(words)]
    for group, (title, note) in GROUPS.items():
        if found.get(group):
            cards = (_cluster(cluster, run) for cluster in found[group])
            parts += [element("h3", title), paragraph(note), element("div", *cards, class_="cards")]
    return Section("clusters", "Clusters worth a look", joined(parts))


def _cluster(cluster: Mapping[str, Any], run: Run) -> Html:
    nodes, edges = cluster.get("nodes") or (), cluster.get("edges") or ()
    labels = {node.get("id"): node.get("label") for node in nodes}
    size = f"{len(nodes)} records, {len(edges)} edges"
    if len(nodes) > DRAWN_NODES:
        size += f", the first {DRAWN_NODES} records drawn"
    rows = [
        (_named(edge.get("left"), labels), _named(edge.get("right"), labels), bits(edge.get("weight")))
        for edge in edges
    ]
    name = f"Cluster {cluster.get('cluster_id')}"
    return element(
        "div",
        element("h4", name),
        element("p", cluster["note"], class_="small") if cluster.get("note") else None,
        chart_figure(charts.cluster_graph(cluster, run.get("thresholds")), f"{name}: {size}."),
        details("Edges as a table", table(("left", "right", "bits"), rows, numbers=(2,))) if rows else None,
        class_="card",
    )


def _named(record: Any, labels: Mapping[Any, Any]) -> str:
    label = labels.get(record)
    return f"{record} ({label})" if label and label != record else str(record)


def calibration(run: Run) -> Section | None:
    """Whether the probabilities can be taken at their word."""
    found = run.get("calibration") or {}
    if not found.get("bins"):
        return None
    caption = (
        "Each point is a group of pairs, larger for more pairs. On the dashed line, of the pairs that the model gave "
        "80%, 80% are matches; below it the model is too sure, above it too careful."
    )
    rows = [
        (percent(bin_.get("probability")), percent(bin_.get("expected")), count(bin_.get("pairs")))
        for bin_ in found["bins"]
    ]
    parts = [
        paragraph(found["note"]) if found.get("note") else None,
        chart_figure(charts.calibration(found), caption),
        details(FIGURES, table(("given by the model", "found by the check", "pairs"), rows, numbers=(0, 1, 2))),
    ]
    return Section("calibration", "Can the probabilities be trusted?", joined(parts))


def timings(run: Run) -> Section | None:
    """How long each phase took."""
    found = run.get("timings")
    if not found:
        return None
    total = sum(finite(phase.get("seconds")) or 0.0 for phase in found)
    words = [f"The run took {seconds(total)}"]
    if finite(run.get("threads")) is not None:
        words.append(f" with {count(run['threads'])} thread(s)")
    if finite(run.get("peak_memory_mb")) is not None:
        words.append(f" and at most {megabytes(run['peak_memory_mb'])} of memory")
    rows = [(phase.get("phase"), seconds(phase.get("seconds"))) for phase in found]
    figure = chart_figure(charts.timings(found), "Time by phase.")
    listed = details(FIGURES, table(("phase", "time"), rows, numbers=(1,)))
    return Section("timings", "Time and memory", joined([paragraph(*words, "."), figure, listed]))
