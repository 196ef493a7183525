"""Why weighted fields reach their share, and which fields could have brought another decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dromio.deciders.questions import MILLION
from dromio.deciders.verdict import MATCHED, RANK, Verdict
from dromio.engines.explanation.asked import Asked
from dromio.engines.explanation.groups import credited
from dromio.engines.explanation.rules import ways
from dromio.engines.explanation.steps import BoundStep, Change, CreditStep, FieldStep, WeightedPart
from dromio.engines.row_facts import in_millionths
from dromio.model.deciders import Bound, Credit, Weighted, WeightedField


def weighted_part(weighted: Weighted, asked: Asked) -> tuple[WeightedPart, Verdict]:
    """Every field with what it earned, the bounds, and the verdict."""
    steps = tuple(_field(one, asked) for one in weighted.fields)
    bounds = (*_bounds("least", weighted.at_least, asked), *_bounds("most", weighted.at_most, asked))
    present = sum(in_millionths(step.weight) for step in steps if step.present.holds)
    share = _share(steps)
    part = WeightedPart(
        steps, share, present / MILLION, weighted.evidence, weighted.match, weighted.review, tuple(bounds)
    )
    decision = _decision(part, share)
    return part, Verdict(decision, MATCHED if decision == "match" else 0, "weighted", share)


def _field(field: WeightedField, asked: Asked) -> FieldStep:
    credits = tuple(_credit(one, asked) for one in field.credits)
    credit = max(one.credit for one in credits)
    return FieldStep(field.name, field.weight, credit, asked.clause(field.present), credits)


def _credit(credit: Credit, asked: Asked) -> CreditStep:
    clause = asked.clause(credit.when)
    if credit.share is not None:
        return CreditStep(in_millionths(credit.share) / MILLION if clause.holds else 0.0, clause, None)
    found = asked.degree(credit.similarity or "")
    return CreditStep(credited(found, 0, credit.least) if clause.holds else 0.0, clause, found)


def _bounds(at: str, bounds: Sequence[Bound], asked: Asked) -> list[BoundStep]:
    return [BoundStep(at, one.decision, asked.clause(one.when)) for one in bounds]


def _share(steps: Sequence[FieldStep], full: Sequence[FieldStep] = ()) -> float:
    """Credited weight of the weight present, in whole millionths half up; fields in `full` as if they agreed wholly."""
    ids = {id(one) for one in full}
    counted = [(one, id(one) in ids) for one in steps if one.present.holds or id(one) in ids]
    present = sum(in_millionths(one.weight) for one, _ in counted)
    if not present:
        return 0.0
    earned = sum(
        in_millionths(one.weight) * (MILLION if is_full else in_millionths(one.credit)) for one, is_full in counted
    )
    return (2 * earned + present) // (2 * present) / MILLION


def _decision(part: WeightedPart, share: float, more_present: float = 0.0) -> str:
    """The decision at a share: graded, lifted, lowered, and held to a review where there is too little evidence."""
    reached = in_millionths(share)
    graded = "match" if reached >= in_millionths(part.match) else "non-match"
    if graded != "match" and reached >= in_millionths(part.review):
        graded = "review"
    lifts = [one.decision for one in part.bounds if one.clause.holds and one.at == "least"]
    lowers = [one.decision for one in part.bounds if one.clause.holds and one.at == "most"]
    graded = max([graded, *lifts], key=RANK.__getitem__)
    graded = min([graded, *lowers], key=RANK.__getitem__)
    too_little = in_millionths(part.weight_present) + in_millionths(more_present) < in_millionths(part.evidence)
    return "review" if graded == "match" and too_little else graded


def weighted_changes(part: WeightedPart, decision: str) -> list[Change]:
    """Fields that alone, or else together, would bring a stronger decision if both records had equal values in them;
    and what holds the pair down."""
    improvable = sorted(
        (one for one in part.steps if not one.present.holds or one.credit < 1), key=lambda one: -one.weight
    )
    changes: list[Change] = []
    for fields in [(one,) for one in improvable] + ([tuple(improvable)] if len(improvable) > 1 else []):
        more = sum(one.weight for one in fields if not one.present.holds)
        other = _decision(part, _share(part.steps, fields), more)
        if RANK[other] > RANK[decision] and (len(fields) == 1 or not changes):
            names = ", ".join(one.name for one in fields)
            changes.append(Change(other, names, tuple(f"full agreement in {one.name}" for one in fields)))
    holds_down = [
        one for one in part.bounds if one.clause.holds and one.at == "most" and RANK[one.decision] <= RANK[decision]
    ]
    for bound in holds_down:
        without = _without(part, bound)
        if RANK[other := _decision(without, part.share)] > RANK[decision]:
            by = f"the bound at most {bound.decision}"
            changes += [Change(other, by, needs) for needs in ways(bound.clause, wanted=False)[:1]]
    return changes


def _without(part: WeightedPart, bound: BoundStep) -> WeightedPart:
    return replace(part, bounds=tuple(one for one in part.bounds if one is not bound))
