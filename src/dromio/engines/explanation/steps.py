"""What an explanation is made of: for each decider its steps, and what would have to differ for another decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from dromio.clean import Fields
from dromio.engines.explanation.clauses import Clause, Degree


class Change(NamedTuple):
    """A way to another decision: `by` names the rule, line or comparison, `needs` says what would have to hold.

    `is_enough`: the change alone would bring the decision; else it is the longest single step towards it.
    """

    decision: str
    by: str
    needs: tuple[str, ...]
    is_enough: bool = True


@dataclass(frozen=True, slots=True)
class RuleStep:
    """A rule. `holds` and `clause` are None for a rule that was not reached."""

    name: str
    decision: str
    holds: bool | None
    clause: Clause | None


@dataclass(frozen=True, slots=True)
class RulesPart:
    """Rules in the order in which they are tried."""

    steps: tuple[RuleStep, ...]


@dataclass(frozen=True, slots=True)
class LineStep:
    """A line of a score. It gave `points`; `flipped` would it give if its condition came out the other way.

    `best` are the most points that it can give, where what `best_needs` says held. `only_when` does not hold where the
    line counts nothing.
    """

    name: str
    points: int
    flipped: int
    best: int
    best_needs: tuple[str, ...]
    clause: Clause
    only_when: Clause | None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """Points added up. `total` is None where the filter keeps the pair out."""

    filter: Clause | None
    steps: tuple[LineStep, ...]
    total: int | None
    match: int | None
    review: int | None


@dataclass(frozen=True, slots=True)
class RelevanceStep:
    """A degree of agreement from 0 to 1. `kind`: similarity | when | mean | best | inverse; `weight` in a mean."""

    kind: str
    text: str
    degree: float
    weight: float
    similarity: Degree | None = None
    clause: Clause | None = None
    parts: tuple[RelevanceStep, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupStep:
    """A match group. `decision` is what it says of the pair, None where it says nothing; a negative group turns a
    match into a review."""

    name: str
    negative: bool
    decision: str | None
    clause: Clause | None
    relevance: RelevanceStep | None


@dataclass(frozen=True, slots=True)
class GroupsPart:
    """Match groups; the strongest decision counts."""

    steps: tuple[GroupStep, ...]


@dataclass(frozen=True, slots=True)
class CreditStep:
    """One way to earn the credit of a field, 0 to 1."""

    credit: float
    clause: Clause
    similarity: Degree | None


@dataclass(frozen=True, slots=True)
class FieldStep:
    """A weighted field: its weight counts where `present` holds, and it earns the highest of its credits."""

    name: str
    weight: float
    credit: float
    present: Clause
    credits: tuple[CreditStep, ...]


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A decision that the pair gets `at` least, or at most, where the clause holds."""

    at: str
    decision: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class WeightedPart:
    """Credited weight as a share of the weight present, 0 to 1."""

    steps: tuple[FieldStep, ...]
    share: float
    weight_present: float
    evidence: float
    match: float
    review: float
    bounds: tuple[BoundStep, ...]


@dataclass(frozen=True, slots=True)
class Better:
    """The next better level, what it weighs against unrelated records, and the pair's weight with it; in bits."""

    label: str
    weight: float
    match_weight: float


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison of the pair. Weights in bits; `better` is None at the best level and where values are missing.

    `left` and `right` are the fields that the level looks at, of the values that reach it, the rarest first; empty
    where there are none.
    """

    comparison: str
    attribute: str
    level: int
    label: str
    left: Fields
    right: Fields
    left_label: str
    right_label: str
    weight: float
    against_related: float
    rarity: float
    better: Better | None


@dataclass(frozen=True, slots=True)
class ProbabilisticPart:
    """Evidence added up, in bits; sums against related rivals are None where the model has none.

    `weight` and `probability` are those of `dromio.engines.row.score`.
    """

    steps: tuple[Step, ...]
    prior: float
    prior_related: float | None
    against_unrelated: float
    against_related: float | None
    weight: float
    probability: float
    match: float
    review: float


Part = RulesPart | ScorePart | GroupsPart | WeightedPart | ProbabilisticPart
NAMES: dict[type[Part], str] = {
    RulesPart: "rules",
    ScorePart: "score",
    GroupsPart: "groups",
    WeightedPart: "weighted",
    ProbabilisticPart: "probabilistic",
}
