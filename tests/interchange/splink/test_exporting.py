import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.errors import ModelError
from dromio.interchange.splink import export_splink, import_splink
from dromio.model.files import model_from
from dromio.model.schema import Model

from .agreement import judged


def _model(**more: Any) -> Model:
    document: dict[str, Any] = {
        "attributes": [
            {"name": "name", "type": "raw", "inputs": [{"columns": {"value": "Name"}}]},
            {"name": "city_zip", "type": "folded", "inputs": [{"columns": {"city": "city", "zip": "zip"}}]},
        ],
        "keys": [{"fields": ["name.value"], "max_block": None}],
        "comparisons": [
            {
                "name": "name",
                "attribute": "name",
                "null_when": "missing(value)",
                "shared": 1.0,
                "levels": [
                    {"label": "same", "when": "equal(value)", "m": 0.8, "u": 0.01},
                    {"label": "close", "when": "jaro_winkler(value) >= 0.9", "m": 0.1, "u": 0.05},
                    {"label": "other", "m": 0.1, "u": 0.94},
                ],
            }
        ],
        "prior": {"match": 0.01},
        "clustering": {"method": "connected_components"},
    }
    return model_from(document | more)


def _comparison(*whens: str, attribute: str = "name", null: str = "missing(value)", **level: Any) -> dict[str, Any]:
    levels = [{"label": when, "when": when, "m": 0.25, "u": 0.125} | level for when in whens]
    levels.append({"label": "other", "m": 0.25, "u": 0.5})
    return {"name": "x", "attribute": attribute, "null_when": null, "levels": levels, "shared": 1.0}


def test_settings_hold_what_the_model_says() -> None:
    exported, notes = export_splink(_model())
    assert notes == ()
    assert exported == {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 0.01,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": 'l."Name" = r."Name"', "sql_dialect": "duckdb"}],
        "comparisons": [
            {
                "output_column_name": "name",
                "comparison_levels": [
                    {
                        "sql_condition": '"Name_l" IS NULL OR "Name_r" IS NULL',
                        "label_for_charts": "missing",
                        "is_null_level": True,
                    },
                    {
                        "sql_condition": '"Name_l" = "Name_r"',
                        "label_for_charts": "same",
                        "m_probability": 0.8,
                        "u_probability": 0.01,
                    },
                    {
                        "sql_condition": 'JARO_WINKLER_SIMILARITY("Name_l", "Name_r") >= 0.9',
                        "label_for_charts": "close",
                        "m_probability": 0.1,
                        "u_probability": 0.05,
                    },
                    {
                        "sql_condition": "ELSE",
                        "label_for_charts": "other",
                        "m_probability": 0.1,
                        "u_probability": 0.94,
                    },
                ],
            }
        ],
    }
    assert json.loads(json.dumps(exported)) == exported


@pytest.mark.parametrize("version", [4, 5])
def test_what_was_imported_is_exported_and_imported_again_unchanged(version: int) -> None:
    settings_ = judged(version).settings
    lists = [one for one in settings_["comparisons"] if one["output_column_name"] == "phones"]
    settings_["comparisons"].remove(*lists)
    rules = settings_["blocking_rules_to_generate_predictions"]
    settings_["blocking_rules_to_generate_predictions"] = [rule for rule in rules if "arrays_to_explode" not in rule]
    model = import_splink(settings_).model
    exported, notes = export_splink(model)
    assert notes == ()
    assert import_splink(exported).model == model


_WHENS = st.lists(
    st.sampled_from(
        [
            "equal(value)",
            "equal(prefix(value, 3))",
            "levenshtein(value) <= 2",
            "jaro_winkler(value) >= 0.85",
            "days(value) <= 30.4375",
            "difference(value) <= 1.5",
            "equal(year(value))",
            "equal(prefix(value, 2)) and not levenshtein(value) <= 1",
            "jaro(value) >= 0.7 or damerau_levenshtein(value) <= 1",
        ]
    ),
    min_size=1,
    max_size=5,
    unique=True,
)


@given(
    _WHENS,
    st.sampled_from(["missing(value)", "not days(value) <= 4000000"]),
    st.lists(st.sampled_from(["name.value", "prefix(name.value, 2)", "year(name.value)"]), min_size=1, unique=True),
    st.sampled_from(["dedupe_only", "link_only", "link_and_dedupe"]),
)
@settings(max_examples=40)
def test_an_expressible_model_comes_back_as_it_was(whens: list[str], null: str, fields: list[str], link: str) -> None:
    model = _model(
        attributes=[{"name": "name", "type": "raw", "inputs": [{"columns": {"value": "Name"}}]}],
        comparisons=[_comparison(*whens, null=null)],
        keys=[{"fields": fields, "max_block": None}],
        link_type=link,
    )
    exported, notes = export_splink(model)
    assert notes == ()
    assert import_splink(exported).model == model


def test_folded_columns_come_back() -> None:
    levels = _comparison("equal(city, zip)", "equal(zip)", attribute="city_zip", null="missing(city) and missing(zip)")
    model = _model(comparisons=[levels], keys=[{"fields": ["city_zip.zip"], "max_block": None}])
    exported, notes = export_splink(model)
    assert notes == ()
    back = import_splink(exported).model
    assert back.attributes[0].type == "folded"
    assert back.comparisons[0].levels[0].when == "equal(city) and equal(zip)"
    assert [str(key) for key in back.keys] == ["city_zip_folded.zip"]


def test_from_a_level_that_sql_cannot_say_on_all_are_one() -> None:
    exported, notes = export_splink(_model(comparisons=[_comparison("equal(value)", "nickname(value)")]))
    levels = exported["comparisons"][0]["comparison_levels"]
    assert [(one["sql_condition"], one.get("m_probability")) for one in levels[1:]] == [
        ('"Name_l" = "Name_r"', 0.25),
        ("ELSE", 0.5),
    ]
    assert notes == (
        "comparisons.0.levels.1: nickname has no counterpart; "
        "the levels 'nickname(value)', 'other' are one with the sums of m and u",
    )


def test_what_sql_cannot_say_is_left_out_and_noted() -> None:
    attributes = [
        {"name": "name", "type": "raw", "inputs": [{"columns": {"value": "Name"}}]},
        {"name": "phone", "type": "phone", "inputs": [{"columns": {"value": "home"}}, {"columns": {"value": "work"}}]},
        {"name": "born", "type": "date", "inputs": [{"columns": {"value": "born"}}]},
    ]
    comparisons = [
        _comparison("equal(number)", attribute="phone", null="missing(number)"),
        _comparison("nickname(value)"),
        _comparison("equal(value)", null="missing(skeleton(value))"),
        _comparison("equal(iso)", attribute="born", null="missing(iso)"),
    ]
    keys = [
        {"fields": ["phone.number"]},
        {"fields": ["tokens(name.value)"]},
        {"fields": ["name.value"], "max_block": 50, "split_by": ["born.iso"]},
    ]
    exported, notes = export_splink(_model(attributes=attributes, comparisons=comparisons, keys=keys))
    assert [note.partition(":")[0] for note in notes] == [
        "attributes.1",
        "attributes.2",
        "keys.0",
        "keys.1",
        "keys.2.max_block",
        "keys.2.split_by",
        "comparisons.0",
        "comparisons.1.levels.0",
        "comparisons.2.null_when",
    ]
    assert len(exported["comparisons"]) == len(exported["blocking_rules_to_generate_predictions"]) == 1


def test_what_settings_do_not_hold_is_noted() -> None:
    more = {
        "prior": {"match": 0.01, "related": 0.1},
        "thresholds": {"match": 5.0, "review": 0.0},
        "clustering": {"method": "average_link", "one_to_one": True},
        "guards": [{"field": "name.value", "values": ["n/a"]}],
        "frequencies": {"name.value": {"mean": 0.1, "other": 0.01}},
        "source_rank": ["a"],
        "words": {"name.value": {"other": 3.0}},
    }
    _, notes = export_splink(_model(**more))
    assert [note.partition(":")[0] for note in notes] == [
        "guards",
        "words",
        "source_rank",
        "prior.related",
        "frequencies.name.value",
        "thresholds",
        "clustering.method",
        "clustering.one_to_one",
    ]
    assert "threshold_match_weight=5" in " ".join(notes)


def test_an_untrained_model_has_no_figures() -> None:
    exported, notes = export_splink(_model(comparisons=[_comparison("equal(value)", m=None, u=None)], prior=None))
    assert "m_probability" not in exported["comparisons"][0]["comparison_levels"][1]
    assert "probability_two_random_records_match" not in exported
    assert notes == ("prior: not known; Splink takes one pair in 10,000",)


def test_term_frequencies_are_adjusted_where_a_level_is_equality_of_the_column() -> None:
    exported, notes = export_splink(_model(comparisons=[_comparison("equal(value)", term_frequency="value")]))
    assert exported["comparisons"][0]["comparison_levels"][1]["tf_adjustment_column"] == "Name"
    assert notes == ()
    exported, notes = export_splink(_model(comparisons=[_comparison("jaro(value) >= 0.9", term_frequency="value")]))
    assert "tf_adjustment_column" not in exported["comparisons"][0]["comparison_levels"][1]
    assert notes[0].startswith("comparisons.0.levels.0.term_frequency: ")
    folded = _comparison(
        "equal(zip)", attribute="city_zip", null="missing(city) and missing(zip)", term_frequency="zip"
    )
    exported, notes = export_splink(_model(comparisons=[folded]))
    assert "tf_adjustment_column" not in exported["comparisons"][0]["comparison_levels"][1]
    assert notes[0].startswith("comparisons.0.levels.0.term_frequency: 'zip' is no column")


def test_a_model_without_a_comparison_that_sql_can_say_is_refused_with_the_reasons() -> None:
    with pytest.raises(ModelError) as raised:
        export_splink(_model(comparisons=[_comparison("nickname(value)")]))
    assert [fault.path for fault in raised.value.faults] == ["comparisons", "comparisons.0.levels.0"]
