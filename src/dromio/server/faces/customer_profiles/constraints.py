"""What members of a request may be: shapes that name every fault of a value, with its place and without the value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Shape(Protocol):
    """What a value may be."""

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """Everything that is wrong with a value at a place."""

    def kept(self, value: Any) -> Any:
        """A value without fault, without the members that are null or not known."""


class _Plain:
    """A shape without members."""

    def kept(self, value: Any) -> Any:
        """The value as it is."""
        return value


@dataclass(frozen=True, slots=True)
class Text(_Plain):
    """A text. `pattern` must fit the whole of it."""

    least: int = 0
    most: int | None = None
    pattern: str = ""

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong: no text, too short, too long, or another pattern."""
        if not isinstance(value, str):
            yield f"{path} must be a text"
            return
        if "\x00" in value or not _is_unicode(value):
            yield f"{path} must be Unicode without NUL"
        yield from _bounds(path, "characters", len(value), self.least, self.most)
        if self.pattern and not re.fullmatch(self.pattern, value):
            yield f"{path} must fit the pattern {self.pattern}"


@dataclass(frozen=True, slots=True)
class Choice(_Plain):
    """One of some texts."""

    values: tuple[str, ...]

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong: another value."""
        if not isinstance(value, str) or value not in self.values:
            yield f"{path} must be one of {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Whole(_Plain):
    """A whole number."""

    least: int = 0
    most: int | None = None

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong: no whole number, or out of range."""
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"{path} must be a whole number"
        elif value < self.least or value > (2**31 - 1 if self.most is None else self.most):
            yield f"{path} must be {_range(self.least, self.most)}"


@dataclass(frozen=True, slots=True)
class Number(_Plain):
    """A number."""

    least: float
    most: float

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong: no number, or out of range."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            yield f"{path} must be a number"
        elif not self.least <= value <= self.most:
            yield f"{path} must be from {self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True)
class Flag(_Plain):
    """True or false."""

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong: neither."""
        if not isinstance(value, bool):
            yield f"{path} must be true or false"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    of: Shape
    least: int = 0
    most: int | None = None

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong with the list and with its items."""
        if not isinstance(value, list):
            yield f"{path} must be a list"
            return
        yield from _bounds(path, "items", len(value), self.least, self.most)
        for number, item in enumerate(value[: self.most]):
            yield from self.of.faults(f"{path}.{number}", item)

    def kept(self, value: Any) -> Any:
        """The items, each without what is not known."""
        return [self.of.kept(item) for item in value]


@dataclass(frozen=True, slots=True)
class Entries:
    """A map with free names. Entries that are null are none."""

    name: Shape
    value: Shape
    least: int = 0
    most: int | None = None

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong with the map, its names and its values."""
        if not isinstance(value, Mapping):
            yield f"{path} must be a map"
            return
        yield from _bounds(path, "entries", len(value), self.least, self.most)
        for number, (name, item) in enumerate(value.items()):
            yield from self.name.faults(f"{path}, name {number}", name)
            if item is not None:
                yield from self.value.faults(f"{path}, value {number}", item)

    def kept(self, value: Any) -> Any:
        """The entries that are not null."""
        return {name: self.value.kept(item) for name, item in value.items() if item is not None}


@dataclass(frozen=True, slots=True)
class Members:
    """An object with known members. Unknown ones are passed over, null ones are none."""

    members: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def faults(self, path: str, value: Any) -> Iterator[str]:
        """What is wrong with the object and with its members."""
        if not isinstance(value, Mapping):
            yield f"{path or 'the body'} must be an object"
            return
        for name in self.required:
            if value.get(name) is None:
                yield f"{_inside(path, name)} is missing"
        for name, shape in self.members.items():
            if value.get(name) is not None:
                yield from shape.faults(_inside(path, name), value[name])

    def kept(self, value: Any) -> Any:
        """The members that are known and not null."""
        known = ((name, shape) for name, shape in self.members.items() if value.get(name) is not None)
        return {name: shape.kept(value[name]) for name, shape in known}


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _bounds(path: str, what: str, found: int, least: int, most: int | None) -> Iterator[str]:
    if found < least or (most is not None and found > most):
        yield f"{path} has {found} {what}; allowed are {_range(least, most)}"


def _range(least: int, most: int | None) -> str:
    return f"{least} or more" if most is None else f"{least} to {most}"


def _is_unicode(text: str) -> bool:
    """Whether the text can be stored: JSON lets half of a surrogate pair through."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)
