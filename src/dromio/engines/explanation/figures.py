"""An explanation as figures for a picture: what each step gave, in the unit of the decider.

Bits, points and shares add up from a starting point to the total. Of rules and match groups each stands alone: its
figure is the share of its clauses that hold, or its degree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dromio.engines.explanation.clauses import Clause, Seen
from dromio.engines.explanation.phrases import side_words
from dromio.engines.explanation.steps import (
    GroupsPart,
    ProbabilisticPart,
    RelevanceStep,
    RulesPart,
    ScorePart,
    WeightedPart,
)

if TYPE_CHECKING:
    from dromio.engines.explanation import Explanation

Row = dict[str, Any]


def figures_of(found: Explanation) -> Row:
    """`unit` (bits | points | share | clauses), `start`, `total`, `thresholds` and the `steps` of the decider that
    decided; each step with its label, both values and its figure, called weight."""
    last = found.parts[-1]
    if isinstance(last, ProbabilisticPart):
        return _bits(last)
    if isinstance(last, ScorePart):
        return _points(last)
    if isinstance(last, WeightedPart):
        return _shares(last)
    steps = _rules(last) if isinstance(last, RulesPart) else _groups(last)
    return {"unit": "clauses", "start": 0.0, "total": None, "thresholds": {}, "steps": list(steps)}


def _bits(part: ProbabilisticPart) -> Row:
    steps = [
        _row(
            step.comparison,
            step.label,
            [Seen(step.left_label, step.left)],
            [Seen(step.right_label, step.right)],
            step.weight,
        )
        for step in part.steps
    ]
    if rarity := sum(step.rarity for step in part.steps):
        steps.append(_row("rarity of the shared values", "term frequency", (), (), rarity))
    if (related := round(part.weight - part.against_unrelated, 3)) != 0:
        steps.append(_row("may be related instead", "such as one household or two branches", (), (), related))
    thresholds = {"match": part.match, "review": part.review}
    return {"unit": "bits", "start": part.prior, "total": part.weight, "thresholds": thresholds, "steps": steps}


def _points(part: ScorePart) -> Row:
    steps = [_row(step.name, _truth(step.clause), *_sides(step.clause), step.points) for step in part.steps]
    thresholds = {"match": part.match, "review": part.review}
    total = sum(step.points for step in part.steps) if part.total is None else part.total
    return {"unit": "points", "start": 0, "total": total, "thresholds": thresholds, "steps": steps}


def _shares(part: WeightedPart) -> Row:
    steps = []
    for step in part.steps:
        earned = step.weight * step.credit / part.weight_present if step.present.holds else 0.0
        similar = [one.similarity for one in step.credits if one.similarity]
        left, right = (similar[0].left, similar[0].right) if similar else _sides(step.credits[0].clause)
        label = f"{step.credit:.0%} of {step.weight:g}" if step.present.holds else "does not count"
        steps.append(_row(step.name, label, left, right, round(earned, 6)))
    thresholds = {"match": part.match, "review": part.review}
    return {"unit": "share", "start": 0.0, "total": part.share, "thresholds": thresholds, "steps": steps}


def _rules(part: RulesPart) -> Iterator[Row]:
    for step in part.steps:
        if step.clause is None:
            yield _row(step.name, "not reached", (), (), None)
        else:
            label = f"decides: {step.decision}" if step.holds else "does not hold"
            yield _row(step.name, label, *_sides(step.clause), _held(step.clause))


def _groups(part: GroupsPart) -> Iterator[Row]:
    for step in part.steps:
        label = step.decision or "does not hold"
        if step.clause is not None:
            yield _row(step.name, label, *_sides(step.clause), _held(step.clause))
        elif step.relevance is not None:
            yield _row(step.name, label, *_sides_of_relevance(step.relevance), step.relevance.degree)


def _row(name: str, label: str, left: Sequence[Seen], right: Sequence[Seen], weight: float | None) -> Row:
    sides = {side: side_words(values) if values else "" for side, values in (("left", left), ("right", right))}
    return {"comparison": name, "label": label, **sides, "weight": weight}


def _truth(clause: Clause) -> str:
    return "holds" if clause.holds else "does not hold"


def _held(clause: Clause) -> float:
    """The share of the clauses that hold: 1 for a condition that holds, below 1 for one that does not."""
    if clause.holds or clause.kind != "all":
        return float(clause.holds)
    return sum(_held(part) for part in clause.parts) / len(clause.parts)


def _sides(clause: Clause) -> tuple[list[Seen], list[Seen]]:
    """All values that the clause looks at, each once."""
    if clause.kind in ("all", "any", "not"):
        parts = [_sides(part) for part in clause.parts]
        return _distinct([one for left, _ in parts for one in left]), _distinct(
            [one for _, right in parts for one in right]
        )
    return list(clause.left), list(clause.right)


def _sides_of_relevance(step: RelevanceStep) -> tuple[list[Seen], list[Seen]]:
    if step.similarity is not None:
        return list(step.similarity.left), list(step.similarity.right)
    if step.clause is not None:
        return _sides(step.clause)
    parts = [_sides_of_relevance(part) for part in step.parts]
    return _distinct([one for left, _ in parts for one in left]), _distinct(
        [one for _, right in parts for one in right]
    )


def _distinct(values: Sequence[Seen]) -> list[Seen]:
    return [one for place, one in enumerate(values) if one not in values[:place]]
