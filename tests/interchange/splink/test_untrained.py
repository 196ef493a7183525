from math import log2

import pytest

from dromio.interchange.splink.document import SplinkComparison
from dromio.interchange.splink.reading import read_settings
from dromio.interchange.splink.untrained import completed, default_m, default_weight

from .factory import EXACT, comparison, exact, level, settings


def _completed(*levels: dict[str, object]) -> tuple[tuple[SplinkComparison, ...], list[str]]:
    notes: list[str] = []
    return completed(read_settings(settings(comparison(*levels), exact("city"))).comparisons, notes), notes


@pytest.mark.parametrize(
    ("count", "m", "weights"),
    [(2, 0.05, [10, -5]), (3, 0.025, [10, 3, -5]), (5, 0.0125, [10, 3, 1 / 3, -7 / 3, -5])],
)
def test_figures_are_those_that_splink_predicts_with(count: int, m: float, weights: list[float]) -> None:
    """As Splink 4 and 5 give them for comparisons that were never trained."""
    assert [default_weight(place, count) for place in range(count)] == pytest.approx(weights)
    assert [default_m(place, count) for place in range(count)] == pytest.approx([0.95] + [m] * (count - 1))


def test_only_what_is_missing_is_filled_in_and_each_is_noted() -> None:
    (found, _), notes = _completed(
        level(EXACT, 0.7, 0.1), level("levenshtein(name_l, name_r) <= 1"), level("ELSE", 0.3)
    )
    assert [(one.m, one.u) for one in found.levels[1:3]] == [
        (0.7, 0.1),
        (pytest.approx(0.025), pytest.approx(0.003125)),
    ]
    assert [note.partition(":")[0] for note in notes] == [
        "comparisons.0.comparison_levels.2",
        "comparisons.0.comparison_levels.3",
    ]
    assert "m and u not trained" in notes[0] and ": u not trained" in notes[1]


def test_a_figure_that_is_no_probability_keeps_its_weight() -> None:
    """Splink takes a u of 1.6 for the last of two levels."""
    (found, _), _ = _completed(level(EXACT), level("ELSE"))
    last = found.levels[2]
    assert last.m and last.u == 0.999
    assert log2(last.m / last.u) == pytest.approx(-5)


def test_where_nothing_is_trained_nothing_is_filled_in() -> None:
    notes: list[str] = []
    read = read_settings(settings(comparison(level(EXACT), level("ELSE")))).comparisons
    assert completed(read, notes) == read
    assert notes == ["comparisons: no m and no u is known; the model is not trained"]
