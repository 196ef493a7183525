"""A model's rules as a rule-based matching workflow with the schema mapping that it needs, where they can be said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dromio.errors import Fault, ModelError
from dromio.interchange.entity_resolution.condition import COSINE, EXACT, LEVENSHTEIN, SOUNDEX
from dromio.interchange.entity_resolution.importing import equality_of, parts_of, whole_field
from dromio.interchange.entity_resolution.schema import NAME_PATTERN, TYPES
from dromio.interchange.entity_resolution.workflow import LONGEST_CONDITION, MOST_KEYS, MOST_RULES, RULE_MATCHING
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Measure, Test, Together, parse_condition
from dromio.model.schema import Attribute, Input, Model

UNIQUE_ID = "unique_id"
_MOST_FIELDS = 60
_TYPES = {"phone": "PHONE_NUMBER", "folded": "EMAIL_ADDRESS", "email": "EMAIL_ADDRESS", "plain": "NAME", "date": "DATE"}
_SAID = ("phone", "folded", "plain", "trimmed")
"""Attribute types that clean as normalisation does."""
_NOT_THERE = (
    "score",
    "groups",
    "weighted",
    "comparisons",
    "guards",
    "shared_values",
    "partitions",
    "survivorship",
    "examples",
)
_TYPE_OF_ROLE = {
    "given": "NAME_FIRST",
    "middle": "NAME_MIDDLE",
    "family": "NAME_LAST",
    "street": "ADDRESS_STREET1",
    "city": "ADDRESS_CITY",
    "state": "ADDRESS_STATE",
    "postcode": "ADDRESS_POSTALCODE",
    "country": "ADDRESS_COUNTRY",
}


def export_workflow(model: Model) -> tuple[dict[str, Any], tuple[str, ...]]:
    """An object with `workflow` and `schemas`, as `import_workflow` takes them, and what of the model it does not say.

    Rules that match are written; a rule that cannot be said is left out and named. Raises ModelError where none can.
    """
    return _Export(model).document()


class _Unsayable(Exception):
    """What a workflow cannot say; the text says what."""


@dataclass
class _Export:
    model: Model
    notes: dict[str, None] = field(default_factory=dict)
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    """Column -> its field of the schema mapping."""

    def document(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        rules = list(self.rules())
        if not rules:
            faults = [Fault(path, text) for path, _, text in (note.partition(": ") for note in self.notes)]
            raise ModelError([Fault("rules", "there is none that a workflow can say"), *faults])
        self.remark()
        name = re.sub(r"[^a-zA-Z0-9_-]+", "-", self.model.name)[:255] or "model"
        mapped = [{"fieldName": UNIQUE_ID, "type": "UNIQUE_ID"}, *self.fields.values()]
        workflow = {
            "workflowName": name,
            "inputSourceConfig": [{"schemaName": name, "applyNormalization": True}],
            "resolutionTechniques": {"resolutionType": RULE_MATCHING, **self.techniques(rules)},
        }
        return {"workflow": workflow, "schemas": [{"schemaName": name, "mappedInputFields": mapped}]}, tuple(self.notes)

    def note(self, path: str, text: str) -> None:
        self.notes[f"{path}: {text}"] = None

    def rules(self) -> Iterator[tuple[str, Condition, str]]:
        """Name, condition and text of every rule that can be said, MOST_RULES at most."""
        count = 0
        for number, rule in enumerate(self.model.rules):
            path = f"rules.{number}"
            fields = dict(self.fields)
            try:
                if rule.decision != "match":
                    raise _Unsayable(f"decides {rule.decision}; rules of a workflow only match")
                if count == MOST_RULES:
                    raise _Unsayable(f"there are more than {MOST_RULES} rules")
                condition = parse_condition(rule.when)
                text = self.condition(condition)
                if len(text) > LONGEST_CONDITION:
                    raise _Unsayable(f"is longer than {LONGEST_CONDITION} characters there")
            except _Unsayable as error:
                self.fields = fields
                self.note(path, f"{error}; the rule is left out")
                continue
            count += 1
            yield _named(rule.name, number), condition, text

    def techniques(self, rules: Sequence[tuple[str, Condition, str]]) -> dict[str, Any]:
        """Rules as lists of match keys where levels form groups and compare by equality alone, else as conditions."""
        way = "ONE_TO_ONE" if self.is_one_to_one() else "MANY_TO_MANY"
        keys = [self.exact_keys(condition) for _, condition, _ in rules]
        if self.model.clustering.method == "rule_levels" and all(keys):
            listed = [{"ruleName": name, "matchingKeys": own} for (name, _, _), own in zip(rules, keys, strict=True)]
            return {"ruleBasedProperties": {"rules": listed, "attributeMatchingModel": way}}
        if way == "ONE_TO_ONE":
            self.note("attributes", "values of one label are compared; conditions compare any with any")
        transitive = self.model.clustering.method != "rule_levels"
        listed = [{"ruleName": name, "condition": text} for name, _, text in rules]
        return {
            "ruleConditionProperties": {
                "rules": listed,
                "matchingConfig": {"enableTransitiveMatching": transitive},
            }
        }

    def is_one_to_one(self) -> bool:
        return any(one.pairing == "same_label" and len(one.inputs) > 1 for one in self.model.attributes)

    def exact_keys(self, condition: Condition) -> list[str]:
        """The match keys of a conjunction of equalities; none where it is another condition, or has too many."""
        found: list[str] = []
        for part in condition.parts if isinstance(condition, All) else (condition,):
            if not self.is_exact(part):
                return []
            found += re.findall(r'"([^"]*)"', self.condition(part))
        return found if len(found) <= MOST_KEYS else []

    def is_exact(self, part: Condition) -> bool:
        if self.group_of(part) is not None:
            return True
        return isinstance(part, Test) and part.function == "equal" and not any(one.transform for one in part.fields)

    def condition(self, condition: Condition) -> str:
        group = self.group_of(condition)
        if group is not None:
            return f'{EXACT}("{self.key(group, None)}")'
        if isinstance(condition, All):
            parts = [(one, self.condition(one)) for one in condition.parts]
            return " AND ".join(f"({text})" if self.is_either(one) else text for one, text in parts)
        if isinstance(condition, AnyOf):
            return " OR ".join(map(self.condition, condition.parts))
        if isinstance(condition, Test) and condition.function == "equal":
            return " AND ".join(map(self.equal, condition.fields))
        if isinstance(condition, Measure):
            return self.measure(condition)
        raise _Unsayable(f"{condition} has no matching function")

    def is_either(self, part: Condition) -> bool:
        """Whether the text of a part is joined by OR."""
        return isinstance(part, AnyOf) and self.group_of(part) is None

    def group_of(self, condition: Condition) -> Attribute | None:
        """The attribute in parts of which a condition says that two values are the same."""
        if not isinstance(condition, Together | AnyOf):
            return None
        grouped = (one for one in self.model.attributes if parts_of(one) and one.type in _SAID)
        return next((one for one in grouped if parse_condition(equality_of(one)) == condition), None)

    def equal(self, one: FieldExpression) -> str:
        if one.transform == "soundex":
            return f'{SOUNDEX}("{self.key_of(FieldExpression(one.fields))}")'
        return f'{EXACT}("{self.key_of(one)}")'

    def measure(self, measure: Measure) -> str:
        if measure.function == "levenshtein":
            return f'{LEVENSHTEIN}("{self.key_of(measure.fields[0])}", {int(measure.bound)})'
        if measure.function == "cosine":
            return f'{COSINE}("{self.key_of(measure.fields[0])}", {measure.bound!r})'
        if measure.function == "soundex_agreement" and measure.bound == 1:
            return f'{SOUNDEX}("{self.key_of(measure.fields[0])}")'
        raise _Unsayable(f"{measure} has no matching function")

    def key_of(self, one: FieldExpression) -> str:
        """The match key of a field."""
        if one.transform:
            raise _Unsayable(f"{one} is a transform; whole values are compared")
        name, _, inside = one.fields[0].partition(".")
        attribute = self.model.attribute(name)
        if inside == whole_field(attribute) or (inside in ("address", "iso") and not parts_of(attribute)):
            return self.key(attribute, "value")
        return self.key(attribute, inside)

    def key(self, attribute: Attribute, role: str | None) -> str:
        """The match key of an attribute's values, or of one part of them; its columns are mapped."""
        name = attribute.name if role in (None, "value") else f"{attribute.name} {role}"
        columns = [(own, part, column) for own in attribute.inputs for part, column in own.columns.items()]
        chosen = [one for one in columns if role in (None, one[1])]
        if not chosen:
            raise _Unsayable(f"{attribute.name}.{role} is made of other columns; a workflow compares columns")
        for own, part, column in chosen:
            self.map(attribute, own, part, column, name, in_group=role is None and len(own.columns) > 1)
        if attribute.type not in _SAID:
            self.note(f"attributes.{attribute.name}", f"is cleaned as {attribute.type} here, as columns are there")
        return name

    def map(self, attribute: Attribute, own: Input, part: str, column: str, key: str, *, in_group: bool) -> None:
        if not re.fullmatch(NAME_PATTERN, column):
            raise _Unsayable(f"column {column!r} has a name that a schema mapping does not take")
        group = "-".join(own.columns.values()) if in_group else ""
        members = {"fieldName": column, "type": _type(attribute, part), "matchKey": key}
        label = own.label if re.fullmatch(NAME_PATTERN, own.label) else ""
        members |= {"groupName": group} if group else {}
        members |= {"subType": label} if label and label not in (group, column) else {}
        if self.fields.setdefault(column, members) != members:
            raise _Unsayable(f"column {column} is compared in two ways; a column has one match key")
        if len(self.fields) >= _MOST_FIELDS:
            raise _Unsayable(f"a schema mapping has at most {_MOST_FIELDS} columns")

    def remark(self) -> None:
        """What is lost of the model as a whole."""
        for name in _NOT_THERE:
            if getattr(self.model, name):
                self.note(name, "a workflow has nothing like it")
        if self.model.clustering.method not in ("rule_levels", "connected_components"):
            self.note("clustering.method", f"{self.model.clustering.method}; matches of matches are one entity there")
        self.note(
            "workflow", f"{UNIQUE_ID} is taken to tell records apart; sources, outputs and the role are yours to add"
        )


def _type(attribute: Attribute, part: str) -> str:
    if part.upper() in TYPES:
        return part.upper()
    return _TYPE_OF_ROLE.get(part) or _TYPES.get(attribute.type, "STRING")


def _named(name: str, number: int) -> str:
    """The name of a rule in the characters that names may have."""
    return re.sub(r"[^a-zA-Z_0-9\- ]+", " ", name).strip()[:255] or f"rule {number + 1}"
