"""A model as settings of Splink, as far as they can say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.errors import Fault, ModelError
from dromio.interchange.splink.operands import Unsayable
from dromio.interchange.splink.printing import Printer, equalities, of_rule, printer_of, sql_of
from dromio.model.expressions import Test, parse_condition, parse_field
from dromio.model.schema import Comparison, Key, Level, Model, Thresholds, local

DIALECT = "duckdb"
_ELSEWHERE = {
    "rules": "Splink decides by weights only",
    "guards": "Splink compares every value",
    "shared_values": "Splink compares every value",
    "words": "Splink does not weigh words",
    "partitions": "Splink reads one partition at a time",
    "survivorship": "Splink makes no golden records",
    "source_rank": "Splink makes no golden records",
    "recency": "Splink makes no golden records",
}
"""Part of a model -> why settings do not hold it."""


def export_splink(model: Model) -> tuple[dict[str, Any], tuple[str, ...]]:
    """(settings, notes): settings that Splink 4 and 5 read, in DuckDB's SQL, and what of the model they do not say.

    Each note begins with the dotted path of its place in the model. Types other than `raw` and `folded` clean what
    Splink compares as delivered, which is noted. Raises ModelError for a model that no comparison decides, or none that
    SQL can say.
    """
    notes = _whole_notes(model)
    printers = _printers(model, notes)
    settings: dict[str, Any] = {"link_type": model.link_type, "sql_dialect": DIALECT}
    if model.prior:
        settings["probability_two_random_records_match"] = model.prior.match
    rules = [_rule(f"keys.{number}", key, printers, notes) for number, key in enumerate(model.keys)]
    settings["blocking_rules_to_generate_predictions"] = [rule for rule in rules if rule]
    comparisons = [
        _comparison(f"comparisons.{number}", comparison, printers.get(comparison.attribute), notes)
        for number, comparison in enumerate(model.comparisons)
    ]
    settings["comparisons"] = [comparison for comparison in comparisons if comparison]
    if not settings["comparisons"]:
        faults = [Fault(path, message) for path, _, message in (note.partition(": ") for note in notes)]
        raise ModelError([Fault("comparisons", "there is none that SQL can say"), *faults])
    return settings, tuple(notes)


def _printers(model: Model, notes: list[str]) -> dict[str, Printer]:
    """Attribute -> its printer, for the attributes that SQL can name."""
    printers: dict[str, Printer] = {}
    for number, attribute in enumerate(model.attributes):
        try:
            printers[attribute.name] = printer_of(attribute)
        except Unsayable as error:
            notes.append(f"attributes.{number}: {error}; left out with all that names it")
            continue
        if attribute.type not in ("raw", "folded"):
            notes.append(f"attributes.{number}: Splink compares values as delivered, not cleaned as {attribute.type!r}")
    return printers


def _comparison(path: str, comparison: Comparison, printer: Printer | None, notes: list[str]) -> dict[str, Any] | None:
    """The comparison with its levels; from the first that SQL cannot say on, all are one."""
    if printer is None:
        notes.append(f"{path}: attribute {comparison.attribute!r} is left out; so is {comparison.name!r}")
        return None
    try:
        null = sql_of(printer.condition(parse_condition(comparison.null_when)))
    except Unsayable as error:
        notes.append(f"{path}.null_when: {error}; {comparison.name!r} is left out")
        return None
    conditions, trouble = _conditions(comparison, printer)
    if not conditions:
        notes.append(f"{path}.levels.0: {trouble}; {comparison.name!r} is left out")
        return None
    tail = comparison.levels[len(conditions) :]
    if len(tail) > 1:
        names = ", ".join(repr(level.label) for level in tail)
        notes.append(f"{path}.levels.{len(conditions)}: {trouble}; the levels {names} are one with the sums of m and u")
    levels = [{"sql_condition": null, "label_for_charts": "missing", "is_null_level": True}]
    for number, (level, condition) in enumerate(zip(comparison.levels, conditions, strict=False)):
        own = f"{path}.levels.{number}"
        levels.append(_level(condition, level.label, [level]) | _adjusted(own, comparison, level, printer, notes))
    levels.append(_level("ELSE", "; or ".join(level.label for level in tail), tail))
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _conditions(comparison: Comparison, printer: Printer) -> tuple[list[str], str]:
    """SQL of as many first levels as can be said, and why the next cannot."""
    found: list[str] = []
    for level in comparison.levels[:-1]:
        try:
            found.append(sql_of(printer.condition(parse_condition(level.when or ""))))
        except Unsayable as error:
            return found, str(error)
    return found, ""


def _level(sql: str, label: str, levels: list[Level]) -> dict[str, Any]:
    result: dict[str, Any] = {"sql_condition": sql, "label_for_charts": label}
    for name in ("m", "u"):
        values = [getattr(level, name) for level in levels]
        if None not in values:
            result[f"{name}_probability"] = sum(values)
    return result


def _adjusted(path: str, comparison: Comparison, level: Level, printer: Printer, notes: list[str]) -> dict[str, Any]:
    """The term-frequency adjustment of a level: Splink makes one only where some level is equality of the column."""
    field = level.term_frequency
    if field is None:
        return {}
    plain = Test("equal", (parse_field(field),))
    exact = any(one.when and parse_condition(one.when) == plain for one in comparison.levels)
    column = printer.columns.get(field)
    if printer.type != "raw" or column is None or not exact:
        notes.append(f"{path}.term_frequency: {field!r} is no column with an exact level; the level is not adjusted")
        return {}
    return {"tf_adjustment_column": column, "tf_adjustment_weight": 1.0}


def _rule(path: str, key: Key, printers: Mapping[str, Printer], notes: list[str]) -> dict[str, str] | None:
    sides = []
    try:
        for text in key.fields:
            attribute, inside = local(parse_field(text))
            if attribute not in printers:
                raise Unsayable(f"attribute {attribute!r} is left out")
            printer = printers[attribute]
            sides.append((printer.field(inside, of_rule("l")), printer.field(inside, of_rule("r"))))
    except Unsayable as error:
        notes.append(f"{path}: {error}; the key is left out, so fewer pairs are compared")
        return None
    if key.max_block is not None:
        notes.append(f"{path}.max_block: {key.max_block}; Splink compares all pairs of a block, however large")
    if key.split_by:
        notes.append(f"{path}.split_by: {', '.join(key.split_by)}; Splink splits no blocks")
    return {"blocking_rule": sql_of(equalities(sides)), "sql_dialect": DIALECT}


def _whole_notes(model: Model) -> list[str]:
    """Notes on what the model says beside attributes, keys and comparisons."""
    notes = [f"{part}: {why}" for part, why in _ELSEWHERE.items() if getattr(model, part)]
    if model.prior is None:
        notes.append("prior: not known; Splink takes one pair in 10,000")
    elif model.prior.related:
        notes.append(
            f"prior.related: {model.prior.related}; Splink knows no related entities, so its weights are higher"
        )
    for name in model.frequencies:
        notes.append(f"frequencies.{name}: settings hold none; Splink counts those of the records that it is given")
    if model.thresholds != Thresholds():
        notes.append(f"thresholds: settings hold none; give Splink threshold_match_weight={model.thresholds.match:g}")
    if model.clustering.method != "connected_components":
        notes.append(f"clustering.method: {model.clustering.method!r}; Splink joins connected components")
    if model.clustering.one_to_one:
        notes.append("clustering.one_to_one: settings do not hold it")
    return notes
