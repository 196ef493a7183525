"""Rule-based matching workflows as they are delivered to the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.errors import Fault
from dromio.interchange.entity_resolution.condition import (
    EXACT,
    Both,
    Call,
    Condition,
    ConditionError,
    parse_condition,
)
from dromio.interchange.entity_resolution.schema import NAME_PATTERN
from dromio.interchange.reader import Reader

MOST_RULES, MOST_KEYS, LONGEST_CONDITION = 25, 15, 2048
RULE_MATCHING = "RULE_MATCHING"


@dataclass(frozen=True, slots=True)
class WorkflowRule:
    """A rule: its path in the document, its name, and what must hold."""

    path: str
    name: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Workflow:
    """What a workflow says of matching. `same_sub_type`: values are compared under one sub-type only."""

    name: str
    schemas: tuple[str, ...]
    normalised: bool
    rules: tuple[WorkflowRule, ...]
    same_sub_type: bool
    transitive: bool
    indexing: bool


def read_workflow(reader: Reader, document: object) -> Workflow:
    """The workflow of a request to make one, or of a reply that shows one."""
    if not isinstance(document, Mapping):
        reader.members("", document, ())
        return Workflow("", (), True, (), False, False, False)
    techniques = document.get("resolutionTechniques", {})
    at = "resolutionTechniques"
    given = reader.members(
        at,
        techniques,
        ("resolutionType", "ruleBasedProperties", "ruleConditionProperties", "providerProperties"),
        required=("resolutionType",),
    )
    kind = given.get("resolutionType", RULE_MATCHING)
    if kind != RULE_MATCHING:
        reader.fault(f"{at}.resolutionType", f"must be {RULE_MATCHING}, found {kind!r}; other workflows have no rules")
    name = document.get("workflowName", "")
    schemas, normalised = _sources(reader, document)
    simple, advanced = given.get("ruleBasedProperties"), given.get("ruleConditionProperties")
    if kind == RULE_MATCHING and (simple is None) == (advanced is None):
        reader.fault(at, "must have one of ruleBasedProperties, ruleConditionProperties")
    return Workflow(
        name if isinstance(name, str) else "",
        schemas,
        normalised,
        _simple(reader, f"{at}.ruleBasedProperties", simple) + _advanced(reader, at, advanced),
        isinstance(simple, Mapping) and simple.get("attributeMatchingModel") == "ONE_TO_ONE",
        isinstance(advanced, Mapping) and _transitive(advanced),
        isinstance(simple, Mapping) and simple.get("matchPurpose") == "INDEXING",
    )


def _sources(reader: Reader, document: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The schema mappings of the sources, and whether their values are normalised: unless all say that they are not."""
    found = reader.items("inputSourceConfig", document.get("inputSourceConfig", [{}]), 1, 20)
    sources = [one for one in found if isinstance(one, Mapping)]
    names = tuple(dict.fromkeys(str(one["schemaName"]) for one in sources if "schemaName" in one))
    return names, not sources or any(one.get("applyNormalization", True) is not False for one in sources)


def _simple(reader: Reader, path: str, value: object) -> tuple[WorkflowRule, ...]:
    if value is None:
        return ()
    allowed = ("rules", "attributeMatchingModel", "matchPurpose")
    given = reader.members(path, value, allowed, required=allowed[:2])
    if "attributeMatchingModel" in given:
        reader.choice(f"{path}.attributeMatchingModel", given["attributeMatchingModel"], ("ONE_TO_ONE", "MANY_TO_MANY"))
    if "matchPurpose" in given:
        reader.choice(f"{path}.matchPurpose", given["matchPurpose"], ("IDENTIFIER_GENERATION", "INDEXING"))
    found = []
    for number, rule in enumerate(_rules(reader, path, given)):
        at = f"{path}.rules.{number}"
        inside = reader.members(at, rule, ("ruleName", "matchingKeys"), required=("ruleName", "matchingKeys"))
        if "matchingKeys" in inside:
            keys = reader.texts(f"{at}.matchingKeys", inside["matchingKeys"], 1, MOST_KEYS)
            calls = tuple(Call(EXACT, (key,)) for key in dict.fromkeys(keys))
            found.append(WorkflowRule(f"{at}.matchingKeys", _rule_name(reader, at, inside), Both(calls)))
    return tuple(found)


def _advanced(reader: Reader, path: str, value: object) -> tuple[WorkflowRule, ...]:
    if value is None:
        return ()
    path = f"{path}.ruleConditionProperties"
    given = reader.members(path, value, ("rules", "matchingConfig"), required=("rules",))
    found = []
    for number, rule in enumerate(_rules(reader, path, given)):
        at = f"{path}.rules.{number}"
        inside = reader.members(at, rule, ("ruleName", "condition"), required=("ruleName", "condition"))
        if "condition" not in inside:
            continue
        text = reader.text(f"{at}.condition", inside["condition"], 1, LONGEST_CONDITION)
        try:
            condition = parse_condition(text)
        except ConditionError as error:
            reader.faults.append(Fault(f"{at}.condition", str(error)))
            continue
        found.append(WorkflowRule(f"{at}.condition", _rule_name(reader, at, inside), condition))
    return tuple(found)


def _rules(reader: Reader, path: str, given: Mapping[str, Any]) -> list[Any]:
    return reader.items(f"{path}.rules", given["rules"], 1, MOST_RULES) if "rules" in given else []


def _rule_name(reader: Reader, at: str, given: Mapping[str, Any]) -> str:
    return reader.text(f"{at}.ruleName", given.get("ruleName", ""), 0, 255, NAME_PATTERN)


def _transitive(advanced: Mapping[str, Any]) -> bool:
    config = advanced.get("matchingConfig")
    return isinstance(config, Mapping) and config.get("enableTransitiveMatching") is True
