from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.interchange.entity_resolution.condition import (
    Both,
    Call,
    Condition,
    ConditionError,
    Either,
    parse_condition,
)

A, B, C = (Call("Exact", (key,)) for key in "abc")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Exact(a)", A),
        (" exact ( a ) ", A),
        ('Exact("Email address")', Call("Exact", ("Email address",))),
        ("Exact(Email address)", Call("Exact", ("Email address",))),
        ("Exact(a, EmptyValues=Process)", Call("Exact", ("a",), None, "Process")),
        ("Exact(a,emptyvalues = ignore)", Call("Exact", ("a",), None, "Ignore")),
        ("Exact(b, true)", Call("Exact", ("b",), None, "Process")),
        ("ExactManyToMany(c, d)", Call("ExactManyToMany", ("c", "d"))),
        ("ExactManyToMany(12, 13)", Call("ExactManyToMany", ("12", "13"))),
        ("Cosine(a, 10)", Call("Cosine", ("a",), 10.0)),
        ("Cosine(a, .75)", Call("Cosine", ("a",), 0.75)),
        ("Levenshtein(a)", Call("Levenshtein", ("a",), 2)),
        ("Levenshtein(a, 1, EmptyValues=Ignore)", Call("Levenshtein", ("a",), 1.0, "Ignore")),
        ("Soundex(a)", Call("Soundex", ("a",))),
        ("Exact(a) AND Exact(b) and Exact(c)", Both((A, B, C))),
        ("Exact(a) OR Exact(b) AND Exact(c)", Either((A, Both((B, C))))),
        ("(Exact(a) OR Exact(b)) AND Exact(c)", Both((Either((A, B)), C))),
        ("((Exact(a)))", A),
    ],
)
def test_conditions_are_read(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at character 1: expected one of Exact, ExactManyToMany, Cosine, Levenshtein, Soundex"),
        ("Jaro(a)", "at character 1: expected one of Exact"),
        ("Exact a", "at character 1: expected one of Exact"),
        ("Exact()", "at character 7: expected a match key, found ')'"),
        ("Exact(a", "at character 7: expected a match key, a threshold"),
        ("Exact(a, b)", "before character 12: Exact takes one match key, found ('a', 'b')"),
        ("ExactManyToMany(a)", "before character 19: ExactManyToMany takes at least two match keys"),
        ("Cosine(a)", "before character 10: Cosine takes a threshold"),
        ("(Exact(a)", "at character 10: expected a closing parenthesis, found the end"),
        ("Exact(a) Exact(b)", "at character 10: expected AND, OR or the end, found 'Exact(b)'"),
        ("Exact(a) AND", "at character 13: expected one of Exact"),
        ("(" * 60 + "Exact(a)" + ")" * 60, "at character 52: expected at most 50 parentheses inside each other"),
    ],
)
def test_a_fault_says_where_it_is_and_what_is_allowed(text: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert str(caught.value).startswith(message)


@given(st.text(alphabet='ExactCosine(,)"AND OR=1.ab ', max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        parse_condition(text)
    except ConditionError as error:
        assert "character" in str(error)
