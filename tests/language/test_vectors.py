"""The conformance vectors of the rule language, by number, and its validation vectors."""

from collections.abc import Mapping
from typing import Any

import pytest

from dromio.language.ast import Algorithm, Comparison, Step
from dromio.language.errors import Code, LanguageError
from dromio.language.evaluate import evaluate_expression, evaluate_step
from dromio.language.json_form import from_json, to_json
from dromio.language.outcomes import Destination, Outcome, Rating, Status, assess, rate, status_of
from dromio.language.parser import parse, parse_expression

BOOLEAN = {"properties": {"active": {"type": "boolean"}}}

EXPRESSION_VECTORS: list[tuple[str, str, Any, Any, bool]] = [
    ("1", "n EQ LEVENSHTEIN(2)", "Frizzy string", "Fuzzy string", True),
    ("2", "n EQ LEVENSHTEIN(1)", "Frizzy string", "Fuzzy string", False),
    ("3 percent", "n EQ LEVENSHTEIN(17%)", "Frizzy string", "Fuzzy string", True),
    ("3 fraction", "n EQ LEVENSHTEIN(0.17)", "Frizzy string", "Fuzzy string", True),
    ("4", "n EQ LEVENSHTEIN(16%)", "Frizzy string", "Fuzzy string", False),
    ("5", "n EQ LEVENSHTEIN(16%)", "Fuzzy string", "Frizzy string", True),
    ("6", "n NE LEVENSHTEIN(2)", "Frizzy string", "Fuzzy string", False),
    ("7", "n EQ LEVENSHTEIN(0)", "STEVE", "Steve", False),
    ("8", "n EQ LEVENSHTEIN(0) CASE INSENSITIVE", "STEVE", "Steve", True),
    ("10", "n EQ TRIGRAM(0.23)", "trgrato", "trigram", True),
    ("11", "n EQ TRIGRAM(0.24)", "trgrato", "trigram", False),
    ("12", "n EQ TRIGRAM(100%)", "smith JOHN", "John Smith", True),
    ("13 reached", "n EQ TRIGRAM(0.36)", "two words", "word", True),
    ("13 missed", "n EQ TRIGRAM(0.37)", "two words", "word", False),
    ("14", "n EQ TRIGRAM(0.6)", "1 Main St", "Main Street 1", True),
    ("15", "n EQ TRIGRAM(0)", "", "", True),
    ("16", "n EQ SOUNDEX", "Jane", "Joan", True),
    ("17", "n EQ SOUNDEX", "Jim", "Jonathan", False),
    ("18 two", "n EQ SOUNDEX(2)", "Jim", "Jonathan", True),
    ("18 three", "n EQ SOUNDEX(3)", "Jim", "Jonathan", False),
    ("19", "n EQ SOUNDEX(0)", "Margaret", "Anne", True),
    ("20", "n EQ SOUNDEX(0)", None, "Anne", False),
    ("21", "n EQ METAPHONE(10)", "Metafone Matchink", "Metaphone Matching", True),
    ("22", "n EQ METAPHONE(4)", "Metaphor", "Metaphone Matching", False),
    ("23", "n EQ METAPHONE(3)", "Metaphor", "Metaphone Matching", True),
    ("24 primary", "n EQ DMETAPHONE", "Johnathon", "Jonathan", True),
    ("24 alternate", "n EQ DMETAPHONE_ALT", "Johnathon", "Jonathan", True),
    ("25 primary", "n EQ DMETAPHONE", "Micheal", "Michael", False),
    ("25 alternate", "n EQ DMETAPHONE_ALT", "Micheal", "Michael", False),
    ("26", "n NE DMETAPHONE", "Smith", "Schmidt", True),
    ("27", "n NE", None, "x", False),
    ("28", "n EQ OR (n SRC_NULL AND n DEST_NULL)", None, None, True),
    ("29", "n EQ OR n SRC_NULL OR n DEST_NULL", "red", None, True),
    ("30", 'active DEST_CONSTANT "true"', "any", True, True),
    ("31", 'active DEST_NE_CONSTANT "true"', "any", None, False),
    ("32", 'n SRC_CONSTANT "ca" CASE INSENSITIVE', "CA", None, True),
]


@pytest.mark.parametrize(
    ("text", "source", "destination", "truth"),
    [pytest.param(*vector[1:], id=vector[0]) for vector in EXPRESSION_VECTORS],
)
def test_expression(text: str, source: Any, destination: Any, truth: bool) -> None:
    expression = parse_expression(text)
    field = text.split()[0]
    assert evaluate_expression(expression, {field: source}, {field: destination}, BOOLEAN) is truth


def test_vector_9_modifiers_in_either_order_are_the_same() -> None:
    expected = parse_expression("n EQ LEVENSHTEIN(5) CASE INSENSITIVE")
    assert parse_expression("n EQ CASE INSENSITIVE LEVENSHTEIN(5)") == expected


def test_vector_33_and_binds_tighter_than_or() -> None:
    expression = parse_expression("a EQ OR b EQ AND c EQ")
    assert evaluate_expression(expression, {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2, "c": 2})
    assert not evaluate_expression(expression, {"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 2})


BOTH, NO_SOURCE, NO_DESTINATION, NEITHER = ("x", "x"), (None, "x"), ("x", None), (None, None)
NULL_TABLE = {
    Comparison.EQ: (True, False, False, False),
    Comparison.NE: (False, False, False, False),
    Comparison.SRC_CONSTANT: (True, False, True, False),
    Comparison.DEST_CONSTANT: (True, True, False, False),
    Comparison.SRC_NE_CONSTANT: (False, False, False, False),
    Comparison.DEST_NE_CONSTANT: (False, False, False, False),
    Comparison.SRC_NULL: (False, True, False, True),
    Comparison.SRC_NOT_NULL: (True, False, True, False),
    Comparison.DEST_NULL: (False, False, True, True),
    Comparison.DEST_NOT_NULL: (True, True, False, False),
}
"""Truth for equal values "x", source null, destination null, both null."""

DIFFERENT_TABLE = {
    Comparison.EQ: (False, False, False, False),
    Comparison.NE: (True, False, False, False),
    Comparison.SRC_CONSTANT: (False, False, False, False),
    Comparison.DEST_CONSTANT: (False, False, False, False),
    Comparison.SRC_NE_CONSTANT: (True, False, True, False),
    Comparison.DEST_NE_CONSTANT: (True, True, False, False),
}
"""The same where the two values differ from each other and from the constant."""


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("comparison", Comparison)
def test_vector_34_null_table(comparison: Comparison, absent: bool) -> None:
    step = Step("f", comparison, "x" if comparison.endswith("CONSTANT") else None)
    for (left, right), truth in zip((BOTH, NO_SOURCE, NO_DESTINATION, NEITHER), NULL_TABLE[comparison], strict=True):
        assert evaluate_step(step, _record(left, absent), _record(right, absent)).truth is truth


@pytest.mark.parametrize("comparison", DIFFERENT_TABLE)
def test_vector_34_null_table_for_different_values(comparison: Comparison) -> None:
    step = Step("f", comparison, "x" if comparison.endswith("CONSTANT") else None)
    cases = (("y", "z"), (None, "z"), ("y", None), (None, None))
    for (left, right), truth in zip(cases, DIFFERENT_TABLE[comparison], strict=True):
        assert evaluate_step(step, _record(left, True), _record(right, True)).truth is truth


def _record(value: str | None, absent: bool) -> dict[str, str | None]:
    return {} if value is None and absent else {"f": value}


SIMPLE = parse(
    """
    1. IF firstName EQ CASE INSENSITIVE THEN 10
    2. IF lastName EQ CASE INSENSITIVE THEN 10
    3. IF dateOfBirth EQ CASE THEN 10
    POSSIBLE MATCH = 20
    DEFINITE MATCH = 30
    """
)
LARGER_LINES = """
    IF userId EQ THEN 30 ELSE -30 WHEN userId SRC_NOT_NULL AND userId DEST_NOT_NULL
    IF firstName EQ CASE INSENSITIVE THEN 20 ELSE -10
    IF lastName EQ CASE INSENSITIVE THEN 20 ELSE -10
    IF dateOfBirth EQ THEN 20 ELSE -10
    IF address EQ LEVENSHTEIN(5) CASE INSENSITIVE THEN 20 ELSE -10
    POSSIBLE MATCH = 20
    DEFINITE MATCH = 60
"""
LARGER = parse(LARGER_LINES)
FILTERED = parse(f'MATCH: active DEST_CONSTANT "true" AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX) {LARGER_LINES}')
STEVE = {
    "userId": "u1",
    "firstName": "Steve",
    "lastName": "Martin",
    "dateOfBirth": "1945-08-14",
    "address": "1 Main St",
}


@pytest.mark.parametrize(
    ("algorithm", "source", "destination", "score", "rating"),
    [
        pytest.param(SIMPLE, STEVE, STEVE, 30, Rating.DEFINITE_MATCH, id="35"),
        pytest.param(SIMPLE, STEVE, STEVE | {"firstName": "Ann"}, 20, Rating.POSSIBLE_MATCH, id="36"),
        pytest.param(
            SIMPLE,
            STEVE,
            {"firstName": "Ann", "lastName": "Lee", "dateOfBirth": "1945-08-14"},
            10,
            Rating.NO_MATCH,
            id="37",
        ),
        pytest.param(
            LARGER,
            STEVE | {"userId": None, "dateOfBirth": None},
            {"firstName": "STEVE", "lastName": "MARTIN", "address": "12 Lovers Lane"},
            20,
            Rating.POSSIBLE_MATCH,
            id="38",
        ),
        pytest.param(LARGER, STEVE, STEVE, 110, Rating.DEFINITE_MATCH, id="39"),
        pytest.param(LARGER, STEVE, STEVE | {"userId": "u2"}, 50, Rating.POSSIBLE_MATCH, id="40"),
        pytest.param(LARGER, STEVE, STEVE | {"userId": None}, 80, Rating.DEFINITE_MATCH, id="41"),
    ],
)
def test_score(
    algorithm: Algorithm, source: Mapping[str, Any], destination: Mapping[str, Any], score: int, rating: Rating
) -> None:
    assert rate(algorithm, source, destination) == Outcome(passed=True, rating=rating, score=score)


def test_vector_42_missing_active_fails_the_filter() -> None:
    assert rate(FILTERED, STEVE, STEVE, schema=BOOLEAN) == Outcome(passed=False, rating=Rating.NO_MATCH)
    assert rate(FILTERED, STEVE, STEVE | {"active": True}, schema=BOOLEAN).score == 110


def test_vector_43_without_filter_agreement_on_any_line_is_needed() -> None:
    nothing = {"firstName": "Ann", "lastName": "Lee", "dateOfBirth": "2001-01-01", "address": "A quite different place"}
    assert rate(LARGER, STEVE, nothing) == Outcome(passed=False, rating=Rating.NO_MATCH)
    assert rate(LARGER, STEVE, nothing | {"lastName": "martin"}).score == 20 - 30


def test_vector_44_without_definite_threshold_nothing_is_definite() -> None:
    algorithm = parse("IF firstName EQ THEN 1000 POSSIBLE MATCH = 20")
    assert rate(algorithm, STEVE, STEVE) == Outcome(passed=True, rating=Rating.POSSIBLE_MATCH, score=1000)


@pytest.mark.parametrize(
    ("definite", "possible", "definite_wins", "status"),
    [
        pytest.param(2, 0, False, Status.AMBIGUOUS, id="45 two definite"),
        pytest.param(2, 0, True, Status.AMBIGUOUS, id="45 two definite, definite wins"),
        pytest.param(1, 1, False, Status.AMBIGUOUS, id="45 definite and possible"),
        pytest.param(1, 1, True, Status.MATCH, id="45 definite and possible, definite wins"),
        pytest.param(1, 0, False, Status.MATCH, id="45 one definite"),
        pytest.param(0, 1, False, Status.AMBIGUOUS, id="45 one possible"),
        pytest.param(0, 1, True, Status.AMBIGUOUS, id="45 one possible, definite wins"),
        pytest.param(0, 0, False, Status.NO_MATCH, id="45 none"),
    ],
)
def test_status(definite: int, possible: int, definite_wins: bool, status: Status) -> None:
    ratings = [Rating.DEFINITE_MATCH] * definite + [Rating.POSSIBLE_MATCH] * possible + [Rating.NO_MATCH]
    assert status_of(ratings, definite_wins=definite_wins) is status


def test_vector_46_match_at_own_adaptor_is_ambiguous() -> None:
    destinations = [Destination("crm", STEVE)]
    assert assess(SIMPLE, STEVE, destinations, adaptor="crm").status is Status.AMBIGUOUS
    assert assess(SIMPLE, STEVE, destinations, adaptor="shop").status is Status.MATCH
    assert assess(SIMPLE, STEVE, destinations, adaptor="crm", definite_wins=True).status is Status.AMBIGUOUS


STEP = {"field": "n", "comparisonType": "EQ"}
GROUP = {"matchingSteps": [STEP]}
SCORING = [{"matchCriteria": GROUP, "matchScore": 10}]
SCHEMA = {"properties": {"n": {"type": "string"}, "active": {"type": "boolean"}}}


def _rule(**step: Any) -> dict[str, Any]:
    return {"type": "RULE_BASED", "matchingGroup": {"matchingSteps": [STEP | step]}}


def _scored(**properties: Any) -> dict[str, Any]:
    return {"type": "SCORE_BASED", "scoringGroups": SCORING} | properties


def _grouped(group: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RULE_BASED", "matchingGroup": group}


AT = "matchingGroup.matchingSteps[0]"
VALIDATION_VECTORS = [
    ("steps and groups", _grouped(GROUP | {"childGroups": [GROUP]}), "matchingGroup", Code.CONFLICT),
    ("neither", _grouped({"operator": "AND"}), "matchingGroup", Code.MISSING),
    ("no operator", _grouped({"matchingSteps": [STEP, STEP]}), "matchingGroup.operator", Code.MISSING),
    ("METAPHONE alone", _rule(fuzzyMatchType="METAPHONE"), f"{AT}.fuzzyNum", Code.MISSING),
    ("METAPHONE 0", _rule(fuzzyMatchType="METAPHONE", fuzzyNum=0), f"{AT}.fuzzyNum", Code.OUT_OF_RANGE),
    ("METAPHONE 256", _rule(fuzzyMatchType="METAPHONE", fuzzyNum=256), f"{AT}.fuzzyNum", Code.OUT_OF_RANGE),
    ("SOUNDEX 5", _rule(fuzzyMatchType="SOUNDEX", fuzzyNum=5), f"{AT}.fuzzyNum", Code.OUT_OF_RANGE),
    ("TRIGRAM alone", _rule(fuzzyMatchType="TRIGRAM"), f"{AT}.fuzzyPct", Code.MISSING),
    (
        "LEVENSHTEIN both",
        _rule(fuzzyMatchType="LEVENSHTEIN", fuzzyNum=1, fuzzyPct=0.1),
        f"{AT}.fuzzyPct",
        Code.CONFLICT,
    ),
    ("LEVENSHTEIN none", _rule(fuzzyMatchType="LEVENSHTEIN"), f"{AT}.fuzzyNum", Code.MISSING),
    (
        "fuzzy on SRC_NULL",
        _rule(comparisonType="SRC_NULL", fuzzyMatchType="SOUNDEX"),
        f"{AT}.fuzzyMatchType",
        Code.NOT_ALLOWED,
    ),
    ("constant missing", _rule(comparisonType="SRC_CONSTANT"), f"{AT}.constantValue", Code.MISSING),
    ("no thresholds", _scored(), "", Code.MISSING),
    (
        "possible above definite",
        _scored(possibleMatchScore=30, definiteMatchScore=20),
        "possibleMatchScore",
        Code.OUT_OF_RANGE,
    ),
    ("no matchingGroup", {"type": "RULE_BASED"}, "matchingGroup", Code.MISSING),
    ("unknown field", _rule(field="city"), f"{AT}.field", Code.FIELD_NOT_A_KEY_PROPERTY),
    (
        "constant of another type",
        _rule(field="active", comparisonType="DEST_CONSTANT", constantValue="maybe"),
        f"{AT}.constantValue",
        Code.CONSTANT_NOT_CONVERTIBLE,
    ),
]


@pytest.mark.parametrize(
    ("document", "path", "code"), [pytest.param(*vector[1:], id=vector[0]) for vector in VALIDATION_VECTORS]
)
def test_validation_names_the_one_fault(document: dict[str, Any], path: str, code: Code) -> None:
    with pytest.raises(LanguageError) as raised:
        from_json(document, key_properties=["n", "active"], schema=SCHEMA)
    assert [(fault.path, fault.code) for fault in raised.value.faults] == [(path, code)]


def test_vectors_of_validation_become_valid_when_mended() -> None:
    for document in (
        _rule(),
        _scored(possibleMatchScore=20),
        _grouped({"operator": "OR", "matchingSteps": [STEP, STEP]}),
    ):
        assert to_json(from_json(document, ["n", "active"], SCHEMA)) == document
