"""Makes the match document of an entity; all faults of the entity are named at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dromio.errors import Fault
from dromio.interchange.reltio.documents import Document, Node, Value, built_name, node_of
from dromio.interchange.reltio.errors import DocumentError
from dromio.interchange.reltio.fields import Fields, flag_of, shown, text_of
from dromio.interchange.reltio.groups import MatchGroup
from dromio.interchange.reltio.raw_documents import MAX_NESTING

TYPE_PREFIX = "configuration/entityTypes/"
Types = Mapping[str, Collection[str]]
"""Short name of an entity type -> paths of its attributes ("LastName", "Address.City")."""


def document_of(
    entity: object,
    groups: Iterable[MatchGroup] = (),
    *,
    types: Types | None = None,
    in_memory: bool = True,
    what: str = "the entity",
) -> Document:
    """The match document of an entity, made for the groups of its type. Raises DocumentError.

    In memory, values that a crosswalk gave together with an operational value count as operational too; documents that
    are stored are made without that. Where types are given, others and unknown attributes are faults.
    """
    if not isinstance(entity, Mapping):
        raise DocumentError(what, [Fault("", f"must be an object, found {shown(entity)}")])
    reader = _EntityReader(Fields(entity, "", []), in_memory)
    document = reader.read(groups)
    if types is not None and not reader.faults:
        reader.check(document, types)
    if reader.faults:
        raise DocumentError(what, reader.faults)
    return document


class _EntityReader:
    def __init__(self, entity: Fields, in_memory: bool) -> None:
        self.entity = entity
        self.faults = entity.faults
        self._given_together = _crosswalks(entity) if in_memory else []

    def read(self, groups: Iterable[MatchGroup]) -> Document:
        kind = self.entity.text("type", required=True).removeprefix(TYPE_PREFIX)
        identifier = self.entity.text("uri").removeprefix("entities/")
        attributes = self.entity.object("attributes")
        root = self._node(attributes, 1, True) if attributes else Node()
        built_for = tuple(sorted(built_name(group) for group in groups if group.entity_type == kind))
        return Document(kind, root, identifier, built_for)

    def check(self, document: Document, types: Types) -> None:
        if document.type not in types:
            self.entity.fault("type", f"{document.type!r} is not known; known are {', '.join(sorted(types))}")
            return
        known = {path[:end] for path in types[document.type] for end in _ends(path)}
        for path in _paths(self.entity.values.get("attributes") or {}, ""):
            if path not in known:
                self.entity.fault(f"attributes.{path}", f"is no attribute of {document.type}")

    def _node(self, members: Fields, depth: int, is_operational: bool) -> Node:
        values: dict[str, list[Value]] = {}
        nested: dict[str, list[Node]] = {}
        if depth > MAX_NESTING:
            members.fault("", f"is nested deeper than {MAX_NESTING}")
            return Node()
        for name in members.values:
            if "." in name or not name:
                members.fault(name, "is not a name of an attribute")
                continue
            entries = list(members.objects(name))
            for entry, is_kept in zip(entries, self._operational(entries), strict=True):
                found = self._value(entry, depth, is_operational and is_kept)
                if isinstance(found, Node):
                    nested.setdefault(name, []).append(found)
                elif found is not None:
                    values.setdefault(name, []).append(found)
        return node_of(values, nested)

    def _value(self, entry: Fields, depth: int, is_operational: bool) -> Value | Node | None:
        value = entry.values.get("value")
        if isinstance(value, Mapping):
            inner = entry.object("value")
            return self._node(inner, depth + 1, is_operational) if inner else None
        if value is None:
            return None
        text = text_of(value)
        if text is None:
            entry.fault("value", f"must be a text, number, truth value or object, found {shown(value)}")
            return None
        return Value(text.strip().lower(), is_operational)

    def _operational(self, entries: Sequence[Fields]) -> list[bool]:
        """Whether each value of one attribute counts as operational."""
        flags = [flag_of(entry.values.get("ov", True)) for entry in entries]
        for entry, flag in zip(entries, flags, strict=True):
            if flag is None:
                entry.fault("ov", f"must be true or false, found {shown(entry.values['ov'])}")
        uris = [entry.text("uri") for entry in entries]
        operational = {uri for uri, flag in zip(uris, flags, strict=True) if flag and uri}
        shared = {uri for given in self._given_together if given & operational for uri in given}
        return [bool(flag) or uri in shared for uri, flag in zip(uris, flags, strict=True)]


def _crosswalks(entity: Fields) -> list[frozenset[str]]:
    """URIs of the values that each crosswalk gave."""
    given = []
    for crosswalk in entity.objects("crosswalks"):
        given.append(frozenset(uri for uri, _ in crosswalk.items("attributes") if isinstance(uri, str) and uri))
    return given


def _ends(path: str) -> Iterable[int]:
    """Where a path may be cut so that a path of an attribute is left."""
    return [place for place, letter in enumerate(path) if letter == "."] + [len(path)]


def _paths(members: Any, prefix: str) -> Iterable[str]:
    """Path of every attribute given, nested ones after the attribute that holds them."""
    for name, entries in members.items():
        yield prefix + name
        inner = (entry["value"] for entry in entries or () if isinstance(entry.get("value"), Mapping))
        yield from dict.fromkeys(path for value in inner for path in _paths(value, f"{prefix}{name}."))
