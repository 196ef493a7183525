"""Why a pair is what it is, for any decider: recomputed from the model step by step, by the row engine.

What the steps say adds up to the verdict of `dromio.engines.row.decide`; nothing is taken over from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from dromio.deciders import Verdict
from dromio.engines.explanation.asked import Asked
from dromio.engines.explanation.clauses import Clause, Degree, Seen
from dromio.engines.explanation.groups import groups_changes, groups_part
from dromio.engines.explanation.probabilistic import probabilistic_changes, probabilistic_part
from dromio.engines.explanation.rules import rules_changes, rules_part
from dromio.engines.explanation.score import score_changes, score_part
from dromio.engines.explanation.steps import (
    NAMES,
    Change,
    GroupsPart,
    Part,
    ProbabilisticPart,
    RulesPart,
    ScorePart,
    WeightedPart,
)
from dromio.engines.explanation.weighted import weighted_changes, weighted_part
from dromio.engines.row import decide, record_keys
from dromio.engines.row_facts import CleanedRecord
from dromio.engines.shared import for_review, shared_in_common, watched, without_shared
from dromio.model.expressions import ExpressionError
from dromio.plan import Plan

OPEN = Verdict("non-match", 0)
"""What follows where no decider says anything."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with all that led to it.

    `parts` are the deciders in the order in which they were asked, up to the one that decided; `not_asked` are those
    after it. `why_not` lists ways to another decision. A pair without `shared_keys` is not compared by a run, unless
    in a scan that one of the clauses at `scans` needs.
    """

    verdict: Verdict
    parts: tuple[Part, ...]
    not_asked: tuple[str, ...]
    why_not: tuple[Change, ...]
    shared_keys: tuple[tuple[str, tuple[str, ...]], ...]
    keys: tuple[str, ...]
    scans: tuple[str, ...]
    shared_values: tuple[tuple[str, int], ...] = ()
    """Watched fields in which both have a value that too many people share, and how many these are."""
    is_lowered: bool = False
    """Whether the pair is a match only thanks to them, and so for review."""

    @property
    def decision(self) -> str:
        """match | review | non-match"""
        return self.verdict.decision

    @property
    def decided_by(self) -> str:
        """The kind of decider that decided; of several that left the pair open, the last."""
        if self.is_lowered:
            return "shared_values"
        return NAMES[type(self.parts[-1])]

    @property
    def probabilistic(self) -> ProbabilisticPart | None:
        """The evidence in bits, where probability decided."""
        last = self.parts[-1]
        return last if isinstance(last, ProbabilisticPart) else None

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers, fit for JSON. The match weight is in bits."""
        by_weight = self.probabilistic
        return {
            "decision": self.decision,
            "decided_by": self.decided_by,
            "reason": self.verdict.reason,
            "score": self.verdict.score,
            "match_weight": by_weight.weight if by_weight else None,
            "match_probability": by_weight.probability if by_weight else None,
            "is_candidate": bool(self.shared_keys),
            "shared_keys": [{"key": name, "values": list(values)} for name, values in self.shared_keys],
            "keys": list(self.keys),
            "scans": list(self.scans),
            "deciders": [{"decider": NAMES[type(part)], **_plain(asdict(part))} for part in self.parts],
            "not_asked": list(self.not_asked),
            "shared_values": [{"field": field, "people": people} for field, people in self.shared_values],
            "why_not": [_plain(change._asdict()) for change in self.why_not],
        }

    def to_text(self) -> str:
        """The same in short sentences, a line each."""
        from dromio.engines.explanation.words import text_of

        return text_of(self)

    def figures(self) -> dict[str, Any]:
        """What each step gave, for a picture."""
        from dromio.engines.explanation.figures import figures_of

        return figures_of(self)


def explain(
    plan: Plan, left: CleanedRecord, right: CleanedRecord, *, shared: Mapping[tuple[int, str], int] | None = None
) -> Explanation:
    """The decision on a pair with its reasons, by a plan of a trained model.

    `shared`: how many people share a value, by (place of the watched field in the model, value); those not named are
    not shared.
    """
    found = _explained(plan, left, right)
    fields = watched(plan.model) if shared else ()
    on = shared_in_common(fields, left, right, shared or {})
    if not on:
        return found
    assert shared is not None
    common = tuple(
        (one.text, shared[one.number, value])
        for one in fields
        for value in sorted(one.values(left) & one.values(right))
        if (one.number, value) in shared
    )
    bare = without_shared(fields, left, right, shared)
    if found.decision != "match" or decide(plan, *bare).decision == "match":
        return replace(found, shared_values=common)
    return replace(found, verdict=for_review(found.verdict, on), shared_values=common, is_lowered=True, why_not=())


def _explained(plan: Plan, left: CleanedRecord, right: CleanedRecord) -> Explanation:
    asked = Asked(plan, left, right)
    names = plan.model.deciders
    parts: list[Part] = []
    verdict: Verdict | None = None
    while verdict is None and len(parts) < len(names):
        part, verdict = _part(names[len(parts)], asked)
        parts.append(part)
    verdict = verdict or OPEN
    return Explanation(
        verdict,
        tuple(parts),
        names[len(parts) :],
        tuple(_changes(asked, parts, verdict)),
        tuple(sorted(record_keys(left, plan) & record_keys(right, plan))),
        tuple(key.name for key in plan.keys),
        tuple(scan.path for scan in plan.scans),
    )


def _part(name: str, asked: Asked) -> tuple[Part, Verdict | None]:
    model = asked.plan.model
    if name == "rules":
        return rules_part(model, asked)
    if model.score:
        return score_part(model.score, asked)
    if model.groups:
        return groups_part(model.groups, asked)
    if model.weighted:
        return weighted_part(model.weighted, asked)
    return probabilistic_part(asked.plan, asked.left, asked.right)


def _changes(asked: Asked, parts: list[Part], verdict: Verdict) -> Iterator[Change]:
    """Ways to another decision, each tried: what it is said to bring is what would be decided."""
    tried: set[tuple[str, str]] = set()
    for change in (change for part in parts for change in _proposed(asked, part, verdict.decision)):
        decision = _decision_if(asked, change)
        if decision == verdict.decision or (change.by, decision) in tried:
            continue
        tried.add((change.by, decision))
        yield change._replace(decision=decision)


def _proposed(asked: Asked, part: Part, decision: str) -> list[Change]:
    if isinstance(part, RulesPart):
        return rules_changes(part, decision)
    if isinstance(part, ScorePart):
        return score_changes(part, decision)
    if isinstance(part, GroupsPart):
        return groups_changes(part, asked.plan.model.groups, decision)
    if isinstance(part, WeightedPart):
        return weighted_changes(part, decision)
    return probabilistic_changes(part, decision)


def _decision_if(asked: Asked, change: Change) -> str:
    """What would be decided if what a change needs were so; of what is no condition, what the change says itself."""
    try:
        verdict = asked.verdict_if(change.needs)
    except ExpressionError:
        return change.decision
    if verdict is None:
        verdict = probabilistic_part(asked.plan, asked.left, asked.right)[1]
    return verdict.decision


def _plain(value: Any) -> Any:
    """Tuples as lists, all the way down."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


__all__ = ["Change", "Clause", "Degree", "Explanation", "Part", "Seen", "explain"]
