import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.language.ast import MAX_DEPTH, Algorithm
from dromio.language.errors import Code, LanguageError
from dromio.language.json_form import check, from_json, to_json
from dromio.language.parser import parse
from dromio.language.printer import print_algorithm

from .strategies import algorithms

STEP = {"field": "n", "comparisonType": "EQ"}
GROUP = {"matchingSteps": [STEP]}
SCHEMA = {
    "properties": {
        "n": {"type": "string"},
        "count": {"type": ["integer", "null"]},
        "rate": {"type": "number"},
        "active": {"type": "boolean"},
        "since": {"type": "string", "format": "date-time"},
        "tags": {"type": "array"},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
}


def _rule(**step: Any) -> dict[str, Any]:
    return {"type": "RULE_BASED", "matchingGroup": {"matchingSteps": [STEP | step]}}


def _faults(document: object, keys: list[str] | None = None, schema: Any = None) -> list[tuple[str, Code]]:
    with pytest.raises(LanguageError) as raised:
        from_json(document, keys, schema)
    return [(fault.path, fault.code) for fault in raised.value.faults]


@given(algorithms())
def test_algorithm_survives_json(algorithm: Algorithm) -> None:
    document = to_json(algorithm)
    assert from_json(json.loads(json.dumps(document))) == algorithm
    assert to_json(parse(print_algorithm(from_json(document)))) == document


def test_step_beside_group_becomes_a_group_of_one_step() -> None:
    other = {"field": "m", "comparisonType": "EQ"}
    assert to_json(parse("(n EQ OR m EQ) AND n EQ"))["matchingGroup"] == {
        "operator": "AND",
        "childGroups": [{"operator": "OR", "matchingSteps": [STEP, other]}, GROUP],
    }


def test_description_is_kept() -> None:
    document = {"description": "names", **_rule()}
    assert to_json(from_json(document)) == document


def test_row_1_both_names_of_case_insensitive_are_read_and_one_is_written() -> None:
    expected = _rule(caseInsensitiveMatch=True)
    for step in ({"caseInsensitive": True}, {"caseInsensitiveMatch": True, "caseInsensitive": True}):
        assert to_json(from_json(_rule(**step))) == expected
    path = "matchingGroup.matchingSteps[0].caseInsensitive"
    assert _faults(_rule(caseInsensitiveMatch=True, caseInsensitive=False)) == [(path, Code.CONFLICT)]


def test_row_2_both_names_of_scoring_groups_are_read_and_one_is_written() -> None:
    scoring = [{"matchCriteria": GROUP, "matchScore": 1}]
    expected = {"type": "SCORE_BASED", "possibleMatchScore": 1, "scoringGroups": scoring}
    aliased = {"type": "SCORE_BASED", "possibleMatchScore": 1, "scoringGroup": scoring}
    assert to_json(from_json(aliased)) == to_json(from_json(expected)) == expected
    both = expected | {"scoringGroup": scoring * 2}
    assert _faults(both) == [("scoringGroup", Code.CONFLICT)]


def test_row_3_field_that_is_no_key_property_is_named() -> None:
    document = _rule(field="active", comparisonType="DEST_CONSTANT", constantValue="true")
    with pytest.raises(LanguageError, match="'active' is no key property; key properties are n"):
        from_json(document, ["n"], SCHEMA)
    assert to_json(from_json(document, ["n", "active"], SCHEMA)) == document


def test_row_4_key_property_must_be_in_the_schema() -> None:
    assert _faults(_rule(), ["n", "status"], SCHEMA) == [("drKeyProperties[1]", Code.KEY_PROPERTY_NOT_IN_SCHEMA)]


def test_row_12_percentage_above_one_suggests_a_fraction() -> None:
    with pytest.raises(LanguageError, match=r"fuzzyPct: must be 0 to 1, found 30; 30 percent is written 0\.3"):
        from_json(_rule(fuzzyMatchType="TRIGRAM", fuzzyPct=30))


def test_row_13_trigram_takes_the_percentage() -> None:
    path = "matchingGroup.matchingSteps[0].fuzzyNum"
    assert (path, Code.NOT_ALLOWED) in _faults(_rule(fuzzyMatchType="TRIGRAM", fuzzyNum=1))


def test_all_faults_are_collected() -> None:
    document = {
        "type": "SCORE_BASED",
        "definiteMatchScore": "high",
        "speed": 1,
        "matchingGroup": {"operator": "XOR", "matchingSteps": [{"field": 1, "comparisonType": "IS"}, STEP]},
        "scoringGroups": [{"matchScore": 1.5}, 7],
    }
    assert sorted(_faults(document)) == [
        ("definiteMatchScore", Code.WRONG_TYPE),
        ("matchingGroup.matchingSteps[0].comparisonType", Code.UNKNOWN_VALUE),
        ("matchingGroup.matchingSteps[0].field", Code.WRONG_TYPE),
        ("matchingGroup.operator", Code.UNKNOWN_VALUE),
        ("scoringGroups[0].matchCriteria", Code.MISSING),
        ("scoringGroups[0].matchScore", Code.WRONG_TYPE),
        ("scoringGroups[1]", Code.WRONG_TYPE),
        ("speed", Code.UNKNOWN_PROPERTY),
    ]


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        (None, [("", Code.WRONG_TYPE)]),
        ({}, [("type", Code.MISSING)]),
        ({"type": "RULES"}, [("type", Code.UNKNOWN_VALUE)]),
        ({"type": "SCORE_BASED", "possibleMatchScore": 1}, [("scoringGroups", Code.MISSING)]),
        ({"type": "SCORE_BASED", "possibleMatchScore": 1, "scoringGroups": []}, [("scoringGroups", Code.WRONG_TYPE)]),
        (_rule() | {"possibleMatchScore": 1}, [("possibleMatchScore", Code.NOT_ALLOWED)]),
        (_rule() | {"scoringGroup": [1]}, [("scoringGroup", Code.NOT_ALLOWED)]),
        (_rule(field=None), [("matchingGroup.matchingSteps[0].field", Code.MISSING)]),
        (_rule(field=""), [("matchingGroup.matchingSteps[0].field", Code.OUT_OF_RANGE)]),
        (_rule(constantValue="x"), [("matchingGroup.matchingSteps[0].constantValue", Code.NOT_ALLOWED)]),
        (_rule(fuzzyNum=2), [("matchingGroup.matchingSteps[0].fuzzyNum", Code.NOT_ALLOWED)]),
        (
            _rule(fuzzyMatchType="SOUNDEX", fuzzyNum=True),
            [("matchingGroup.matchingSteps[0].fuzzyNum", Code.WRONG_TYPE)],
        ),
        (
            _rule(fuzzyMatchType="SOUNDEX", fuzzyNum=10**400),
            [("matchingGroup.matchingSteps[0].fuzzyNum", Code.OUT_OF_RANGE)],
        ),
        (
            _rule(fuzzyMatchType="LEVENSHTEIN", fuzzyNum=1e300),
            [("matchingGroup.matchingSteps[0].fuzzyNum", Code.OUT_OF_RANGE)],
        ),
        (
            _rule(fuzzyMatchType="TRIGRAM", fuzzyPct=float("nan")),
            [("matchingGroup.matchingSteps[0].fuzzyPct", Code.WRONG_TYPE)],
        ),
        (
            _rule(comparisonType="DEST_CONSTANT", constantValue=1),
            [("matchingGroup.matchingSteps[0].constantValue", Code.WRONG_TYPE)],
        ),
        (
            _rule(comparisonType="SRC_NULL", caseInsensitive=True),
            [("matchingGroup.matchingSteps[0].caseInsensitive", Code.NOT_ALLOWED)],
        ),
    ],
)
def test_fault_has_its_path(document: object, faults: list[tuple[str, Code]]) -> None:
    assert _faults(document) == faults


def test_null_counts_as_absent_and_whole_floats_as_integers() -> None:
    assert from_json(_rule(fuzzyMatchType="METAPHONE", fuzzyNum=4.0, fuzzyPct=None)) == parse("n EQ METAPHONE(4)")


@pytest.mark.parametrize(
    ("field", "constant", "valid"),
    [
        ("active", "true", True),
        ("active", "True", False),
        ("count", "-12", True),
        ("count", "1.5", False),
        ("count", "9" * 5000, False),
        ("rate", "1.5e3", True),
        ("rate", "nan", False),
        ("rate", "1e999", False),
        ("since", "2024-05-01T10:00:00Z", True),
        ("since", "soon", False),
        ("since", "0001-01-01T00:00:00+14:00", False),
        ("tags", "[]", False),
        ("address.city", "anything", True),
    ],
)
def test_constant_must_fit_the_type_of_the_schema(field: str, constant: str, valid: bool) -> None:
    document = _rule(field=field, comparisonType="SRC_CONSTANT", constantValue=constant)
    if valid:
        assert to_json(from_json(document, schema=SCHEMA)) == document
    else:
        path = "matchingGroup.matchingSteps[0].constantValue"
        assert _faults(document, schema=SCHEMA) == [(path, Code.CONSTANT_NOT_CONVERTIBLE)]


def test_field_within_a_key_property_is_allowed() -> None:
    from_json(_rule(field="address.city"), ["address"], SCHEMA)
    path = "matchingGroup.matchingSteps[0].field"
    assert _faults(_rule(field="address.zip"), ["address"], SCHEMA) == [(path, Code.FIELD_NOT_IN_SCHEMA)]
    assert _faults(_rule(field="addressCity"), ["address"], SCHEMA) == [(path, Code.FIELD_NOT_A_KEY_PROPERTY)]


def test_check_finds_faults_of_a_parsed_text() -> None:
    with pytest.raises(LanguageError, match=r"matchingGroup\.matchingSteps\[1\]\.field"):
        check(parse("n EQ AND city EQ"), ["n"])


def test_nesting_and_size_are_bounded() -> None:
    document: dict[str, Any] = GROUP
    for _ in range(MAX_DEPTH - 1):
        document = {"childGroups": [document]}
    from_json({"type": "RULE_BASED", "matchingGroup": document})
    deeper = {"type": "RULE_BASED", "matchingGroup": {"childGroups": [document]}}
    assert [code for _, code in _faults(deeper)] == [Code.TOO_LARGE]
    many = {"type": "RULE_BASED", "matchingGroup": {"operator": "OR", "matchingSteps": [STEP] * 10_001}}
    assert [code for _, code in _faults(many)] == [Code.TOO_LARGE]


NAMES = """type matchingGroup matchingSteps childGroups operator field comparisonType scoringGroups fuzzyMatchType
fuzzyNum fuzzyPct matchCriteria constantValue definiteMatchScore"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "n", "EQ", "AND", "RULE_BASED"]),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), children, max_size=4)
    ),
)


@given(JSON)
def test_any_json_is_read_or_refused(document: object) -> None:
    try:
        algorithm = from_json(document, ["n"], SCHEMA)
    except LanguageError as error:
        assert error.faults
    else:
        assert from_json(to_json(algorithm)) == algorithm
