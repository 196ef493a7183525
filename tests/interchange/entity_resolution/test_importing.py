from __future__ import annotations

from typing import Any

import pytest

from dromio.errors import ModelError
from dromio.interchange.entity_resolution import import_workflow
from dromio.model.schema import Model
from dromio.records import Record, RecordKey, Value

from ..both_engines import verdicts


def field(name: str, kind: str = "STRING", key: str = "", **members: Any) -> dict[str, Any]:
    return {"fieldName": name, "type": kind, **({"matchKey": key} if key else {}), **members}


SCHEMA = {
    "schemaName": "people",
    "mappedInputFields": [
        field("id", "UNIQUE_ID"),
        field("first", "NAME_FIRST", "name", groupName="full"),
        field("middle", "NAME_MIDDLE", "name", groupName="full"),
        field("last", "NAME_LAST", "name", groupName="full"),
        field("home", "PHONE_NUMBER", "phone"),
        field("work", "PHONE_NUMBER", "phone", subType="office"),
        field("mail", "EMAIL_ADDRESS", "Email address"),
        field("born", "DATE", "born"),
        field("note"),
    ],
}


def workflow(**techniques: Any) -> dict[str, Any]:
    return {
        "workflowName": "flow",
        "inputSourceConfig": [{"inputSourceARN": "arn", "schemaName": "people"}],
        "resolutionTechniques": {"resolutionType": "RULE_MATCHING", **techniques},
    }


def simple(*rules: list[str], way: str = "MANY_TO_MANY", **members: Any) -> dict[str, Any]:
    named = [{"ruleName": f"R{number}", "matchingKeys": keys} for number, keys in enumerate(rules)]
    return workflow(ruleBasedProperties={"rules": named, "attributeMatchingModel": way, **members})


def advanced(*conditions: str, **members: Any) -> dict[str, Any]:
    named = [{"ruleName": f"R{number}", "condition": text} for number, text in enumerate(conditions)]
    return workflow(ruleConditionProperties={"rules": named, **members})


def conditions(model: Model) -> list[str]:
    return [rule.when for rule in model.rules]


def record(number: int, model: Model, **columns: str) -> Record:
    """A record of columns, for the inputs of the model."""
    values = {
        one.name: tuple(
            Value(parts, given.label)
            for given in one.inputs
            if (parts := {role: columns[name] for role, name in given.columns.items() if name in columns})
        )
        for one in model.attributes
    }
    return Record(RecordKey("s", f"{number:06d}"), values)


def decisions(model: Model, *rows: dict[str, str]) -> list[str]:
    """Decisions on the first row with each of the others, both engines agreeing."""
    records = [record(number, model, **row) for number, row in enumerate(rows)]
    return [verdict.decision for verdict in verdicts(records, model)][: len(rows) - 1]


def test_simple_rules_become_rules_in_their_order() -> None:
    imported = import_workflow(simple(["phone", "Email address"], ["born"]), [SCHEMA])
    assert conditions(imported.model) == ["equal(phone.number) and equal(email_address.value)", "equal(born.value)"]
    assert [rule.name for rule in imported.model.rules] == ["R0", "R1"]
    assert imported.model.name == "flow"
    assert imported.untranslated == ()


def test_many_to_many_compares_any_values_of_a_match_key() -> None:
    rows = {"home": "(206) 555-0100"}, {"work": "206 555 0100"}, {"home": "2065550100"}, {"home": "2065550199"}
    assert decisions(import_workflow(simple(["phone"]), [SCHEMA]).model, *rows) == ["match", "match", "non-match"]


def test_one_to_one_compares_values_of_one_sub_type() -> None:
    rows = {"home": "(206) 555-0100"}, {"work": "206 555 0100"}, {"home": "2065550100"}
    model = import_workflow(simple(["phone"], way="ONE_TO_ONE"), [SCHEMA]).model
    assert decisions(model, *rows) == ["non-match", "match"]
    assert [value.label for value in model.attribute("phone").inputs] == ["home", "office"]


def test_a_group_is_compared_part_by_part_and_says_so() -> None:
    imported = import_workflow(simple(["name"]), [SCHEMA])
    assert any("of its parts only name_middle may be missing" in note for note in imported.untranslated)
    ann = {"first": "Ann", "last": " LEE"}
    rows = ann, ann, ann | {"last": "lee"}, ann | {"middle": "B"}, {"first": "Ann"}, ann | {"last": "Ray"}
    assert decisions(imported.model, *rows) == ["match", "match", "non-match", "non-match", "non-match"]


def test_a_group_of_parts_that_many_lack_needs_them_all() -> None:
    fields = [field("two", "ADDRESS_STREET2", "a", groupName="g"), field("land", "ADDRESS_COUNTRY", "a", groupName="g")]
    model = import_workflow(simple(["a"]), [SCHEMA | {"mappedInputFields": fields}]).model
    assert conditions(model) == ["together(equal(a.address_street2) and equal(a.address_country))"]


def test_parts_of_one_type_in_a_group_are_all_compared() -> None:
    fields = [field(name, "NAME_LAST", "n", groupName="g") for name in ("own", "married")]
    model = import_workflow(simple(["n"]), [SCHEMA | {"mappedInputFields": fields}]).model
    assert conditions(model) == ["together(equal(n.name_last) and equal(n.name_last_2))"]
    assert model.attribute("n").inputs[0].columns == {"name_last": "own", "name_last_2": "married"}


def test_groups_that_are_not_normalised_are_compared_as_they_are() -> None:
    document = simple(["name"]) | {"inputSourceConfig": [{"schemaName": "people", "applyNormalization": False}]}
    imported = import_workflow(document, [SCHEMA])
    ann = {"first": "Ann", "last": "Lee"}
    assert decisions(imported.model, ann, ann | {"last": " Lee"}, ann | {"last": "lee"}) == ["match", "non-match"]
    assert not any("applyNormalization" in note for note in imported.untranslated)


def test_columns_of_several_types_under_one_match_key_are_compared_as_text() -> None:
    fields = [field("a", "EMAIL_ADDRESS", "k"), field("b", "STRING", "k")]
    imported = import_workflow(simple(["k"]), [SCHEMA | {"mappedInputFields": fields}])
    assert imported.model.attribute("k").type == "plain"
    assert any("columns of several types, compared as plain text" in note for note in imported.untranslated)


def test_values_in_parts_and_in_one_piece_stand_beside_each_other() -> None:
    fields = [
        field("first", "NAME_FIRST", "n", groupName="g"),
        field("last", "NAME_LAST", "n", groupName="g"),
        field("full", "NAME", "n"),
    ]
    imported = import_workflow(simple(["n"]), [SCHEMA | {"mappedInputFields": fields}])
    rows = {"full": "Ann Lee"}, {"full": "ann  lee"}, {"first": "Ann", "last": "Lee"}
    assert decisions(imported.model, *rows) == ["match", "non-match"]
    assert any("in parts and in one piece" in note for note in imported.untranslated)


def test_country_codes_in_a_column_of_their_own_are_left_out_with_a_note() -> None:
    fields = [
        field("code", "PHONE_COUNTRYCODE", "p", groupName="g"),
        field("number", "PHONE_NUMBER", "p", groupName="g"),
    ]
    imported = import_workflow(simple(["p"]), [SCHEMA | {"mappedInputFields": fields}], region="DE")
    assert imported.model.attribute("p").type == "phone"
    assert imported.untranslated == (
        "schemas.0.mappedInputFields.0.groupName: numbers without a country code are of DE; left out",
    )


@pytest.mark.parametrize(
    ("given_field", "normalise", "kind"),
    [
        (field("x", "EMAIL_ADDRESS", "k"), True, "folded"),
        (field("x", "EMAIL_ADDRESS", "k"), False, "trimmed"),
        (field("x", "EMAIL_ADDRESS", "k", hashed=True), True, "trimmed"),
        (field("x", "PHONE", "k"), True, "phone"),
        (field("x", "NAME_LAST", "k"), True, "plain"),
        (field("x", "ADDRESS", "k"), True, "plain"),
        (field("x", "STRING", "k"), True, "trimmed"),
        (field("x", "MAID", "k"), True, "trimmed"),
    ],
)
def test_values_are_normalised_as_the_service_does(given_field: dict[str, Any], normalise: bool, kind: str) -> None:
    document = simple(["k"]) | {"inputSourceConfig": [{"schemaName": "people", "applyNormalization": normalise}]}
    schema = SCHEMA | {"mappedInputFields": [given_field, field("y")]}
    assert import_workflow(document, [schema]).model.attribute("k").type == kind


def test_advanced_rules_keep_their_operators() -> None:
    text = '(Exact("Email address") OR Exact(phone)) AND Levenshtein(born, 1) OR Soundex(born) AND Exact(phone)'
    model = import_workflow(advanced(text), [SCHEMA]).model
    assert conditions(model) == [
        "(equal(email_address.value) or equal(phone.number)) and levenshtein(born.value) <= 1"
        " or equal(soundex(born.value)) and equal(phone.number)"
    ]
    rows = {"born": "1970", "mail": "A@b.c"}, {"born": "1971", "mail": "a@b.c"}, {"born": "1881", "mail": "a@b.c"}
    assert decisions(model, *rows) == ["match", "non-match"]


def test_exact_many_to_many_compares_the_values_of_several_match_keys() -> None:
    fields = [field("one", "STRING", "one"), field("two", "STRING", "two"), field("id", "UNIQUE_ID")]
    model = import_workflow(advanced("ExactManyToMany(one, two)"), [SCHEMA | {"mappedInputFields": fields}]).model
    assert decisions(model, {"one": "a"}, {"two": "a"}, {"one": "a"}, {"two": "b"}) == ["match", "match", "non-match"]


def test_cosine_thresholds_above_1_are_per_cent() -> None:
    imported = import_workflow(advanced("Exact(phone) AND Cosine(born, 80)", "Cosine(born, 0.5)"), [SCHEMA])
    assert conditions(imported.model) == [
        "equal(phone.number) and cosine(born.value) >= 0.8",
        "cosine(born.value) >= 0.5",
    ]
    assert len(imported.untranslated) == 2


def test_empty_values_never_match_and_that_is_said() -> None:
    imported = import_workflow(advanced("Exact(born, EmptyValues=Process)"), [SCHEMA])
    assert decisions(imported.model, {"home": "1"}, {"home": "2"}) == ["non-match"]
    assert imported.untranslated == (
        "resolutionTechniques.ruleConditionProperties.rules.0.condition: "
        "EmptyValues=Process of born; here a missing value never matches",
    )


def test_a_rule_that_cannot_be_said_is_left_out_with_a_note() -> None:
    imported = import_workflow(advanced("Exact(phone) AND Soundex(name)", "Exact(born)"), [SCHEMA])
    assert conditions(imported.model) == ["equal(born.value)"]
    assert [one.name for one in imported.model.attributes] == ["born"]
    assert len(imported.untranslated) == 1
    assert imported.untranslated[0].endswith("whose parts are no single text here; the rule is left out")
    with pytest.raises(ModelError, match="Cosine with a threshold of 200, more than 100 per cent"):
        import_workflow(advanced("Cosine(born, 200)"), [SCHEMA])


def test_a_rule_that_is_too_long_for_a_model_is_left_out_with_a_note() -> None:
    text = " OR ".join(["Levenshtein(born, 1)"] * 80)
    imported = import_workflow(advanced(text, "Exact(born)"), [SCHEMA])
    assert conditions(imported.model) == ["equal(born.value)"]
    assert imported.untranslated[0].endswith("at most 2000 are allowed; the rule is left out")


def test_transitive_matching_joins_whatever_is_connected() -> None:
    document = advanced("Exact(born)", matchingConfig={"enableTransitiveMatching": True})
    assert import_workflow(document, [SCHEMA]).model.clustering.method == "connected_components"


def test_a_match_key_may_have_different_columns_in_different_schemas() -> None:
    other = {"schemaName": "shop", "mappedInputFields": [field("e", "EMAIL_ADDRESS", "Email address"), field("y")]}
    document = simple(["Email address"])
    document["inputSourceConfig"].append({"schemaName": "shop"})
    inputs = import_workflow(document, [SCHEMA, other]).model.attribute("email_address").inputs
    assert [value.columns for value in inputs] == [{"value": "mail"}, {"value": "e"}]


def test_names_of_match_keys_become_distinct_names_of_attributes() -> None:
    fields = [field(f"c{n}", "STRING", key) for n, key in enumerate(["A b", "a-b", "1", ""])]
    model = import_workflow(simple(["A b", "a-b", "1"]), [SCHEMA | {"mappedInputFields": fields}]).model
    assert [one.name for one in model.attributes] == ["a_b", "a_b_2", "key_1"]


def test_indexing_alone_is_said_not_to_be_followed() -> None:
    imported = import_workflow(simple(["born"], matchPurpose="INDEXING"), [SCHEMA])
    assert imported.untranslated[0].startswith("resolutionTechniques.ruleBasedProperties.matchPurpose: INDEXING")


@pytest.mark.parametrize(
    ("document", "schemas", "fault"),
    [
        ([], [SCHEMA], "must be an object, found []"),
        ({}, [SCHEMA], "resolutionTechniques.resolutionType: is missing"),
        (workflow(), [SCHEMA], "resolutionTechniques: must have one of ruleBasedProperties, ruleConditionProperties"),
        (
            workflow(resolutionType="ML_MATCHING"),
            [SCHEMA],
            "resolutionTechniques.resolutionType: must be RULE_MATCHING, found 'ML_MATCHING'",
        ),
        (simple(["shoe"]), [SCHEMA], "resolutionTechniques.ruleBasedProperties.rules.0.matchingKeys: match key 'shoe'"),
        (simple(), [SCHEMA], "resolutionTechniques.ruleBasedProperties.rules: has 0 items; allowed are 1 to 25"),
        (
            simple(["born"] * 16),
            [SCHEMA],
            "resolutionTechniques.ruleBasedProperties.rules.0.matchingKeys: has 16",
        ),
        (
            simple(["born"], way="ANY"),
            [SCHEMA],
            "resolutionTechniques.ruleBasedProperties.attributeMatchingModel: must be one of ONE_TO_ONE, MANY_TO_MANY",
        ),
        (
            advanced("Exact(born) AND"),
            [SCHEMA],
            "resolutionTechniques.ruleConditionProperties.rules.0.condition: at character 16",
        ),
        (simple(["born"]), [], "inputSourceConfig: schema 'people' was not given; given are none"),
        (
            simple(["born"]),
            [SCHEMA | {"mappedInputFields": [*SCHEMA["mappedInputFields"], field("x", "SHOE")]}],
            "schemas.0.mappedInputFields.9.type: must be one of NAME",
        ),
        (
            simple(["born"]),
            [SCHEMA | {"mappedInputFields": [*SCHEMA["mappedInputFields"], field("x!")]}],
            "schemas.0.mappedInputFields.9.fieldName: 'x!' does not fit the pattern",
        ),
    ],
)
def test_what_the_service_would_not_take_is_refused(document: Any, schemas: list[Any], fault: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_workflow(document, schemas)
    assert str(caught.value.faults[0]).startswith(fault)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(ModelError) as caught:
        import_workflow(advanced("Exact(shoe)", "Nothing(born)"), [SCHEMA, {"schemaName": "x"}])
    assert len(caught.value.faults) == 3
