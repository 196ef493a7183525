"""Deciders other than probability: what they ask about a pair, and what follows from the answers.

A decider exists once. Engines answer its questions, one pair at a time or for all pairs at once; the decision is a
function of the answers, so equal answers give equal decisions in every engine.
"""

from dromio.deciders.decider import Decider, decider_of, verdict_of_rule
from dromio.deciders.questions import Facts, PairMeasure, PairTest, Question
from dromio.deciders.verdict import CERTAIN, MATCHED, VETO, Verdict, level_of

__all__ = [
    "CERTAIN",
    "MATCHED",
    "VETO",
    "Decider",
    "Facts",
    "PairMeasure",
    "PairTest",
    "Question",
    "Verdict",
    "decider_of",
    "level_of",
    "verdict_of_rule",
]
