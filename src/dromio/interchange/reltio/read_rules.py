"""Reads the rule of a match group: its formula, and what is set per attribute beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dromio.errors import Fault
from dromio.interchange.reltio import comparators, tokens
from dromio.interchange.reltio.fields import Fields, join, number_of, shown, text_of
from dromio.interchange.reltio.groups import (
    AUTO_MERGE,
    MAX_DEPTH,
    POTENTIAL_MATCH,
    All,
    AnyOf,
    Compare,
    Expression,
    Filter,
    FilterKind,
    Multi,
    Not,
    Operator,
    Rule,
    Threshold,
    leaves,
)
from dromio.interchange.reltio.read_cleansers import read_cleansers

URI_FORM = re.compile(r"configuration/entityTypes/([^/\s]+)/matchGroups/([^/\s]+)")
ATTRIBUTE_FORM = re.compile(r"configuration/entityTypes/([^/\s]+)((?:/attributes/[^/.\s]+)+)")
THRESHOLD_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*", re.ASCII)

OPERATORS = {operator.value: operator for operator in Operator} | {"notExact": Operator.NOT_EXACT_SAME}
FILTERS = {kind.value: kind for kind in FilterKind}
FORMULA = ("and", "or", "not", "multi", *OPERATORS, *FILTERS)
EVERYWHERE = ("nullValues", "cleanse")
"""What holds for the whole rule, wherever in the formula it stands."""
BESIDE = ("matchTokenClasses", "comparatorClasses", "ignoreInToken", "weights", "actionThresholds")
ACTIONS = {"potential_match": POTENTIAL_MATCH, "queue_for_review": POTENTIAL_MATCH, "auto_merge": AUTO_MERGE}


class RuleReader:
    """Reads one rule; `faults` holds what is wrong with it."""

    def __init__(self, faults: list[Fault], uri: str) -> None:
        self.faults = faults
        self._type = uri.split("/")[2] if uri else None
        self._everywhere: list[Fields] = []

    def rule(self, fields: Fields, *, is_relevance_based: bool) -> Rule:
        """The rule; of use only when there are no faults."""
        fields.only((*FORMULA, *EVERYWHERE, *BESIDE))
        parts = self._parts(fields, 1)
        formula = parts[0] if len(parts) == 1 and isinstance(parts[0], All | AnyOf) else All(tuple(parts))
        if all(isinstance(leaf, Filter) for leaf in leaves(formula)):
            fields.fault("", f"needs at least one of {', '.join((*OPERATORS, 'multi'))}")
        self._check_relevance(fields, is_relevance_based)
        ignored = [self.attribute(item, path) for item, path in fields.items("ignoreInToken")]
        return Rule(
            formula,
            self._classes(fields, "comparatorClasses", comparators.COMPARATORS, comparators.PREFIX),
            self._classes(fields, "matchTokenClasses", tokens.TOKEN_CLASSES, tokens.PREFIX),
            tuple(dict.fromkeys(path for path in ignored if path)),
            self._weights(fields),
            self._thresholds(fields),
            tuple(pair for place in self._everywhere for pair in self._valued(place, "nullValues")),
            tuple(one for place in self._everywhere for one in read_cleansers(place, self.attribute)),
        )

    def attribute(self, uri: object, path: str) -> str:
        """Path of the attribute that a URI names; empty when it names none, which is a fault."""
        found = ATTRIBUTE_FORM.fullmatch(uri) if isinstance(uri, str) else None
        if not found:
            message = f"must be configuration/entityTypes/<type>/attributes/<name>, found {shown(uri)}"
            self.faults.append(Fault(path, message))
            return ""
        if self._type is not None and found[1] != self._type:
            self.faults.append(Fault(path, f"is an attribute of {found[1]!r}, the group is for {self._type!r}"))
        return found[2].replace("/attributes/", ".").removeprefix(".")

    def _check_relevance(self, fields: Fields, is_relevance_based: bool) -> None:
        if is_relevance_based and not fields.values.get("actionThresholds"):
            fields.fault("actionThresholds", "a relevance_based rule needs at least one")
        for name in ("weights", "actionThresholds"):
            if not is_relevance_based and name in fields.values:
                fields.fault(name, "is only for groups of type relevance_based")

    def _parts(self, fields: Fields, depth: int) -> list[Expression]:
        """What the operators of one object ask for, in their order."""
        if depth > MAX_DEPTH:
            fields.fault("", f"is nested deeper than {MAX_DEPTH}")
            return []
        self._everywhere.append(fields)
        parts: list[Expression] = []
        for name in fields.values:
            if name in OPERATORS:
                parts += [Compare(OPERATORS[name], one) for one in self._attributes(fields, name)]
            elif name in FILTERS:
                parts += [Filter(FILTERS[name], *pair) for pair in self._valued(fields, name)]
            elif name == "multi":
                parts += self._multi(fields)
            elif name in ("and", "or", "not"):
                parts += self._branch(fields, name, depth + 1)
        return parts

    def _branch(self, fields: Fields, name: str, depth: int) -> list[Expression]:
        """The one operand of and, or, not; none when it is at fault."""
        operands = [self._inside(inside, depth) for inside in self._operands(fields, name)]
        if name == "or":
            one_each = isinstance(fields.values[name], list)
            parts = [_as_one(operand) for operand in operands if operand] if one_each else _flat(operands)
            return [AnyOf(tuple(parts))] if self._is_filled(fields, name, parts) else []
        parts = _flat(operands)
        if not self._is_filled(fields, name, parts):
            return []
        if name == "and":
            return [All(tuple(parts))]
        if len(parts) > 1:
            fields.fault(name, f"negates one operand, found {len(parts)}; put them under and, or or")
        return [Not(parts[0])]

    def _operands(self, fields: Fields, name: str) -> Iterator[Fields]:
        if name != "not" and isinstance(fields.values[name], list):
            yield from fields.objects(name)
        elif inside := fields.object(name):
            yield inside

    def _inside(self, fields: Fields, depth: int) -> list[Expression]:
        fields.only((*FORMULA, *EVERYWHERE))
        return self._parts(fields, depth)

    def _is_filled(self, fields: Fields, name: str, parts: list[Expression]) -> bool:
        if not parts and not any(fault.path.startswith(join(fields.path, name)) for fault in self.faults):
            fields.fault(name, "has no operand")
        return bool(parts)

    def _attributes(self, fields: Fields, name: str) -> list[str]:
        found = (self.attribute(item, path) for item, path in fields.items(name))
        return [attribute for attribute in found if attribute]

    def _multi(self, fields: Fields) -> list[Expression]:
        """Sets of attributes: each a list of URIs or an object with one; a plain list of URIs is one set."""
        given = fields.values["multi"]
        if isinstance(given, list) and given and all(isinstance(item, str) for item in given):
            return [Multi(tuple(self._attributes(fields, "multi")))]
        sets: list[Expression] = []
        for item, path in fields.items("multi"):
            inner = Fields(item if isinstance(item, Mapping) else {"attributes": item}, path, self.faults)
            inner.only(("attributes",))
            if attributes := self._attributes(inner, "attributes"):
                sets.append(Multi(tuple(attributes)))
            elif not inner.values.get("attributes"):
                inner.fault("", "names no attribute")
        return sets

    def _valued(self, fields: Fields, name: str) -> list[tuple[str, tuple[str, ...]]]:
        """(attribute, folded values) of every object of a list."""
        found = []
        for item in fields.objects(name):
            item.only(("uri", "values", "value"))
            attribute = self.attribute(item.values.get("uri"), join(item.path, "uri"))
            values = self._values(item)
            if attribute and values:
                found.append((attribute, values))
        return found

    def _values(self, item: Fields) -> tuple[str, ...]:
        given = item.values.get("values", [item.values["value"]] if "value" in item.values else None)
        if not isinstance(given, list) or not given:
            item.fault("values", f"must be a list of at least one value, found {shown(given)}")
            return ()
        if "values" in item.values and "value" in item.values:
            item.fault("value", "stands beside values; only one of them may be given")
        texts = [text_of(value) for value in given]
        if None in texts:
            item.fault("values", f"must be texts, numbers or truth values, found {shown(given[texts.index(None)])}")
        return tuple(dict.fromkeys(text.strip().lower() for text in texts if text is not None))

    def _classes(self, fields: Fields, name: str, known: Collection[str], prefix: str) -> tuple[tuple[str, str], ...]:
        outer = fields.object(name)
        if outer is None:
            return ()
        outer.only(("mapping",))
        found: dict[str, str] = {}
        for item in outer.objects("mapping"):
            item.only(("attribute", "class"))
            class_name = item.text("class", required=True).removeprefix(prefix)
            if class_name and class_name not in known:
                item.fault("class", f"{class_name!r} is not known; known are {', '.join(known)}")
            self._set(found, item, class_name)
        return tuple(found.items())

    def _weights(self, fields: Fields) -> tuple[tuple[str, float], ...]:
        found: dict[str, float] = {}
        for item in fields.objects("weights"):
            item.only(("attribute", "weight"))
            if "weight" not in item.values:
                item.fault("weight", "is required")
            self._set(found, item, item.number("weight") or 0.0)
        return tuple(found.items())

    def _set(self, found: dict[str, Any], item: Fields, value: object) -> None:
        attribute = self.attribute(item.values.get("attribute"), join(item.path, "attribute"))
        if attribute in found:
            item.fault("attribute", f"{attribute!r} is set twice")
        if attribute:
            found[attribute] = value

    def _thresholds(self, fields: Fields) -> tuple[Threshold, ...]:
        found = []
        for item in fields.objects("actionThresholds"):
            item.only(("type", "threshold"))
            action = ACTIONS[item.choice("type", tuple(ACTIONS), "")] if "type" in item.values else ""
            if "type" not in item.values:
                item.fault("type", f"must be one of {', '.join(ACTIONS)}, found nothing")
            text = item.text("threshold", required=True)
            bounds = THRESHOLD_FORM.fullmatch(text)
            low, high = (number_of(bounds[1]), number_of(bounds[2])) if bounds else (None, None)
            if low is None or high is None or not low <= high <= 1:
                if text:
                    item.fault("threshold", f'must be "low-high" with 0 <= low <= high <= 1, found {shown(text)}')
            elif action:
                found.append(Threshold(action, low, high))
        return tuple(found)


def _as_one(parts: list[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _flat(operands: list[list[Expression]]) -> list[Expression]:
    return [part for operand in operands for part in operand]
