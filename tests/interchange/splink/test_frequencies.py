from typing import Any

import pytest

from dromio.interchange.splink import import_splink
from dromio.model.imported import Imported

from .factory import EXACT, comparison, exact, level, settings

TABLE = {"name": {"Ann": 0.25, "Bob": 0.0625}}


def _imported(**tf: Any) -> Imported:
    return import_splink(settings(exact(**({"tf_adjustment_column": "name"} | tf))), term_frequencies=TABLE)


def test_the_mean_is_u_and_values_have_their_shares() -> None:
    found = _imported().model
    frequencies = found.frequencies["name.value"]
    assert (frequencies.mean, frequencies.other) == (0.01, 0.01)
    assert frequencies.values == TABLE["name"]
    assert found.comparisons[0].levels[0].term_frequency == "value"


def test_a_weight_is_a_power_and_a_minimum_a_floor() -> None:
    frequencies = _imported(tf_adjustment_weight=0.5, tf_minimum_u_value=0.16).model.frequencies["name.value"]
    assert frequencies.mean == pytest.approx(0.1)
    assert frequencies.values == pytest.approx({"Ann": 0.5, "Bob": 0.4})


def test_a_weight_of_zero_adjusts_nothing() -> None:
    imported = _imported(tf_adjustment_weight=0)
    assert imported.model.frequencies == {} and imported.untranslated == ()


def test_without_tables_the_level_waits_for_frequencies() -> None:
    imported = import_splink(settings(exact(tf_adjustment_column='"name"')))
    assert imported.model.frequencies == {}
    assert imported.model.comparisons[0].levels[0].term_frequency == "value"
    assert imported.untranslated[0].startswith("comparisons.0.comparison_levels.1.tf_adjustment_column: ")
    assert "settings hold none" in imported.untranslated[0]


def test_shares_of_values_that_clean_to_one_are_added() -> None:
    equal = level("lower(name_l) = lower(name_r)", 0.9, 0.01, tf_adjustment_column="name")
    document = settings(comparison(equal, level("ELSE", 0.1, 0.99)))
    equal["disable_tf_exact_match_detection"] = True
    tables = {"NAME": {"Ann": 0.25, "ann": 0.125, " ": 0.5}}
    assert import_splink(document, term_frequencies=tables).model.frequencies["name_folded.value"].values == {
        "ann": 0.375
    }


def test_a_level_of_several_columns_is_adjusted_from_the_exact_level_of_its_column() -> None:
    levels = [
        level("name_l = name_r AND city_l = city_r", 0.5, 0.001, tf_adjustment_column="name"),
        level(EXACT, 0.3, 0.05),
        level("ELSE", 0.2, 0.949),
    ]
    model = import_splink(settings(comparison(*levels)), term_frequencies=TABLE).model
    assert model.frequencies["name_city.name"].mean == 0.05


@pytest.mark.parametrize(
    ("levels", "why"),
    [
        ([level("levenshtein(name_l, name_r) < 2", 0.9, 0.1, tf_adjustment_column="name")], "need not be equal"),
        ([level(EXACT, 0.9, 0.1, tf_adjustment_column="city")], "is not a column of the attribute"),
        (
            [level("name_l = name_r and city_l = city_r", 0.9, 0.1, tf_adjustment_column="name")],
            "no exact level",
        ),
        (
            [level("jaccard(name_l, name_r) > 0.5", 0.3, 0.1, tf_adjustment_column="name")],
            "one with others",
        ),
    ],
)
def test_an_adjustment_that_cannot_be_said_is_noted(levels: list[dict[str, Any]], why: str) -> None:
    first = [] if "name_l = name_r" in str(levels).replace('"', "") else [level(EXACT, 0.05, 0.1)]
    imported = import_splink(settings(comparison(*first, *levels, level("ELSE", 0.05, 0.8))), term_frequencies=TABLE)
    assert imported.model.frequencies == {}
    assert [note for note in imported.untranslated if ".tf_adjustment_column: 'name' " in note or "'city'" in note]
    assert any(why in note for note in imported.untranslated)


def test_two_levels_with_figures_of_their_own_keep_those_of_the_first() -> None:
    both = level(
        "name_l = name_r AND city_l = city_r", 0.4, 0.01, tf_adjustment_column="name", tf_adjustment_weight=0.5
    )
    levels = [both, level(EXACT, 0.5, 0.0625, tf_adjustment_column="name"), level("ELSE", 0.1, 0.9275)]
    imported = import_splink(settings(comparison(*levels)), term_frequencies=TABLE)
    assert imported.model.frequencies["name_city.name"].mean == 0.25
    assert any("figures of the first level" in note for note in imported.untranslated)


def test_values_beyond_the_bounds_of_a_model_are_counted() -> None:
    tables = {"name": {"Ann": 0.9, "Bob": 0.01, "Zed": 1e-7}}
    notes = import_splink(settings(exact(tf_adjustment_column="name")), term_frequencies=tables).untranslated
    assert len(notes) == 1
    assert "2 of 3 values are adjusted by less than in Splink: between -6 and 8 bits" in notes[0]
