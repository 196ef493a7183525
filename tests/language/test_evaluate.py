from typing import Any

import pytest
from hypothesis import given

from dromio.language.ast import BINARY, Comparison, Expression, Fuzzy, FuzzyType, Group, Operator, Step
from dromio.language.evaluate import equal, evaluate_expression, evaluate_step, folded, points, score
from dromio.language.parser import parse, parse_expression

from .strategies import RECORDS, expressions, steps

SCHEMA = {
    "properties": {
        "f": {"type": "string"},
        "flag": {"type": "boolean"},
        "count": {"type": "integer"},
        "rate": {"type": "number"},
        "since": {"type": "string", "format": "date-time"},
        "tags": {"type": "array"},
    }
}


def _truth(text: str, source: Any, destination: Any, field: str = "f") -> bool:
    return evaluate_expression(parse_expression(text), {field: source}, {field: destination}, SCHEMA)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (True, True, True),
        (1, "1", False),
        ("Jose", "José", False),
        ("a", "a ", False),
        (["x", 1], ["x", 1.0], True),
        (["x", 1], [1, "x"], False),
        ([1], [True], False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([None], [None], True),
        ([], {}, False),
    ],
)
def test_equality_is_typed_and_deep(left: Any, right: Any, same: bool) -> None:
    assert equal(left, right) is equal(right, left) is same


def test_folding_is_full_and_deep() -> None:
    assert folded({"A": ["Straße", 1]}) == {"A": ["strasse", 1]}
    assert _truth("f EQ CASE INSENSITIVE", "STRASSE", "straße")
    assert _truth("f EQ CASE INSENSITIVE", ["X"], ["x"])
    assert not _truth("f EQ", "X", "x")
    assert not _truth("f NE CASE INSENSITIVE", "X", "x")


def test_empty_string_is_a_value() -> None:
    assert _truth("f EQ", "", "")
    assert _truth("f SRC_NOT_NULL AND f DEST_NOT_NULL", "", "")


def test_field_reaches_nested_values_and_prefers_its_whole_name() -> None:
    step = Step("a.b", Comparison.EQ)
    assert evaluate_step(step, {"a": {"b": 1}}, {"a.b": 1, "a": {"b": 2}}).truth
    assert evaluate_step(Step("a.b", Comparison.SRC_NULL), {"a": "text"}, {}).truth


@pytest.mark.parametrize(
    ("field", "constant", "value", "same"),
    [
        ("flag", "true", True, True),
        ("flag", "true", False, False),
        ("flag", "true", "true", True),
        ("count", "1", 1.0, True),
        ("count", "1", "1", True),
        ("count", "1", True, False),
        ("rate", "1.50", 1.5, True),
        ("rate", "1.50", "1.5", False),
        ("since", "2024-05-01T10:00:00Z", "2024-05-01T12:00:00+02:00", True),
        ("since", "2024-05-01T10:00:00", "2024-05-01T10:00:00Z", True),
        ("since", "2024-05-01T10:00:00Z", "2024-05-01T10:00:01Z", False),
        ("since", "2024-05-01T10:00:00Z", "soon", False),
        ("since", "2024-05-01T10:00:00Z", 3, False),
        ("f", "1", 1, True),
        ("tags", '["x"]', ["x"], True),
        ("unknown", "true", True, True),
        ("unknown", "1", 1.0, False),
    ],
)
def test_constant_is_compared_in_the_type_of_the_schema_else_as_text(
    field: str, constant: str, value: Any, same: bool
) -> None:
    for comparison, truth in ((Comparison.DEST_CONSTANT, same), (Comparison.DEST_NE_CONSTANT, not same)):
        step = Step(field, comparison, constant)
        assert evaluate_step(step, {}, {field: value}, SCHEMA).truth is truth


def test_constant_heeds_case_unless_told() -> None:
    assert not _truth('f SRC_CONSTANT "ca"', "CA", None)
    assert _truth('f SRC_CONSTANT "ca" CASE INSENSITIVE', "CA", None)
    assert not _truth('f SRC_NE_CONSTANT "ca" CASE INSENSITIVE', "CA", None)


@pytest.mark.parametrize(
    ("text", "source", "destination", "truth"),
    [
        ("f EQ LEVENSHTEIN(100%)", "abc", "", False),
        ("f EQ LEVENSHTEIN(0.0)", "", "", True),
        ("f EQ LEVENSHTEIN(100%)", "", "abc", True),
        ("f EQ LEVENSHTEIN(10%)", "abcdefghi", "abcdefghij", True),
        ("f EQ LEVENSHTEIN(29%)", "b" * 29 + "a" * 71, "a" * 100, True),
        ("f EQ LEVENSHTEIN(1)", "José", "Jose", True),
        ("f EQ LEVENSHTEIN(1)", 123, 124, True),
        ("f EQ LEVENSHTEIN(0)", True, "true", True),
        ("f EQ LEVENSHTEIN(0) CASE INSENSITIVE", "ẞ", "SS", True),
        ("f EQ SOUNDEX(0)", "42", "Anne", False),
        ("f NE SOUNDEX(0)", "42", "Anne", True),
        ("f EQ SOUNDEX", "42", "42", False),
        ("f EQ METAPHONE(4)", "42", "43", False),
        ("f EQ DMETAPHONE", "42", "42", False),
        ("f EQ DMETAPHONE_ALT", "--", "--", False),
        ("f EQ DMETAPHONE", "Tymczak", "Timsak", True),
        ("f EQ DMETAPHONE_ALT", "Tymczak", "Timsak", False),
        ("f NE TRIGRAM(0.5)", "abc", None, False),
    ],
)
def test_fuzzy_edges(text: str, source: Any, destination: Any, truth: bool) -> None:
    assert _truth(text, source, destination) is truth


def test_step_result_holds_values_and_measure() -> None:
    result = evaluate_step(
        Step("f", Comparison.EQ, fuzzy=Fuzzy(FuzzyType.LEVENSHTEIN, number=2)),
        {"f": "Frizzy string"},
        {"f": "Fuzzy string"},
    )
    assert (result.source, result.destination) == ("Frizzy string", "Fuzzy string")
    assert result.measure is not None
    assert (result.measure.name, result.measure.value, result.measure.needed) == ("distance", 2, 2)


def test_points_of_a_line_that_is_not_used_are_zero() -> None:
    algorithm = parse("IF a EQ THEN 5 ELSE -3 WHEN b SRC_NOT_NULL POSSIBLE MATCH = 1")
    line = algorithm.scoring[0]
    assert points(line, {"a": 1}, {"a": 1}) == 0
    assert points(line, {"a": 1, "b": 1}, {"a": 1}) == 5
    assert points(line, {"a": 1, "b": 1}, {"a": 2}) == -3
    assert score(algorithm, {"a": 1, "b": 1}, {}) == -3


@given(steps(), RECORDS, RECORDS)
def test_ne_is_the_opposite_of_eq_when_nothing_is_null_and_both_are_false_otherwise(
    step: Step, source: dict[str, Any], destination: dict[str, Any]
) -> None:
    if step.comparison not in BINARY:
        return
    same = evaluate_step(Step(step.field, Comparison.EQ, None, step.case_insensitive, step.fuzzy), source, destination)
    differs = evaluate_step(
        Step(step.field, Comparison.NE, None, step.case_insensitive, step.fuzzy), source, destination
    )
    is_present = same.source is not None and same.destination is not None
    assert (same.truth or differs.truth) is is_present
    assert not (same.truth and differs.truth)


@given(expressions, RECORDS, RECORDS)
def test_groups_follow_their_children(
    expression: Expression, source: dict[str, Any], destination: dict[str, Any]
) -> None:
    truth = evaluate_expression(expression, source, destination)
    if isinstance(expression, Group):
        truths = [evaluate_expression(child, source, destination) for child in expression.children]
        assert truth is (all(truths) if expression.operator is Operator.AND else any(truths))
