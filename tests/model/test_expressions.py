from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.model import expressions
from dromio.model.expressions import (
    DISTANCES,
    FIELDS_OF,
    MOST,
    NUMBERED,
    SEVERAL_FIELDS,
    SIMILARITIES,
    TESTS,
    TRANSFORMS,
    WITH_TEXTS,
    All,
    AnyOf,
    Condition,
    ExpressionError,
    FieldExpression,
    Measure,
    Not,
    Together,
    leaves,
    parse_condition,
    parse_field,
)

Leaf = expressions.Test | Measure
NAMES = st.sampled_from(["a", "given", "name.given", "b2", "x_y"])
PLAIN = NAMES.map(lambda name: FieldExpression((name,)))
FIELDS = st.one_of(
    PLAIN,
    st.tuples(NAMES, st.sampled_from([name for name in TRANSFORMS if name not in (*NUMBERED, *SEVERAL_FIELDS)])).map(
        lambda drawn: FieldExpression((drawn[0],), drawn[1])
    ),
    st.tuples(NAMES, st.sampled_from(NUMBERED), st.integers(1, 99)).map(
        lambda drawn: FieldExpression((drawn[0],), drawn[1], min(drawn[2], MOST.get(drawn[1], drawn[2])))
    ),
    st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.sampled_from(SEVERAL_FIELDS)).map(
        lambda drawn: FieldExpression(tuple(drawn[0]), drawn[1])
    ),
)


@st.composite
def any_leaf(draw: st.DrawFn) -> Leaf:
    name = draw(st.sampled_from([*TESTS, *SIMILARITIES, *DISTANCES]))
    least, most = FIELDS_OF.get(name, (1, 1))
    fields = tuple(draw(st.lists(FIELDS, min_size=least, max_size=most)))
    if name in TESTS:
        texts = draw(st.lists(st.text(max_size=8), min_size=1, max_size=3)) if name in WITH_TEXTS else []
        return expressions.Test(name, fields, tuple(texts))
    return Measure(name, fields, draw(st.integers(0, 100)) / (100 if name in SIMILARITIES else 4))


def _deeper(part: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(part, min_size=2, max_size=3).map(tuple)
    return st.one_of(parts.map(All), parts.map(AnyOf), part.map(Not), part.map(Together), part)


CONDITIONS: st.SearchStrategy[Condition] = _deeper(_deeper(_deeper(any_leaf())))


def _flat(condition: Condition) -> Condition:
    """Nested parts of one kind in one list: `(a and b) and c` reads as `a and b and c`."""
    if isinstance(condition, Not | Together):
        return type(condition)(_flat(condition.part))
    if isinstance(condition, All | AnyOf):
        parts: list[Condition] = []
        for part in map(_flat, condition.parts):
            parts += part.parts if isinstance(part, All | AnyOf) and type(part) is type(condition) else (part,)
        return type(condition)(tuple(parts))
    return condition


@given(CONDITIONS)
def test_a_condition_reads_back_as_it_is_written(condition: Condition) -> None:
    text = str(condition)
    if len(text) <= 2000:
        assert _flat(parse_condition(text)) == _flat(condition)
        assert str(parse_condition(text)) == text


@given(FIELDS)
def test_a_field_reads_back_as_it_is_written(field: FieldExpression) -> None:
    assert parse_field(str(field)) == field


def test_leaves_are_given_from_left_to_right() -> None:
    found = leaves(parse_condition("equal(a) and (not missing(b) or days(c) <= 3)"))
    assert [leaf.function for leaf in found] == ["equal", "missing", "days"]


@pytest.mark.parametrize(
    "text",
    [
        "equal(a) and (equal(b) or equal(c))",
        "equal(a) and equal(b) or equal(c)",
        "not (equal(a) or equal(b))",
        "not (equal(a) and equal(b))",
        "not equal(a) and equal(b)",
    ],
)
def test_brackets_are_written_where_they_matter(text: str) -> None:
    assert str(parse_condition(text)) == text


def test_and_binds_closer_than_or() -> None:
    assert isinstance(parse_condition("equal(a) and equal(b) or equal(c)"), AnyOf)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ["cannot read"]),
        ("equal(", ["cannot read", "equal("]),
        ("equal", ["expected a test"]),
        ("alike(a)", ["'alike'", "is not a test", "equal", "missing"]),
        ("alike(a) >= 0.5", ["'alike'", "is not a measure", "jaro_winkler", "levenshtein"]),
        ("jaro_winkler(a) > 0.5", ["jaro_winkler", ">="]),
        ("jaro_winkler(a) <= 0.5", ["jaro_winkler", ">="]),
        ("levenshtein(a) >= 1", ["levenshtein", "<="]),
        ("jaro_winkler(a) >= 1.5", ["1.5", "0 to 1"]),
        ("levenshtein(a) <= 'x'", ["'x'", "is not a number"]),
        ("levenshtein(a) <= True", ["True", "is not a number"]),
        ("levenshtein(a)", ["'levenshtein'", "is not a test"]),
        ("equal()", ["equal", "0 fields", "1 to 8"]),
        ("swapped(a)", ["swapped", "1 fields", "takes 2"]),
        ("equal(field=a)", ["expected name(field, …)"]),
        ("equal(a.b.c)", ["expected a field or a transform", "soundex"]),
        ("equal(lower(a))", ["lower(a)", "expected a field or a transform", "year"]),
        ("equal(prefix(a))", ["prefix(a)", "one number from 1"]),
        ("equal(prefix(a, 0))", ["prefix(a, 0)", "one number from 1"]),
        ("equal(soundex(a, 3))", ["soundex(a, 3)", "takes no number"]),
        ("equal(year(month_day(a)))", ["expected year(field, …)"]),
        ("0 <= days(a) <= 3", ["expected a test"]),
        ("equal(a); equal(b)", ["cannot read"]),
        ("left_is(a)", ["left_is(a)", "texts in quotes"]),
        ("equal('x')", ["'x'", "expected a field"]),
        ("left_is('x', a)", ["'x'", "expected a field"]),
        ("together(equal(a), equal(b))", ["together", "takes one condition"]),
        ("__import__('os')", ["expected a field"]),
        ("equal(a) if equal(b) else equal(c)", ["expected a test"]),
        ("a" * 2001, ["2001 characters", "2000"]),
    ],
)
def test_faults_name_the_thing_the_value_and_what_is_allowed(text: str, says: list[str]) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_condition(text)
    for part in says:
        assert part in str(caught.value)


GRAMMAR = [
    "equal",
    "missing",
    "jaro_winkler",
    "days",
    "prefix",
    "tokens",
    "a",
    "b.c",
    "(",
    ")",
    ",",
    " and ",
    " or ",
    "not ",
    ">=",
    "<=",
    "0.5",
    "-1",
    "1e400",
    "True",
    "lambda x: x",
    "[",
    "]",
    "{}",
    "*",
    "**",
    ":=",
    "...",
    "'s'",
    "f'{a}'",
    "0x1",
    "1j",
    "await a",
    "\n",
    "#",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(GRAMMAR), max_size=14).map("".join)))
@settings(max_examples=400)
def test_no_text_raises_anything_but_an_expression_error(text: str) -> None:
    for parse in (parse_condition, parse_field):
        try:
            parse(text)
        except ExpressionError as error:
            assert str(error)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + "a" + ")" * 900,
        "not " * 450 + "equal(a)",
        "-" * 1999 + "1",
        "\x00",
        "\ud800",
        "equal(a) \\",
    ],
)
def test_deep_and_broken_texts_are_refused_or_read(text: str) -> None:
    for parse in (parse_condition, parse_field):
        try:
            parse(text)
        except ExpressionError as error:
            assert str(error)


def test_a_bound_is_written_with_all_its_digits() -> None:
    for text in ("jaro_winkler(a) >= 0.9234567", "difference(a) <= 1234567.5"):
        assert str(parse_condition(text)) == text


def test_a_bound_has_an_end() -> None:
    with pytest.raises(ExpressionError, match="is not a number"):
        parse_condition("days(a) <= 1e999")


def test_only_tokens_take_several_fields() -> None:
    with pytest.raises(ExpressionError, match=r"soundex\(a, b\).* 2 fields; soundex takes one"):
        parse_field("soundex(a, b)")
