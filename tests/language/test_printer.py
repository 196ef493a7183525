import pytest
from hypothesis import given

from dromio.language.ast import Algorithm, Expression
from dromio.language.parser import parse, parse_expression
from dromio.language.printer import print_algorithm, print_expression, print_fraction

from .strategies import algorithms, expressions


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a eq or b ne and c src_null", "a EQ OR (b NE AND c SRC_NULL)"),
        ("((a eq case))", "a EQ"),
        ("a EQ CASE INSENSITIVE LEVENSHTEIN(50%)", "a EQ LEVENSHTEIN(0.5) CASE INSENSITIVE"),
        ("`name` EQ OR `if` EQ", "name EQ OR `if` EQ"),
        ('a DEST_CONSTANT "x\\"" case insensitive', 'a DEST_CONSTANT "x\\"" CASE INSENSITIVE'),
        (
            "match a EQ 1. if b EQ then 5 else 0 2. if c EQ then 1 else -2 when b EQ definite match=9 possible match=3",
            "MATCH a EQ\nIF b EQ THEN 5\nIF c EQ THEN 1 ELSE -2 WHEN b EQ\nPOSSIBLE MATCH = 3\nDEFINITE MATCH = 9",
        ),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert print_algorithm(parse(text)) == canonical


def test_fraction_has_a_point_and_no_exponent() -> None:
    assert [print_fraction(value) for value in (0.0, 1.0, 0.17, 1e-7)] == ["0.0", "1.0", "0.17", "0.0000001"]


@given(expressions)
def test_expression_survives_printing(expression: Expression) -> None:
    assert parse_expression(print_expression(expression)) == expression


@given(algorithms())
def test_algorithm_survives_printing_and_text_is_stable(algorithm: Algorithm) -> None:
    text = print_algorithm(algorithm)
    assert parse(text) == algorithm
    assert print_algorithm(parse(text)) == text
