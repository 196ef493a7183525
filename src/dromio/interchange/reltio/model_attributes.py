"""Attributes of a Dromio model for the attributes that match groups compare, and records for it from documents.

A column is named after the path whose operational values it holds; "LastName~all" holds all values.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import count, product

from dromio.interchange.reltio.documents import Document
from dromio.interchange.reltio.groups import All, MatchGroup, Rule
from dromio.interchange.reltio.views import View, view_of
from dromio.model.schema import Attribute, Guard, Input, Model
from dromio.records import Record, RecordKey, Value

ALL_VALUES = "~all"
_Key = tuple[tuple[str, ...], bool, tuple[tuple[str, tuple[str, ...]], ...]]
"""(paths, operational values only, values that count as none): what is seen alike is one attribute of the model."""


class ModelAttributes:
    """Attributes in the order in which they were first asked for."""

    def __init__(self) -> None:
        self._names: dict[_Key, str] = {}
        self._roles: dict[str, dict[str, str]] = {}
        self._guards: dict[str, tuple[str, ...]] = {}
        self._columns: dict[str, list[dict[str, str]]] = {}

    def field(self, paths: Sequence[str], group: MatchGroup) -> str:
        """`attribute.field` of the values that a group sees at some paths; sub-attributes share an attribute.

        Several paths must have the same values that count as none.
        """
        nested = len(paths) == 1 and paths[0].count(".") == 1
        roots = (paths[0].split(".")[0],) if nested else tuple(paths)
        nulls = tuple(
            pair for pair in group.rule.null_values if any(f"{pair[0]}.".startswith(f"{root}.") for root in roots)
        )
        key = ((*roots, "") if nested else roots, group.use_ov_only, nulls)
        suffix = "" if group.use_ov_only else ALL_VALUES
        if key not in self._names:
            name = self._names[key] = _unused("_".join(roots) + suffix, self._columns)
            self._columns[name] = [{}] if nested else [{"value": path + suffix} for path in paths]
            self._roles[name] = {}
        name = self._names[key]
        role = self._role(name, paths[0], suffix) if nested else "value"
        if values := tuple(value for value in group.rule.nulls(paths[0]) if value):
            self._guards[f"{name}.{role}"] = values
        return f"{name}.{role}"

    def attributes(self) -> list[Attribute]:
        """All attributes, of type folded."""
        return [
            Attribute(name=name, type="folded", inputs=[Input(columns=columns) for columns in inputs])
            for name, inputs in self._columns.items()
        ]

    def guards(self) -> list[Guard]:
        """The values that count as none."""
        return [
            Guard(field=field, values=list(values), reason="counts as no value")
            for field, values in self._guards.items()
        ]

    def _role(self, name: str, path: str, suffix: str) -> str:
        roles = self._roles[name]
        if path not in roles:
            roles[path] = _unused(path.split(".")[1], {"value", *roles.values()})
            self._columns[name][0][roles[path]] = path + suffix
        return roles[path]


def record_of(document: Document, model: Model, key: RecordKey) -> Record:
    """The record of a document for a model that was made from match groups."""
    views = {suffix: _plain_view(document, use_ov_only=not suffix) for suffix in ("", ALL_VALUES)}
    values = {attribute.name: tuple(_values(attribute, views)) for attribute in model.attributes}
    return Record(key, {name: found for name, found in values.items() if found})


def _plain_view(document: Document, *, use_ov_only: bool) -> View:
    uri = f"configuration/entityTypes/{document.type}/matchGroups/-"
    return view_of(document, MatchGroup(uri, Rule(All(())), use_ov_only=use_ov_only))


def _values(attribute: Attribute, views: dict[str, View]) -> Iterator[Value]:
    for one in attribute.inputs:
        columns = {role: column.removesuffix(ALL_VALUES) for role, column in one.columns.items()}
        view = views[ALL_VALUES if any(column.endswith(ALL_VALUES) for column in one.columns.values()) else ""]
        if "value" in columns:
            yield from (Value.of(text) for text in view.texts(columns["value"]))
        else:
            (root,) = {column.split(".")[0] for column in columns.values()}
            for node in view.nested.get(root, ()):
                yield from _nested_values(node, {role: column.split(".")[1] for role, column in columns.items()})


def _nested_values(node: View, roles: dict[str, str]) -> Iterator[Value]:
    """One value for every combination of the texts of a nested value."""
    texts = {role: node.texts(name) for role, name in roles.items() if node.texts(name)}
    for combination in product(*texts.values()):
        if combination:
            yield Value(dict(zip(texts, combination, strict=True)))


def _unused(wanted: str, taken: Collection[str]) -> str:
    """A name of lower-case letters, digits and underscores that is neither taken nor a keyword."""
    plain = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:50]
    stem = plain if plain[:1].isalpha() and not keyword.iskeyword(plain) else f"a_{plain}"
    names = (f"{stem}_{number}" if number > 1 else stem for number in count(1))
    return next(name for name in names if name not in taken)
