"""Errors of the rule language.

ModelError
└── LanguageError       the algorithm is not valid; `faults` hold all faults found, each with a code
    └── ParseError      the text does not follow the syntax; carries line, column, token found, tokens expected
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dromio.errors import Fault, ModelError


class Code(StrEnum):
    """What kind of fault or warning it is, for programs that read it."""

    SYNTAX = "SYNTAX"
    MISSING = "MISSING"
    WRONG_TYPE = "WRONG_TYPE"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"
    UNKNOWN_PROPERTY = "UNKNOWN_PROPERTY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_ALLOWED = "NOT_ALLOWED"
    CONFLICT = "CONFLICT"
    TOO_LARGE = "TOO_LARGE"
    FIELD_NOT_A_KEY_PROPERTY = "FIELD_NOT_A_KEY_PROPERTY"
    FIELD_NOT_IN_SCHEMA = "FIELD_NOT_IN_SCHEMA"
    KEY_PROPERTY_NOT_IN_SCHEMA = "KEY_PROPERTY_NOT_IN_SCHEMA"
    CONSTANT_NOT_CONVERTIBLE = "CONSTANT_NOT_CONVERTIBLE"


@dataclass(frozen=True, slots=True)
class RuleFault(Fault):
    """A fault of an algorithm: dotted path in its JSON form (or place in its text), message, and code."""

    code: Code = Code.SYNTAX


class LanguageError(ModelError):
    """An algorithm is not valid. Every fault is a RuleFault."""

    faults: tuple[RuleFault, ...]

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        super().__init__(list(faults))


class ParseError(LanguageError):
    """A text does not follow the syntax. `line` and `column` count from 1; `expected` may be empty."""

    def __init__(self, message: str, line: int, column: int, found: str = "", expected: Sequence[str] = ()) -> None:
        self.line = line
        self.column = column
        self.found = found
        self.expected = tuple(expected)
        super().__init__([RuleFault(f"line {line}, column {column}", message)])
