"""Weighted fields: credited weight as a share of the weight that both records have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dromio.deciders.questions import MILLION, Degree, Facts, Formula, Questions, millionths
from dromio.deciders.verdict import MATCHED, RANK, Verdict
from dromio.model.deciders import Bound, Credit, Weighted, WeightedField
from dromio.model.expressions import parse_condition, parse_measure


def weighted_of(weighted: Weighted, questions: Questions) -> Callable[[Facts], Verdict]:
    """The verdict of weighted fields. Bounds that lift go first, then those that lower."""
    fields = [_field(one, questions) for one in weighted.fields]
    lift, lower = _bounds(weighted.at_least, questions), _bounds(weighted.at_most, questions)
    evidence = millionths(weighted.evidence)
    match, review = millionths(weighted.match), millionths(weighted.review)

    def decide(facts: Facts) -> Verdict:
        present = credited = 0
        for weight, is_present, credit in fields:
            if is_present(facts):
                present += weight
                credited += weight * credit(facts)
        # Both sides whole: share >= threshold to the sixth decimal.
        reached = (2 * credited + present) // (2 * present) if present else 0
        decision = "match" if reached >= match else "review" if reached >= review else "non-match"
        for holds, one in lift:
            if RANK[one] > RANK[decision] and holds(facts):
                decision = one
        for holds, one in lower:
            if RANK[one] < RANK[decision] and holds(facts):
                decision = one
        if decision == "match" and present < evidence:
            decision = "review"
        return Verdict(decision, MATCHED if decision == "match" else 0, "weighted", reached / MILLION)

    return decide


def _field(field: WeightedField, questions: Questions) -> tuple[int, Formula, Degree]:
    credits = [_credit(one, questions) for one in field.credits]
    present = questions.formula(parse_condition(field.present))

    def highest(facts: Facts) -> int:
        found = 0
        for credit in credits:
            found = max(found, credit(facts))
            if found == MILLION:
                break
        return found

    return millionths(field.weight), present, highest


def _credit(credit: Credit, questions: Questions) -> Degree:
    holds = questions.formula(parse_condition(credit.when))
    if credit.share is not None:
        share = millionths(credit.share)
        return lambda facts: share if holds(facts) else 0
    degree = questions.degree(parse_measure(credit.similarity or ""), 0, millionths(credit.least))
    return lambda facts: degree(facts) if holds(facts) else 0


def _bounds(bounds: Sequence[Bound], questions: Questions) -> list[tuple[Formula, str]]:
    return [(questions.formula(parse_condition(one.when)), one.decision) for one in bounds]
