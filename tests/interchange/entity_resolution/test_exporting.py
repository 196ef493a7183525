"""Models as workflows: what came from one goes back to it, and what a workflow cannot say is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.deciders.keys.normal import conjuncts
from dromio.errors import ModelError
from dromio.interchange.entity_resolution import export_workflow, import_workflow
from dromio.interchange.entity_resolution.condition import Condition
from dromio.model.deciders import Rule
from dromio.model.expressions import parse_condition
from dromio.model.schema import Model

from .test_importing import SCHEMA, advanced, decisions, simple
from .test_properties import CONDITIONS, written
from .test_properties import SCHEMA as PLAIN

EIGHT_WIDE = " or ".join([f"equal({', '.join(['code.value'] * 8)})"] * 18)
"""Shorter than the longest condition of a model, longer than that of a workflow."""


def model(*rules: str, **members: Any) -> Model:
    attributes = [
        {"name": "name", "type": "person_name", "inputs": [{"columns": {"given": "first", "family": "last"}}]},
        {"name": "mail", "type": "email", "inputs": [{"columns": {"value": "mail"}}]},
        {"name": "code", "type": "trimmed", "inputs": [{"columns": {"value": "code"}}]},
    ]
    named = [{"name": f"r{number}", "when": when} for number, when in enumerate(rules)]
    given = {"attributes": attributes, "rules": named, "clustering": {"method": "connected_components"}}
    return Model.model_validate(given | members)


def again(made: Model) -> Model:
    document, _ = export_workflow(made)
    return import_workflow(document["workflow"], document["schemas"]).model


@pytest.mark.parametrize(
    "workflow",
    [
        simple(["phone", "Email address"], ["born"]),
        simple(["name"], ["phone"], way="ONE_TO_ONE"),
        advanced("Exact(name) AND (Levenshtein(born, 1) OR Soundex(phone))"),
        advanced("Cosine(born, 0.8)", "Exact(phone)", matchingConfig={"enableTransitiveMatching": True}),
    ],
)
def test_a_workflow_comes_back(workflow: dict[str, Any]) -> None:
    first = import_workflow(workflow, [SCHEMA]).model
    assert again(first) == first
    (way,) = set(workflow["resolutionTechniques"]) & {"ruleBasedProperties", "ruleConditionProperties"}
    assert way in export_workflow(first)[0]["workflow"]["resolutionTechniques"]


@given(st.lists(CONDITIONS, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_rules_come_back_or_are_named(conditions: list[Condition]) -> None:
    first = import_workflow(advanced(*map(written, conditions)), [PLAIN | {"schemaName": "people"}]).model
    try:
        document, notes = export_workflow(first)
    except ModelError as error:
        assert len(error.faults) == len(first.rules) + 1
        return
    left_out = [int(note.split(":")[0].removeprefix("rules.")) for note in notes if note.startswith("rules.")]
    kept = [rule for number, rule in enumerate(first.rules) if number not in left_out]
    assert list(map(_asked, import_workflow(document["workflow"], document["schemas"]).model.rules)) == [
        _asked(rule) for rule in kept
    ]


def _asked(rule: Rule) -> tuple[str, set[Any]]:
    return rule.name, set(conjuncts(parse_condition(rule.when)))


def test_names_in_parts_and_mail_addresses_are_columns_with_match_keys() -> None:
    document, notes = export_workflow(model("equal(name.family) and equal(mail.address)", "equal(code.value)"))
    mapped = {
        one["fieldName"]: (one["type"], one.get("matchKey")) for one in document["schemas"][0]["mappedInputFields"]
    }
    assert mapped == {
        "unique_id": ("UNIQUE_ID", None),
        "last": ("NAME_LAST", "name family"),
        "mail": ("EMAIL_ADDRESS", "mail"),
        "code": ("STRING", "code"),
    }
    assert [note.split(":")[0] for note in notes] == ["attributes.name", "attributes.mail", "workflow"]
    made = import_workflow(document["workflow"], document["schemas"]).model
    row = {"last": "Smith", "mail": "a@x.com"}
    assert decisions(made, row, {**row, "last": " SMITH"}, {**row, "mail": "b@x.com"}) == ["match", "non-match"]


@pytest.mark.parametrize(
    ("made", "note"),
    [
        (model("equal(code.value)", "jaro_winkler(name.given) >= 0.9"), "rules.1: jaro_winkler(name.given) >= 0.9 has"),
        (model("equal(code.value)", "equal(casefold(code.value))"), "rules.1: casefold(code.value) is a transform"),
        (model("equal(code.value)", "soundex_agreement(code.value) >= 0.75"), "rules.1: soundex_agreement(code.value)"),
        (
            model("equal(code.value)", EIGHT_WIDE),
            "rules.1: is longer than 2048 characters there",
        ),
        (model("equal(code.value)", "equal(name.middle)"), "rules.1: name.middle is made of other columns"),
        (
            model("equal(code.value)", "not equal(code.value)"),
            "rules.1: not equal(code.value) has no",
        ),
        (model("equal(code.value)", clustering={"method": "average_link"}), "clustering.method: average_link"),
    ],
)
def test_what_a_workflow_does_not_say_is_named(made: Model, note: str) -> None:
    assert any(one.startswith(note) for one in export_workflow(made)[1])


def wide(columns: int, *rules: str) -> Model:
    """A model of as many attributes, each one column."""
    made = [{"name": f"a{n}", "type": "trimmed", "inputs": [{"columns": {"value": f"a{n}"}}]} for n in range(columns)]
    return model(*rules, attributes=made, clustering={"method": "rule_levels"})


def all_equal(columns: int) -> str:
    return " and ".join(f"equal(a{n}.value)" for n in range(columns))


@pytest.mark.parametrize(("columns", "part"), [(15, "ruleBasedProperties"), (16, "ruleConditionProperties")])
def test_more_equalities_than_a_list_of_match_keys_takes_are_a_condition(columns: int, part: str) -> None:
    document, _ = export_workflow(wide(columns, all_equal(columns)))
    assert part in document["workflow"]["resolutionTechniques"]


def test_rules_beyond_the_most_are_named() -> None:
    document, notes = export_workflow(wide(1, *["equal(a0.value)"] * 26))
    listed = document["workflow"]["resolutionTechniques"]["ruleBasedProperties"]["rules"]
    assert len(listed) == 25
    assert [note for note in notes if note.startswith("rules.")] == [
        "rules.25: there are more than 25 rules; the rule is left out"
    ]


def test_a_rule_left_out_maps_no_column() -> None:
    made = model("equal(mail.address) and jaro_winkler(name.given) >= 0.9", "equal(code.value)")
    document, _ = export_workflow(made)
    mapped = [one["fieldName"] for one in document["schemas"][0]["mappedInputFields"]]
    assert mapped == ["unique_id", "code"]


def test_a_veto_is_left_out_and_named() -> None:
    veto = {"name": "veto", "when": "equal(name.given)", "decision": "non-match"}
    made = model("equal(code.value)")
    document, notes = export_workflow(Model.model_validate(made.model_dump() | {"rules": [veto, made.rules[0]]}))
    assert "rules.0: decides non-match; rules of a workflow only match; the rule is left out" in notes
    mapped = [one["fieldName"] for one in document["schemas"][0]["mappedInputFields"]]
    assert mapped == ["unique_id", "code"]


def test_a_model_without_a_rule_to_write_is_refused() -> None:
    with pytest.raises(ModelError, match="there is none that a workflow can say"):
        export_workflow(model("jaro_winkler(name.given) >= 0.9"))
