"""Writes match groups as the vendor's JSON; reading it back gives equal groups."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from dromio.interchange.reltio import cleansers, comparators, tokens
from dromio.interchange.reltio.groups import (
    AUTO_MERGE,
    All,
    AnyOf,
    Cleanse,
    Compare,
    Expression,
    Filter,
    MatchGroup,
    Multi,
    Not,
    Rule,
    attribute_uri,
)


def write_groups(groups: Iterable[MatchGroup]) -> list[dict[str, Any]]:
    """The groups as JSON values."""
    return [_group(group) for group in groups]


def _group(group: MatchGroup) -> dict[str, Any]:
    written: dict[str, Any] = {"uri": group.uri}
    written |= {"label": group.label} if group.label else {}
    written |= {"type": group.type} if group.type else {}
    written |= {"scope": group.scope, "useOvOnly": group.use_ov_only}
    written["negativeRule" if group.is_negative else "rule"] = _RuleWriter(group.entity_type).rule(group.rule)
    scores = {"scoreStandalone": group.score_standalone, "scoreIncremental": group.score_incremental}
    written |= {name: score for name, score in scores.items() if score is not None}
    return written | ({"matchActions": json.loads(group.match_actions)} if group.match_actions else {})


class _RuleWriter:
    def __init__(self, entity_type: str) -> None:
        self._type = entity_type

    def rule(self, rule: Rule) -> dict[str, Any]:
        written = {
            "matchTokenClasses": {"mapping": self._set("class", rule.token_classes, tokens.PREFIX)},
            "comparatorClasses": {"mapping": self._set("class", rule.comparators, comparators.PREFIX)},
            "ignoreInToken": [self._uri(path) for path in rule.ignored_in_token],
            "nullValues": [{"uri": self._uri(path), "values": list(values)} for path, values in rule.null_values],
            "cleanse": [self._cleanse(one) for one in rule.cleansers],
            "weights": [{"attribute": self._uri(path), "weight": weight} for path, weight in rule.weights],
            "actionThresholds": [
                {
                    "type": "auto_merge" if one.action == AUTO_MERGE else "potential_match",
                    "threshold": f"{_plain(one.low)}-{_plain(one.high)}",
                }
                for one in rule.thresholds
            ],
        }
        return {name: value for name, value in written.items() if value not in ([], {"mapping": []})} | self._formula(
            rule.formula
        )

    def _formula(self, formula: Expression) -> dict[str, Any]:
        """One object with one operator."""
        if isinstance(formula, Not):
            return {"not": self._formula(formula.part)}
        if isinstance(formula, AnyOf):
            return {"or": [self._formula(part) for part in formula.parts]}
        if isinstance(formula, All):
            runs = groupby(formula.parts, key=lambda part: part.operator if isinstance(part, Compare) else id(part))
            return {"and": [self._run(list(parts)) for _, parts in runs]}
        return self._run([formula])

    def _run(self, parts: list[Expression]) -> dict[str, Any]:
        """Comparisons by one operator as one list; anything else by itself."""
        first = parts[0]
        if isinstance(first, Compare):
            return {first.operator.value: [self._uri(part.attribute) for part in parts if isinstance(part, Compare)]}
        if isinstance(first, Multi):
            return {"multi": [[self._uri(path) for path in first.attributes]]}
        if isinstance(first, Filter):
            return {first.kind.value: [{"uri": self._uri(first.attribute), "values": list(first.values)}]}
        return self._formula(first)

    def _set(self, name: str, pairs: Iterable[tuple[str, str]], prefix: str) -> list[dict[str, str]]:
        return [{"attribute": self._uri(path), name: prefix + value} for path, value in pairs]

    def _cleanse(self, cleanse: Cleanse) -> dict[str, Any]:
        written: dict[str, Any] = {
            "cleanseAdapter": cleansers.PREFIX + cleanse.cleanser,
            "mappings": [{"attribute": self._uri(path)} for path in cleanse.attributes],
        }
        if cleanse.cleanser == "StringReplacementCleanser":
            lines = [f"{found}=>{replacement}" for found, replacement in cleanse.entries]
            written["cleanseAdapterParams"] = {"replacements": lines}
        elif cleanse.entries:
            written["cleanseAdapterParams"] = {"dictionary": _dictionary(cleanse)}
        return written

    def _uri(self, path: str) -> str:
        return attribute_uri(self._type, path)


def _dictionary(cleanse: Cleanse) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {base: [] for _, base in cleanse.entries}
    for name, base in cleanse.entries:
        if name != base:
            names[base].append(name)
    return names


def _plain(number: float) -> str:
    """The shortest decimal digits that give the same number, without an exponent."""
    return format(Decimal(repr(number)), "f")
