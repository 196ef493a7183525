"""Names of columns as files and tables give them: every one gets a name of its own."""

from __future__ import annotations

from collections.abc import Sequence


def distinct_names(given: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """(names, what was changed, in words). A column without a name is called by its place, a repeated name gets a
    number.

    The number is the smallest from 2 that makes a name that no other column has.
    """
    taken = set(given)
    names: list[str] = []
    changed: list[str] = []
    seen: set[str] = set()
    for place, name in enumerate(given, 1):
        if name and name not in seen:
            new = name
        else:
            new = _free(name if name else f"column_{place}", taken, at_once=not name)
            was = f"the second column called {name!r}" if name else f"column {place}, which has no name,"
            changed.append(f"{was[:80]} is read as {new[:80]!r}")
        seen.add(new)
        taken.add(new)
        names.append(new)
    return tuple(names), changed


def _free(name: str, taken: set[str], *, at_once: bool) -> str:
    if at_once and name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
