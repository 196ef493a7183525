"""The decider of a model: its rules first, then its score, groups or weighted fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dromio.deciders.groups import groups_of
from dromio.deciders.questions import Facts, Formula, Question, Questions
from dromio.deciders.score import score_of
from dromio.deciders.verdict import Verdict, of_a_rule
from dromio.deciders.weighted import weighted_of
from dromio.model.expressions import parse_condition
from dromio.model.schema import Model

Decide = Callable[[Facts], Verdict | None]


@dataclass(frozen=True)
class Decider:
    """Questions about a pair, and what follows from the answers.

    `decide` gives None for what it leaves open: the probabilistic model decides on that.
    """

    questions: tuple[Question, ...]
    decide: Decide


def decider_of(model: Model) -> Decider | None:
    """The decider of a model; None for a model that is probabilistic alone."""
    if model.deciders == ("probabilistic",):
        return None
    questions = Questions()
    steps = [_rules(model, questions)] if model.rules else []
    if model.score:
        steps.append(score_of(model.score, questions))
    if model.groups:
        steps.append(groups_of(model.groups, questions))
    if model.weighted:
        steps.append(weighted_of(model.weighted, questions))
    return Decider(tuple(questions.numbers), _in_turn(steps, is_last=not model.comparisons))


def _in_turn(steps: Sequence[Decide], *, is_last: bool) -> Decide:
    def decide(facts: Facts) -> Verdict | None:
        for step in steps:
            verdict = step(facts)
            if verdict is not None:
                return verdict
        return Verdict("non-match", 0) if is_last else None

    return decide


def verdict_of_rule(model: Model, place: int) -> Verdict:
    """The verdict on a pair for which the rule at a place is the first to hold."""
    rule = model.rules[place]
    level = place + 1 if model.clustering.method == "rule_levels" else 0
    return Verdict(rule.decision, of_a_rule(rule.decision, level), rule.name, None, place)


def _rules(model: Model, questions: Questions) -> Decide:
    compiled: list[tuple[Formula, Verdict]] = []
    for place, rule in enumerate(model.rules):
        compiled.append((questions.formula(parse_condition(rule.when)), verdict_of_rule(model, place)))

    def decide(facts: Facts) -> Verdict | None:
        for holds, verdict in compiled:
            if holds(facts):
                return verdict
        return None

    return decide
