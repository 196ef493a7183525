"""The attributes of a model in the making: one for every distinct view."""

from __future__ import annotations

from typing import Any

from dromio.interchange.splink.views import View, distinct, identifier

SUFFIXES = {"raw": ""}
"""What the name of an attribute ends in, by its type; others end in the type's name."""


class Attributes:
    """Attributes by name, each over columns of its own choice."""

    def __init__(self) -> None:
        self.views: dict[str, View] = {}

    def of(self, view: View) -> str:
        """The name of the attribute with the type and columns of a view, made when there is none yet."""
        for name, known in self.views.items():
            if (known.type, known.columns, known.day_first) == (view.type, view.columns, view.day_first):
                return name
        base = identifier("_".join([*view.columns, *([] if view.type == "raw" else [view.type])]))
        name = distinct(base, self.views)
        self.views[name] = view
        return name

    def over(self, type: str, column: str) -> tuple[str, View]:
        """Name and view of the first attribute of a type that has the column, made when there is none yet."""
        for name, known in self.views.items():
            if known.type == type and column in known.columns:
                return name, known
        view = View(type, (column,))
        return self.of(view), view

    def parts(self) -> list[dict[str, Any]]:
        """The attributes as a model document has them."""
        return [
            {"name": name, "type": view.type, "inputs": [{"columns": view.inputs}]}
            | ({"day_first": True} if view.day_first else {})
            for name, view in self.views.items()
        ]
