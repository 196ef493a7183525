"""What a key is not there for: pairs that another key finds, and needs too.

A need is an `and`; an alternative of one of its parts can go when it, together with the other parts, gives all that
the need of another key asks for. Keys are done one after another, each by what is left of the others, so that two keys
never leave a pair to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from dromio.deciders.keys.costs import Cost, Fields
from dromio.deciders.keys.covers import Cover, all_of
from dromio.deciders.keys.normal import FALSE, conjuncts, contradict
from dromio.model.expressions import All, AnyOf, Condition, Measure

_MOST_KEYS = 60
"""Of more keys the needs are left as they are."""


def without_what_others_find(cover: Cover, cost: Cost) -> Cover:
    """The cover without keys of which others find all, and with needs that leave to other keys what they find as well;
    the dearest key first."""
    if len(cover.keys) > _MOST_KEYS:
        return cover
    needs = dict(zip(cover.keys, cover.needs, strict=True))
    dearest_first = sorted(cover.keys, key=cost, reverse=True)
    for key in dearest_first:
        if _left(needs[key], _of_others(key, needs)) == FALSE:
            del needs[key]
    for key in filter(needs.__contains__, dearest_first):
        needs[key] = _left(needs[key], _of_others(key, needs))
    return replace(cover, keys=tuple(needs), needs=tuple(needs.values()))


def _of_others(key: Fields, needs: Mapping[Fields, Condition]) -> list[Condition]:
    return [need for other, need in needs.items() if other != key]


def _left(need: Condition, others: Sequence[Condition]) -> Condition:
    """What is left of a need; FALSE for nothing."""
    parts = list(conjuncts(need))
    if _is_found(parts, others):
        return FALSE
    for place, part in enumerate(parts):
        if isinstance(part, AnyOf):
            rest = [*parts[:place], *parts[place + 1 :]]
            kept = tuple(one for one in _alternatives(part) if not _is_found([*rest, one], others))
            if not kept:
                return FALSE
            parts[place] = kept[0] if len(kept) == 1 else AnyOf(kept)
    return all_of(parts)


def _is_found(facts: Sequence[Condition], needs: Sequence[Condition], *, may_split: bool = True) -> bool:
    """Whether all pairs for which the facts hold are what one of the needs asks for, or none can be; with `may_split`
    one `or` among the facts may leave its branches to different needs."""
    told = dict.fromkeys(conjuncts(All(tuple(facts))))
    if contradict(list(told)) or any(_follows(need, told) for need in needs):
        return True
    return may_split and any(
        all(_is_found([*(told.keys() - {part}), one], needs, may_split=False) for one in _alternatives(part))
        for part in told
        if isinstance(part, AnyOf)
    )


def _alternatives(condition: AnyOf) -> Iterator[Condition]:
    """The branches of nested `or`s."""
    for branch in condition.parts:
        inside = list(conjuncts(branch))
        if len(inside) == 1 and isinstance(inside[0], AnyOf):
            yield from _alternatives(inside[0])
        else:
            yield branch


def _follows(wanted: Condition, told: Collection[Condition]) -> bool:
    """Whether a condition is seen to hold wherever all that is told does."""
    if isinstance(wanted, All):
        return all(_follows(part, told) for part in wanted.parts)
    if wanted in told:
        return True
    if isinstance(wanted, AnyOf):
        return any(_follows(part, told) for part in wanted.parts)
    return isinstance(wanted, Measure) and any(_is_stricter(one, wanted) for one in told)


def _is_stricter(one: Condition, wanted: Measure) -> bool:
    if not isinstance(one, Measure) or replace(one, bound=wanted.bound) != wanted:
        return False
    return one.bound >= wanted.bound if wanted.operator == ">=" else one.bound <= wanted.bound
