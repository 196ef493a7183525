"""Why points add up to their total, and which lines could have brought another decision."""

from __future__ import annotations

from dataclasses import replace

from dromio.deciders.questions import is_directed
from dromio.deciders.verdict import MATCHED, Verdict
from dromio.engines.explanation.asked import Asked, Way, as_written
from dromio.engines.explanation.clauses import Clause
from dromio.engines.explanation.rules import ways
from dromio.engines.explanation.steps import Change, LineStep, ScorePart
from dromio.model.deciders import Points, Score
from dromio.model.expressions import parse_condition


def score_part(score: Score, asked: Asked) -> tuple[ScorePart, Verdict]:
    """The lines with their points, in the way round that gives more, and the verdict."""
    texts = [score.filter, *(text for line in score.lines for text in (line.when, line.only_when))]
    directed = any(is_directed(parse_condition(text)) for text in texts if text)
    parts = [_one_way(score, asked, way) for way in (asked.ways if directed else (as_written,))]
    part = max(parts, key=lambda one: (one.total is not None, one.total or 0))
    return part, _verdict(part)


def _verdict(part: ScorePart) -> Verdict:
    if part.total is None:
        return Verdict("non-match", 0, "filter")
    if part.match is not None and part.total >= part.match:
        return Verdict("match", MATCHED, "score", part.total)
    if part.review is not None and part.total >= part.review:
        return Verdict("review", 0, "score", part.total)
    return Verdict("non-match", 0, "score", part.total)


def _one_way(score: Score, asked: Asked, way: Way) -> ScorePart:
    def clause(text: str) -> Clause:
        return asked.directed(way(parse_condition(text)))

    keeps = clause(score.filter) if score.filter else None
    lines = [_line(line, clause(line.when), clause(line.only_when) if line.only_when else None) for line in score.lines]
    total = sum(line.points for line in lines) if keeps is None or keeps.holds else None
    return ScorePart(keeps, tuple(lines), total, score.match, score.review)


def _line(line: Points, clause: Clause, only_when: Clause | None) -> LineStep:
    counts = only_when is None or only_when.holds
    now, flipped = (line.points, line.otherwise) if clause.holds else (line.otherwise, line.points)
    counting = [()] if only_when is None else ways(only_when)[:1]
    possible = [(now, needs) for needs in counting]
    possible += [(flipped, (*needs, *more)) for needs in counting for more in ways(clause, not clause.holds)[:1]]
    if only_when is not None:
        possible += [(0, needs) for needs in ways(only_when, wanted=False)[:1]]
    best, needs = max(possible, key=lambda way: (way[0], -len(way[1])))
    return LineStep(
        line.name or line.when, now if counts else 0, flipped if counts else 0, best, needs, clause, only_when
    )


def score_changes(part: ScorePart, decision: str) -> list[Change]:
    """For each higher decision what would bring it: the filter, a single line, or several lines together; and for a
    match or review the lines that it hangs on."""
    total = sum(step.points for step in part.steps)
    passing = [()] if part.filter is None else ways(part.filter)[:1]
    changes: list[Change] = []
    for wanted, threshold in (("match", part.match), ("review", part.review)):
        if threshold is None or wanted == decision or (decision == "match" and wanted == "review"):
            continue
        changes += [change for needs in passing for change in _ways_up(part, wanted, threshold - total, needs)]
    if part.total is not None and decision != "non-match":
        changes += _ways_down(part, decision)
    return changes


def _ways_up(part: ScorePart, wanted: str, missing: int, needs: tuple[str, ...]) -> list[Change]:
    if missing <= 0:
        return [Change(wanted, "the filter", needs)]
    gains = sorted((step for step in part.steps if step.best > step.points), key=lambda step: step.points - step.best)
    single = [step for step in gains if step.best - step.points >= missing]
    if single:
        return [Change(wanted, _gain(step), (*needs, *step.best_needs)) for step in single[:3]]
    taken: list[LineStep] = []
    for step in gains:
        taken.append(step)
        missing -= step.best - step.points
        if missing <= 0:
            every = (text for one in taken for text in one.best_needs)
            return [Change(wanted, "; ".join(map(_gain, taken)), (*needs, *dict.fromkeys(every)))]
    return [Change(wanted, f"{missing} points that no line can give", needs, is_enough=False)]


def _gain(step: LineStep) -> str:
    return f"{step.name} (+{step.best - step.points} points)"


def _ways_down(part: ScorePart, decision: str) -> list[Change]:
    """Lines that the decision hangs on: with any of them the other way round the total would not do."""
    changes = []
    for step in part.steps:
        other = _verdict(
            replace(part, total=sum(one.points for one in part.steps) - step.points + step.flipped)
        ).decision
        if other != decision and step.flipped < step.points:
            by = f"{step.name} ({step.flipped - step.points} points)"
            changes += [Change(other, by, needs) for needs in ways(step.clause, not step.clause.holds)[:1]]
    return changes[:3]
