"""Bodies of this face: any JSON that can be written again, and its members read with every fault noted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, RootModel

from dromio.server.faces.younite.errors import CodedFault, MalformedError

_DEEPEST = 64


def _plain(value: Any) -> Any:
    """Raise ValueError for what cannot be written as JSON again, or is nested too deep."""
    level = [value]
    for _ in range(_DEEPEST):
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            raise ValueError("numbers must be finite")
        lists = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [inner for members in lists for inner in members]
        if not level:
            return value
    raise ValueError(f"must be nested at most {_DEEPEST} deep")


class RulesBody(RootModel[Annotated[Any, AfterValidator(_plain)]]):
    """A body of the rules face; what is wrong with its members is answered with code, message and path."""


class Members:
    """The members of one JSON object; null counts as absent, names that are not known are ignored."""

    def __init__(self, document: object, path: str, faults: list[CodedFault]) -> None:
        self.path = path
        self.faults = faults
        self.values: Mapping[str, Any] = document if isinstance(document, Mapping) else {}
        if not isinstance(document, Mapping):
            self.fault("", "WRONG_TYPE", f"must be an object, found {kind_of(document)}")

    def fault(self, name: str, code: str, message: str) -> None:
        """Note a fault at a member, or at the object itself."""
        self.faults.append(CodedFault(self.at(name), f"{name or 'the body'} {message}", code))

    def at(self, name: str) -> str:
        """Path of a member."""
        return ".".join(part for part in (self.path, name) if part)

    def any(self, name: str, *, required: bool = False) -> Any:
        """A member of any kind."""
        value = self.values.get(name)
        if value is None and required:
            self.fault(name, "MISSING", "must be given")
        return value

    def text(self, name: str, *, required: bool = False) -> str | None:
        """A text; one that is required is not empty."""
        value = self.any(name, required=required)
        if value is not None and not isinstance(value, str):
            self.fault(name, "WRONG_TYPE", f"must be a text, found {kind_of(value)}")
        if required and value == "":
            self.fault(name, "MISSING", "must not be empty")
        return value if isinstance(value, str) else None

    def object(self, name: str, *, required: bool = False) -> dict[str, Any]:
        """An object; empty where there is none."""
        value = self.any(name, required=required)
        if value is not None and not isinstance(value, dict):
            self.fault(name, "WRONG_TYPE", f"must be an object, found {kind_of(value)}")
        return value if isinstance(value, dict) else {}

    def list(self, name: str, *, required: bool = False) -> list[Any]:
        """A list; one that is required is not empty."""
        value = self.any(name, required=required)
        if value is not None and not isinstance(value, list):
            self.fault(name, "WRONG_TYPE", f"must be a list, found {kind_of(value)}")
        elif required and value == []:
            self.fault(name, "MISSING", "must have at least one member")
        return value if isinstance(value, list) else []

    def done(self) -> None:
        """Raise MalformedError where anything was noted."""
        if self.faults:
            raise MalformedError(self.faults)


def kind_of(value: object) -> str:
    """What kind of JSON value it is."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "a truth value"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return "a text" if isinstance(value, str) else "a number"
