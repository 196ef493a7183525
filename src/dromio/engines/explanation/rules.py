"""Why rules decided as they did, and what other rules would have needed."""

from __future__ import annotations

from dromio.deciders import Verdict, verdict_of_rule
from dromio.engines.explanation.asked import Asked
from dromio.engines.explanation.clauses import Clause
from dromio.engines.explanation.steps import Change, RulesPart, RuleStep
from dromio.model.schema import Model

_MOST_WAYS = 8


def rules_part(model: Model, asked: Asked) -> tuple[RulesPart, Verdict | None]:
    """The rules up to the first that holds, and its verdict; None where none does."""
    steps: list[RuleStep] = []
    verdict: Verdict | None = None
    for place, rule in enumerate(model.rules):
        if verdict is not None:
            steps.append(RuleStep(rule.name, rule.decision, None, None))
            continue
        clause = asked.clause(rule.when)
        steps.append(RuleStep(rule.name, rule.decision, clause.holds, clause))
        if clause.holds:
            verdict = verdict_of_rule(model, place)
    return RulesPart(tuple(steps)), verdict


def rules_changes(part: RulesPart, decision: str) -> list[Change]:
    """What earlier rules of another decision lack; and ways in which the rule that decided would not hold."""
    changes: list[Change] = []
    for step in part.steps:
        if step.clause is None:
            continue
        if step.holds:
            changes += [Change("", f"without {step.name}", needs) for needs in ways(step.clause, wanted=False)]
        elif step.decision != decision:
            changes += [Change(step.decision, step.name, needs) for needs in ways(step.clause)[:1]]
    return changes


def ways(clause: Clause, wanted: bool = True) -> list[tuple[str, ...]]:
    """What would have to hold for the clause to be as wanted, in a few ways, the shortest first; none where nothing
    can make it so, and one without any need where it is."""
    if clause.holds is wanted:
        return [()]
    if clause.kind == "not":
        return ways(clause.parts[0], not wanted)
    if clause.kind not in ("all", "any"):
        can_change = clause.text != "always()"
        return [(clause.text if wanted else f"not {clause.text}",)] if can_change else []
    found: list[tuple[str, ...]] = []
    if (clause.kind == "all") == wanted:
        found = [()]
        for part in clause.parts:
            own = ways(part, wanted)
            found = [tuple(dict.fromkeys(one + other)) for one in found for other in own][:_MOST_WAYS]
    else:
        found = [needs for part in clause.parts for needs in ways(part, wanted)]
    return sorted(dict.fromkeys(found), key=len)[:_MOST_WAYS]
