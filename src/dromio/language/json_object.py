"""Reads the properties of one JSON object; what is wrong is noted with its path, and reading goes on."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from dromio.language.ast import MAX_INTEGER
from dromio.language.errors import Code, RuleFault

Choice = TypeVar("Choice", bound=StrEnum)


class ObjectReader:
    """One JSON object with its path. A property that is null counts as absent."""

    def __init__(self, document: Mapping[str, Any], path: str, faults: list[RuleFault]) -> None:
        self.values = {name: value for name, value in document.items() if value is not None}
        self.path = path
        self.faults = faults

    def fault(self, name: str, code: Code, message: str) -> None:
        """Note a fault at a property, or at the object itself when the name is empty."""
        self.faults.append(RuleFault(child_path(self.path, name), message, code))

    def only(self, names: tuple[str, ...]) -> None:
        """Note every property that is none of these."""
        for name in self.values:
            if name not in names:
                self.fault(str(name), Code.UNKNOWN_PROPERTY, f"unknown property; known are {', '.join(names)}")

    def required(self, name: str) -> Any:
        """Value of a property; its absence is a fault."""
        if name not in self.values:
            self.fault(name, Code.MISSING, "is required")
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        self.fault(name, Code.WRONG_TYPE, f"must be a string, found {shown(value)}")
        return None

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, str) and value in list(choices):
            return choices(value)
        self.fault(name, Code.UNKNOWN_VALUE, f"must be one of {', '.join(choices)}, found {shown(value)}")
        return None

    def integer(self, name: str, numbers: range = range(-MAX_INTEGER, MAX_INTEGER + 1)) -> int | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            self.fault(name, Code.WRONG_TYPE, f"must be a whole number, found {shown(value)}")
        elif int(value) in numbers:
            return int(value)
        else:
            self.fault(name, Code.OUT_OF_RANGE, f"must be {numbers[0]} to {numbers[-1]}, found {shown(value)}")
        return None

    def fraction(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            self.fault(name, Code.WRONG_TYPE, f"must be a number, found {shown(value)}")
        elif 0 <= value <= 1:
            return float(value) + 0.0  # makes -0.0 plain
        else:
            hint = f"; {value} percent is written {value / 100}" if 1 < value <= 100 else ""
            self.fault(name, Code.OUT_OF_RANGE, f"must be 0 to 1, found {shown(value)}{hint}")
        return None

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.fault(name, Code.WRONG_TYPE, f"must be true or false, found {shown(value)}")
        return None

    def forbidden(self, names: tuple[str, ...], reason: str) -> None:
        """Note each of these properties that is present."""
        for name in names:
            if name in self.values:
                self.fault(name, Code.NOT_ALLOWED, f"is not allowed {reason}")

    def alias(self, canonical: str, other: str) -> str:
        """The name under which a property is given; both with different values are a fault."""
        if canonical in self.values and other in self.values and self.values[canonical] != self.values[other]:
            self.fault(other, Code.CONFLICT, f"differs from {canonical}, which means the same")
        return canonical if canonical in self.values else other


def shown(value: object) -> str:
    """A value found, shortened for a message, whatever its size."""
    if isinstance(value, Mapping | list):
        return f"{'an object' if isinstance(value, Mapping) else 'a list'} of {len(value)}"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    return reprlib.repr(value)


def child_path(path: str, name: str) -> str:
    """Path of a property of the object at a path."""
    return ".".join(part for part in (path, name) if part)
