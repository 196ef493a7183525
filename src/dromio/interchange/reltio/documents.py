"""Match documents: what matching sees of one entity, made from the entity or read from its serialized form.

The serialized form is a flat map of parallel lists. "Address.City" lists the cities of all addresses; where the n-th
city is not the only city of the n-th address, "Address.City~.@nv" says to which nested value each belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dromio.interchange.reltio.groups import MatchGroup

ID = "~@i"
TYPE = "$$_entity_type_$$"
BUILT_FOR = "_mRuleUri"
FLAGS = "~.@ps"
NUMBERS = "~.@nv"
OPERATIONAL, OTHER = "10", "00"
"""Flags of a value: the first says whether it is an operational value, the second is reserved."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as text, trimmed and in lower case when it was made from an entity."""

    text: str
    is_operational: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """Values of attributes, and nested values of nested attributes; no list is empty, and no nested value is."""

    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    nested: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.values and not self.nested


@dataclass(frozen=True, slots=True)
class Document:
    """A match document. `built_for` names groups as `built_name` does, empty when it is not known."""

    type: str
    root: Node
    id: str = ""
    built_for: tuple[str, ...] = ()


def built_name(group: MatchGroup) -> str:
    """Name of a group in a document."""
    return f"e§{group.entity_type}§{group.name}"


def is_built_for(document: Document, group: MatchGroup) -> bool:
    """Whether the document was made with the group in place; always when it does not say for which it was."""
    return not document.built_for or built_name(group) in document.built_for


def node_of(values: Mapping[str, Iterable[Value]], nested: Mapping[str, Iterable[Node]]) -> Node:
    """The node without empty texts, empty lists and empty nested values."""
    texts = {name: tuple(value for value in found if value.text.strip()) for name, found in values.items()}
    nodes = {name: tuple(node for node in found if not node.is_empty) for name, found in nested.items()}
    return Node(
        {name: found for name, found in texts.items() if found},
        {name: found for name, found in nodes.items() if found},
    )


def write_document(document: Document) -> dict[str, Any]:
    """The serialized form."""
    written: dict[str, Any] = {ID: document.id} if document.id else {}
    written[TYPE] = [document.type]
    if document.built_for:
        written[BUILT_FOR] = list(document.built_for)
    for path, found in _flat(document.root, "", ()).items():
        written[path] = [value.text for _, value in found]
        written[path + FLAGS] = [OPERATIONAL if value.is_operational else OTHER for _, value in found]
        numbers = [number for number, _ in found]
        if numbers != [number_at(position, path) for position in range(len(found))]:
            written[path + NUMBERS] = [".".join(map(str, number)) for number in numbers]
    return written


def number_at(position: int, path: str) -> tuple[int, ...]:
    """Number of the nested value to which a value belongs by its position in the list, when the document says none."""
    depth = path.count(".")
    return (position, *[0] * (depth - 1)) if depth else ()


def _flat(node: Node, path: str, number: tuple[int, ...]) -> dict[str, list[tuple[tuple[int, ...], Value]]]:
    """Path -> values with the numbers of the nested values around them, in order."""
    flat = {path + name: [(number, value) for value in values] for name, values in node.values.items()}
    for name, children in node.nested.items():
        for index, child in enumerate(children):
            for inner, values in _flat(child, f"{path}{name}.", (*number, index)).items():
                flat.setdefault(inner, []).extend(values)
    return flat
