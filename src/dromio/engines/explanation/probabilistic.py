"""Why a pair weighs what it does: every comparison's level, values and weight, and what the next better level would
weigh."""

from __future__ import annotations

from typing import Any

from dromio.clean import Fields
from dromio.deciders.verdict import Verdict
from dromio.engines.compiled import kept_with
from dromio.engines.explanation.steps import Better, Change, ProbabilisticPart, Step
from dromio.engines.row import RowComparison, RowPlan, Sums, match_weight, score, sums
from dromio.engines.row_facts import CleanedRecord
from dromio.model.expressions import leaves
from dromio.plan import MILLI, NO_RIVAL, Plan, PlannedComparison


def probabilistic_part(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> tuple[ProbabilisticPart, Verdict]:
    """The weight of a pair with all that it is made of, by a plan of a trained model, and the verdict."""
    found = sums(plan, left, right)
    scored = score(plan, left, right)
    with_related = plan.prior_related != NO_RIVAL
    compiled = kept_with(plan, RowPlan).comparisons
    part = ProbabilisticPart(
        tuple(_step(plan, found, place, one, left, right) for place, one in enumerate(compiled)),
        plan.prior_unrelated / MILLI,
        plan.prior_related / MILLI if with_related else None,
        found.unrelated / MILLI,
        found.related / MILLI if with_related else None,
        scored.weight / MILLI,
        scored.probability,
        plan.match_threshold / MILLI,
        plan.review_threshold / MILLI,
    )
    return part, Verdict(scored.decision, scored.weight - plan.match_threshold)


def probabilistic_changes(part: ProbabilisticPart, decision: str) -> list[Change]:
    """For each higher decision the smallest single better level that brings it; where none does, the one that brings
    the pair nearest."""
    better = sorted(
        ((step.better, step.comparison) for step in part.steps if step.better), key=lambda one: one[0].match_weight
    )
    changes: list[Change] = []
    for wanted, threshold in (("match", part.match), ("review", part.review)):
        if part.weight >= threshold or not better:
            continue
        enough = [one for one in better if one[0].match_weight >= threshold]
        level, comparison = enough[0] if enough else better[-1]
        if not enough and level.match_weight <= part.weight:
            continue
        changes.append(Change(wanted, comparison, (f"{comparison}: {level.label}",), bool(enough)))
    return changes


def _step(
    plan: Plan, found: Sums, place: int, compiled: RowComparison, left: CleanedRecord, right: CleanedRecord
) -> Step:
    planned, level = plan.comparisons[place], found.levels[place]
    one, other = _values(compiled, level, left, right)
    asked = _asked(planned, level)
    return Step(
        planned.name,
        planned.attribute,
        level,
        planned.labels[level],
        {name: text for name, text in one[1].items() if name in asked},
        {name: text for name, text in other[1].items() if name in asked},
        one[0],
        other[0],
        compiled.against_unrelated[level] / MILLI,
        compiled.against_related[level] / MILLI,
        found.adjustments[place] / MILLI,
        _better(plan, found, place, planned),
    )


def _asked(planned: PlannedComparison, level: int) -> set[str]:
    """The fields that a level looks at; for the last one, which has no condition, those of the best."""
    graded = planned.conditions[level - 1 if level <= len(planned.conditions) else 0]
    asked = graded if level else planned.null
    return {name for leaf in leaves(asked) for field in leaf.fields for name in field.fields}


def _values(
    compiled: RowComparison, level: int, left: CleanedRecord, right: CleanedRecord
) -> tuple[tuple[str, Fields], tuple[str, Fields]]:
    """(label, fields) on both sides of the pair of values that the level is due to; the same one for the pair the
    other way round."""
    reaching = compiled.reaching(level, left, right)
    if not reaching:
        sides = (side.get(compiled.attribute, ()) for side in (left, right))
        one, other = (side[0] if side else ("", {}) for side in sides)
        return one, other

    def rank(pair: tuple[tuple[str, Fields], tuple[str, Fields]]) -> tuple[bool, int, list[Any]]:
        rarity = compiled.rarity(level, pair[0][1], pair[1][1])
        return rarity is None, -(rarity or 0), sorted((label, sorted(fields.items())) for label, fields in pair)

    return min(reaching, key=rank)


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
