"""Checks of a vendor document that gather every fault, each with the dotted path of its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dromio.errors import Fault, ModelError


@dataclass
class Reader:
    """Values of a document as they should be; where one is not, a fault is noted and a harmless value given."""

    faults: list[Fault] = field(default_factory=list)

    def finish(self) -> None:
        """Raise ModelError where there are faults."""
        if self.faults:
            raise ModelError(self.faults)

    def fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(path, message))

    def members(
        self, path: str, value: object, allowed: Collection[str], required: Collection[str] = ()
    ) -> dict[str, Any]:
        """The members of an object; unknown and missing ones are faults."""
        if not isinstance(value, Mapping):
            self.fault(path, f"must be an object, found {_shown(value)}")
            return {}
        for name in value:
            if name not in allowed:
                self.fault(_inside(path, str(name)), f"is not known; allowed are {', '.join(allowed)}")
        for name in required:
            if name not in value:
                self.fault(_inside(path, name), "is missing")
        return {str(name): inside for name, inside in value.items() if name in allowed}

    def flag(self, path: str, value: object) -> bool:
        if not isinstance(value, bool):
            self.fault(path, f"must be true or false, found {_shown(value)}")
        return value is True

    def whole(self, path: str, value: object, least: int, most: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.fault(path, f"must be a whole number from {least} to {most}, found {_shown(value)}")
        return least

    def share(self, path: str, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.fault(path, f"must be a number from 0 to 1, found {_shown(value)}")
        return 0.0

    def text(self, path: str, value: object, least: int = 1, most: int = 255, pattern: str = "") -> str:
        if not isinstance(value, str):
            self.fault(path, f"must be a text, found {_shown(value)}")
            return ""
        if not least <= len(value) <= most:
            self.fault(path, f"has {len(value)} characters; allowed are {least} to {most}")
        elif pattern and not re.fullmatch(pattern, value):
            self.fault(path, f"{_shown(value)} does not fit the pattern {pattern}")
        return value

    def choice(self, path: str, value: object, allowed: Collection[str]) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(path, f"must be one of {', '.join(allowed)}, found {_shown(value)}")
        return next(iter(allowed))

    def items(self, path: str, value: object, least: int, most: int) -> list[Any]:
        """The items of a list."""
        if not isinstance(value, list):
            self.fault(path, f"must be a list, found {_shown(value)}")
            return []
        if not least <= len(value) <= most:
            self.fault(path, f"has {len(value)} items; allowed are {least} to {most}")
        return value

    def texts(self, path: str, value: object, least: int, most: int) -> tuple[str, ...]:
        """The texts of a list, each of 1 to 255 characters."""
        found = self.items(path, value, least, most)
        return tuple(self.text(f"{path}.{number}", one) for number, one in enumerate(found))


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
