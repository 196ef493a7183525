"""Sections on what went in and how it was understood: findings, columns, hot values, keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.report import charts
from dromio.report.blocks import Run, Section, bullets, chart_figure, paragraph, share_bar, value
from dromio.report.figures import UNKNOWN, count, finite, percent
from dromio.report.markup import Html, element, joined, table

TASKS = {
    "dedupe_only": "Records were compared within each source.",
    "link_only": "Records were compared across sources only, not within one source.",
    "link_and_dedupe": "Records were compared both within each source and across sources.",
}


def findings(run: Run) -> Section | None:
    """What was found, in counts and plain sentences, with the warnings and the inputs."""
    parts = [part for part in (_tiles(run), _sentences(run), _warnings(run), _inputs(run)) if part]
    return Section("findings", "What was found", joined(parts)) if parts else None


def _tiles(run: Run) -> Html | None:
    records, entities = finite(run.get("records")), finite(run.get("entities"))
    tiles = [("records", count(records)), ("entities", count(entities))]
    if records and entities is not None:
        tiles.append(("records that repeat another", percent(1 - entities / records)))
        tiles.append(("records per entity", f"{records / entities:.2f}" if entities else UNKNOWN))
    if run.get("candidate_pairs") is not None:
        tiles.append(("candidate pairs compared", count(run["candidate_pairs"])))
    shown = [(name, figure) for name, figure in tiles if figure != UNKNOWN]
    boxes = (element("div", element("dt", name), element("dd", figure)) for name, figure in shown)
    return element("dl", *boxes, class_="tiles") if shown else None


def _sentences(run: Run) -> Html | None:
    sentences = list(run.get("summary") or ())
    task = TASKS.get(str(run.get("link_type")))
    if task:
        sentences.append(task)
    return bullets(sentences) if sentences else None


def _warnings(run: Run) -> Html | None:
    warnings = run.get("warnings")
    if not warnings:
        return None
    return element("div", element("strong", "Please check"), bullets(warnings), class_="warnings", role="note")


def _inputs(run: Run) -> Html | None:
    inputs = run.get("inputs")
    if not inputs:
        return None
    rows = [
        (source.get("name"), value(source.get("path")), count(source.get("rows")), count(source.get("columns")))
        for source in inputs
    ]
    return table(("source", "read from", "rows", "columns"), rows, numbers=(2, 3))


def columns(run: Run) -> Section | None:
    """How each column was understood and how well it is filled."""
    found = run.get("columns")
    if not found:
        return None
    head = ("source", "column", "understood as", "filled", "distinct values", "examples")
    words = "If a column is understood wrongly, correct it in model.yaml and run again."
    listed = table(head, map(_column_row, found), numbers=(4,))
    return Section("columns", "Columns as understood", joined([paragraph(words), listed]))


def _column_row(column: Mapping[str, Any]) -> tuple[object, ...]:
    kind, attribute, role = (column.get(name) for name in ("type", "attribute", "role"))
    meaning = f"{attribute} ({role})" if attribute and role and role not in ("value", attribute) else attribute
    words = [element("div", element("strong", meaning or kind or UNKNOWN))]
    notes = [
        note
        for note in (f"type {kind}" if kind and meaning and kind != meaning else None, column.get("reason"))
        if note
    ]
    if notes:
        words.append(element("div", "; ".join(map(str, notes)), class_="quiet small"))
    shown = [value(example) for example in column.get("examples") or ()]
    return (
        column.get("source"),
        column.get("column"),
        element("div", *words, class_="understood"),
        share_bar(column.get("filled")),
        count(column.get("distinct")),
        element("div", *shown, class_="examples"),
    )


def hot_values(run: Run) -> Section | None:
    """Values so common that sharing them says little, and what was done about them."""
    found = run.get("hot_values")
    if not found:
        return None
    rows = [
        (row.get("attribute"), value(row.get("value")), count(row.get("records")), row.get("action")) for row in found
    ]
    words = (
        "These values stand in so many records that sharing one says little: often they are defaults or placeholders."
    )
    content = (paragraph(words), table(("attribute", "value", "records", "what was done"), rows, numbers=(2,)))
    return Section("hot-values", "Very common values", joined(content))


def keys(run: Run) -> Section | None:
    """Which keys bring records together, and how many pairs each gives."""
    found = run.get("keys")
    if not found:
        return None
    words = [
        "Only records that share a key are compared. A key is good when it covers many records with small blocks, "
        "and worth its time when it gives pairs that no earlier key gave."
    ]
    if finite(run.get("candidate_pairs")) is not None:
        words.append(f" Together the keys gave {count(run['candidate_pairs'])} candidate pairs.")
    rows = [
        (
            key.get("name"),
            share_bar(key.get("coverage")),
            *(
                count(key.get(name))
                for name in ("pairs", "new_pairs", "largest_block", "split_blocks", "dropped_blocks")
            ),
        )
        for key in found
    ]
    head = ("key", "records covered", "pairs", "new pairs", "largest block", "blocks split", "blocks dropped")
    figure = chart_figure(charts.pairs_by_key(found), "Pairs by key: all of them, and those that no earlier key gave.")
    return Section(
        "keys", "Keys and pairs", joined([paragraph(*words), figure, table(head, rows, numbers=range(2, 7))])
    )
