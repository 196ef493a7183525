"""The draft of a model from understood columns: attributes, default comparisons, survivorship. Keys come from `keys`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from dromio.configure.columns import Understood
from dromio.engines.columns import AttributeColumns
from dromio.model import defaults
from dromio.model.schema import Attribute, Comparison, Input, Survivorship

_COMPOUND = ("person_name", "address", "geo")
_REPEATED = ("email", "phone")
"""Types whose several columns are several values of one attribute."""
_MOST_COMPARISONS = 16


def attributes(understood: Sequence[Understood], day_first: Mapping[str, bool]) -> list[Attribute]:
    """Attributes of the columns that take part, in order of the columns."""
    groups: dict[tuple[str, str], list[Understood]] = {}
    for one in understood:
        if one.type:
            group = one.group if one.type in _COMPOUND or (one.type == "date" and one.role != "value") else ""
            key = (one.type, group or ("" if one.type in _REPEATED and one.group != "fax" else one.group))
            groups.setdefault(key, []).append(one)
    found: list[Attribute] = []
    taken: set[str] = set()
    for (type_name, group), members in groups.items():
        for inputs in _inputs(type_name, members):
            name = _name(type_name, group, inputs, taken)
            taken.add(name)
            flag = any(day_first.get(column, False) for value in inputs for column in value.columns.values())
            found.append(Attribute(name=name, type=type_name, inputs=inputs, day_first=flag))
    return found


def _inputs(type_name: str, members: Sequence[Understood]) -> list[list[Input]]:
    """The inputs of each attribute that a group of columns makes."""
    if type_name in _COMPOUND or any(one.role != "value" for one in members):
        return [[Input(columns={one.role: one.profile.name for one in members})]]
    if type_name in _REPEATED and len(members) > 1:
        return [[Input(columns={"value": one.profile.name}, label=one.profile.name) for one in members]]
    return [[Input(columns={"value": one.profile.name})] for one in members]


def _name(type_name: str, group: str, inputs: Sequence[Input], taken: set[str]) -> str:
    simple = {"person_name": "name", "date": "date"}.get(type_name, type_name)
    if type_name in _COMPOUND or len(inputs) > 1:
        wanted = group.replace("person_name", "name") if group else simple
    else:
        wanted = next(iter(inputs[0].columns.values())) if len(inputs[0].columns) == 1 else simple
    wanted = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:40]
    if not wanted or not wanted[0].isalpha():
        wanted = simple
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def shape_of(columns: AttributeColumns, records: int) -> defaults.Shape:
    """Completeness and distinct values of an attribute's fields."""
    filled, distinct = {}, {}
    for name, column in columns.columns.items():
        rows = column.codes >= 0
        owners = int(rows.sum()) if columns.owner is None else len(np.unique(columns.owner[rows]))
        filled[name] = owners / max(records, 1)
        distinct[name] = len(column.values)
    return defaults.Shape(filled, distinct)


def comparisons(model_attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns], records: int) -> list[Comparison]:
    """Default comparisons of all attributes; when there are many, those of the attributes that tell records apart best."""
    found: list[tuple[float, int, Comparison]] = []
    for attribute in model_attributes:
        shape = shape_of(columns[attribute.name], records)
        for comparison in defaults.comparisons(attribute.name, attribute.type, shape):
            found.append((-_informative(columns[attribute.name], comparison, records), len(found), comparison))
    chosen = sorted(found)[:_MOST_COMPARISONS] if len(found) > _MOST_COMPARISONS else found
    result = [comparison for _, _, comparison in sorted(chosen, key=lambda one: one[1])]
    return _distinct_names(result)


def _informative(columns: AttributeColumns, comparison: Comparison, records: int) -> float:
    """Completeness times the bits that agreement on the first field of the comparison is worth."""
    best = 0.0
    for column in columns.columns.values():
        counts = column.counts.astype(np.float64)
        rows = counts.sum()
        if rows >= 2:
            mean = float((counts * counts).sum() / rows**2)
            best = max(best, rows / max(records, 1) * -float(np.log2(mean)))
    return best


def _distinct_names(comparisons: Sequence[Comparison]) -> list[Comparison]:
    names = [comparison.name for comparison in comparisons]
    return [
        comparison.model_copy(update={"name": f"{comparison.attribute} {comparison.name}"}) if names.count(comparison.name) > 1 else comparison
        for comparison in comparisons
    ]


def survivorship(model_attributes: Sequence[Attribute]) -> list[Survivorship]:
    """Default rules of the golden record for every attribute."""
    return [defaults.survivorship(attribute.name, attribute.type) for attribute in model_attributes]


def day_first(understood: Sequence[Understood]) -> dict[str, bool]:
    """For every date column whether the day comes first: when more values can only be read so than the other way."""
    result = {}
    for one in understood:
        if one.type == "date" and one.role == "value":
            numbers = [re.match(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}", text) for text in one.profile.sample]
            firsts = [(int(match[1]), int(match[2])) for match in numbers if match]
            day = sum(first > 12 for first, _ in firsts)
            month = sum(second > 12 for _, second in firsts)
            dotted = sum("." in text for text in one.profile.sample) > len(one.profile.sample) / 2
            result[one.profile.name] = day > month or (day == month and dotted)
    return result


