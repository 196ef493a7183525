"""A matching algorithm as a tree of frozen values. Text, JSON, evaluation and planning all start from here.

Expression = Step | Group. A step compares one field of a source record with the same field of a destination record, or
looks at one side only. A group joins two or more expressions by AND or OR.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from dromio.errors import UsageError

MAX_DEPTH = 64
"""Most groups nested in each other; keeps every recursion shallow."""

MAX_STEPS = 10_000
"""Most steps in one algorithm."""

MAX_INTEGER = 1_000_000_000
"""Greatest absolute value of a score, penalty, threshold or distance."""


class Comparison(StrEnum):
    """What a step asks. SRC is the source (new) record, DEST the destination (existing) record."""

    EQ = "EQ"
    NE = "NE"
    SRC_NULL = "SRC_NULL"
    DEST_NULL = "DEST_NULL"
    SRC_NOT_NULL = "SRC_NOT_NULL"
    DEST_NOT_NULL = "DEST_NOT_NULL"
    SRC_CONSTANT = "SRC_CONSTANT"
    DEST_CONSTANT = "DEST_CONSTANT"
    SRC_NE_CONSTANT = "SRC_NE_CONSTANT"
    DEST_NE_CONSTANT = "DEST_NE_CONSTANT"


BINARY = frozenset({Comparison.EQ, Comparison.NE})
CONSTANT = frozenset(comparison for comparison in Comparison if comparison.endswith("CONSTANT"))
NULL_TESTS = frozenset(comparison for comparison in Comparison if comparison.endswith("NULL"))
SOURCE_ONLY = frozenset(comparison for comparison in Comparison if comparison.startswith("SRC_"))


class FuzzyType(StrEnum):
    """How two texts are compared when they need not be equal."""

    LEVENSHTEIN = "LEVENSHTEIN"
    TRIGRAM = "TRIGRAM"
    SOUNDEX = "SOUNDEX"
    METAPHONE = "METAPHONE"
    DMETAPHONE = "DMETAPHONE"
    DMETAPHONE_ALT = "DMETAPHONE_ALT"


class Parameters(NamedTuple):
    """What a fuzzy type takes: whole numbers within a range, a fraction 0 to 1, and whether it must have one."""

    numbers: range = range(0)
    fraction: bool = False
    required: bool = False


PARAMETERS = {
    FuzzyType.LEVENSHTEIN: Parameters(numbers=range(MAX_INTEGER + 1), fraction=True, required=True),
    FuzzyType.TRIGRAM: Parameters(fraction=True, required=True),
    FuzzyType.SOUNDEX: Parameters(numbers=range(5)),
    FuzzyType.METAPHONE: Parameters(numbers=range(1, 256), required=True),
    FuzzyType.DMETAPHONE: Parameters(),
    FuzzyType.DMETAPHONE_ALT: Parameters(),
}


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A fuzzy type with its parameter: `number` (distance, equal positions, code length) or `fraction` (0 to 1)."""

    type: FuzzyType
    number: int | None = None
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One question about one field. `constant` is text also for fields of other types."""

    field: str
    comparison: Comparison
    constant: str | None = None
    case_insensitive: bool = False
    fuzzy: Fuzzy | None = None


class Operator(StrEnum):
    """How a group joins its children."""

    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more expressions joined by one operator."""

    operator: Operator
    children: tuple[Expression, ...]

    def __post_init__(self) -> None:
        if len(self.children) < 2:
            raise ValueError(f"a group needs at least 2 children, got {len(self.children)}; use `joined`")


Expression: TypeAlias = Step | Group


class AlgorithmType(StrEnum):
    """RULE_BASED answers yes or no; SCORE_BASED gives points to what passes its filter."""

    RULE_BASED = "RULE_BASED"
    SCORE_BASED = "SCORE_BASED"


@dataclass(frozen=True, slots=True)
class ScoringGroup:
    """IF `match` THEN + `score`, ELSE - `penalty`; 0 points WHEN `usage` is given and false."""

    match: Expression
    score: int = 0
    penalty: int = 0
    usage: Expression | None = None


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A whole matching algorithm. It is score-based when it has scoring groups, else rule-based with `matching` alone.

    `possible` and `definite` are the least scores of a possible and of a definite match; None means never.
    """

    matching: Expression | None = None
    scoring: tuple[ScoringGroup, ...] = ()
    possible: int | None = None
    definite: int | None = None
    description: str | None = None

    @property
    def type(self) -> AlgorithmType:
        return AlgorithmType.SCORE_BASED if self.scoring else AlgorithmType.RULE_BASED

    @property
    def filter(self) -> Expression:
        """What a destination must pass: `matching`, or without it any IF (with its WHEN) that holds."""
        if self.matching is not None:
            return self.matching
        return joined(Operator.OR, [_applied(group) for group in self.scoring])


def joined(operator: Operator, children: Sequence[Expression]) -> Expression:
    """The expressions joined by the operator; a single one stays as it is."""
    return children[0] if len(children) == 1 else Group(operator, tuple(children))


def default_algorithm(key_properties: Sequence[str]) -> Algorithm:
    """What holds for a domain without an algorithm: all key properties identical, null equal to null, not all null."""
    if not key_properties:
        raise UsageError("without an algorithm at least one key property is needed")
    same = [
        joined(
            Operator.OR,
            [
                Step(name, Comparison.EQ),
                joined(Operator.AND, [Step(name, Comparison.SRC_NULL), Step(name, Comparison.DEST_NULL)]),
            ],
        )
        for name in key_properties
    ]
    some_value = joined(Operator.OR, [Step(name, Comparison.SRC_NOT_NULL) for name in key_properties])
    return Algorithm(matching=joined(Operator.AND, [*same, some_value]))


def steps_of(expression: Expression) -> Iterator[Step]:
    """All steps, left to right."""
    if isinstance(expression, Step):
        yield expression
    else:
        for child in expression.children:
            yield from steps_of(child)


def depth_of(expression: Expression) -> int:
    """Number of groups nested in each other; 0 for a step."""
    if isinstance(expression, Step):
        return 0
    return 1 + max(depth_of(child) for child in expression.children)


def expressions_of(algorithm: Algorithm) -> list[Expression]:
    """All expressions of an algorithm, in the order of its text."""
    parts = [algorithm.matching]
    for group in algorithm.scoring:
        parts += [group.match, group.usage]
    return [part for part in parts if part is not None]


def _applied(group: ScoringGroup) -> Expression:
    return group.match if group.usage is None else joined(Operator.AND, [group.usage, group.match])
