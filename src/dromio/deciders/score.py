"""Points added up after a filter."""

from __future__ import annotations

from collections.abc import Callable

from dromio.deciders.questions import Facts, Formula, Questions, is_directed, mirrored
from dromio.deciders.verdict import MATCHED, Verdict
from dromio.model.deciders import Points, Score
from dromio.model.expressions import Condition, parse_condition

Total = Callable[[Facts], int | None]


def score_of(score: Score, questions: Questions) -> Callable[[Facts], Verdict]:
    """The verdict of a score; a pair that the filter keeps out is a non-match without a total.

    Where conditions tell left from right, the higher total of the two ways counts.
    """
    texts = [score.filter, *(text for line in score.lines for text in (line.when, line.only_when))]
    directed = any(is_directed(parse_condition(text)) for text in texts if text)
    ways = [_total(score, questions, lambda one: one)]
    if directed:
        ways.append(_total(score, questions, mirrored))

    def decide(facts: Facts) -> Verdict:
        totals = [total for way in ways if (total := way(facts)) is not None]
        if not totals:
            return Verdict("non-match", 0, "filter")
        total = max(totals)
        if score.match is not None and total >= score.match:
            return Verdict("match", MATCHED, "score", total)
        if score.review is not None and total >= score.review:
            return Verdict("review", 0, "score", total)
        return Verdict("non-match", 0, "score", total)

    return decide


def _total(score: Score, questions: Questions, way: Callable[[Condition], Condition]) -> Total:
    def formula(text: str | None) -> Formula:
        return questions.directed(way(parse_condition(text or "always()")))

    passes = formula(score.filter)
    lines = [_line(line, formula) for line in score.lines]
    return lambda facts: sum(line(facts) for line in lines) if passes(facts) else None


def _line(line: Points, formula: Callable[[str | None], Formula]) -> Callable[[Facts], int]:
    counts, holds = formula(line.only_when), formula(line.when)

    def points(facts: Facts) -> int:
        if not counts(facts):
            return 0
        return line.points if holds(facts) else line.otherwise

    return points
