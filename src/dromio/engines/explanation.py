"""Why a pair is what it is: every comparison's level, values and weight, and what the next better level would weigh."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dromio.clean import Fields
from dromio.engines.compiled import kept_with
from dromio.engines.row import CleanedRecord, RowComparison, RowPlan, Sums, match_weight, record_keys, score, sums
from dromio.plan import MILLI, NO_RIVAL, Plan, PlannedComparison


@dataclass(frozen=True, slots=True)
class Better:
    """The next better level, what it weighs against unrelated records, and the pair's weight with it; in bits."""

    label: str
    weight: float
    match_weight: float


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison of the pair. Weights in bits; `better` is None at the best level and where values are missing.

    `left` and `right` are the fields of the values that reach the level, the rarest first; empty where there are none.
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
class Explanation:
    """A decision with all that led to it. Weights in bits; those against related rivals None where there are none.

    `weight` and `decision` are those of `dromio.engines.row.score`.
    """

    steps: tuple[Step, ...]
    prior: float
    prior_related: float | None
    against_unrelated: float
    against_related: float | None
    weight: float
    probability: float
    decision: str
    shared_keys: tuple[tuple[str, tuple[str, ...]], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers, fit for JSON."""
        plain = asdict(self)
        plain["steps"] = list(plain["steps"])
        plain["shared_keys"] = [{"key": name, "values": list(values)} for name, values in self.shared_keys]
        return plain


def explain(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Explanation:
    """The decision on a pair with its reasons, by a plan of a trained model."""
    found = sums(plan, left, right)
    scored = score(plan, left, right)
    with_related = plan.prior_related != NO_RIVAL
    compiled = kept_with(plan, RowPlan).comparisons
    return Explanation(
        tuple(_step(plan, found, place, one, left, right) for place, one in enumerate(compiled)),
        plan.prior_unrelated / MILLI,
        plan.prior_related / MILLI if with_related else None,
        found.unrelated / MILLI,
        found.related / MILLI if with_related else None,
        scored.weight / MILLI,
        scored.probability,
        scored.decision,
        tuple(sorted(record_keys(left, plan) & record_keys(right, plan))),
    )


def _step(
    plan: Plan, found: Sums, place: int, compiled: RowComparison, left: CleanedRecord, right: CleanedRecord
) -> Step:
    planned, level = plan.comparisons[place], found.levels[place]
    one, other = _values(compiled, level, left, right)
    return Step(
        planned.name,
        planned.attribute,
        level,
        planned.labels[level],
        one[1],
        other[1],
        one[0],
        other[0],
        compiled.against_unrelated[level] / MILLI,
        compiled.against_related[level] / MILLI,
        found.adjustments[place] / MILLI,
        _better(plan, found, place, planned),
    )


def _values(
    compiled: RowComparison, level: int, left: CleanedRecord, right: CleanedRecord
) -> tuple[tuple[str, Fields], tuple[str, Fields]]:
    """(label, fields) on both sides of the pair of values that the level is due to."""
    reaching = compiled.reaching(level, left, right)
    if not reaching:
        sides = (side.get(compiled.attribute, ()) for side in (left, right))
        one, other = (side[0] if side else ("", {}) for side in sides)
        return one, other
    rarities = [compiled.rarity(level, one[1], other[1]) for one, other in reaching]
    known = [rarity for rarity in rarities if rarity is not None]
    return reaching[rarities.index(max(known))] if known else reaching[0]


def _better(plan: Plan, found: Sums, place: int, planned: PlannedComparison) -> Better | None:
    """What the next better level would have given, without an adjustment for rarity."""
    level = found.levels[place]
    if level < 2:
        return None
    adjustment = found.adjustments[place]
    gained = int(planned.against_unrelated[level - 1] - planned.against_unrelated[level]) - adjustment
    gained_related = int(planned.against_related[level - 1] - planned.against_related[level])
    gained_related -= adjustment if planned.tells_related_apart else 0
    new = found._replace(unrelated=found.unrelated + gained, related=found.related + gained_related)
    weight = int(planned.against_unrelated[level - 1])
    return Better(planned.labels[level - 1], weight / MILLI, match_weight(plan, new) / MILLI)
