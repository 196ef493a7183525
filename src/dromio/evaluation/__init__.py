"""How right a run is: scores against a truth, what went wrong, and what changed between two runs."""

from dromio.evaluation.comparison import Change, RunComparison, compare_runs
from dromio.evaluation.evaluation import Counts, Evaluation, PairQuality, evaluate
from dromio.evaluation.mistakes import Mistake, Mistakes
from dromio.evaluation.pairs import Bin, Calibration, CurvePoint
from dromio.evaluation.scores import Score

__all__ = [
    "Bin",
    "Calibration",
    "Change",
    "Counts",
    "CurvePoint",
    "Evaluation",
    "Mistake",
    "Mistakes",
    "PairQuality",
    "RunComparison",
    "Score",
    "compare_runs",
    "evaluate",
]
