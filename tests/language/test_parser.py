import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.language.ast import (
    MAX_DEPTH,
    Comparison,
    Fuzzy,
    FuzzyType,
    Group,
    Operator,
    ScoringGroup,
    Step,
)
from dromio.language.errors import ParseError
from dromio.language.lexer import MAX_TEXT
from dromio.language.parser import parse, parse_expression

from .fuzz import fuzz

A, B, C = (Step(name, Comparison.EQ) for name in "abc")


def _failure(text: str) -> ParseError:
    with pytest.raises(ParseError) as raised:
        parse(text)
    return raised.value


def test_keywords_in_any_case_and_fields_as_written() -> None:
    assert parse_expression("Abc eq Case InSensitive") == Step("Abc", Comparison.EQ, case_insensitive=True)


def test_and_binds_tighter_than_or() -> None:
    assert parse_expression("a EQ OR b EQ AND c EQ") == Group(Operator.OR, (A, Group(Operator.AND, (B, C))))


def test_parentheses_keep_their_group() -> None:
    assert parse_expression("((a EQ) AND b EQ) AND (c EQ)") == Group(Operator.AND, (Group(Operator.AND, (A, B)), C))


@pytest.mark.parametrize("case", ["", "CASE", "CASE SENSITIVE", "case sensitive"])
def test_case_alone_is_case_sensitive(case: str) -> None:
    assert parse_expression(f"a EQ {case}") == A


@pytest.mark.parametrize(
    ("text", "fuzzy"),
    [
        ("LEVENSHTEIN(1)", Fuzzy(FuzzyType.LEVENSHTEIN, number=1)),
        ("LEVENSHTEIN(1.0)", Fuzzy(FuzzyType.LEVENSHTEIN, fraction=1.0)),
        ("LEVENSHTEIN( 17 % )", Fuzzy(FuzzyType.LEVENSHTEIN, fraction=0.17)),
        ("LEVENSHTEIN(.17)", Fuzzy(FuzzyType.LEVENSHTEIN, fraction=0.17)),
        ("TRIGRAM(0)", Fuzzy(FuzzyType.TRIGRAM, fraction=0.0)),
        ("TRIGRAM(1)", Fuzzy(FuzzyType.TRIGRAM, fraction=1.0)),
        ("TRIGRAM(12.5%)", Fuzzy(FuzzyType.TRIGRAM, fraction=0.125)),
        ("SOUNDEX", Fuzzy(FuzzyType.SOUNDEX)),
        ("SOUNDEX(4)", Fuzzy(FuzzyType.SOUNDEX, number=4)),
        ("METAPHONE(255)", Fuzzy(FuzzyType.METAPHONE, number=255)),
        ("DMETAPHONE", Fuzzy(FuzzyType.DMETAPHONE)),
        ("dmetaphone_alt", Fuzzy(FuzzyType.DMETAPHONE_ALT)),
    ],
)
def test_fuzzy_parameters(text: str, fuzzy: Fuzzy) -> None:
    assert parse_expression(f"a NE {text}") == Step("a", Comparison.NE, fuzzy=fuzzy)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("`if`", "if"),
        ("`first name`", "first name"),
        ("`a``b`", "a`b"),
        ("address.city", "address.city"),
        ("né_1", "né_1"),
    ],
)
def test_field_names(text: str, name: str) -> None:
    assert parse_expression(f"{text} EQ") == Step(name, Comparison.EQ)


def test_constant_escapes() -> None:
    expected = Step("a", Comparison.SRC_CONSTANT, 'say "x" \\')
    assert parse_expression('a SRC_CONSTANT "say \\"x\\" \\\\"') == expected


def test_scoring_lines_thresholds_and_filter() -> None:
    algorithm = parse("match a eq; 1. IF b EQ THEN +10 ELSE -5 WHEN c EQ; 2. IF c EQ THEN 3 DEFINITE MATCH = -4;")
    assert algorithm.matching == A
    assert algorithm.scoring == (ScoringGroup(B, 10, 5, C), ScoringGroup(C, 3))
    assert (algorithm.possible, algorithm.definite) == (None, -4)


def test_expression_before_lines_is_the_filter_without_the_word_match() -> None:
    assert parse("a EQ IF b EQ THEN 1 POSSIBLE MATCH = 1") == parse("MATCH: a EQ\nIF b EQ THEN 1\nPOSSIBLE MATCH=1")


def test_else_of_more_points_is_a_negative_penalty() -> None:
    assert parse("IF a EQ THEN 1 ELSE 5 POSSIBLE MATCH = 1").scoring[0].penalty == -5


@pytest.mark.parametrize(
    ("text", "line", "column", "found", "expected"),
    [
        ("a EQ\n  AND", 2, 6, "", "field name"),
        ("a\n EQUALS", 2, 2, "EQUALS", "EQ"),
        ("a EQ b", 1, 6, "b", "AND"),
        ("(a EQ", 1, 6, "", ")"),
        ("", 1, 1, "", "IF"),
        ("IF a EQ THEN 1", 1, 15, "", "POSSIBLE"),
        ("IF a EQ THEN x", 1, 14, "x", "integer"),
        ("a EQ POSSIBLE MATCH = 3", 1, 6, "POSSIBLE", "end of text"),
        ("a EQ METAPHONE", 1, 15, "", "("),
        ("a EQ METAPHONE(2.5)", 1, 16, "2.5", "integer"),
        ("a SRC_NULL CASE", 1, 12, "CASE", "AND"),
        ('a SRC_CONSTANT "x" SOUNDEX', 1, 20, "SOUNDEX", "CASE"),
        ("a EQ SOUNDEX TRIGRAM(1)", 1, 14, "TRIGRAM", "CASE"),
        ("a EQ CASE CASE", 1, 11, "CASE", "SENSITIVE"),
        ("a SRC_CONSTANT b", 1, 16, "b", "constant"),
        ('a SRC_CONSTANT "b', 1, 16, '"', '"'),
        ("`a EQ", 1, 1, "`", "`"),
        ("`` EQ", 1, 1, "``", "field name"),
    ],
)
def test_error_tells_place_token_and_expectation(text: str, line: int, column: int, found: str, expected: str) -> None:
    error = _failure(text)
    assert (error.line, error.column, error.found) == (line, column, found)
    assert expected in error.expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a EQ TRIGRAM(30)", "30 percent is written 30%"),
        ("a EQ TRIGRAM(1.5)", "a fraction is 0 to 1, found 1.5"),
        ("a EQ LEVENSHTEIN(101%)", "a fraction is 0 to 1, found 101%"),
        ("a EQ SOUNDEX(5)", "SOUNDEX takes 0 to 4, found 5"),
        ("a EQ METAPHONE(0)", "METAPHONE takes 1 to 255, found 0"),
        ("a EQ METAPHONE(256)", "METAPHONE takes 1 to 255, found 256"),
        ("a EQ LEVENSHTEIN(1000000001)", "greater than 1000000000"),
        (f"a EQ LEVENSHTEIN({'9' * 5000})", "greater than 1000000000"),
        ("if EQ", "a field of this name is written `EQ` in back quotes"),
        ("a EQ #", "unexpected character '#'"),
        ("IF a EQ THEN 1 POSSIBLE MATCH = 1 POSSIBLE MATCH = 2", "POSSIBLE MATCH is given twice"),
        ("IF a EQ THEN 1 DEFINITE MATCH = 1 POSSIBLE MATCH = 2", "the possible score 2 exceeds the definite 1"),
        ('a SRC_CONSTANT "\\n"', "a backslash in it"),
    ],
)
def test_error_says_what_is_wrong(text: str, message: str) -> None:
    assert message in str(_failure(text))


def test_dotless_i_makes_no_keyword() -> None:
    assert parse_expression("ıf EQ") == Step("ıf", Comparison.EQ)


def test_leading_zeros_beyond_pythons_digit_limit() -> None:
    assert parse_expression(f"a EQ LEVENSHTEIN({'0' * 5000}7)").fuzzy == Fuzzy(FuzzyType.LEVENSHTEIN, number=7)  # type: ignore[union-attr]


def test_nesting_is_bounded() -> None:
    assert parse_expression("(" * MAX_DEPTH + "a EQ" + ")" * MAX_DEPTH) == A
    assert "deeper than 64" in str(_failure("(" * (MAX_DEPTH + 1) + "a EQ" + ")" * (MAX_DEPTH + 1)))
    assert "deeper than 64" in str(_failure("a EQ OR b EQ AND (" * 40 + "a EQ" + ")" * 40))
    assert "deeper than 64" in str(_failure("(" * 100_000))


def test_size_is_bounded() -> None:
    assert "more than 10000 steps" in str(_failure(" AND ".join(["a EQ"] * 10_001)))
    assert "at most 1000000" in str(_failure(" " * (MAX_TEXT + 1)))


@given(st.text(max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse(text)
    except ParseError as error:
        assert error.line >= 1


def test_random_rules_are_parsed_or_refused_and_round_trip() -> None:
    accepted, refused = fuzz(4000, seed=1)
    assert accepted > 500 and refused > 500
