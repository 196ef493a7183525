"""The conformance vectors of the rule language over HTTP, by number, and its validation vectors."""

from __future__ import annotations

from typing import Any

import pytest

from ...asking import Rig
from .conftest import CRM, DOMAIN
from .factory import VERSIONS, schema, tried

TEXTS: list[tuple[str, str, Any, Any, bool]] = [
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
    ("text", "left", "right", "truth"), [pytest.param(*vector[1:], id=vector[0]) for vector in TEXTS]
)
def test_expression(rules: Rig, text: str, left: Any, right: Any, truth: bool) -> None:
    name = text.split()[0]
    answer = tried(rules, text, {name: left}, {name: right})
    assert answer["matchStatus"] == ("MATCH" if truth else "NO_MATCH")
    assert len(answer["matches"]) == truth and len(answer["unmatchedResults"]) == (not truth)
    assert all("score" not in one for one in answer["matches"] + answer["unmatchedResults"])


def test_vector_9_modifiers_in_either_order_are_the_same(small_rules: Rig) -> None:
    texts = ("n EQ CASE INSENSITIVE LEVENSHTEIN(5)", "n EQ LEVENSHTEIN(5) CASE INSENSITIVE")
    one, other = (small_rules.ask("POST", "/younite/matching-algorithms/parse", {"text": text}) for text in texts)
    assert one.json == other.json
    assert one.json["canonicalText"] == "n EQ LEVENSHTEIN(5) CASE INSENSITIVE"


def test_vector_33_and_binds_tighter_than_or(rules: Rig) -> None:
    source, only_a = {"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "c": "2"}
    assert tried(rules, "a EQ OR b EQ AND c EQ", source, only_a)["matchStatus"] == "MATCH"


NULL_TABLE = {
    "EQ": "TFFF",
    "NE": "FFFF",
    'SRC_CONSTANT "x"': "TFTF",
    'DEST_CONSTANT "x"': "TTFF",
    'SRC_NE_CONSTANT "y"': "TFTF",
    'DEST_NE_CONSTANT "y"': "TTFF",
    "SRC_NULL": "FTFT",
    "SRC_NOT_NULL": "TFTF",
    "DEST_NULL": "FFTT",
    "DEST_NOT_NULL": "TTFF",
}
"""Operator -> truth for both "x", source null, destination null, both null."""


@pytest.mark.parametrize("operator", NULL_TABLE)
def test_vector_34_null_table(rules: Rig, operator: str) -> None:
    for truth, (left, right) in zip(
        NULL_TABLE[operator], (("x", "x"), (None, "x"), ("x", None), (None, None)), strict=True
    ):
        answer = tried(rules, f"n {operator}", {"n": left}, {"n": right}, keys=["n"])
        assert (answer["matchStatus"] == "MATCH") is (truth == "T"), (operator, left, right)


SIMPLE = """
1. IF firstName EQ CASE INSENSITIVE THEN 10
2. IF lastName EQ CASE INSENSITIVE THEN 10
3. IF dateOfBirth EQ CASE THEN 10
POSSIBLE MATCH = 20
DEFINITE MATCH = 30
"""
LARGER = """
IF userId EQ THEN 30 ELSE -30 WHEN userId SRC_NOT_NULL AND userId DEST_NOT_NULL
IF firstName EQ CASE INSENSITIVE THEN 20 ELSE -10
IF lastName EQ CASE INSENSITIVE THEN 20 ELSE -10
IF dateOfBirth EQ THEN 20 ELSE -10
IF address EQ LEVENSHTEIN(5) CASE INSENSITIVE THEN 20 ELSE -10
POSSIBLE MATCH = 20
DEFINITE MATCH = 60
"""
FILTERED = f'MATCH: active DEST_CONSTANT "true" AND (firstName EQ SOUNDEX OR lastName EQ SOUNDEX) {LARGER}'
STEVE = {
    "userId": "u1",
    "firstName": "Steve",
    "lastName": "Martin",
    "dateOfBirth": "1945-08-14",
    "address": "1 Main St",
}
KEYS = [*STEVE, "active"]
STRANGER = {"firstName": "Ann", "lastName": "Lee", "dateOfBirth": "2001-01-01", "address": "A quite different place"}


@pytest.mark.parametrize(
    ("algorithm", "source", "destination", "score", "rating"),
    [
        pytest.param(SIMPLE, STEVE, STEVE, 30, "DEFINITE_MATCH", id="35"),
        pytest.param(SIMPLE, STEVE, STEVE | {"firstName": "Ann"}, 20, "POSSIBLE_MATCH", id="36"),
        pytest.param(SIMPLE, STEVE, STEVE | {"firstName": "Ann", "lastName": "Lee"}, 10, "NO_MATCH", id="37"),
        pytest.param(
            LARGER,
            STEVE | {"userId": None, "dateOfBirth": None},
            {"firstName": "STEVE", "lastName": "MARTIN", "address": "12 Lovers Lane"},
            20,
            "POSSIBLE_MATCH",
            id="38",
        ),
        pytest.param(LARGER, STEVE, STEVE, 110, "DEFINITE_MATCH", id="39"),
        pytest.param(LARGER, STEVE, STEVE | {"userId": "u2"}, 50, "POSSIBLE_MATCH", id="40"),
        pytest.param(LARGER, STEVE, STEVE | {"userId": None}, 80, "DEFINITE_MATCH", id="41"),
        pytest.param(FILTERED, STEVE, STEVE | {"active": True}, 110, "DEFINITE_MATCH", id="42 filter true"),
        pytest.param(LARGER, STEVE, STRANGER | {"lastName": "martin"}, -10, "NO_MATCH", id="43 one line"),
        pytest.param("IF firstName EQ THEN 1000 POSSIBLE MATCH = 20", STEVE, STEVE, 1000, "POSSIBLE_MATCH", id="44"),
    ],
)
def test_score(
    rules: Rig, algorithm: str, source: dict[str, Any], destination: dict[str, Any], score: int, rating: str
) -> None:
    (found,) = tried(rules, algorithm, source, destination, keys=KEYS)["matches"]
    assert (found["score"], found["matchRating"]) == (score, rating)


@pytest.mark.parametrize(
    ("algorithm", "destination"), [(FILTERED, STEVE), (LARGER, STRANGER)], ids=["42", "43 agreeing on nothing"]
)
def test_what_fails_the_filter_has_no_score(rules: Rig, algorithm: str, destination: dict[str, Any]) -> None:
    answer = tried(rules, algorithm, STEVE, destination, keys=KEYS)
    assert answer["matches"] == []
    assert [one["matchRating"] for one in answer["unmatchedResults"]] == ["NO_MATCH"]
    assert "score" not in answer["unmatchedResults"][0]


ONE_DIFFERS = STEVE | {"firstName": "Ann"}


@pytest.mark.parametrize(
    ("destinations", "query", "adaptor", "status"),
    [
        pytest.param([STEVE, STEVE], "", "shop-1", "AMBIGUOUS", id="45 two definite"),
        pytest.param([STEVE, ONE_DIFFERS], "", "shop-1", "AMBIGUOUS", id="45 definite and possible"),
        pytest.param([STEVE, ONE_DIFFERS], "?definiteWins=true", "shop-1", "MATCH", id="45 definite wins"),
        pytest.param([STEVE], "", "shop-1", "MATCH", id="45 one definite"),
        pytest.param([ONE_DIFFERS], "", "shop-1", "AMBIGUOUS", id="45 one possible"),
        pytest.param([STEVE], "", CRM, "AMBIGUOUS", id="46 own adaptor"),
    ],
)
def test_status(rules: Rig, destinations: list[dict[str, Any]], query: str, adaptor: str, status: str) -> None:
    answer = tried(rules, SIMPLE, STEVE, *destinations, keys=KEYS, query=query, adaptor=adaptor)
    assert answer["matchStatus"] == status


STEP = {"field": "n", "comparisonType": "EQ"}
GROUP = {"matchingSteps": [STEP]}
AT = "matchingAlgorithm.matchingGroup.matchingSteps[0]"


def rule(**step: Any) -> dict[str, Any]:
    return {"type": "RULE_BASED", "matchingGroup": {"matchingSteps": [STEP | step]}}


def grouped(group: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RULE_BASED", "matchingGroup": group}


def scored(**members: Any) -> dict[str, Any]:
    return {"type": "SCORE_BASED", "scoringGroups": [{"matchCriteria": GROUP, "matchScore": 10}]} | members


@pytest.mark.parametrize(
    ("algorithm", "path", "code"),
    [
        (grouped(GROUP | {"childGroups": [GROUP]}), "matchingAlgorithm.matchingGroup", "CONFLICT"),
        (grouped({"operator": "AND"}), "matchingAlgorithm.matchingGroup", "MISSING"),
        (grouped({"matchingSteps": [STEP, STEP]}), "matchingAlgorithm.matchingGroup.operator", "MISSING"),
        (rule(fuzzyMatchType="METAPHONE"), f"{AT}.fuzzyNum", "MISSING"),
        (rule(fuzzyMatchType="METAPHONE", fuzzyNum=0), f"{AT}.fuzzyNum", "OUT_OF_RANGE"),
        (rule(fuzzyMatchType="METAPHONE", fuzzyNum=256), f"{AT}.fuzzyNum", "OUT_OF_RANGE"),
        (rule(fuzzyMatchType="SOUNDEX", fuzzyNum=5), f"{AT}.fuzzyNum", "OUT_OF_RANGE"),
        (rule(fuzzyMatchType="TRIGRAM"), f"{AT}.fuzzyPct", "MISSING"),
        (rule(fuzzyMatchType="LEVENSHTEIN", fuzzyNum=1, fuzzyPct=0.1), f"{AT}.fuzzyPct", "CONFLICT"),
        (rule(fuzzyMatchType="LEVENSHTEIN"), f"{AT}.fuzzyNum", "MISSING"),
        (rule(comparisonType="SRC_NULL", fuzzyMatchType="SOUNDEX"), f"{AT}.fuzzyMatchType", "NOT_ALLOWED"),
        (rule(comparisonType="SRC_CONSTANT"), f"{AT}.constantValue", "MISSING"),
        (scored(), "matchingAlgorithm", "MISSING"),
        (
            scored(possibleMatchScore=30, definiteMatchScore=20),
            "matchingAlgorithm.possibleMatchScore",
            "OUT_OF_RANGE",
        ),
        ({"type": "RULE_BASED"}, "matchingAlgorithm.matchingGroup", "MISSING"),
        (rule(field="city"), f"{AT}.field", "FIELD_NOT_A_KEY_PROPERTY"),
        (
            rule(field="active", comparisonType="DEST_CONSTANT", constantValue="maybe"),
            f"{AT}.constantValue",
            "CONSTANT_NOT_CONVERTIBLE",
        ),
    ],
)
def test_validation_answers_400_with_code_message_and_path(
    rules: Rig, algorithm: dict[str, Any], path: str, code: str
) -> None:
    keys = ["n", "active"]
    body = {"modelSchema": schema(keys), "drKeyProperties": keys, "matchingAlgorithm": algorithm}
    answer = rules.ask("POST", VERSIONS, body)
    assert answer.status == 400
    assert {name: answer.json[name] for name in ("code", "path")} == {"code": code, "path": path}
    assert sorted(answer.json) == ["code", "message", "path"]
    assert rules.ask("GET", f"/younite/domains/{DOMAIN}-none/versions").json == {"versions": []}


def test_key_properties_must_be_in_the_schema_with_and_without_an_algorithm(rules: Rig) -> None:
    body = {"modelSchema": schema(["n"]), "drKeyProperties": ["n", "status"]}
    for algorithm in ({}, {"matchingAlgorithm": rule()}, {"matchingAlgorithm": "n EQ"}):
        answer = rules.ask("POST", VERSIONS, body | algorithm)
        assert (answer.status, answer.json["code"]) == (400, "KEY_PROPERTY_NOT_IN_SCHEMA")
        assert answer.json["path"] == "drKeyProperties[1]"
