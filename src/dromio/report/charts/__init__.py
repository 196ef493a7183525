"""Charts of a run as Altair objects: one function per chart, each fed with one section of `run.json`.

They show in Jupyter as they are and make up the HTML report. Each raises MissingExtraError when Altair is not
installed.
"""

from dromio.report.charts.clusters import cluster_graph, cluster_sizes
from dromio.report.charts.comparisons import level_probabilities, level_weights
from dromio.report.charts.pairs import calibration, waterfall, weight_distribution
from dromio.report.charts.running import pairs_by_key, timings

__all__ = [
    "calibration",
    "cluster_graph",
    "cluster_sizes",
    "level_probabilities",
    "level_weights",
    "pairs_by_key",
    "timings",
    "waterfall",
    "weight_distribution",
]
