"""Why match groups decided as they did, and what other groups would have needed."""

from __future__ import annotations

from collections.abc import Sequence

from dromio.deciders.groups import action_at
from dromio.deciders.questions import MILLION
from dromio.deciders.verdict import MATCHED, RANK, Verdict
from dromio.engines.explanation.asked import Asked
from dromio.engines.explanation.clauses import Degree
from dromio.engines.explanation.rules import ways
from dromio.engines.explanation.steps import Change, GroupsPart, GroupStep, RelevanceStep
from dromio.engines.row_facts import in_millionths
from dromio.model.deciders import Group, Relevance


def groups_part(groups: Sequence[Group], asked: Asked) -> tuple[GroupsPart, Verdict]:
    """Every group with what it says, and the verdict: the strongest, held back by a negative group."""
    steps = tuple(_step(group, asked) for group in groups)
    best = Verdict("non-match", 0)
    for place, step in enumerate(steps):
        if step.decision is not None and RANK[step.decision] > RANK[best.decision] and not step.negative:
            degree = step.relevance.degree if step.relevance else None
            weight = MATCHED if step.decision == "match" else 0
            best = Verdict(step.decision, weight, step.name, degree, place)
    against = next((step for step in steps if step.negative and step.decision), None)
    if best.decision == "match" and against is not None:
        best = best._replace(decision="review", weight=0, reason=f"{best.reason}, against it {against.name}")
    return GroupsPart(steps), best


def _step(group: Group, asked: Asked) -> GroupStep:
    if group.relevance is None:
        clause = asked.clause(group.when or "")
        decision = "review" if group.negative else group.decision
        return GroupStep(group.name, group.negative, decision if clause.holds else None, clause, None)
    relevance = relevance_step(group.relevance, asked)
    return GroupStep(group.name, False, action_at(group.actions, in_millionths(relevance.degree)), None, relevance)


def relevance_step(relevance: Relevance, asked: Asked) -> RelevanceStep:
    """A degree of agreement with all that it is made of."""
    if relevance.similarity is not None:
        found = asked.degree(relevance.similarity)
        degree = credited(found, relevance.missing, relevance.least)
        return RelevanceStep("similarity", found.text, degree, relevance.weight, similarity=found)
    if relevance.when is not None:
        clause = asked.clause(relevance.when)
        return RelevanceStep("when", clause.text, float(clause.holds), relevance.weight, clause=clause)
    if relevance.inverse is not None:
        inside = relevance_step(relevance.inverse, asked)
        degree = (MILLION - in_millionths(inside.degree)) / MILLION
        return RelevanceStep("inverse", "1 less", degree, relevance.weight, parts=(inside,))
    parts = tuple(relevance_step(part, asked) for part in relevance.best or relevance.mean)
    if relevance.best:
        return RelevanceStep(
            "best", "the highest of", max(part.degree for part in parts), relevance.weight, parts=parts
        )
    return RelevanceStep("mean", "the weighted mean of", _mean(parts), relevance.weight, parts=parts)


def credited(found: Degree, missing: float, least: float) -> float:
    """The degree that a similarity gives: `missing` where there is none, 0 below `least`; to six decimals."""
    if found.figure is None:
        return in_millionths(missing) / MILLION
    return found.figure if in_millionths(found.figure) >= in_millionths(least) else 0.0


def _mean(parts: Sequence[RelevanceStep]) -> float:
    """The weighted mean in whole millionths, half up, as deciders have it."""
    whole = sum(in_millionths(part.weight) for part in parts)
    if whole == 0:
        return 0.0
    total = sum(in_millionths(part.weight) * in_millionths(part.degree) for part in parts)
    return (2 * total + whole) // (2 * whole) / MILLION


def groups_changes(part: GroupsPart, groups: Sequence[Group], decision: str) -> list[Change]:
    """What groups of a stronger decision lack, and the negative groups that hold a match back."""
    changes: list[Change] = []
    matched = any(step.decision == "match" and not step.negative for step in part.steps)
    holding_back = [step for step in part.steps if step.negative and step.decision]
    if matched and holding_back:
        freed = [ways(step.clause, wanted=False)[:1] for step in holding_back if step.clause]
        needs = [text for one in freed for own in one for text in own]
        return [Change("match", " and ".join(step.name for step in holding_back), tuple(dict.fromkeys(needs)))]
    for step, group in zip(part.steps, groups, strict=True):
        if step.clause is not None and not step.clause.holds and not step.negative:
            changes += [Change(group.decision, step.name, needs) for needs in ways(step.clause)[:1]]
        if step.relevance is not None:
            changes += [
                Change(
                    one.decision,
                    step.name,
                    (f"a degree of {one.from_:g} to {one.to:g} instead of {step.relevance.degree:g}",),
                )
                for one in group.actions
                if one.decision != step.decision
            ]
    return [one for one in changes if RANK[one.decision] > RANK[decision]]
