from typing import Any

import pytest

from dromio.errors import ModelError
from dromio.interchange.splink.document import splink_version
from dromio.interchange.splink.reading import read_settings

from .factory import EXACT, comparison, exact, level, settings


def _faults(document: Any) -> dict[str, str]:
    with pytest.raises(ModelError) as raised:
        read_settings(document)
    return {fault.path: fault.message for fault in raised.value.faults}


@pytest.mark.parametrize(
    ("more", "version"),
    [
        ({"match_weight_column_prefix": "mw_"}, 5),
        ({"bayes_factor_column_prefix": "bf_"}, 4),
        ({"bayes_factor_column_prefix": "bf_", "match_weight_column_prefix": "mw_"}, 5),
        ({"blocking_rules_to_generate_predictions": [{"blocking_rule": "1=1", "salting_partitions": 2}]}, 4),
        ({}, None),
    ],
)
def test_the_version_is_told_by_keys_that_only_one_writes(more: dict[str, Any], version: int | None) -> None:
    assert splink_version(settings(exact()) | more) == version


def test_a_document_is_read_into_typed_parts() -> None:
    rules = [{"blocking_rule": "l.a = r.a", "sql_dialect": "spark", "arrays_to_explode": ["a"]}, "l.b = r.b"]
    read = read_settings(settings(exact(tf_adjustment_column="name"), rules=rules))
    assert (read.link_type, read.prior, read.dialect) == ("dedupe_only", 0.01, "duckdb")
    assert [(rule.sql, rule.dialect, rule.exploded) for rule in read.rules] == [
        ("l.a = r.a", "spark", ("a",)),
        ("l.b = r.b", "duckdb", ()),
    ]
    equal = read.comparisons[0].levels[1]
    assert (equal.path, equal.m, equal.u) == ("comparisons.0.comparison_levels.1", 0.9, 0.01)
    assert (equal.tf_column, equal.tf_weight, equal.tf_minimum) == ("name", 1.0, 0.0)


def test_what_splink_takes_for_granted_is_filled_in() -> None:
    document = settings(exact())
    del document["probability_two_random_records_match"], document["sql_dialect"]
    read = read_settings(document)
    assert (read.prior, read.dialect) == (0.0001, "duckdb")


def test_a_level_that_training_did_not_observe_has_no_probability() -> None:
    text = "level not observed in training dataset"
    levels = [level(EXACT, 0.5, 0.1), level("ELSE", u_probability=text, m_probability=0.5)]
    assert read_settings(settings(comparison(*levels))).comparisons[0].levels[2].u is None


def test_every_fault_is_reported_at_once() -> None:
    broken = {
        "comparisons": [
            {
                "output_column_name": 7,
                "levels": [],
                "comparison_levels": [
                    level(EXACT, 1.5, "often", tf_weight=1),  # type: ignore[arg-type]
                    {"is_null_level": "yes"},
                    "ELSE",
                ],
            },
            {"comparison_levels": [level("ELSE"), level(EXACT)]},
            3,
        ],
        "blocking_rules_to_generate_predictions": [
            {"rule": "l.a = r.a"},
            5,
            {"blocking_rule": "1=1", "sql_dialect": "x"},
        ],
        "link_type": "dedupe",
        "probability_two_random_records_match": 2,
        "sql_dialect": "oracle",
        "blocking": [],
    }
    faults = _faults(broken)
    assert set(faults) == {
        "comparisons.0.output_column_name",
        "comparisons.0.levels",
        "comparisons.0.comparison_levels.0.m_probability",
        "comparisons.0.comparison_levels.0.u_probability",
        "comparisons.0.comparison_levels.0.tf_weight",
        "comparisons.0.comparison_levels.1.sql_condition",
        "comparisons.0.comparison_levels.1.is_null_level",
        "comparisons.0.comparison_levels.2",
        "comparisons.1.comparison_levels.0",
        "comparisons.1.comparison_levels.1",
        "comparisons.2",
        "blocking_rules_to_generate_predictions.0.rule",
        "blocking_rules_to_generate_predictions.0.blocking_rule",
        "blocking_rules_to_generate_predictions.1",
        "blocking_rules_to_generate_predictions.2.sql_dialect",
        "link_type",
        "probability_two_random_records_match",
        "sql_dialect",
        "blocking",
    }
    assert faults["link_type"] == "'dedupe' is not known; allowed are dedupe_only, link_only, link_and_dedupe"
    assert faults["comparisons.0.comparison_levels.0.m_probability"].startswith("1.5 is not a probability")
    assert "allowed are link_type, comparisons" in faults["blocking"]


def test_a_document_needs_comparisons_and_a_comparison_levels() -> None:
    assert "comparisons" in _faults(settings())
    assert "comparisons.0.comparison_levels" in _faults(settings({"output_column_name": "name"}))
    assert "comparisons" in _faults(settings() | {"comparisons": "none"})


def test_there_may_be_no_more_than_a_model_has_room_for() -> None:
    many = comparison(*[level(f"levenshtein(name_l, name_r) <= {bound}") for bound in range(31)], level("ELSE"))
    assert set(_faults(settings(*[exact()] * 41))) == {"comparisons"}
    assert set(_faults(settings(many))) == {"comparisons.0.comparison_levels"}


def test_the_last_level_must_be_else() -> None:
    faults = _faults(settings(comparison(level(EXACT))))
    assert faults == {"comparisons.0.comparison_levels.1": 'the last level is \'"name_l" = "name_r"\'; it must be ELSE'}


def test_settings_of_the_old_versions_are_refused_by_name() -> None:
    assert "Splink 2" in _faults(settings(exact(), comparison_columns=[]))["comparison_columns"]
