"""A match group as frozen values: formula, classes per attribute, weights, thresholds, rule-local cleansers.

Expression = Compare | Multi | Filter | All | AnyOf | Not. Attributes are paths below the entity type: "LastName", and
"Address.City" for an attribute inside a nested one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

MAX_DEPTH = 20
"""Most levels of and, or, not inside each other."""
DEFAULT_COMPARATOR = "BasicStringComparator"
DEFAULT_TOKEN_CLASS = "ExactMatchToken"
FUZZY_TOKEN_CLASS = "FuzzyTextMatchToken"
"""Token class of an attribute under `fuzzy` to which none is mapped: its tokens hold the exact one too."""
AUTO_MERGE = "AUTO_MERGE"
POTENTIAL_MATCH = "POTENTIAL_MATCH"


class Operator(StrEnum):
    """How the values of one attribute are compared."""

    EXACT = "exact"
    FUZZY = "fuzzy"
    EXACT_OR_NULL = "exactOrNull"
    EXACT_OR_ALL_NULL = "exactOrAllNull"
    NOT_EXACT_SAME = "notExactSame"
    NOT_FUZZY_SAME = "notFuzzySame"


class FilterKind(StrEnum):
    """What is asked of each entity by itself."""

    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    IN = "in"


NULL_TOLERANT = (Operator.EXACT_OR_NULL, Operator.EXACT_OR_ALL_NULL)
DISAGREEMENTS = (Operator.NOT_EXACT_SAME, Operator.NOT_FUZZY_SAME)
FUZZY_OPERATORS = (Operator.FUZZY, Operator.NOT_FUZZY_SAME)


@dataclass(frozen=True, slots=True)
class Compare:
    """One operator on one attribute."""

    operator: Operator
    attribute: str


@dataclass(frozen=True, slots=True)
class Multi:
    """Any value of any of the attributes agrees with any value of any of them; classes are those of the first."""

    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Each entity has (or neither entity has) one of the values; they are folded."""

    kind: FilterKind
    attribute: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds. Sub-attributes of one nested attribute among the parts must hold for one pair of its values."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Expression


Expression: TypeAlias = Compare | Multi | Filter | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Threshold:
    """Scores from `low` to `high`, both inclusive, call for an action."""

    action: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cleanse:
    """A rule-local transform of the values of some attributes; `entries` are (what is found, what it becomes)."""

    cleanser: str
    attributes: tuple[str, ...]
    entries: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """The formula and everything that says how it compares. Pairs are (attribute, what is set for it)."""

    formula: All | AnyOf
    comparators: tuple[tuple[str, str], ...] = ()
    token_classes: tuple[tuple[str, str], ...] = ()
    ignored_in_token: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    null_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cleansers: tuple[Cleanse, ...] = ()

    def comparator(self, attribute: str) -> str:
        """Name of the attribute's comparator class."""
        return dict(self.comparators).get(attribute, DEFAULT_COMPARATOR)

    def token_class(self, attribute: str, operator: Operator = Operator.EXACT) -> str:
        """Name of the attribute's token class, by the operator where none is mapped."""
        default = FUZZY_TOKEN_CLASS if operator is Operator.FUZZY else DEFAULT_TOKEN_CLASS
        return dict(self.token_classes).get(attribute, default)

    def nulls(self, attribute: str) -> tuple[str, ...]:
        """Folded values of the attribute that count as none."""
        return tuple(dict.fromkeys(value for path, values in self.null_values if path == attribute for value in values))

    def weight(self, attribute: str) -> float:
        """Weight of the attribute in the score; 1 where none is set."""
        return dict(self.weights).get(attribute, 1.0)


@dataclass(frozen=True, slots=True)
class MatchGroup:
    """A match group. `type` is automatic, suspect, relevance_based, a custom name, or empty for a negative rule."""

    uri: str
    rule: Rule
    type: str = ""
    label: str = ""
    is_negative: bool = False
    scope: str = "ALL"
    use_ov_only: bool = True
    score_standalone: float | None = None
    score_incremental: float | None = None
    match_actions: str | None = None
    """The match actions of a custom type as JSON text; they are carried along, not interpreted."""

    @property
    def entity_type(self) -> str:
        """Short name of the entity type."""
        return self.uri.split("/")[2]

    @property
    def name(self) -> str:
        """Last part of the URI."""
        return self.uri.split("/")[-1]

    @property
    def is_relevance_based(self) -> bool:
        return self.type == "relevance_based" and not self.is_negative

    @property
    def is_internal(self) -> bool:
        """Whether the group takes part in matching inside one tenant."""
        return self.scope in ("ALL", "INTERNAL")


def leaves(expression: Expression) -> Iterator[Compare | Multi | Filter]:
    """All comparisons and filters of an expression, in order."""
    if isinstance(expression, Compare | Multi | Filter):
        yield expression
    elif isinstance(expression, Not):
        yield from leaves(expression.part)
    else:
        for part in expression.parts:
            yield from leaves(part)


def attribute_uri(entity_type: str, path: str) -> str:
    """URI of the attribute at a path."""
    return f"configuration/entityTypes/{entity_type}/attributes/" + "/attributes/".join(path.split("."))
