"""Reads serialized match documents; all faults are named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dromio.errors import Fault
from dromio.interchange.reltio.documents import (
    BUILT_FOR,
    FLAGS,
    ID,
    NUMBERS,
    TYPE,
    Document,
    Node,
    Value,
    node_of,
    number_at,
)
from dromio.interchange.reltio.errors import DocumentError
from dromio.interchange.reltio.fields import shown

MAX_NESTING = 10
"""Most attributes inside each other."""
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})*", re.ASCII)
_FLAG = re.compile(r"[01]+")


def read_document(document: object, what: str = "the document") -> Document:
    """The document of a serialized form; values are taken as they are. Raises DocumentError."""
    if not isinstance(document, Mapping):
        raise DocumentError(what, [Fault("", f"must be an object, found {shown(document)}")])
    reader = _Reader({str(name): value for name, value in document.items()}, [])
    found = Document(reader.type(), reader.root(), reader.id(), tuple(reader.texts(BUILT_FOR)))
    if reader.faults:
        raise DocumentError(what, reader.faults)
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    members: dict[str, Any]
    faults: list[Fault]

    def fault(self, name: str, message: str) -> None:
        self.faults.append(Fault(name, message))

    def id(self) -> str:
        value = self.members.get(ID, "")
        if isinstance(value, str):
            return value
        self.fault(ID, f"must be a text, found {shown(value)}")
        return ""

    def type(self) -> str:
        value = self.members.get(TYPE)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and value[0]:
            return value[0].split("/")[-1]
        self.fault(TYPE, f"must be a list of one entity type, found {shown(value)}")
        return ""

    def texts(self, name: str) -> list[str]:
        """The texts of a list; empty when it is absent or something else, which is a fault."""
        value = self.members.get(name, [])
        if not isinstance(value, list):
            self.fault(name, f"must be a list, found {shown(value)}")
            return []
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.fault(f"{name}[{index}]", f"must be a text, found {shown(item)}")
        return [item if isinstance(item, str) else "" for item in value]

    def root(self) -> Node:
        tree = _Tree()
        for name in self.members:
            if name.endswith((FLAGS, NUMBERS)):
                self._check_owner(name)
            elif name not in (ID, TYPE, BUILT_FOR):
                self._add(tree, name)
        return tree.node()

    def _check_owner(self, name: str) -> None:
        owner = name.removesuffix(FLAGS).removesuffix(NUMBERS)
        if owner not in self.members:
            self.fault(name, f"stands for {owner!r}, which is absent")

    def _add(self, tree: _Tree, path: str) -> None:
        texts, parts = self.texts(path), path.split(".")
        if not all(parts) or len(parts) > MAX_NESTING:
            self.fault(path, f"must be 1 to {MAX_NESTING} names joined by '.'")
            return
        flags, numbers = self._flags(path, len(texts)), self._numbers(path, len(texts))
        for text, flag, number in zip(texts, flags, numbers, strict=True):
            tree.add(parts, number, Value(text, flag))

    def _flags(self, path: str, count: int) -> list[bool]:
        flags = self._parallel(path, FLAGS, count) or [""] * count
        for index, flag in enumerate(flags):
            if flag and not _FLAG.fullmatch(flag):
                self.fault(f"{path}{FLAGS}[{index}]", f"must be made of 0 and 1, found {shown(flag)}")
        return [not flag.startswith("0") for flag in flags]

    def _numbers(self, path: str, count: int) -> list[tuple[int, ...]]:
        default = [number_at(position, path) for position in range(count)]
        texts = self._parallel(path, NUMBERS, count)
        if not texts:
            return default
        numbers = []
        for index, (text, usual) in enumerate(zip(texts, default, strict=True)):
            number = tuple(map(int, text.split("."))) if _NUMBER.fullmatch(text) else ()
            if len(number) != len(usual) or not number:
                self.fault(f"{path}{NUMBERS}[{index}]", f"must be {len(usual)} number(s), found {shown(text)}")
            numbers.append(number if len(number) == len(usual) else usual)
        return numbers

    def _parallel(self, path: str, suffix: str, count: int) -> list[str]:
        """A list of the same length; empty when it is absent or not of that length, which is a fault."""
        if path + suffix not in self.members:
            return []
        texts = self.texts(path + suffix)
        if len(texts) == count:
            return texts
        if isinstance(self.members[path + suffix], list):
            self.fault(path + suffix, f"has {len(texts)} entries, {path!r} has {count} values")
        return []


@dataclass(slots=True)
class _Tree:
    """A node in the making: nested values by their numbers."""

    values: dict[str, list[Value]] = field(default_factory=dict)
    nested: dict[str, dict[int, _Tree]] = field(default_factory=dict)

    def add(self, path: list[str], number: tuple[int, ...], value: Value) -> None:
        if len(path) == 1:
            self.values.setdefault(path[0], []).append(value)
        else:
            child = self.nested.setdefault(path[0], {}).setdefault(number[0], _Tree())
            child.add(path[1:], number[1:], value)

    def node(self) -> Node:
        nested = {name: [trees[index].node() for index in sorted(trees)] for name, trees in self.nested.items()}
        return node_of(self.values, nested)
