import pytest
from hypothesis import given

from dromio.language.ast import Algorithm
from dromio.language.parser import parse
from dromio.language.warnings import WarningCode, warnings_of

from .strategies import algorithms


@pytest.mark.parametrize(
    ("text", "part", "code"),
    [
        ("a EQ AND b EQ TRIGRAM(0.5) CASE INSENSITIVE", "b EQ TRIGRAM(0.5) CASE INSENSITIVE", "CASE_WITHOUT_EFFECT"),
        ("a EQ AND b EQ SOUNDEX(0)", "b EQ SOUNDEX(0)", "ALWAYS_TRUE"),
        ("a EQ AND b NE TRIGRAM(0)", "b NE TRIGRAM(0.0)", "ALWAYS_TRUE"),
        ("a EQ AND b EQ LEVENSHTEIN(100%)", "b EQ LEVENSHTEIN(1.0)", "ALWAYS_TRUE"),
        ("a EQ AND a EQ", "a EQ", "REPEATED"),
        ("a EQ OR (b EQ AND b SRC_NULL)", "b SRC_NULL", "NEVER_TRUE"),
        ("a EQ OR (b DEST_NOT_NULL AND b DEST_NULL)", "b DEST_NULL", "NEVER_TRUE"),
        ("IF a EQ THEN 5 ELSE 2 POSSIBLE MATCH = 5", "scoring line 1", "ELSE_ADDS_POINTS"),
        ("IF a EQ THEN 5 IF a EQ THEN -2 POSSIBLE MATCH = 5", "scoring line 2", "THEN_TAKES_POINTS"),
        ("IF a EQ THEN 5 IF b EQ THEN 0 POSSIBLE MATCH = 5", "scoring line 2", "NO_POINTS"),
        ("IF a EQ THEN 5 IF b EQ THEN 5 POSSIBLE MATCH = 10 DEFINITE MATCH = 11", "DEFINITE MATCH", "UNREACHABLE"),
        ("a EQ SOUNDEX", "", "FULL_SCAN"),
        ("a EQ OR a SRC_NULL", "", "FULL_SCAN"),
    ],
)
def test_warning_names_the_part(text: str, part: str, code: str) -> None:
    assert [(warning.part, str(warning.code)) for warning in warnings_of(parse(text))] == [(part, code)]


@pytest.mark.parametrize(
    "text",
    [
        "a EQ",
        "a EQ LEVENSHTEIN(2) CASE INSENSITIVE AND b EQ",
        "a EQ OR (b SRC_NULL AND b DEST_NULL AND c EQ)",
        "IF a EQ THEN 5 ELSE -2 WHEN a SRC_NOT_NULL POSSIBLE MATCH = 2 DEFINITE MATCH = 5",
    ],
)
def test_sound_algorithm_has_no_warnings(text: str) -> None:
    assert warnings_of(parse(text)) == []


def test_scan_for_some_sources_is_told_from_a_scan_for_all() -> None:
    assert "some sources" in warnings_of(parse("a EQ OR a SRC_NULL"))[0].message
    assert "every source" in warnings_of(parse("a EQ OR b NE"))[0].message


@given(algorithms())
def test_every_algorithm_can_be_checked(algorithm: Algorithm) -> None:
    assert all(warning.code in WarningCode and warning.message for warning in warnings_of(algorithm))
