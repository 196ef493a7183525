"""HTML built from nodes: text is escaped unless it is already `Html`, so hostile values cannot become markup."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

VOID = frozenset({"meta", "rect"})
"""Elements written without a closing tag here (`rect` only inside SVG, where `/>` closes it)."""


class Html(str):
    """Text that is already safe HTML."""

    __slots__ = ()


def escaped(value: object) -> Html:
    """`value` as HTML text: `Html` as it is, None as nothing, everything else as escaped text."""
    if isinstance(value, Html):
        return value
    return Html("" if value is None else html.escape(str(value), quote=True))


def element(name: str, /, *children: object, **attributes: object) -> Html:
    """`<name attributes>children</name>`; attribute `class_` is written `class`, `aria_label` as `aria-label`.

    Attributes that are None are left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{joined(children)}</{name}>")


def joined(parts: Iterable[object]) -> Html:
    """The parts one after the other, each escaped unless it is `Html`."""
    return Html("".join(escaped(part) for part in parts))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[int] = ()) -> Html:
    """A table with a head; columns at the places `numbers` are set right-aligned. It scrolls when it is too wide."""
    classes = ["number" if place in numbers else None for place in range(len(head))]
    titles = (element("th", title, scope="col", class_=kind) for title, kind in zip(head, classes, strict=True))
    lines = (
        element("tr", *(element("td", cell, class_=kind) for cell, kind in zip(row, classes, strict=True)))
        for row in rows
    )
    listed = element("table", element("thead", element("tr", *titles)), element("tbody", *lines))
    return element("div", listed, class_="scroll")


def details(summary: str, *children: object) -> Html:
    """A part that is folded until it is opened; needs no script."""
    return element("details", element("summary", summary), *children)


def embedded_json(value: Any) -> Html:
    """`value` as JSON that is safe inside a script element: ASCII only, without `<`, `>` and `&`.

    Raises ValueError for NaN and infinities, which JSON cannot hold.
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Html(text)
