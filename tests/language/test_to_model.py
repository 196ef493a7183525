from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.engines import row
from dromio.engines.batch_facts import DECISIONS, decide_all
from dromio.engines.columns import AttributeColumns, Column
from dromio.language.ast import Algorithm, Comparison, Fuzzy, FuzzyType, Group, Operator, Step, joined
from dromio.language.errors import LanguageError
from dromio.language.outcomes import Rating, rate
from dromio.language.parser import parse
from dromio.language.to_model import attribute_names, canonical_text, record_of, to_model
from dromio.model.files import dump_model, parse_model
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.records import RecordKey

from .strategies import FIELDS, algorithms

TEXTS = ("", "x", "X", "ß", "ss", "smith", "Smyth", "John Smith", "smith john", "12", "é", "É", "Zoë K", "a" * 12)
RECORDS = st.lists(st.dictionaries(st.sampled_from(FIELDS), st.none() | st.sampled_from(TEXTS)), min_size=3, max_size=6)
DECISION = {Rating.DEFINITE_MATCH: "match", Rating.POSSIBLE_MATCH: "review", Rating.NO_MATCH: "non-match"}
RANK = ("non-match", "review", "match")

Values = Mapping[str, Any]


def by_rating(
    algorithm: Algorithm | None, one: Values, other: Values, key_properties: Sequence[str] = (), schema: Any = None
) -> str:
    """The better decision of the two ways round."""
    ways = [
        rate(algorithm, left, right, key_properties=key_properties, schema=schema)
        for left, right in ((one, other), (other, one))
    ]
    return max((DECISION[way.rating] for way in ways), key=RANK.index)


def by_rows(model: Model, records: Sequence[Values]) -> list[str]:
    plan = make_plan(model)
    made = [record_of(RecordKey("s", f"{n:03}"), values, model) for n, values in enumerate(records)]
    cleaned = [row.clean_record(one, model) for one in made]
    return [row.decide(plan, one, other).decision for one, other in combinations(cleaned, 2)]


def by_columns(model: Model, records: Sequence[Values]) -> list[str]:
    made = [record_of(RecordKey("s", f"{n:03}"), values, model) for n, values in enumerate(records)]
    attributes = {}
    for name in (attribute.name for attribute in model.attributes):
        texts = [one.of(name)[0].parts["value"] if one.of(name) else None for one in made]
        attributes[name] = AttributeColumns(name, {"value": Column.encode(pa.array(texts, pa.string()))})
    left, right = (np.array(side, np.int32) for side in zip(*combinations(range(len(made)), 2), strict=True))
    found = decide_all(make_plan(model), attributes, left, right)
    return [DECISIONS[one] for one in found.decision.tolist()]


def assert_model_decides_as_algorithm(algorithm: Algorithm, records: Sequence[Values], schema: Any = None) -> None:
    model = to_model(algorithm, schema=schema).model
    wanted = [by_rating(algorithm, one, other, schema=schema) for one, other in combinations(records, 2)]
    assert by_rows(model, records) == wanted
    assert by_columns(model, records) == wanted


@settings(max_examples=60)
@given(algorithms(), RECORDS)
def test_the_model_decides_as_the_algorithm_in_both_engines(algorithm: Algorithm, records: list[Values]) -> None:
    assert_model_decides_as_algorithm(algorithm, records)


@pytest.mark.parametrize(
    "fuzzy",
    [
        None,
        *(Fuzzy(FuzzyType.LEVENSHTEIN, number=number) for number in (0, 1, 3)),
        *(Fuzzy(FuzzyType.LEVENSHTEIN, fraction=share) for share in (0.0, 0.17, 0.5, 1.0)),
        *(Fuzzy(FuzzyType.TRIGRAM, fraction=share) for share in (0.0, 0.3, 1.0)),
        *(Fuzzy(FuzzyType.SOUNDEX, number=number) for number in (None, 0, 2, 4)),
        *(Fuzzy(FuzzyType.METAPHONE, number=number) for number in (1, 4, 255)),
        Fuzzy(FuzzyType.DMETAPHONE),
        Fuzzy(FuzzyType.DMETAPHONE_ALT),
    ],
)
@pytest.mark.parametrize("case_insensitive", [False, True])
@pytest.mark.parametrize("comparison", [Comparison.EQ, Comparison.NE])
def test_every_comparison_of_two_values_is_kept(
    comparison: Comparison, case_insensitive: bool, fuzzy: Fuzzy | None
) -> None:
    step = Step("n", comparison, None, case_insensitive, fuzzy)
    assert_model_decides_as_algorithm(Algorithm(step), [{"n": text} for text in (*TEXTS, None, "ſtein", "stein")])


@pytest.mark.parametrize("comparison", [one for one in Comparison if one not in ("EQ", "NE")])
@pytest.mark.parametrize("case_insensitive", [False, True])
def test_every_look_at_one_side_is_kept(comparison: Comparison, case_insensitive: bool) -> None:
    constant = "ss" if comparison.endswith("CONSTANT") else None
    step = Step("n", comparison, constant, case_insensitive and constant is not None)
    both = joined(Operator.AND, [step, Step("m", Comparison.EQ)])
    records = [{"n": text, "m": other} for text in ("ss", "SS", "ß", "", None, "x") for other in ("1", "2")]
    assert_model_decides_as_algorithm(Algorithm(both), records)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.none() | st.sampled_from(["", "x", "X"])), min_size=2))
def test_without_an_algorithm_all_key_properties_must_be_identical(records: list[Values]) -> None:
    model = to_model(None, ["a", "b", "c"]).model
    wanted = [by_rating(None, one, other, "abc") for one, other in combinations(records, 2)]
    assert by_rows(model, records) == by_columns(model, records) == wanted


def test_constants_are_compared_in_the_type_of_the_schema() -> None:
    schema = {"properties": {"i": {"type": "integer"}, "f": {"type": "number"}, "b": {"type": "boolean"}}}
    text = 'i DEST_CONSTANT "7" OR f SRC_CONSTANT "1.50" OR (b DEST_CONSTANT "true" AND b SRC_NE_CONSTANT "true")'
    records = [{"i": 7}, {"i": 8}, {"f": 1.5}, {"f": 1}, {"b": True}, {"b": False}, {}]
    assert_model_decides_as_algorithm(parse(text), records, schema)


def test_equal_json_values_have_one_text() -> None:
    assert canonical_text(1.0) == canonical_text(1) == "1"
    assert canonical_text(True) == "true"
    assert canonical_text({"b": [1.0, "é"], "a": None}) == '{"a":null,"b":[1,"é"]}'
    records = [{"n": 1}, {"n": 1.0}, {"n": [1, {"a": 2.0}]}, {"n": [1.0, {"a": 2}]}, {"n": True}]
    assert_model_decides_as_algorithm(parse("n EQ"), records)


def test_nested_properties_are_reached() -> None:
    model = to_model(parse("a.b EQ")).model
    assert by_rows(model, [{"a": {"b": "x"}}, {"a.b": "x"}, {"a": {"b": None}}]) == ["match", "non-match", "non-match"]


def test_fields_become_attributes_with_names_of_their_own() -> None:
    names = attribute_names(["First Name", "first_name", "名", "", "if", "1st", "x" * 99])
    assert list(names.values()) == ["first_name", "first_name_2", "field", "field_2", "field_if", "field_1st", "x" * 50]


def test_the_larger_score_of_the_documentation_becomes_this_model() -> None:
    text = """
        MATCH active DEST_CONSTANT "true" AND lastName EQ SOUNDEX
        1. IF userId EQ THEN 30 ELSE -30 WHEN userId SRC_NOT_NULL AND userId DEST_NOT_NULL
        2. IF lastName EQ CASE INSENSITIVE THEN 20 ELSE -10
        POSSIBLE MATCH = 20
        DEFINITE MATCH = 60
    """
    score = to_model(parse(text)).model.score
    assert score is not None
    assert score.filter == "right_is(active.value, 'true') and soundex_agreement(lastname.value) >= 1"
    assert [(line.when, line.points, line.otherwise, line.only_when) for line in score.lines] == [
        ("equal(userid.value)", 30, -30, "not missing_left(userid.value) and not missing_right(userid.value)"),
        ("equal(casefold(lastname.value))", 20, -10, None),
    ]
    assert (score.match, score.review) == (60, 20)


def test_a_date_time_constant_is_noted() -> None:
    schema = {"properties": {"d": {"type": "string", "format": "date-time"}}}
    made = to_model(parse('d SRC_CONSTANT "2020-01-01T00:00:00Z" AND d EQ'), schema=schema)
    assert made.untranslated == ("d: the date-time '2020-01-01T00:00:00Z' is compared as a text, not as an instant",)


def test_a_long_or_becomes_several_rules_and_a_long_and_is_refused() -> None:
    steps = tuple(Step(f"field{number}", Comparison.EQ) for number in range(150))
    assert len(to_model(Algorithm(Group(Operator.OR, steps))).model.rules) == 150
    with pytest.raises(LanguageError, match=r"matchingGroup: takes \d+ characters .* at most 2000"):
        to_model(Algorithm(Group(Operator.AND, steps)))


def test_fields_that_are_no_key_properties_are_refused() -> None:
    with pytest.raises(LanguageError, match="active"):
        to_model(parse("active EQ"), ["name"])


@settings(max_examples=30)
@given(algorithms())
def test_the_model_can_be_written_and_read(algorithm: Algorithm) -> None:
    model = to_model(algorithm).model
    assert parse_model(dump_model(model)) == model


def test_the_destination_gives_the_length_that_a_share_is_of() -> None:
    text = 'n EQ LEVENSHTEIN(16%) AND m SRC_CONSTANT "new"'
    longer, shorter = {"n": "Frizzy string", "m": "new"}, {"n": "Fuzzy string"}
    assert_model_decides_as_algorithm(parse(text), [longer, shorter])
    assert by_rows(to_model(parse(text)).model, [longer, shorter]) == ["non-match"]
    assert by_rows(to_model(parse(text)).model, [longer | {"m": None}, shorter | {"m": "new"}]) == ["match"]
