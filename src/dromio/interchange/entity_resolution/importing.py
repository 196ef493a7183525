"""A rule-based matching workflow as a model: a rule for each of its rules, in their order."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from dromio.errors import Fault, ModelError
from dromio.interchange.entity_resolution.condition import (
    COSINE,
    EXACT,
    EXACT_MANY,
    LEVENSHTEIN,
    Both,
    Call,
    Condition,
    Either,
)
from dromio.interchange.entity_resolution.schema import (
    OPTIONAL_PARTS,
    MatchKeys,
    MatchValue,
    SchemaField,
    match_keys,
    read_schemas,
)
from dromio.interchange.entity_resolution.workflow import Workflow, WorkflowRule, read_workflow
from dromio.interchange.reader import Reader
from dromio.model.deciders import Rule
from dromio.model.expressions import ExpressionError
from dromio.model.expressions import parse_condition as parse_expression
from dromio.model.imported import Imported
from dromio.model.schema import Attribute, Clustering, Input, Model

_NORMALISED = {"PHONE": "phone", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "folded"}
_TEXTS = ("NAME", "ADDRESS")
_FIELD = {"phone": "number"}
"""The field that cleaning gives, where it is not `value`."""


def import_workflow(workflow: object, schemas: Sequence[object], *, region: str = "US") -> Imported:
    """The model of a workflow and the schema mappings of its sources, and what of them it does not say.

    Both are the JSON of the requests that make them, or of the replies that show them. `region`: the country of phone
    numbers that do not tell theirs. Raises ModelError with every fault, also where no rule can be said.
    """
    reader = Reader()
    found = read_workflow(reader, workflow)
    known = read_schemas(reader, schemas)
    missing = [name for name in found.schemas if name not in known]
    for name in missing:
        reader.fault("inputSourceConfig", f"schema {name!r} was not given; given are {', '.join(known) or 'none'}")
    used = [name for name in found.schemas if name in known] or list(known)
    keys = match_keys(tuple(dict.fromkeys(field for name in used for field in known[name])))
    _check_keys(reader, found, keys)
    reader.finish()
    return _Translation(found, keys, region).imported()


def _check_keys(reader: Reader, workflow: Workflow, keys: MatchKeys) -> None:
    for rule in workflow.rules:
        for call in _calls(rule.condition):
            for key in call.keys:
                if key not in keys:
                    reader.fault(rule.path, f"match key {key!r} is not mapped; mapped are {', '.join(keys) or 'none'}")


def _calls(condition: Condition) -> list[Call]:
    if isinstance(condition, Call):
        return [condition]
    return [call for part in condition.parts for call in _calls(part)]


_OPTIONAL = {part.lower() for part in OPTIONAL_PARTS}


class _Untranslatable(Exception):
    """A rule asks for what a model cannot say; the text says what."""


@dataclass
class _Translation:
    workflow: Workflow
    keys: MatchKeys
    region: str
    attributes: dict[tuple[str, ...], Attribute] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def imported(self) -> Imported:
        rules = [rule for one in self.workflow.rules if (rule := self.rule(one))]
        if not rules:
            raise ModelError([Fault(*note.split(": ", 1)) for note in self.notes])
        self.remark()
        model = Model(
            name=self.workflow.name or "workflow",
            attributes=list(self.attributes.values()),
            rules=rules,
            clustering=Clustering(method="connected_components")
            if self.workflow.transitive
            else Clustering(method="rule_levels"),
        )
        return Imported(model, tuple(self.notes))

    def remark(self) -> None:
        """Notes on the workflow as a whole."""
        if self.workflow.indexing:
            self.note(
                "resolutionTechniques.ruleBasedProperties.matchPurpose", "INDEXING; matches are made all the same"
            )
        if self.workflow.normalised and any(one.type == "plain" for one in self.attributes.values()):
            self.note(
                "inputSourceConfig.applyNormalization",
                "names and addresses are compared without case and white space; accents and punctuation count",
            )

    def note(self, path: str, text: str) -> None:
        self.notes[f"{path}: {text}"] = None

    def rule(self, rule: WorkflowRule) -> Rule | None:
        attributes, notes = dict(self.attributes), dict(self.notes)
        try:
            when = self.condition(rule.condition, rule.path)
            parse_expression(when)
        except (_Untranslatable, ExpressionError) as error:
            self.attributes, self.notes = attributes, notes
            self.note(rule.path, f"{error}; the rule is left out")
            return None
        return Rule(name=rule.name or rule.path, when=when)

    def condition(self, condition: Condition, path: str) -> str:
        if isinstance(condition, Both):
            parts = [self.condition(part, path) for part in condition.parts]
            either = [isinstance(part, Either) for part in condition.parts]
            return " and ".join(f"({text})" if loose else text for text, loose in zip(parts, either, strict=True))
        if isinstance(condition, Either):
            return " or ".join(self.condition(part, path) for part in condition.parts)
        return self.call(condition, path)

    def call(self, call: Call, path: str) -> str:
        if call.empty_values:
            self.note(
                path, f"EmptyValues={call.empty_values} of {', '.join(call.keys)}; here a missing value never matches"
            )
        attribute = self.attribute(call.keys)
        if call.function in (EXACT, EXACT_MANY):
            return self.equal(attribute, call.keys, path)
        if parts_of(attribute):
            raise _Untranslatable(f"{call.function} of the group {call.keys[0]!r}, whose parts are no single text here")
        inside = f"{attribute.name}.{whole_field(attribute)}"
        if call.function == LEVENSHTEIN:
            return f"levenshtein({inside}) <= {call.threshold:g}"
        if call.function == COSINE:
            return f"cosine({inside}) >= {self.cosine_bound(call, path)!r}"
        return f"equal(soundex({inside}))"

    def cosine_bound(self, call: Call, path: str) -> float:
        """The threshold as a share; above 1 it is read as per cent."""
        threshold = call.threshold or 0.0
        if threshold > 100:
            raise _Untranslatable(f"{COSINE} with a threshold of {threshold:g}, more than 100 per cent")
        self.note(
            path, f"{COSINE} of {call.keys[0]!r}; words are compared here, the service does not say what it compares"
        )
        return threshold if threshold <= 1 else threshold / 100

    def equal(self, attribute: Attribute, keys: tuple[str, ...], path: str) -> str:
        roles = parts_of(attribute)
        if roles:
            optional = _optional(roles)
            missing = (
                f"of its parts only {', '.join(optional)} may be missing" if optional else "no part may be missing"
            )
            self.note(path, f"the group {keys[0]!r} is compared part by part; {missing} may be missing")
            if "value" in attribute.fields:
                self.note(path, f"{keys[0]!r} has values in parts and in one piece; these are not compared with those")
        return equality_of(attribute)

    def attribute(self, keys: tuple[str, ...]) -> Attribute:
        """The attribute of a match key, or of several whose values are compared with each other."""
        known = self.attributes.get(keys)
        if known is None:
            known = self.attributes[keys] = self.made(keys)
        return known

    def made(self, keys: tuple[str, ...]) -> Attribute:
        values = [value for key in keys for value in self.keys[key]]
        kinds = {self.kind(one) for value in values for one in value.fields if one.type != "PHONE_COUNTRYCODE"}
        inputs = [Input(columns=self.columns(value), label=value.label) for value in values]
        if len(kinds) > 1:
            self.note(values[0].fields[0].path, f"{', '.join(keys)}: columns of several types, compared as plain text")
        return Attribute(
            name=_name(keys, {one.name for one in self.attributes.values()}),
            type=_type(kinds, in_parts=any(len(value.columns) > 1 for value in inputs)),
            inputs=list({str(value): value for value in inputs}.values()),
            default_region=self.region,
            pairing="same_label" if self.workflow.same_sub_type else "any",
        )

    def kind(self, one: SchemaField) -> str:
        """The attribute type whose cleaner does what normalisation does."""
        if one.hashed or not self.workflow.normalised:
            return "trimmed"
        return _NORMALISED.get(one.type, "plain" if one.type.startswith(_TEXTS) else "trimmed")

    def columns(self, value: MatchValue) -> dict[str, str]:
        codes = [one for one in value.fields if one.type == "PHONE_COUNTRYCODE"]
        fields = [one for one in value.fields if one not in codes]
        if codes and fields:
            self.note(f"{codes[0].path}.groupName", f"numbers without a country code are of {self.region}; left out")
        parts = fields or codes
        if len(parts) == 1:
            return {"value": parts[0].name}
        found: dict[str, str] = {}
        for one in parts:
            found[_distinct(one.type.lower(), found)] = one.name
        return found


def _type(kinds: set[str], *, in_parts: bool) -> str:
    """The attribute type for columns of these kinds; values in parts need one that takes any roles."""
    kind = next(iter(kinds)) if len(kinds) == 1 else "plain"
    return kind if kind == "trimmed" or not in_parts else "plain"


def whole_field(attribute: Attribute) -> str:
    """The field that a value in one piece is cleaned to."""
    return _FIELD.get(attribute.type, "value")


def equality_of(attribute: Attribute) -> str:
    """The condition that two values of an attribute are the same, as Exact has it: in one piece or part by part."""
    roles = parts_of(attribute)
    whole = f"equal({attribute.name}.{whole_field(attribute)})"
    if not roles:
        return whole
    optional = _optional(roles)
    parts = [f"equal({attribute.name}.{role})" for role in roles if role not in optional]
    parts += [f"(equal({attribute.name}.{role}) or absent({attribute.name}.{role}))" for role in optional]
    together = f"together({' and '.join(parts)})"
    return f"({together} or {whole})" if "value" in attribute.fields else together


def _optional(roles: Sequence[str]) -> list[str]:
    """Parts that two values may both lack."""
    return [role for role in roles if role in _OPTIONAL and not set(roles) <= _OPTIONAL]


def parts_of(attribute: Attribute) -> list[str]:
    """The parts that values of the attribute come in; none where they are one text."""
    roles = (role for value in attribute.inputs for role in value.columns)
    return [role for role in dict.fromkeys(roles) if role != "value"]


def _name(keys: tuple[str, ...], taken: set[str]) -> str:
    """A name for the attribute that no other has: `Email address` is `email_address`."""
    slug = re.sub(r"[^a-z0-9]+", "_", " ".join(keys).lower()).strip("_")[:50]
    return _distinct(slug if slug[:1].isalpha() else f"key_{slug}".rstrip("_"), taken)


def _distinct(name: str, taken: Container[str]) -> str:
    """The name, with a number where it is taken."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found
