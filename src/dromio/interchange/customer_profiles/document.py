"""Rule-based matching as a domain has it: rule levels, the attribute types that they compare, and how far to go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.interchange.customer_profiles.defaults import DEFAULT_RULES
from dromio.interchange.customer_profiles.fields import (
    ADDRESS,
    EMAIL,
    PHONE,
    RULE_ATTRIBUTES,
    SELECTABLE,
    SUB_TYPES,
    is_rule_attribute,
    type_of,
)
from dromio.interchange.reader import Reader

MOST_LEVELS = 15
MOST_ATTRIBUTES = 15
"""Attributes of one level."""
ONE_TO_ONE, MANY_TO_MANY = "ONE_TO_ONE", "MANY_TO_MANY"
MEMBERS = (
    "Enabled",
    "MatchingRules",
    "MaxAllowedRuleLevelForMerging",
    "MaxAllowedRuleLevelForMatching",
    "AttributeTypesSelector",
    "ConflictResolution",
    "ExportingConfig",
    "Status",
)
STATES = ("PENDING", "IN_PROGRESS", "ACTIVE")


@dataclass(frozen=True, slots=True)
class Selector:
    """Which sub-types are compared, and how. `names`: attribute type -> names as they were given."""

    model: str
    names: Mapping[str, tuple[str, ...]]

    def fields(self, attribute_type: str) -> tuple[str, ...]:
        """The fields of a profile that are compared, each once, in the order of their names in the selector."""
        given = self.names.get(attribute_type, ())
        return tuple(dict.fromkeys(SELECTABLE[attribute_type][name] for name in given))

    def document(self) -> dict[str, Any]:
        """The selector in the vendor's JSON."""
        return {"AttributeMatchingModel": self.model} | {name: list(given) for name, given in self.names.items()}


EVERYTHING = Selector(MANY_TO_MANY, SUB_TYPES)
"""What holds where a domain has no selector: any sub-type with any other of its type."""


@dataclass(frozen=True, slots=True)
class ConflictResolution:
    """Whose value is kept when profiles are merged: the most recent one, or that of a source."""

    model: str
    source: str | None = None

    def document(self) -> dict[str, Any]:
        """The member in the vendor's JSON."""
        return {"ConflictResolvingModel": self.model} | ({} if self.source is None else {"SourceName": self.source})


@dataclass(frozen=True, slots=True)
class S3Exporting:
    """Where matches are written to."""

    bucket: str
    key: str | None = None

    def document(self) -> dict[str, Any]:
        """The member in the vendor's JSON."""
        inside = {"S3BucketName": self.bucket} | ({} if self.key is None else {"S3KeyName": self.key})
        return {"S3Exporting": inside}


@dataclass(frozen=True, slots=True)
class RuleBasedMatching:
    """Rule-based matching of a domain; absent members are None. `rules`: the attributes of every level, from 1."""

    enabled: bool = True
    rules: tuple[tuple[str, ...], ...] = DEFAULT_RULES
    max_matching_level: int | None = None
    max_merging_level: int | None = None
    selector: Selector | None = None
    conflict_resolution: ConflictResolution | None = None
    exporting: S3Exporting | None = None

    @property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """The levels in use: none above the highest one allowed for matching."""
        return self.rules[: self.max_matching_level]

    @property
    def merged_levels(self) -> int:
        """Number of levels, from the first, whose members are merged; 0 where none are."""
        return min(self.max_merging_level or 0, len(self.levels))

    @property
    def compared(self) -> Selector:
        """The selector, or what holds without one."""
        return self.selector or EVERYTHING

    def document(self) -> dict[str, Any]:
        """The configuration in the vendor's JSON; reading it gives an equal one."""
        members: dict[str, Any] = {
            "Enabled": self.enabled,
            "MatchingRules": [{"Rule": list(rule)} for rule in self.rules],
            "MaxAllowedRuleLevelForMatching": self.max_matching_level,
            "MaxAllowedRuleLevelForMerging": self.max_merging_level,
            "AttributeTypesSelector": self.selector and self.selector.document(),
            "ConflictResolution": self.conflict_resolution and self.conflict_resolution.document(),
            "ExportingConfig": self.exporting and self.exporting.document(),
        }
        return {name: value for name, value in members.items() if value is not None}


def read_rule_based_matching(document: object, path: str = "") -> RuleBasedMatching:
    """The configuration that vendor JSON says. `path`: where it stands in a larger document. Raises ModelError with
    every fault."""
    reader = Reader()
    at = f"{path}." if path else ""
    given = reader.members(path, document, MEMBERS, required=("Enabled",))
    if "Status" in given:
        reader.choice(f"{at}Status", given["Status"], STATES)
    found = RuleBasedMatching(
        enabled=reader.flag(f"{at}Enabled", given.get("Enabled", True)),
        rules=_rules(reader, f"{at}MatchingRules", given.get("MatchingRules")),
        max_matching_level=_level(reader, given, at, "MaxAllowedRuleLevelForMatching"),
        max_merging_level=_level(reader, given, at, "MaxAllowedRuleLevelForMerging"),
        selector=_selector(reader, f"{at}AttributeTypesSelector", given.get("AttributeTypesSelector")),
        conflict_resolution=read_conflict_resolution(reader, at, given),
        exporting=read_exporting(reader, at, given),
    )
    _check_levels(reader, at, found)
    _check_types(reader, at, found)
    reader.finish()
    return found


def _rules(reader: Reader, path: str, value: object) -> tuple[tuple[str, ...], ...]:
    if value is None:
        return DEFAULT_RULES
    found = []
    for number, rule in enumerate(reader.items(path, value, 1, MOST_LEVELS)):
        at = f"{path}.{number}"
        given = reader.members(at, rule, ("Rule",), required=("Rule",))
        names = reader.texts(f"{at}.Rule", given["Rule"], 1, MOST_ATTRIBUTES) if given else ()
        for place, name in enumerate(names):
            if name and not is_rule_attribute(name):
                allowed = ", ".join(RULE_ATTRIBUTES)
                reader.fault(f"{at}.Rule.{place}", f"{name!r} is not known; allowed are {allowed} and Attributes.<key>")
        found.append(names)
    return tuple(found)


def _level(reader: Reader, given: Mapping[str, Any], at: str, name: str) -> int | None:
    return reader.whole(f"{at}{name}", given[name], 1, MOST_LEVELS) if name in given else None


def _selector(reader: Reader, path: str, value: object) -> Selector | None:
    if value is None:
        return None
    allowed = ("AttributeMatchingModel", ADDRESS, PHONE, EMAIL)
    given = reader.members(path, value, allowed, required=("AttributeMatchingModel",))
    names = {}
    for attribute_type, known in SELECTABLE.items():
        if attribute_type not in given:
            continue
        at = f"{path}.{attribute_type}"
        most = len(SUB_TYPES[attribute_type])
        names[attribute_type] = reader.texts(at, given[attribute_type], 1, most)
        for place, name in enumerate(names[attribute_type]):
            if name and name not in known:
                reader.fault(f"{at}.{place}", f"{name!r} is not known; allowed are {', '.join(known)}")
    model = given.get("AttributeMatchingModel", MANY_TO_MANY)
    return Selector(reader.choice(f"{path}.AttributeMatchingModel", model, (ONE_TO_ONE, MANY_TO_MANY)), names)


def read_conflict_resolution(reader: Reader, at: str, given: Mapping[str, Any]) -> ConflictResolution | None:
    """The member `ConflictResolution` of an object at `at`."""
    if "ConflictResolution" not in given:
        return None
    path = f"{at}ConflictResolution"
    allowed = ("ConflictResolvingModel", "SourceName")
    inside = reader.members(path, given["ConflictResolution"], allowed, required=allowed[:1])
    model = reader.choice(
        f"{path}.ConflictResolvingModel", inside.get("ConflictResolvingModel", "RECENCY"), ("RECENCY", "SOURCE")
    )
    source = reader.text(f"{path}.SourceName", inside["SourceName"]) if "SourceName" in inside else None
    if model == "SOURCE" and source is None:
        reader.fault(f"{path}.SourceName", "is missing; ConflictResolvingModel SOURCE needs it")
    return ConflictResolution(model, source)


def read_exporting(reader: Reader, at: str, given: Mapping[str, Any]) -> S3Exporting | None:
    """The member `ExportingConfig` of an object at `at`."""
    if "ExportingConfig" not in given:
        return None
    path = f"{at}ExportingConfig"
    outside = reader.members(path, given["ExportingConfig"], ("S3Exporting",))
    if "S3Exporting" not in outside:
        return None
    path += ".S3Exporting"
    allowed = ("S3BucketName", "S3KeyName")
    inside = reader.members(path, outside["S3Exporting"], allowed, required=allowed[:1])
    if "S3BucketName" not in inside:
        return None
    bucket = reader.text(f"{path}.S3BucketName", inside["S3BucketName"], 3, 63, r"[a-z0-9.-]+")
    key = reader.text(f"{path}.S3KeyName", inside["S3KeyName"], 1, 800) if "S3KeyName" in inside else None
    return S3Exporting(bucket, key)


def _check_levels(reader: Reader, at: str, found: RuleBasedMatching) -> None:
    matching, merging = found.max_matching_level or len(found.rules), found.max_merging_level
    if merging is not None and merging > matching:
        reader.fault(f"{at}MaxAllowedRuleLevelForMerging", f"{merging} is above the highest matching level, {matching}")


def _check_types(reader: Reader, at: str, found: RuleBasedMatching) -> None:
    """What rules name must have sub-types to compare."""
    if found.selector is None:
        return
    for level, rule in enumerate(found.rules):
        for place, name in enumerate(rule):
            needed = type_of(name)
            if needed and needed not in found.selector.names:
                path = f"{at}MatchingRules.{level}.Rule.{place}"
                reader.fault(path, f"{name!r} needs AttributeTypesSelector.{needed}, which is missing")
