from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.language.ast import Expression, Operator
from dromio.language.evaluate import evaluate_expression, evaluate_step
from dromio.language.parser import parse, parse_expression
from dromio.language.plan import (
    Combination,
    FullScan,
    Lookup,
    Plan,
    best_plan,
    plan_candidates,
    plan_to_document,
    print_plan,
)

from .strategies import FIELDS, PRESENT_VALUES, RECORDS, expressions

FIVE = ("dateOfBirth", "firstName", "lastName", "email", "phone")
ALL = dict.fromkeys((*FIVE, "address"), "x")
MATCHING_NULLS = "userId EQ OR userId SRC_NULL OR userId DEST_NULL"


@pytest.mark.parametrize("source", [None, ALL])
@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("dateOfBirth EQ LEVENSHTEIN(4) AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX)", None),
        ("dateOfBirth EQ OR firstName EQ SOUNDEX OR lastName EQ SOUNDEX", None),
        ("dateOfBirth EQ AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX)", ("dateOfBirth",)),
        (
            "(dateOfBirth EQ OR firstName EQ CASE INSENSITIVE OR lastName EQ CASE INSENSITIVE OR "
            "email EQ CASE INSENSITIVE OR phone EQ) AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX) AND "
            "(email EQ LEVENSHTEIN(5) CASE INSENSITIVE OR address EQ LEVENSHTEIN(5) CASE INSENSITIVE OR phone EQ)",
            FIVE,
        ),
    ],
)
def test_documented_plans(text: str, fields: tuple[str, ...] | None, source: dict[str, Any] | None) -> None:
    printed = print_plan(plan_candidates(parse_expression(text), source))
    if fields is None:
        assert printed.startswith("FULL_SCAN(")
    else:
        assert printed == f"INDEX({', '.join(fields)})"


def test_step_on_the_source_is_folded() -> None:
    expression = parse_expression(MATCHING_NULLS)
    assert print_plan(plan_candidates(expression, {"userId": "u1"})) == "INDEX(userId)"
    assert print_plan(plan_candidates(expression, {})) == "FULL_SCAN(userId SRC_NULL holds for this source)"
    assert print_plan(plan_candidates(expression)) == "FULL_SCAN(userId SRC_NULL depends on the source)"
    assert print_plan(best_plan(expression)) == "INDEX(userId)"


@pytest.mark.parametrize(
    ("text", "source", "printed"),
    [
        ("a EQ", {}, "INDEX()"),
        ("a EQ OR b EQ", {"a": 1}, "INDEX(a)"),
        ("a EQ AND b EQ", {"a": 1}, "INDEX()"),
        ("a EQ AND b EQ", {"a": 1, "b": 1}, "INDEX(a, b)"),
        ("a NE", {"a": 1}, "FULL_SCAN(a NE has no index)"),
        ("a NE", {}, "INDEX()"),
        ("a EQ SOUNDEX", {}, "INDEX()"),
        ('a DEST_CONSTANT "x" OR a DEST_NULL', {}, "INDEX(a)"),
        ('a DEST_NE_CONSTANT "x"', {}, 'FULL_SCAN(a DEST_NE_CONSTANT "x" has no index)'),
        ("a DEST_NOT_NULL", {}, "FULL_SCAN(a DEST_NOT_NULL has no index)"),
        ('a SRC_CONSTANT "x" AND b EQ', {"a": "x", "b": 1}, "INDEX(b)"),
        ('a SRC_CONSTANT "x" AND b EQ', {"a": "y", "b": 1}, "INDEX()"),
        ("`a b` EQ", {"a b": 1}, "INDEX(`a b`)"),
    ],
)
def test_plan_for_a_source(text: str, source: dict[str, Any], printed: str) -> None:
    assert print_plan(plan_candidates(parse_expression(text), source)) == printed


def test_scores_without_filter_need_every_line_indexed() -> None:
    lines = "IF a EQ THEN 1 IF b EQ {} THEN 1 POSSIBLE MATCH = 1"
    assert print_plan(plan_candidates(parse(lines.format("")))) == "INDEX(a, b)"
    assert print_plan(plan_candidates(parse(lines.format("SOUNDEX")))) == "FULL_SCAN(b EQ SOUNDEX has no index)"


def test_without_algorithm_the_key_properties_are_looked_up() -> None:
    assert print_plan(plan_candidates(None, {"a": 1}, key_properties=["a", "b"])) == "INDEX(a, b)"
    assert print_plan(plan_candidates(None, {}, key_properties=["a", "b"])) == "INDEX()"


def test_plan_as_document() -> None:
    source = {"a": 1, "b": 1}
    assert plan_to_document(plan_candidates(parse_expression("a EQ AND (b EQ OR b DEST_NULL)"), source)) == {
        "plan": "INDEX",
        "fields": ["a", "b"],
        "tree": {
            "operator": "AND",
            "parts": [{"step": "a EQ"}, {"operator": "OR", "parts": [{"step": "b EQ"}, {"step": "b DEST_NULL"}]}],
        },
    }
    assert plan_to_document(plan_candidates(parse_expression("a EQ"), {})) == {
        "plan": "INDEX",
        "fields": [],
        "tree": None,
    }
    scan = {"plan": "FULL_SCAN", "reason": "a NE has no index"}
    assert plan_to_document(plan_candidates(parse_expression("a NE"))) == scan


def _satisfies(plan: Plan, source: dict[str, Any], destination: dict[str, Any]) -> bool:
    if isinstance(plan, Lookup):
        return evaluate_step(plan.step, source, destination).truth
    if isinstance(plan, Combination):
        results = [_satisfies(part, source, destination) for part in plan.parts]
        return all(results) if plan.operator is Operator.AND else any(results)
    return isinstance(plan, FullScan)


@given(expressions, RECORDS, RECORDS)
def test_no_match_is_lost_by_an_index(
    expression: Expression, source: dict[str, Any], destination: dict[str, Any]
) -> None:
    if evaluate_expression(expression, source, destination):
        assert _satisfies(plan_candidates(expression, source), source, destination)
        assert _satisfies(plan_candidates(expression), source, destination)


@given(expressions, st.fixed_dictionaries(dict.fromkeys(FIELDS, PRESENT_VALUES)))
def test_best_plan_is_a_scan_only_if_every_complete_source_needs_a_scan(
    expression: Expression, source: dict[str, Any]
) -> None:
    if isinstance(best_plan(expression), FullScan):
        assert isinstance(plan_candidates(expression, source), FullScan)
