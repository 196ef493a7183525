"""An algorithm of the rule language as a model, which every engine runs.

The source record is left, the destination right. Records that are compared with each other have no direction, so a rule
holds for a pair when it holds one way, and the higher of the two scores counts: a pair gets the better of the ratings
that `dromio.language.rate` gives with either record as the source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from keyword import iskeyword
from typing import Any

from dromio.language.ast import (
    CONSTANT,
    Algorithm,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Group,
    Operator,
    ScoringGroup,
    Step,
    default_algorithm,
    expressions_of,
    steps_of,
)
from dromio.language.errors import Code, LanguageError, RuleFault
from dromio.language.json_form import check
from dromio.language.printer import print_expression
from dromio.language.schema import PropertyType, convert, property_type, value_of
from dromio.model.deciders import Points, Rule, Score
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Measure, Not, Test
from dromio.model.imported import Imported
from dromio.model.schema import Attribute, Input, Model
from dromio.records import Record, RecordKey, Value

MOST_CHARACTERS = 2000
"""Longest condition of a model."""
MOST_IN_A_NAME = 100
_PHONETIC = {
    FuzzyType.METAPHONE: "metaphone",
    FuzzyType.DMETAPHONE: "dmetaphone",
    FuzzyType.DMETAPHONE_ALT: "dmetaphone_alt",
}
_SIDED = {
    Comparison.SRC_NULL: "missing_left",
    Comparison.SRC_NOT_NULL: "missing_left",
    Comparison.SRC_CONSTANT: "left_is",
    Comparison.SRC_NE_CONSTANT: "left_is",
    Comparison.DEST_NULL: "missing_right",
    Comparison.DEST_NOT_NULL: "missing_right",
    Comparison.DEST_CONSTANT: "right_is",
    Comparison.DEST_NE_CONSTANT: "right_is",
}


def to_model(
    algorithm: Algorithm | None,
    key_properties: Sequence[str] | None = None,
    *,
    schema: Mapping[str, Any] | None = None,
    name: str = "rules",
) -> Imported:
    """The model that decides as the algorithm does; without one, all key properties must be identical.

    A definite match becomes a match, a possible match a review. Raises LanguageError with all faults when the algorithm
    does not fit the key properties or the schema, or when an expression is too long for a model.
    """
    if algorithm is None:
        algorithm = default_algorithm(key_properties or ())
    check(algorithm, key_properties, schema)
    return _Translation(algorithm, schema).imported(name)


def record_of(key: RecordKey, values: Mapping[str, Any], model: Model) -> Record:
    """A record from JSON values, by name, for a model made by `to_model`: null is no value, other values as text."""
    found: dict[str, tuple[Value, ...]] = {}
    for attribute in model.attributes:
        value = value_of(values, attribute.inputs[0].columns["value"])
        if value is not None:
            found[attribute.name] = (Value.of(canonical_text(value)),)
    return Record(key, found)


def canonical_text(value: Any) -> str:
    """One text for equal JSON values: a string as it is, 1 and 1.0 alike, objects with sorted names."""
    return (
        value
        if isinstance(value, str)
        else json.dumps(_canonical(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    )


def attribute_names(fields: Iterable[str]) -> dict[str, str]:
    """Field -> a name that attributes may have, each its own."""
    names: dict[str, str] = {}
    for field in fields:
        plain = re.sub(r"[^a-z0-9]+", "_", field.lower()).strip("_")[:50]
        plain = plain if plain[:1].isalpha() and not iskeyword(plain) else f"field_{plain}".rstrip("_")
        taken, wanted, number = set(names.values()), plain, 1
        while wanted in taken:
            number += 1
            wanted = f"{plain}_{number}"
        names.setdefault(field, wanted)
    return names


class _Translation:
    """Makes conditions of expressions; `faults` and `notes` gather what cannot be said, or not quite."""

    def __init__(self, algorithm: Algorithm, schema: Mapping[str, Any] | None) -> None:
        self.algorithm = algorithm
        self.schema = schema
        fields = dict.fromkeys(step.field for one in expressions_of(algorithm) for step in steps_of(one))
        self.names = attribute_names(fields)
        self.notes: dict[str, None] = {}
        self.faults: list[RuleFault] = []

    def imported(self, name: str) -> Imported:
        """The model with notes on what it does not say. Raises LanguageError."""
        attributes = [
            Attribute(name=name, type="raw", inputs=[Input(columns={"value": field})])
            for field, name in self.names.items()
        ]
        rules = self.rules() if not self.algorithm.scoring else []
        score = self.score() if self.algorithm.scoring else None
        if self.faults:
            raise LanguageError(self.faults)
        return Imported(Model(name=name, attributes=attributes, rules=rules, score=score), tuple(self.notes))

    def rules(self) -> list[Rule]:
        """A rule for a match; one for each alternative where the whole is an OR, so that a pair tells which it was."""
        whole = self.algorithm.filter
        parts = whole.children if isinstance(whole, Group) and whole.operator is Operator.OR else (whole,)
        return [
            Rule(name=_named(part, f"rule {number}"), when=self.text(part, "matchingGroup"))
            for number, part in enumerate(parts, 1)
        ]

    def score(self) -> Score:
        """Filter, lines and thresholds."""
        lines = [self.line(group, f"scoringGroups.{number}") for number, group in enumerate(self.algorithm.scoring)]
        keep = self.text(self.algorithm.filter, "matchingGroup")
        return Score(filter=keep, lines=lines, match=self.algorithm.definite, review=self.algorithm.possible)

    def line(self, group: ScoringGroup, path: str) -> Points:
        """One line of points."""
        return Points(
            name=_named(group.match, path),
            when=self.text(group.match, f"{path}.matchCriteria"),
            points=group.score,
            otherwise=-group.penalty,
            only_when=None if group.usage is None else self.text(group.usage, f"{path}.usageCriteria"),
        )

    def text(self, expression: Expression, path: str) -> str:
        """The expression as the text of a condition; one too long for a model is a fault, and told as harmless."""
        text = str(self.condition(expression))
        if len(text) <= MOST_CHARACTERS:
            return text
        message = f"takes {len(text)} characters as a condition of a model; at most {MOST_CHARACTERS} are allowed"
        self.faults.append(RuleFault(path, message, Code.TOO_LARGE))
        return "always()"

    def condition(self, expression: Expression) -> Condition:
        """The condition that says what the expression says."""
        if isinstance(expression, Step):
            return self.step(expression)
        parts = tuple(map(self.condition, expression.children))
        return All(parts) if expression.operator is Operator.AND else AnyOf(parts)

    def step(self, step: Step) -> Condition:
        """The condition of one step. A comparison of a null is false, so what must not be asks for values first."""
        field = FieldExpression((f"{self.names[step.field]}.value",))
        if step.comparison is Comparison.EQ:
            return _same(step, field)
        if step.comparison is Comparison.NE:
            return All((Not(Test("missing", (field,))), Not(_same(step, field))))
        function = _SIDED[step.comparison]
        if step.comparison not in CONSTANT:
            null = Test(function, (field,))
            return Not(null) if step.comparison in (Comparison.SRC_NOT_NULL, Comparison.DEST_NOT_NULL) else null
        holds = Test(function, (_cased(step, field),), self.texts(step))
        if step.comparison in (Comparison.SRC_CONSTANT, Comparison.DEST_CONSTANT):
            return holds
        missing = "missing_left" if function == "left_is" else "missing_right"
        return All((Not(Test(missing, (field,))), Not(holds)))

    def texts(self, step: Step) -> tuple[str, ...]:
        """The texts that are equal to a constant."""
        constant, type_ = step.constant or "", property_type(self.schema, step.field)
        texts = [constant]
        if type_ in (PropertyType.INTEGER, PropertyType.NUMBER):
            texts = list(dict.fromkeys([canonical_text(convert(constant, type_)), constant]))
        elif type_ is PropertyType.DATE_TIME:
            self.notes[f"{step.field}: the date-time {constant!r} is compared as a text, not as an instant"] = None
        return tuple(text.casefold() for text in texts) if step.case_insensitive else tuple(texts)


def _named(expression: Expression, otherwise: str) -> str:
    """The text of an expression where it is short enough to read in a column."""
    text = print_expression(expression)
    return text if len(text) <= MOST_IN_A_NAME else otherwise


def _same(step: Step, field: FieldExpression) -> Condition:
    """The condition that EQ stands for, values of both sides being there."""
    fuzzy = step.fuzzy
    if fuzzy is None:
        return Test("equal", (_cased(step, field),))
    if fuzzy.type in _PHONETIC:
        return Test("equal", (FieldExpression(field.fields, _PHONETIC[fuzzy.type], fuzzy.number or 0),))
    return _measured(fuzzy, _cased(step, field) if fuzzy.type is FuzzyType.LEVENSHTEIN else field)


def _measured(fuzzy: Fuzzy, field: FieldExpression) -> Measure:
    if fuzzy.type is FuzzyType.TRIGRAM:
        return Measure("trigram", (field,), fuzzy.fraction or 0.0)
    if fuzzy.type is FuzzyType.SOUNDEX:
        return Measure("soundex_agreement", (field,), (4 if fuzzy.number is None else fuzzy.number) / 4)
    if fuzzy.fraction is None:
        return Measure("levenshtein", (field,), float(fuzzy.number or 0))
    return Measure("share_of_right", (field,), fuzzy.fraction)


def _cased(step: Step, field: FieldExpression) -> FieldExpression:
    return FieldExpression(field.fields, "casefold") if step.case_insensitive else field


def _canonical(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return list(map(_canonical, value))
    if isinstance(value, Mapping):
        return {name: _canonical(inside) for name, inside in value.items()}
    return value
