"""An entity as a record of the store: columns by which it is resolved, and the entity itself as it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import Any

from dromio.interchange.reltio import Document, GroupError, MatchGroup, Rule, View, view_of
from dromio.interchange.reltio.groups import All, Compare, Filter, FilterKind, Operator
from dromio.interchange.reltio.model_attributes import ALL_VALUES
from dromio.interchange.reltio.to_model import to_model
from dromio.model.schema import Model

ENTITY_COLUMN = "~entity"
TYPE_COLUMN = "~type"
MOST_ROWS = 1_000
"""Most combinations of the values of one nested value by which it is resolved."""
_NOWHERE = "~nowhere"
_Column = str | list[str]


def columns_of(document: Document, entity: Mapping[str, Any]) -> dict[str, _Column]:
    """Column -> values, as `model_of` names them."""
    found: dict[str, _Column] = {TYPE_COLUMN: document.type}
    for suffix in ("", ALL_VALUES):
        uri = f"configuration/entityTypes/{document.type}/matchGroups/-"
        view = view_of(document, MatchGroup(uri, Rule(All(())), use_ov_only=not suffix))
        found |= {name + suffix: values for name, values in _columns(view)}
    return found | {ENTITY_COLUMN: json.dumps(entity, ensure_ascii=False, separators=(",", ":"))}


def entity_in(values: Mapping[str, Any], entity_type: str) -> dict[str, Any]:
    """The entity of a record; of one that came another way, its columns are attributes of the type given."""
    if isinstance(text := values.get(ENTITY_COLUMN), str):
        entity: dict[str, Any] = json.loads(text)
        return entity
    named = {name: value if isinstance(value, list) else [value] for name, value in values.items() if "~" not in name}
    attributes = {name: [{"value": one} for one in value if one is not None] for name, value in named.items()}
    return {"type": f"configuration/entityTypes/{entity_type}", "attributes": attributes}


def model_of(groups: Iterable[MatchGroup]) -> tuple[Model, tuple[str, ...]]:
    """The model by which the store resolves entities as the groups do, and notes on what it cannot say.

    Entities of different types never match. Where no group can be said, nothing matches.
    """
    typed = [_within_type(group) for group in groups]
    try:
        made = to_model(typed)
    except GroupError as error:
        idle = MatchGroup("configuration/entityTypes/-/matchGroups/None", _NEVER, "suspect")
        return to_model([idle]).model, tuple(fault.message for fault in error.faults)
    return made.model, made.untranslated


_NEVER = Rule(All((Compare(Operator.EXACT, _NOWHERE),)))


def _within_type(group: MatchGroup) -> MatchGroup:
    of_type = Filter(FilterKind.EQUALS, TYPE_COLUMN, (group.entity_type.lower(),))
    formula = group.rule.formula
    parts = formula.parts if isinstance(formula, All) else (formula,)
    uri = f"{group.uri.removesuffix(group.name)}{group.entity_type}_{group.name}"
    return replace(group, uri=uri, rule=replace(group.rule, formula=All((of_type, *parts))))


def _columns(view: View) -> Iterator[tuple[str, list[str]]]:
    """Plain attributes; those of nested values side by side, one row for each nested value and combination."""
    for name, texts in view.values.items():
        yield name, list(texts)
    for root, nodes in view.nested.items():
        rows = [row for node in nodes for row in _rows(node)]
        for name in dict.fromkeys(name for row in rows for name in row):
            yield f"{root}.{name}", [row.get(name, "") for row in rows]
        for name in dict.fromkeys(name for node in nodes for name in _deeper(node, "")):
            yield f"{root}.{name}", list(dict.fromkeys(text for node in nodes for text in node.texts(name)))


def _rows(node: View) -> Iterator[dict[str, str]]:
    for combination in islice(product(*node.values.values()), MOST_ROWS):
        if combination:
            yield dict(zip(node.values, combination, strict=True))


def _deeper(node: View, prefix: str) -> Iterator[str]:
    """Paths of values that lie at least one nested attribute further down."""
    for name, children in node.nested.items():
        for child in children:
            yield from (f"{prefix}{name}.{inner}" for inner in child.values)
            yield from _deeper(child, f"{prefix}{name}.")
