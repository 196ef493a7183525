"""Reads the JSON form of an algorithm and notes every fault with its path, so that one answer names them all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dromio.language.ast import (
    BINARY,
    CONSTANT,
    MAX_DEPTH,
    MAX_STEPS,
    NULL_TESTS,
    PARAMETERS,
    Algorithm,
    AlgorithmType,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Operator,
    ScoringGroup,
    Step,
    joined,
)
from dromio.language.errors import Code, RuleFault
from dromio.language.json_object import ObjectReader, child_path, shown
from dromio.language.schema import convert, property_type

ALGORITHM_PROPERTIES = (
    "description",
    "type",
    "possibleMatchScore",
    "definiteMatchScore",
    "matchingGroup",
    "scoringGroups",
    "scoringGroup",
)
GROUP_PROPERTIES = ("operator", "matchingSteps", "childGroups")
SCORING_PROPERTIES = ("usageCriteria", "matchCriteria", "matchScore", "matchPenalty")
STEP_PROPERTIES = (
    "field",
    "comparisonType",
    "constantValue",
    "caseInsensitiveMatch",
    "caseInsensitive",
    "fuzzyMatchType",
    "fuzzyNum",
    "fuzzyPct",
)


class AlgorithmReader:
    """Reads one algorithm; `faults` holds what is wrong with it."""

    def __init__(self, key_properties: Collection[str] | None, schema: Mapping[str, Any] | None) -> None:
        self.faults: list[RuleFault] = []
        self._keys = key_properties
        self._schema = schema
        self._steps = 0

    def read(self, document: object) -> Algorithm | None:
        """The algorithm; of use only when there are no faults."""
        self._check_keys()
        top = self._object(document, "")
        if top is None:
            return None
        top.only(ALGORITHM_PROPERTIES)
        top.required("type")
        kind = top.choice("type", AlgorithmType)
        name = top.alias("scoringGroups", "scoringGroup")
        description = top.text("description")
        matching = self._group_at(top, "matchingGroup", required=kind is AlgorithmType.RULE_BASED)
        possible, definite = top.integer("possibleMatchScore"), top.integer("definiteMatchScore")
        if kind is AlgorithmType.RULE_BASED:
            top.forbidden(("possibleMatchScore", "definiteMatchScore", name), "when type is RULE_BASED")
            return Algorithm(matching, description=description)
        if kind is AlgorithmType.SCORE_BASED:
            self._check_thresholds(top, possible, definite)
        scoring = [self._scoring(item, path) for item, path in self._list(top, name)]
        if kind is AlgorithmType.SCORE_BASED:
            top.required(name if name in top.values else "scoringGroups")
        return Algorithm(matching, tuple(group for group in scoring if group), possible, definite, description)

    def _check_keys(self) -> None:
        if self._keys is None or self._schema is None:
            return
        for index, name in enumerate(self._keys):
            if property_type(self._schema, name) is None:
                message = f"the key property {name!r} is not in the schema"
                self.faults.append(RuleFault(f"drKeyProperties[{index}]", message, Code.KEY_PROPERTY_NOT_IN_SCHEMA))

    def _check_thresholds(self, top: ObjectReader, possible: int | None, definite: int | None) -> None:
        if "possibleMatchScore" not in top.values and "definiteMatchScore" not in top.values:
            top.fault("", Code.MISSING, "SCORE_BASED needs possibleMatchScore or definiteMatchScore")
        elif possible is not None and definite is not None and possible > definite:
            top.fault("possibleMatchScore", Code.OUT_OF_RANGE, f"{possible} exceeds definiteMatchScore {definite}")

    def _scoring(self, document: object, path: str) -> ScoringGroup | None:
        reader = self._object(document, path)
        if reader is None:
            return None
        reader.only(SCORING_PROPERTIES)
        usage = self._group_at(reader, "usageCriteria", required=False)
        match = self._group_at(reader, "matchCriteria", required=True)
        score, penalty = reader.integer("matchScore"), reader.integer("matchPenalty")
        return ScoringGroup(match, score or 0, penalty or 0, usage) if match else None

    def _group_at(self, reader: ObjectReader, name: str, *, required: bool) -> Expression | None:
        document = reader.required(name) if required else reader.values.get(name)
        return None if document is None else self._group(document, child_path(reader.path, name), 1)

    def _group(self, document: object, path: str, depth: int) -> Expression | None:
        reader = self._object(document, path)
        if reader is None:
            return None
        if depth > MAX_DEPTH:
            reader.fault("", Code.TOO_LARGE, f"groups are nested deeper than {MAX_DEPTH}")
            return None
        reader.only(GROUP_PROPERTIES)
        operator = reader.choice("operator", Operator)
        given = [name for name in ("matchingSteps", "childGroups") if name in reader.values]
        if len(given) != 1:
            code = Code.CONFLICT if given else Code.MISSING
            reader.fault(
                "", code, f"needs exactly one of matchingSteps and childGroups, found {' and '.join(given) or 'none'}"
            )
        children: list[Expression | None] = [self._step(item, at) for item, at in self._list(reader, "matchingSteps")]
        children += [self._group(item, at, depth + 1) for item, at in self._list(reader, "childGroups")]
        if len(given) == 1 and len(children) > 1 and "operator" not in reader.values:
            reader.fault("operator", Code.MISSING, f"is required for {len(children)} children")
        valid = [child for child in children if child is not None]
        return joined(operator or Operator.AND, valid) if valid else None

    def _step(self, document: object, path: str) -> Step | None:
        reader = self._object(document, path)
        if reader is None:
            return None
        self._steps += 1
        if self._steps == MAX_STEPS + 1:
            reader.fault("", Code.TOO_LARGE, f"the algorithm has more than {MAX_STEPS} steps")
        reader.only(STEP_PROPERTIES)
        reader.required("field")
        reader.required("comparisonType")
        field, comparison = reader.text("field"), reader.choice("comparisonType", Comparison)
        if field is not None:
            self._check_field(reader, field)
        if comparison is None:
            return None
        constant = self._constant(reader, comparison, field)
        case_insensitive = _case_insensitive(reader, comparison)
        fuzzy = _fuzzy(reader, comparison)
        return Step(field, comparison, constant, case_insensitive, fuzzy) if field else None

    def _check_field(self, reader: ObjectReader, field: str) -> None:
        if not field:
            reader.fault("field", Code.OUT_OF_RANGE, "is empty")
        elif self._keys is not None and not _is_within(field, self._keys):
            message = f"{field!r} is no key property; key properties are {', '.join(self._keys)}"
            reader.fault("field", Code.FIELD_NOT_A_KEY_PROPERTY, message)
        elif (
            self._schema is not None and property_type(self._schema, field) is None and field not in (self._keys or ())
        ):
            reader.fault("field", Code.FIELD_NOT_IN_SCHEMA, f"{field!r} is not in the schema")

    def _constant(self, reader: ObjectReader, comparison: Comparison, field: str | None) -> str | None:
        if comparison not in CONSTANT:
            reader.forbidden(("constantValue",), f"when comparisonType is {comparison}")
            return None
        reader.required("constantValue")
        constant = reader.text("constantValue")
        if constant is not None and field is not None and self._schema is not None:
            try:
                convert(constant, property_type(self._schema, field))
            except ValueError as error:
                reader.fault("constantValue", Code.CONSTANT_NOT_CONVERTIBLE, f"{error}, the type of {field!r}")
        return constant

    def _list(self, reader: ObjectReader, name: str) -> list[tuple[Any, str]]:
        """Items of a list with their paths; a list that is present must not be empty."""
        items = reader.values.get(name)
        if items is None:
            return []
        if not isinstance(items, list) or not items:
            found = "an empty list" if items == [] else f"{shown(items)}"
            reader.fault(name, Code.WRONG_TYPE, f"must be a list of at least one object, found {found}")
            return []
        path = child_path(reader.path, name)
        return [(item, f"{path}[{index}]") for index, item in enumerate(items)]

    def _object(self, document: object, path: str) -> ObjectReader | None:
        if isinstance(document, Mapping):
            return ObjectReader(document, path, self.faults)
        self.faults.append(RuleFault(path, f"must be an object, found {shown(document)}", Code.WRONG_TYPE))
        return None


def _is_within(field: str, keys: Collection[str]) -> bool:
    return any(field == key or field.startswith(f"{key}.") for key in keys)


def _case_insensitive(reader: ObjectReader, comparison: Comparison) -> bool:
    name = reader.alias("caseInsensitiveMatch", "caseInsensitive")
    value = bool(reader.flag(name))
    if value and comparison in NULL_TESTS:
        reader.forbidden((name,), f"when comparisonType is {comparison}")
    return value


def _fuzzy(reader: ObjectReader, comparison: Comparison) -> Fuzzy | None:
    if comparison not in BINARY:
        reader.forbidden(("fuzzyMatchType", "fuzzyNum", "fuzzyPct"), f"when comparisonType is {comparison}")
        return None
    kind = reader.choice("fuzzyMatchType", FuzzyType)
    if "fuzzyMatchType" not in reader.values:
        reader.forbidden(("fuzzyNum", "fuzzyPct"), "without fuzzyMatchType")
    if kind is None:
        return None
    numbers, fraction, required = PARAMETERS[kind]
    allowed = [name for name, takes in (("fuzzyNum", numbers), ("fuzzyPct", fraction)) if takes]
    given = [name for name in allowed if name in reader.values]
    reader.forbidden(tuple({"fuzzyNum", "fuzzyPct"} - set(allowed)), f"when fuzzyMatchType is {kind}")
    if required and not given:
        reader.fault(allowed[0], Code.MISSING, f"{kind} needs {' or '.join(allowed)}")
    if len(given) > 1:
        reader.fault("fuzzyPct", Code.CONFLICT, f"{kind} takes fuzzyNum or fuzzyPct, not both")
    number = reader.integer("fuzzyNum", numbers) if numbers else None
    return Fuzzy(kind, number, reader.fraction("fuzzyPct") if fraction else None)
