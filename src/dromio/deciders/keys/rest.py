"""What the other lines of a score must give besides some that hold, for a threshold to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from dromio.deciders.keys.normal import TRUE, normal
from dromio.model.deciders import Points
from dromio.model.expressions import All, AnyOf, Condition, Not, parse_condition

_MOST_STATES = 1000
"""More ways in which lines may turn out are not looked at."""

State = tuple[int, Condition]
"""Points, and what holds where a line gives as many or more."""


def needed_of_the_rest(held: Sequence[Points], others: Sequence[Points], least: int) -> Condition:
    """What holds for all pairs for which some lines hold and all lines together give at least so many points."""
    wanted = least - sum(line.points for line in held)
    states = [_states(line) for line in others]
    if prod(map(len, states)) > _MOST_STATES:
        return TRUE
    reached = [
        places
        for places in product(*(range(len(own)) for own in states))
        if sum(own[place][0] for own, place in zip(states, places, strict=True)) >= wanted
    ]
    minimal = [one for one in reached if not any(_below(other, one) for other in reached)]
    ways = [All(tuple(own[place][1] for own, place in zip(states, places, strict=True) if place)) for places in minimal]
    return TRUE if any(not way.parts for way in ways) else AnyOf(tuple(ways))


def _below(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(place <= more for place, more in zip(one, other, strict=True))


def _states(line: Points) -> list[State]:
    """What a line may give, the least first, which needs nothing."""
    holds = normal(parse_condition(line.when))
    if not line.only_when:
        return [(line.otherwise, TRUE), *([(line.points, holds)] if line.otherwise < line.points else [])]
    if not line.otherwise <= 0 <= line.points:
        return [(max(line.otherwise, line.points, 0), TRUE)]
    counts = normal(parse_condition(line.only_when))
    full = All((counts, holds))
    return [(line.otherwise, TRUE), (0, AnyOf((normal(Not(counts)), full))), (line.points, full)]
