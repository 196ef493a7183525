"""What is decided about a pair, with what clustering and people need to know of it."""

from __future__ import annotations

from typing import NamedTuple

CERTAIN = 10**6
"""Weight of a match by a certain rule, in thousandths of a bit: more than any probability."""
VETO = -(10**12)
"""Weight of a veto: no number of matches between two clusters outweighs one."""
_OF_A_RULE = {"match": CERTAIN, "review": -1, "non-match": VETO}
MATCHED = 1000
"""Weight of a match where there is no probability."""


class Verdict(NamedTuple):
    """`decision`: match | review | non-match. `weight`, in thousandths of a bit, is what clustering counts: above 0
    for a match.

    `reason` names the rule, line or group that decided; `score` is the total, where the decider has one; `place` is
    that of the rule or group in its list, from 0, -1 where none decided.
    """

    decision: str
    weight: int
    reason: str = ""
    score: float | None = None
    place: int = -1


RANK = {"non-match": 0, "review": 1, "match": 2}
"""Decisions from weakest to strongest."""


def of_a_rule(decision: str, level: int = 0) -> int:
    """Weight of what a rule decides; a review joins nothing, whatever the way of clustering.

    `level`: where rules are levels, that of the rule, from 1; it can be read from the weight by `level_of`.
    """
    return _OF_A_RULE[decision] - level


def level_of(weight: int) -> int | None:
    """Level of the rule that decided on a match with this weight; None for what is not a match."""
    return CERTAIN - weight if weight > 0 else None
