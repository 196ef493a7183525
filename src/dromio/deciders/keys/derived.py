"""The keys that a whole model needs: of its rules, and of the score, groups or weighted fields beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from dromio.deciders.keys.costs import Cost, cost_by_type
from dromio.deciders.keys.covers import NOTHING, Cover, Coverer, Scan, union, within
from dromio.deciders.keys.elsewhere import without_what_others_find
from dromio.deciders.keys.needed import Parts, needed
from dromio.deciders.keys.rest import needed_of_the_rest
from dromio.deciders.questions import is_directed
from dromio.model.deciders import Credit, Group, Points, Relevance, Score, Weighted
from dromio.model.expressions import Condition, parse_condition, parse_measure
from dromio.model.schema import Key, Model

_ROUNDING = 2e-6
"""Degrees are whole millionths."""
_AGREES = 0.5
"""A similarity without a least value is taken to agree from there on."""


@dataclass(frozen=True)
class Derived:
    """Keys that lose no match, and the clauses for which there are none."""

    keys: tuple[Key, ...]
    scans: tuple[Scan, ...]
    needs: tuple[Condition, ...] = ()
    """For every key what holds, one way or the other, for all pairs that it is there for."""


def derived_keys(model: Model, cost: Cost | None = None) -> Derived:
    """The keys that a model's rules and the decider beside them need: whatever else a pair is, it is a non-match.

    `cost` chooses between keys that would do; without it, types of attributes do. Beside comparisons every key stays:
    there it also brings together pairs for which no rule holds.
    """
    cost = cost or cost_by_type({attribute.name: attribute.type for attribute in model.attributes})
    found = union(_covers(model, cost))
    if not model.comparisons:
        found = without_what_others_find(found, cost)
    keys = tuple(Key(fields=list(map(str, key)), max_block=None) for key in found.keys)
    return Derived(keys, found.scans, found.needs)


def _covers(model: Model, cost: Cost) -> Iterator[Cover]:
    for number, rule in enumerate(model.rules):
        if rule.decision != "non-match":
            yield _cover(f"rules.{number}.when", cost, rule.when)
    if model.score:
        yield _of_score(model.score, cost)
    for number, group in enumerate(model.groups):
        if not group.negative:
            yield _of_group(f"groups.{number}", group, cost)
    if model.weighted:
        yield union(_of_weighted(model.weighted, cost))


def _cover(path: str, cost: Cost, *texts: str | None) -> Cover:
    """The cover of all the conditions together."""
    return Coverer(path, cost).cover(*(parse_condition(text) for text in texts if text is not None))


def _of_score(score: Score, cost: Cost) -> Cover:
    """The filter's cover, or that of lines without which no threshold is reached, whichever is better."""
    least = min(one for one in (score.match, score.review) if one is not None)

    def reaches(without: Parts) -> bool:
        return sum(_most(line, holds=n not in without) for n, line in enumerate(score.lines)) >= least

    def cover_of(lines: Parts) -> Cover:
        texts = [text for n in sorted(lines) for text in (score.lines[n].only_when, score.lines[n].when)]
        held = [score.lines[n] for n in sorted(lines)]
        others = [line for n, line in enumerate(score.lines) if n not in lines]
        found = _cover(f"score.lines.{min(lines)}", cost, score.filter, *texts)
        return within(found, [needed_of_the_rest(held, others, least)])

    if not reaches(frozenset()):
        return NOTHING
    filtered = _cover("score.filter", cost, score.filter) if score.filter else None
    options = [one for one in (filtered, needed(len(score.lines), cover_of, reaches, cost)) if one]
    if not options:
        reason = f"pairs for which no line holds may still reach {least} points"
        return Cover((), (Scan("score", "always()", reason),))
    return min(options, key=lambda one: one.rank(cost))


def _most(line: Points, *, holds: bool) -> int:
    """The most points that a line gives, where it holds or may hold, and where it does not."""
    fails = max(line.otherwise, 0) if line.only_when else line.otherwise
    return max(line.points, fails) if holds else fails


def _of_group(path: str, group: Group, cost: Cost) -> Cover:
    if group.relevance is None:
        return _cover(f"{path}.when", cost, group.when)
    least = min((one.from_ for one in group.actions if one.decision != "non-match"), default=2.0)
    relevance, leaves = group.relevance, list(_leaves(group.relevance))

    def reaches(without: Parts) -> bool:
        return _highest(relevance, without, count()) >= least - _ROUNDING

    def cover_of(parts: Parts) -> Cover:
        return _cover(f"{path}.relevance", cost, *_in_one_way(*(_when_it_agrees(leaves[n]) for n in sorted(parts))))

    found = needed(len(leaves), cover_of, reaches, cost)
    if found is not None:
        return found
    reason = f"pairs for which no part agrees may still reach {least}"
    return Cover((), (Scan(f"{path}.relevance", "always()", reason),))


def _leaves(relevance: Relevance) -> Iterator[Relevance]:
    """The similarities and conditions of a relevance, in the order in which `_highest` counts them."""
    if relevance.similarity is not None or relevance.when is not None:
        yield relevance
    for part in (*relevance.mean, *relevance.best):
        yield from _leaves(part)
    if relevance.inverse:
        yield from _leaves(relevance.inverse)


def _when_it_agrees(leaf: Relevance) -> str:
    if leaf.when is not None:
        return leaf.when
    return _at_least(leaf.similarity or "", max(leaf.least, _AGREES))


def _highest(relevance: Relevance, without: Parts, numbers: count[int]) -> float:
    """The highest degree that a relevance may have while some of its leaves do not hold."""
    if relevance.similarity is not None or relevance.when is not None:
        if next(numbers) not in without:
            return 1.0
        below = 0.0 if relevance.when is not None or relevance.least >= _AGREES else _AGREES
        return max(below, relevance.missing)
    if relevance.inverse:
        _highest(relevance.inverse, without, numbers)
        return 1.0
    if relevance.best:
        return max([_highest(part, without, numbers) for part in relevance.best])
    whole = sum(part.weight for part in relevance.mean)
    return sum([part.weight * _highest(part, without, numbers) for part in relevance.mean]) / whole if whole else 0.0


def _of_weighted(weighted: Weighted, cost: Cost) -> Iterator[Cover]:
    """The mean of credits reaches a share only where one credit does, and any field may be the only one present."""
    for number, bound in enumerate(weighted.at_least):
        if bound.decision != "non-match":
            yield _cover(f"weighted.at_least.{number}", cost, bound.when)
    if weighted.review < _ROUNDING:
        reason = "any pair reaches a share of 0"
        yield Cover((), (Scan("weighted.review", "always()", reason),))
        return
    for number, field in enumerate(weighted.fields):
        for credit in field.credits:
            if credit.share is None or credit.share >= weighted.review - _ROUNDING:
                texts = _in_one_way(field.present, credit.when)
                yield _cover(f"weighted.fields.{number}", cost, *texts, _earns(credit, weighted.review))


def _in_one_way(*texts: str) -> list[str]:
    """The conditions that are known to hold the same way: of those that tell left from right only the first, for each
    may hold with the sides exchanged."""
    directed = [text for text in texts if is_directed(parse_condition(text))]
    return [text for text in texts if text not in directed[1:]]


def _earns(credit: Credit, share: float) -> str | None:
    if credit.similarity is None:
        return None
    return _at_least(credit.similarity, max(credit.least, share - _ROUNDING))


def _at_least(similarity: str, bound: float) -> str:
    """The similarity as a condition."""
    return str(replace(parse_measure(similarity), bound=bound))
