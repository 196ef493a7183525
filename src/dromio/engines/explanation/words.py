"""An explanation in short sentences, one a line, for people who review pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dromio.engines.explanation.clauses import Clause, Seen
from dromio.engines.explanation.phrases import phrase, printable, side_words, values_words
from dromio.engines.explanation.steps import (
    Change,
    FieldStep,
    GroupsPart,
    GroupStep,
    LineStep,
    Part,
    ProbabilisticPart,
    RelevanceStep,
    RulesPart,
    RuleStep,
    ScorePart,
    Step,
    WeightedPart,
)

if TYPE_CHECKING:
    from dromio.engines.explanation import Explanation

_VALUES_SHOWN = 3


def text_of(found: Explanation) -> str:
    """The whole explanation: decision, shared keys, every step, and what would have to differ."""
    lines = [headline(found), *_keys(found)]
    lines += [f"Both have a value of {field} that {people} people share." for field, people in found.shared_values]
    for part in found.parts:
        lines += ["", *_part(part)]
    lines += [f"{name} was not asked." for name in found.not_asked]
    if found.why_not:
        lines += ["", "What would change the decision:", *(f"  {_change(one)}" for one in found.why_not)]
    return "\n".join(lines)


def headline(found: Explanation) -> str:
    """The decision in one sentence."""
    verdict, by_weight = found.verdict, found.probabilistic
    if found.is_lowered:
        return f"Review: a match only thanks to what many share ({verdict.reason})."
    if by_weight:
        return (
            f"{verdict.decision.capitalize()}: {_signed(by_weight.weight)} bits, "
            f"probability {by_weight.probability:.4g}."
        )
    if isinstance(found.parts[-1], RulesPart):
        if verdict.place < 0:
            return "Non-match: no rule holds."
        return f'{verdict.decision.capitalize()}, by the rule "{verdict.reason}".'
    if isinstance(found.parts[-1], GroupsPart):
        by = f', by the group "{verdict.reason}"' if verdict.place >= 0 else ": no group says otherwise"
        return f"{verdict.decision.capitalize()}{by}."
    if verdict.score is None:
        return "Non-match: the filter keeps the pair out."
    if isinstance(part := found.parts[-1], WeightedPart):
        bound = f" by a bound (at {at} {verdict.decision})," if (at := _bound_of(part, verdict.decision)) else ""
        return f"{verdict.decision.capitalize()},{bound} with {verdict.score:g} of the weight present."
    return f"{verdict.decision.capitalize()}, with {verdict.score:g} points."


def _bound_of(part: WeightedPart, decision: str) -> str:
    """Whether a bound at "least" or at "most" led to the decision, where the share alone says another; else ""."""
    reached = "match" if part.share >= part.match else "review" if part.share >= part.review else "non-match"
    held = [one.at for one in part.bounds if one.clause.holds and one.decision == decision]
    return held[-1] if reached != decision and held else ""


def _keys(found: Explanation) -> Iterator[str]:
    if not found.shared_keys:
        named = f" ({', '.join(found.keys)})" if found.keys else ""
        if found.scans:
            yield f"The two records share no key{named}: only the scan that {found.scans[0]} needs may compare them."
        else:
            yield f"The two records share no key{named}: a run would never have compared them."
        return
    shared: dict[str, list[str]] = {}
    for name, values in found.shared_keys:
        shared.setdefault(name, []).append(printable(" + ".join(values)))
    for name, each in shared.items():
        more = f" and {len(each) - _VALUES_SHOWN} more" if len(each) > _VALUES_SHOWN else ""
        yield f"Both records have the key {name}: {', '.join(each[:_VALUES_SHOWN])}{more}."


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, RulesPart):
        yield "Rules, in the order in which they are tried:"
        for number, rule in enumerate(part.steps, 1):
            yield from _rule(number, rule)
    elif isinstance(part, ScorePart):
        yield from _score(part)
    elif isinstance(part, GroupsPart):
        yield "Match groups:"
        for group in part.steps:
            yield from _group(group)
    elif isinstance(part, WeightedPart):
        yield from _weighted(part)
    else:
        yield from _probabilistic(part)


def clause_lines(clause: Clause, indent: str) -> Iterator[str]:
    """A condition part by part, each with a mark for whether it holds."""
    if clause.kind == "all":
        for part in clause.parts:
            yield from clause_lines(part, indent)
        return
    if clause.kind == "any":
        yield f"{indent}{_mark(clause.holds)} any of:"
        for part in clause.parts:
            yield from clause_lines(part, indent + "    ")
        return
    if clause.kind == "not" and clause.parts[0].kind in ("all", "any", "together"):
        yield f"{indent}{_mark(clause.holds)} not that:"
        yield from clause_lines(clause.parts[0], indent + "    ")
        return
    leaf = clause.parts[0] if clause.kind == "not" else clause
    asked = leaf.kind != "test" or leaf.left or leaf.right or "missing" in leaf.text or "absent" in leaf.text
    values = f": {values_words(leaf.left, leaf.right)}" if asked else ""
    figure = "" if leaf.kind != "measure" else f", {leaf.figure:.4g}" if leaf.figure is not None else ", not measurable"
    yield f"{indent}{_mark(clause.holds)} {phrase(clause.text)}{values}{figure}"


def _mark(holds: bool) -> str:
    return "✓" if holds else "✗"


def _rule(number: int, step: RuleStep) -> Iterator[str]:
    said = {None: "is not reached", True: "holds and decides", False: "does not hold"}[step.holds]
    yield f'  {number}. "{step.name}" ({step.decision}) {said}.'
    if step.clause is not None:
        yield from clause_lines(step.clause, "       ")


def _score(part: ScorePart) -> Iterator[str]:
    wanted = [f"{name} from {at}" for name, at in (("match", part.match), ("review", part.review)) if at is not None]
    yield f"Points ({', '.join(wanted)}):"
    if part.filter is not None:
        yield f"  The filter {'lets the pair through' if part.filter.holds else 'keeps the pair out'}."
        yield from clause_lines(part.filter, "       ")
    for step in part.steps:
        yield from _line(step)
    yield f"  Total: {'none' if part.total is None else part.total}."


def _line(step: LineStep) -> Iterator[str]:
    counts = step.only_when is None or step.only_when.holds
    yield f"  {step.points:+d}  {phrase(step.name)}{'' if counts else ' (does not count)'}"
    if step.only_when is not None:
        yield "       only when"
        yield from clause_lines(step.only_when, "       ")
    yield from clause_lines(step.clause, "       ")


def _group(step: GroupStep) -> Iterator[str]:
    if step.relevance is not None:
        yield f'  "{step.name}" has a degree of {step.relevance.degree:.4g}: {step.decision or "nothing follows"}.'
        yield from _relevance(step.relevance, "       ")
        return
    said = "does not hold" if step.decision is None else "holds" if not step.negative else "holds against it"
    yield f'  "{step.name}" {said}.'
    if step.clause is not None:
        yield from clause_lines(step.clause, "       ")


def _relevance(step: RelevanceStep, indent: str) -> Iterator[str]:
    if step.clause is not None:
        yield f"{indent}{step.degree:.4g} (weight {step.weight:g})"
        yield from clause_lines(step.clause, indent + "    ")
        return
    values = f": {values_words(step.similarity.left, step.similarity.right)}" if step.similarity else ""
    yield f"{indent}{step.degree:.4g} {step.text} (weight {step.weight:g}){values}"
    for part in step.parts:
        yield from _relevance(part, indent + "    ")


def _weighted(part: WeightedPart) -> Iterator[str]:
    yield f"Weighted fields (match from {part.match:g}, review from {part.review:g}):"
    for step in part.steps:
        yield from _field(step)
    yield f"  Share: {part.share:.4g} of the weight present, which is {part.weight_present:g}."
    if part.weight_present < part.evidence:
        yield f"  A match needs a weight of {part.evidence:g} present."
    for bound in part.bounds:
        yield f"  At {bound.at} {bound.decision}{' applies' if bound.clause.holds else ' does not apply'}."
        yield from clause_lines(bound.clause, "       ")


def _field(step: FieldStep) -> Iterator[str]:
    if not step.present.holds:
        yield f"  {step.name} (weight {step.weight:g}) does not count."
        yield from clause_lines(step.present, "       ")
        return
    yield f"  {step.name} (weight {step.weight:g}) earns {step.credit:.4g}."
    for credit in step.credits:
        yield from clause_lines(credit.clause, "       ")
        if credit.similarity is not None:
            found = credit.similarity
            figure = "not measurable" if found.figure is None else f"{found.figure:.4g}"
            yield f"       {found.text}: {values_words(found.left, found.right)}, {figure}"


def _probabilistic(part: ProbabilisticPart) -> Iterator[str]:
    yield f"Evidence in bits (match from {part.match:g}, review from {part.review:g}):"
    yield f"  {_signed(part.prior)}  any two records"
    for step in part.steps:
        yield _comparison(step)
    rarity = sum(step.rarity for step in part.steps)
    if rarity:
        yield f"  {_signed(rarity)}  how rare the shared values are"
    if abs(related := part.weight - part.against_unrelated) >= 0.001:
        yield f"  {_signed(related)}  they may be related instead, such as one household or two branches"
    yield f"  Match weight: {_signed(part.weight)} bits, probability {part.probability:.4g}."


def _comparison(step: Step) -> str:
    sides = [
        side_words((Seen(label, each),))
        for label, each in ((step.left_label, step.left), (step.right_label, step.right))
    ]
    return f"  {_signed(step.weight)}  {step.comparison}: {step.label} ({' and '.join(sides)})"


def _signed(weight: float) -> str:
    return f"{weight:+.2f}"


def _change(change: Change) -> str:
    needs = "; ".join(phrase(one) for one in change.needs) or "nothing less"
    if not change.is_enough:
        return f"not enough for {change.decision}, but nearest: {needs} ({change.by})"
    by_itself = change.needs in ((f"{change.by}: {needs.partition(': ')[2]}",), (f"full agreement in {change.by}",))
    return f"{change.decision}{'' if by_itself else f' ({change.by})'}, if {needs}"
