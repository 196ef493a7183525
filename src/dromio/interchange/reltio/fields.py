"""Reads the members of one JSON object; what is wrong is noted with its path, and reading goes on."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dromio.errors import Fault


class Fields:
    """One JSON object with its path. A member that is null counts as absent."""

    def __init__(self, document: Mapping[Any, Any], path: str, faults: list[Fault]) -> None:
        self.values = {str(name): value for name, value in document.items() if value is not None}
        self.path = path
        self.faults = faults

    def fault(self, name: str, message: str) -> None:
        """Note a fault at a member, or at the object itself when the name is empty."""
        self.faults.append(Fault(join(self.path, name), message))

    def only(self, names: Collection[str]) -> None:
        """Note every member that is none of these."""
        for name in self.values:
            if name not in names:
                self.fault(name, f"is not known; known are {', '.join(names)}")

    def text(self, name: str, *, required: bool = False) -> str:
        """A text; empty when it is absent or no text."""
        value = self.values.get(name)
        if isinstance(value, str) and (value or not required):
            return value
        if value is not None or required:
            self.fault(name, f"must be a text, found {shown(value)}")
        return ""

    def choice(self, name: str, choices: Collection[str], default: str) -> str:
        """One of the choices, the default when it is absent."""
        value = self.values.get(name, default)
        if isinstance(value, str) and value in choices:
            return value
        self.fault(name, f"must be one of {', '.join(choices)}, found {shown(value)}")
        return default

    def number(self, name: str) -> float | None:
        """A number of 0 or more, also as a text ("0.5"); None when it is absent or something else."""
        value = self.values.get(name)
        if value is None:
            return None
        found = number_of(value)
        if found is None or found < 0:
            self.fault(name, f"must be a number of 0 or more, found {shown(value)}")
            return None
        return found

    def flag(self, name: str, default: bool) -> bool:
        """A truth value, also as a text ("true"); the default when it is absent."""
        value = self.values.get(name, default)
        found = flag_of(value)
        if found is None:
            self.fault(name, f"must be true or false, found {shown(value)}")
        return default if found is None else found

    def items(self, name: str) -> list[tuple[Any, str]]:
        """Members of a list with their paths; anything else is a fault."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(name, f"must be a list, found {shown(value)}")
            return []
        return [(item, join(self.path, f"{name}.{index}")) for index, item in enumerate(value)]

    def objects(self, name: str) -> Iterator[Fields]:
        """The objects in a list; anything else in it is a fault."""
        for item, path in self.items(name):
            if isinstance(item, Mapping):
                yield Fields(item, path, self.faults)
            else:
                self.faults.append(Fault(path, f"must be an object, found {shown(item)}"))

    def object(self, name: str) -> Fields | None:
        """The object that is a member; None when it is absent or something else, which is a fault."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, Mapping):
            return Fields(value, join(self.path, name), self.faults)
        self.fault(name, f"must be an object, found {shown(value)}")
        return None


def number_of(value: object) -> float | None:
    """A finite number, given as one or as its text; None for anything else, truth values among it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def flag_of(value: object) -> bool | None:
    """A truth value, given as one or as the text "true" or "false"; None for anything else."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def text_of(value: object) -> str | None:
    """A text, number or truth value as text; None for anything else."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) > 10**300:
        return None
    return str(value) if isinstance(value, str | int | float) else None


def shown(value: object) -> str:
    """A value found, shortened for a message, whatever its size."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return f"an object of {len(value)}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    return reprlib.repr(value)


def join(path: str, name: str) -> str:
    """Path of a member of the object at a path."""
    return ".".join(part for part in (path, name) if part)
