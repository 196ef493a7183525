"""What one match group sees of a document: texts after its operational-value filter, null values and cleansers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dromio.interchange.reltio.cleansers import cleansed
from dromio.interchange.reltio.documents import Document, Node
from dromio.interchange.reltio.groups import MatchGroup


@dataclass(frozen=True, slots=True)
class View:
    """Texts of attributes, and views of nested values; what has no text is absent."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nested: Mapping[str, tuple[View, ...]] = field(default_factory=dict)

    def texts(self, path: str) -> tuple[str, ...]:
        """The distinct texts at a path, of all nested values together, in order."""
        head, dot, rest = path.partition(".")
        if not dot:
            return self.values.get(path, ())
        found = (text for child in self.nested.get(head, ()) for text in child.texts(rest))
        return tuple(dict.fromkeys(found))


def view_of(document: Document, group: MatchGroup) -> View:
    """What the group sees of the document."""
    return _view(document.root, group, "")


def _view(node: Node, group: MatchGroup, prefix: str) -> View:
    values = {}
    for name, found in node.values.items():
        nulls = group.rule.nulls(prefix + name)
        texts = tuple(
            value.text
            for value in found
            if (value.is_operational or not group.use_ov_only) and value.text.strip().lower() not in nulls
        )
        values[name] = cleansed(group.rule.cleansers, prefix + name, texts)
    nested = {
        name: tuple(
            child
            for child in (_view(child, group, f"{prefix}{name}.") for child in children)
            if child.values or child.nested
        )
        for name, children in node.nested.items()
    }
    return View(
        {name: texts for name, texts in values.items() if texts},
        {name: views for name, views in nested.items() if views},
    )
