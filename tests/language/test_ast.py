import pytest

from dromio.language.ast import (
    AlgorithmType,
    Comparison,
    Group,
    Operator,
    Step,
    depth_of,
    expressions_of,
    joined,
    steps_of,
)
from dromio.language.parser import parse, parse_expression

A, B, C = (Step(name, Comparison.EQ) for name in "abc")


def test_group_has_at_least_two_children() -> None:
    with pytest.raises(ValueError, match="got 1"):
        Group(Operator.AND, (A,))
    assert joined(Operator.AND, [A]) == A


def test_steps_and_depth() -> None:
    expression = parse_expression("a EQ OR (b EQ AND (c EQ OR a EQ))")
    assert list(steps_of(expression)) == [A, B, C, A]
    assert depth_of(expression) == 3
    assert depth_of(A) == 0


def test_filter_is_given_or_any_line_that_applies() -> None:
    assert parse("a EQ").filter == A
    assert parse("a EQ IF b EQ THEN 1 POSSIBLE MATCH = 1").filter == A
    lines = parse("IF a EQ THEN 1 IF b EQ THEN 1 WHEN c EQ POSSIBLE MATCH = 1")
    assert lines.filter == parse_expression("a EQ OR (c EQ AND b EQ)")
    assert lines.type is AlgorithmType.SCORE_BASED
    assert expressions_of(lines) == [A, B, C]
