"""Which parts of a sum or a mean are needed to reach a threshold: a pair that reaches it has a key of one of them.

Where one part does not suffice, that one together with another that is needed besides makes a better key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from dromio.deciders.keys.costs import Cost
from dromio.deciders.keys.covers import Cover, union

Parts = frozenset[int]
"""Numbers of parts."""
CoverOf = Callable[[Parts], Cover]
Reaches = Callable[[Parts], bool]


def needed(count: int, cover_of: CoverOf, reaches: Reaches, cost: Cost) -> Cover | None:
    """A cheap cover of all that reaches the threshold; None when it is reached though no part holds.

    `cover_of` gives the cover of some parts holding together; `reaches` says whether the threshold can be reached while
    some parts do not hold.
    """
    every = frozenset(range(count))
    if reaches(every):
        return None
    covered = cache(cover_of)

    def with_another(one: int) -> Cover:
        alone = covered(frozenset({one}))
        others = every - {one}
        if reaches(others):
            return alone
        pairs = {other: covered(frozenset({one, other})) for other in others}
        joint = union(pairs[other] for other in _least(others, lambda other: pairs[other].rank(cost), reaches))
        return min(alone, joint, key=lambda cover: cover.rank(cost))

    best = {one: with_another(one) for one in every}
    return union(best[one] for one in _least(every, lambda one: best[one].rank(cost), reaches))


def _least(parts: Iterable[int], rank: Callable[[int], tuple[bool, float]], reaches: Reaches) -> list[int]:
    """Parts of which one must hold: all but the dearest, one after another, as far as the rest is still needed."""
    chosen = set(parts)
    for one in sorted(chosen, key=lambda one: (rank(one), one), reverse=True):
        if not reaches(frozenset(chosen - {one})):
            chosen.remove(one)
    return sorted(chosen)
