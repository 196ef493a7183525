"""The command `import`: every kind of foreign document becomes a model that loads, with notes on the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dromio.cli.import_ import FORMATS, command
from dromio.errors import InputError, ModelError
from dromio.model.files import load_model

DOCUMENTS: dict[str, tuple[Any, str]] = {
    "splink": (
        {
            "link_type": "dedupe_only",
            "blocking_rules_to_generate_predictions": ["l.email = r.email"],
            "comparisons": [
                {
                    "output_column_name": "email",
                    "comparison_levels": [
                        {"sql_condition": "email_l IS NULL OR email_r IS NULL", "is_null_level": True},
                        {"sql_condition": "email_l = email_r"},
                        {"sql_condition": "ELSE"},
                    ],
                }
            ],
        },
        "probabilistic",
    ),
    "customer-profiles": (
        {
            "DomainName": "shop",
            "RuleBasedMatching": {
                "Enabled": True,
                "MatchingRules": [{"Rule": ["EmailAddress", "LastName"]}],
                "MaxAllowedRuleLevelForMerging": 1,
            },
        },
        "rules",
    ),
    "entity-resolution": (
        {
            "workflow": {
                "workflowName": "w",
                "inputSourceConfig": [{"inputSourceARN": "arn:x", "schemaName": "people"}],
                "resolutionTechniques": {
                    "resolutionType": "RULE_MATCHING",
                    "ruleBasedProperties": {
                        "attributeMatchingModel": "MANY_TO_MANY",
                        "rules": [{"ruleName": "mail", "matchingKeys": ["Email"]}],
                    },
                },
            },
            "schemas": [
                {
                    "schemaName": "people",
                    "mappedInputFields": [
                        {"fieldName": "id", "type": "UNIQUE_ID"},
                        {"fieldName": "mail", "type": "EMAIL_ADDRESS", "matchKey": "Email"},
                    ],
                }
            ],
        },
        "rules",
    ),
    "match-groups": (
        [
            {
                "uri": "configuration/entityTypes/HCP/matchGroups/Name",
                "type": "automatic",
                "rule": {"exact": ["configuration/entityTypes/HCP/attributes/LastName"]},
            }
        ],
        "groups",
    ),
    "rules": (
        {
            "drKeyProperties": ["email"],
            "modelSchema": {"properties": {"email": {"type": "string"}}},
            "matchingAlgorithm": "email EQ CASE INSENSITIVE",
        },
        "rules",
    ),
}


def imported(tmp_path: Path, kind: str, document: Any) -> str:
    (tmp_path / "in.json").write_text(json.dumps(document), encoding="utf-8")
    arguments = [kind, str(tmp_path / "in.json"), "--output", str(tmp_path / "model.yaml")]
    done = CliRunner().invoke(command, arguments)
    if isinstance(done.exception, Exception):
        raise done.exception
    return done.output


def test_every_format_is_tried() -> None:
    assert set(DOCUMENTS) == set(FORMATS)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_document_becomes_a_model(tmp_path: Path, kind: str) -> None:
    document, decider = DOCUMENTS[kind]
    output = imported(tmp_path, kind, document)
    assert output.splitlines()[-1].endswith(f"decides by {decider}")
    assert load_model(tmp_path / "model.yaml").deciders == (decider,)


def test_an_algorithm_may_stand_alone_and_its_key_properties_may_decide(tmp_path: Path) -> None:
    imported(tmp_path, "rules", "email EQ AND name EQ SOUNDEX")
    assert [one.name for one in load_model(tmp_path / "model.yaml").attributes] == ["email", "name"]
    imported(
        tmp_path, "rules", {key: value for key, value in DOCUMENTS["rules"][0].items() if key != "matchingAlgorithm"}
    )
    assert load_model(tmp_path / "model.yaml").deciders == ("rules",)


def test_what_is_not_taken_over_is_said(tmp_path: Path) -> None:
    domain = DOCUMENTS["customer-profiles"][0] | {"Matching": {"Enabled": True}}
    assert "not taken over: Matching: " in imported(tmp_path, "customer-profiles", domain)


@pytest.mark.parametrize(
    ("kind", "document", "error"),
    [
        ("entity-resolution", {"workflow": {}}, InputError),
        ("splink", {"comparisons": 3}, ModelError),
        ("customer-profiles", [], ModelError),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_written(
    tmp_path: Path, kind: str, document: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        imported(tmp_path, kind, document)
    assert not (tmp_path / "model.yaml").exists()


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text("{", encoding="utf-8")
    done = CliRunner().invoke(command, ["rules", str(tmp_path / "in.json"), "--output", str(tmp_path / "model.yaml")])
    assert isinstance(done.exception, InputError)
