"""Matching by score as a domain has it: when it runs, and what is merged without being asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.interchange.customer_profiles.document import (
    ConflictResolution,
    S3Exporting,
    read_conflict_resolution,
    read_exporting,
)
from dromio.interchange.reader import Reader

DAYS = ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
TIME = r"([0-9]|0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]"
DEFAULT_DAY, DEFAULT_TIME = "SATURDAY", "00:00"
"""When a domain runs that does not say."""
MOST_CRITERIA, MOST_CRITERION_ATTRIBUTES = 10, 20


@dataclass(frozen=True, slots=True)
class AutoMerging:
    """What is merged: groups of at least `min_score`, where members agree on all attributes of one of `criteria`."""

    enabled: bool
    criteria: tuple[tuple[str, ...], ...] = ()
    conflict_resolution: ConflictResolution | None = None
    min_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Matching:
    """Matching by score of a domain. `day` and `time` (UTC) say when it runs every week."""

    enabled: bool
    day: str = DEFAULT_DAY
    time: str = DEFAULT_TIME
    auto_merging: AutoMerging | None = None
    exporting: S3Exporting | None = None


def read_matching(document: object, path: str = "") -> Matching:
    """The configuration that vendor JSON says. `path`: where it stands in a larger document. Raises ModelError with
    every fault."""
    reader = Reader()
    at = f"{path}." if path else ""
    allowed = ("Enabled", "JobSchedule", "AutoMerging", "ExportingConfig")
    given = reader.members(path, document, allowed, required=("Enabled",))
    day, time = _schedule(reader, at, given)
    found = Matching(
        reader.flag(f"{at}Enabled", given.get("Enabled", True)),
        day,
        time,
        _auto_merging(reader, at, given),
        read_exporting(reader, at, given),
    )
    reader.finish()
    return found


def _schedule(reader: Reader, at: str, given: Mapping[str, Any]) -> tuple[str, str]:
    if "JobSchedule" not in given:
        return DEFAULT_DAY, DEFAULT_TIME
    path = f"{at}JobSchedule"
    allowed = ("DayOfTheWeek", "Time")
    inside = reader.members(path, given["JobSchedule"], allowed, required=allowed)
    day = reader.choice(f"{path}.DayOfTheWeek", inside.get("DayOfTheWeek", DEFAULT_DAY), DAYS)
    return day, reader.text(f"{path}.Time", inside.get("Time", DEFAULT_TIME), 3, 5, TIME)


def _auto_merging(reader: Reader, at: str, given: Mapping[str, Any]) -> AutoMerging | None:
    if "AutoMerging" not in given:
        return None
    path = f"{at}AutoMerging"
    allowed = ("Enabled", "Consolidation", "ConflictResolution", "MinAllowedConfidenceScoreForMerging")
    inside = reader.members(path, given["AutoMerging"], allowed, required=("Enabled",))
    enabled = reader.flag(f"{path}.Enabled", inside.get("Enabled", True))
    if enabled and "Consolidation" not in inside:
        reader.fault(f"{path}.Consolidation", "is missing; merging needs to know what must agree")
    score = inside.get("MinAllowedConfidenceScoreForMerging", 0.0)
    return AutoMerging(
        enabled,
        _criteria(reader, f"{path}.Consolidation", inside.get("Consolidation")),
        read_conflict_resolution(reader, f"{path}.", inside),
        reader.share(f"{path}.MinAllowedConfidenceScoreForMerging", score),
    )


def _criteria(reader: Reader, path: str, value: object) -> tuple[tuple[str, ...], ...]:
    if value is None:
        return ()
    name = "MatchingAttributesList"
    inside = reader.members(path, value, (name,), required=(name,))
    if not inside:
        return ()
    path = f"{path}.{name}"
    found = reader.items(path, inside[name], 1, MOST_CRITERIA)
    return tuple(
        reader.texts(f"{path}.{number}", one, 1, MOST_CRITERION_ATTRIBUTES) for number, one in enumerate(found)
    )
