from typing import Any

import pytest

from dromio.interchange.splink.attributes import Attributes
from dromio.interchange.splink.comparisons import Translated, list_columns, translate
from dromio.interchange.splink.reading import read_settings

from .factory import EXACT, NULL, comparison, level, settings

LOWER = "lower(name_l) = lower(name_r)"
LOCAL = "regexp_extract(name_{0}, '^[^@]+', 0)"
SAME_LOCAL = f"{LOCAL.format('l')} = {LOCAL.format('r')}"


def _translated(part: dict[str, Any]) -> tuple[Translated, list[str]]:
    read = read_settings(settings(part))
    notes: list[str] = []
    lists = list_columns(read.comparisons, read.dialect)
    found = translate(read.comparisons[0], read.dialect, lists, Attributes(), notes)
    assert found
    return found, notes


def _levels(found: Translated) -> list[tuple[str | None, float | None, float | None]]:
    return [(one.when, one.m, one.u) for one in found.comparison.levels]


def test_levels_keep_their_order_conditions_and_figures() -> None:
    jaro = level("jaro_winkler_similarity(name_l, name_r) >= 0.9", 0.2, 0.05)
    found, notes = _translated(comparison(level(EXACT, 0.7, 0.01), jaro, level("ELSE", 0.1, 0.94)))
    assert (found.comparison.null_when, found.comparison.attribute) == ("missing(value)", "name")
    assert _levels(found) == [("equal(value)", 0.7, 0.01), ("jaro_winkler(value) >= 0.9", 0.2, 0.05), (None, 0.1, 0.94)]
    assert notes == []


def test_from_a_level_that_cannot_be_said_on_all_are_one_with_the_sums() -> None:
    parts = [level(EXACT, 0.5, 0.125), level("jaccard(name_l, name_r) > 0.9", 0.25, 0.125)]
    parts += [level("levenshtein(name_l, name_r) <= 2", 0.125, 0.25), level("ELSE", 0.125, 0.5)]
    found, notes = _translated(comparison(*parts))
    assert _levels(found) == [("equal(value)", 0.5, 0.125), (None, 0.5, 0.875)]
    assert len(notes) == 1
    assert notes[0].startswith("comparisons.0.comparison_levels.2: 'jaccard(name_l, name_r) > 0.9' cannot be said")
    assert notes[0].endswith("'ELSE' are one level with the sums of their m and u")


def test_a_level_that_implies_the_next_is_one_with_it() -> None:
    shared = "array_length(list_intersect(name_l, name_r)) >= {}"
    parts = [level(shared.format(n), m, u) for n, m, u in [(3, 0.25, 0.0625), (2, 0.25, 0.0625), (1, 0.25, 0.125)]]
    found, notes = _translated(comparison(*parts, level("ELSE", 0.25, 0.75)))
    assert _levels(found) == [("equal(value)", 0.75, 0.25), (None, 0.25, 0.75)]
    assert [note.partition(":")[0] for note in notes] == ["comparisons.0.comparison_levels.1", "comparisons.0"]


def test_a_trained_comparison_has_one_rival_as_in_splink() -> None:
    """With a second rival, the commonness of a value could take less away."""
    assert _translated(comparison(level(EXACT, 0.9, 0.1), level("ELSE", 0.1, 0.9)))[0].comparison.shared == 1.0
    assert _translated(comparison(level(EXACT), level("ELSE", 0.1, 0.9)))[0].comparison.shared == 0.3


def test_sums_are_unknown_where_a_part_is() -> None:
    found, _ = _translated(
        comparison(level(EXACT, 0.5, 0.1), level("jaccard(name_l, name_r) > 0.9", 0.3), level("ELSE", 0.2, 0.8))
    )
    assert _levels(found)[-1] == (None, 0.5, None)


def test_probabilities_of_nothing_and_of_certainty_are_kept_apart_from_0_and_1() -> None:
    found, notes = _translated(comparison(level(EXACT, 1, 0), level("ELSE", 0, 1)))
    (_, m, u), (_, m_else, u_else) = _levels(found)
    assert m and u_else and 0.999999 < m < 1 and 0.999999 < u_else < 1
    assert u == m_else == 1e-300
    assert len(notes) == 4


@pytest.mark.parametrize(
    ("levels", "type", "attribute"),
    [
        ([EXACT], "raw", "name"),
        ([LOWER, "levenshtein(lower(name_l), lower(name_r)) <= 1"], "folded", "name_folded"),
        ([EXACT, LOWER], "raw", "name"),
        ([LOWER, EXACT], "folded", "name_folded"),
        ([EXACT, SAME_LOCAL], "email", "name_email"),
        ([SAME_LOCAL], "email", "name_email"),
    ],
)
def test_the_type_is_the_one_that_says_most_levels(levels: list[str], type: str, attribute: str) -> None:
    parts = [level(sql, 0.2, 0.1) for sql in levels]
    found, notes = _translated(comparison(*parts, level("ELSE", 0.2, 0.7)))
    assert (found.view.type, found.comparison.attribute) == (type, attribute)
    assert any("compared as type" in note for note in notes) is (type != "raw")


@pytest.mark.parametrize(("written", "day_first"), [("%d/%m/%Y", True), ("%m/%d/%Y", False), ("%m.%Y", False)])
def test_dates_in_other_formats_are_read_as_dates(written: str, day_first: bool) -> None:
    read = "try_strptime(name_{}, '" + written + "')"
    null = " OR ".join(f"{read.format(side)} IS NULL" for side in "lr")
    days = f"abs(epoch({read.format('l')}) - epoch({read.format('r')})) <= 86400"
    found, _ = _translated(
        comparison(level(EXACT, 0.5, 0.1), level(days, 0.3, 0.1), level("ELSE", 0.2, 0.8), null=null)
    )
    assert (found.view.type, found.view.day_first) == ("date", day_first)
    assert found.comparison.null_when == "missing(iso)"
    assert [one.when for one in found.comparison.levels] == ["equal(iso)", "days(iso) <= 1", None]


def test_several_columns_are_the_roles_of_one_attribute() -> None:
    null = "(a_l IS NULL OR a_r IS NULL) AND (b_l IS NULL OR b_r IS NULL)"
    parts = [level("a_l = a_r AND b_l = b_r", 0.5, 0.1), level("a_l = b_r AND b_l = a_r", 0.3, 0.1)]
    found, _ = _translated(comparison(*parts, level("ELSE", 0.2, 0.8), null=null, name="both"))
    assert (found.comparison.name, found.comparison.attribute) == ("both", "a_b")
    assert found.comparison.null_when == "missing(a) and missing(b)"
    assert [one.when for one in found.comparison.levels] == ["equal(a) and equal(b)", "swapped(a, b)", None]


def test_columns_of_levels_that_are_not_said_are_left_out() -> None:
    parts = [level(EXACT, 0.5, 0.1), level("jaccard(city_l, city_r) > 0.5", 0.3, 0.1), level("ELSE", 0.2, 0.8)]
    found, notes = _translated(comparison(*parts))
    assert found.view.columns == ("name",)
    assert "jaccard has no counterpart" in notes[0]


def test_a_null_level_after_others_leaves_these_their_pairs() -> None:
    either = "name_l = name_r OR city_l = city_r"
    parts = {"output_column_name": "name", "comparison_levels": [level(either), level(NULL, is_null_level=True)]}
    parts["comparison_levels"] += [level("ELSE")]  # type: ignore[operator]
    found, _ = _translated(parts)
    assert found.comparison.null_when == "missing(name) and not (equal(name) or equal(city))"


def test_without_a_null_level_missing_values_are_no_evidence_and_that_is_noted() -> None:
    found, notes = _translated({"comparison_levels": [level(EXACT, 0.9, 0.1), level("ELSE", 0.1, 0.9)]})
    assert found.comparison.null_when == "missing(value)"
    assert [note for note in notes if "there is no null level" in note]


def test_two_null_levels_are_both_null() -> None:
    parts = comparison(level("city_l IS NULL OR city_r IS NULL", is_null_level=True), level(EXACT), level("ELSE"))
    found, _ = _translated(parts)
    assert found.comparison.null_when == "missing(name) or missing(city)"


def test_whole_lists_are_not_equal_by_one_element() -> None:
    parts = [level(EXACT, 0.5, 0.1), level("array_length(list_intersect(name_l, name_r)) >= 1", 0.3, 0.1)]
    read = read_settings(settings(comparison(*parts, level("ELSE", 0.2, 0.8))))
    notes: list[str] = []
    lists = list_columns(read.comparisons, "duckdb")
    assert lists == {"name"}
    assert translate(read.comparisons[0], "duckdb", lists, Attributes(), notes) is None
    assert "holds lists" in notes[0]
