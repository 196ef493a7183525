"""Match groups: conditions with a decision, and degrees of agreement with actions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dromio.deciders.questions import MILLION, Degree, Facts, Formula, Questions, millionths
from dromio.deciders.verdict import MATCHED, RANK, Verdict
from dromio.model.deciders import Action, Group, Relevance
from dromio.model.expressions import parse_condition, parse_measure

Judge = Callable[[Facts], tuple[str, float | None] | None]


def groups_of(groups: Sequence[Group], questions: Questions) -> Callable[[Facts], Verdict]:
    """The verdict of match groups: the strongest decision of any; a negative group that holds makes a match a
    review."""
    positive = [
        (place, group.name, _judge(group, questions)) for place, group in enumerate(groups) if not group.negative
    ]
    negative = [
        (group.name, questions.formula(parse_condition(group.when or ""))) for group in groups if group.negative
    ]

    def decide(facts: Facts) -> Verdict:
        best = Verdict("non-match", 0)
        for place, name, judge in positive:
            found = judge(facts)
            if found is not None and RANK[found[0]] > RANK[best.decision]:
                best = Verdict(found[0], MATCHED if found[0] == "match" else 0, name, found[1], place)
        if best.decision == "match":
            for name, holds in negative:
                if holds(facts):
                    return best._replace(decision="review", weight=0, reason=f"{best.reason}, against it {name}")
        return best

    return decide


def _judge(group: Group, questions: Questions) -> Judge:
    if group.relevance is None:
        holds = questions.formula(parse_condition(group.when or ""))
        return lambda facts: (group.decision, None) if holds(facts) else None
    degree = degree_of(group.relevance, questions)

    def judge(facts: Facts) -> tuple[str, float | None] | None:
        reached = degree(facts)
        decision = action_at(group.actions, reached)
        return None if decision is None else (decision, reached / MILLION)

    return judge


def action_at(actions: Sequence[Action], reached: int) -> str | None:
    """The decision for a degree in millionths; where several fit, the more careful one; None in a gap."""
    fitting = [one.decision for one in actions if millionths(one.from_) <= reached <= millionths(one.to)]
    return min(fitting, key=RANK.__getitem__, default=None)


def degree_of(relevance: Relevance, questions: Questions) -> Degree:
    """A relevance as a function of the answers, in millionths from 0 to a million."""
    if relevance.similarity is not None:
        missing, least = millionths(relevance.missing), millionths(relevance.least)
        return questions.degree(parse_measure(relevance.similarity), missing, least)
    if relevance.when is not None:
        return _as_degree(questions.formula(parse_condition(relevance.when)))
    if relevance.inverse is not None:
        inside = degree_of(relevance.inverse, questions)
        return lambda facts: MILLION - inside(facts)
    if relevance.best:
        parts = [degree_of(part, questions) for part in relevance.best]
        return lambda facts: max(part(facts) for part in parts)
    return _mean([(millionths(part.weight), degree_of(part, questions)) for part in relevance.mean])


def _mean(parts: Sequence[tuple[int, Degree]]) -> Degree:
    whole = sum(weight for weight, _ in parts)
    if whole == 0:
        return lambda facts: 0
    # Half up, in whole numbers: the same everywhere.
    return lambda facts: (2 * sum(weight * degree(facts) for weight, degree in parts) + whole) // (2 * whole)


def _as_degree(holds: Formula) -> Degree:
    return lambda facts: MILLION if holds(facts) else 0
