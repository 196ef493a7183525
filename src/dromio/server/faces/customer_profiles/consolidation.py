"""What auto-merging would merge: inside a group, profiles that agree exactly on all attributes of one criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.matches import groups_behind
from dromio.server.faces.customer_profiles.profiles import Profile
from dromio.server.faces.customer_profiles.shapes import ADDRESSES

SAMPLE = 1000
"""Groups looked at for a preview."""
_STEP = 500


def parts_to_merge(members: Sequence[Profile], criteria: Sequence[Sequence[str]]) -> list[list[Profile]]:
    """Sets of two or more members that belong together by some criterion, directly or through others."""
    root = {one.id: one.id for one in members}

    def find(one: str) -> str:
        while root[one] != one:
            one = root[one]
        return one

    for criterion in criteria:
        first: dict[tuple[str, ...], str] = {}
        for one in members:
            values = _values(one, criterion)
            if values is not None:
                root[find(one.id)] = find(first.setdefault(values, one.id))
    parts: dict[str, list[Profile]] = {}
    for one in members:
        parts.setdefault(find(one.id), []).append(one)
    return [part for part in parts.values() if len(part) > 1]


def _values(profile: Profile, criterion: Sequence[str]) -> tuple[str, ...] | None:
    """The values of a profile for all attributes of a criterion; None where one is missing."""
    document = profile.document()
    found = [_value(document, name) for name in criterion]
    return tuple(found) if all(found) else None


def _value(document: Mapping[str, Any], name: str) -> str:
    group, _, member = name.partition(".")
    if group == "Attributes" or (group in ADDRESSES and member):
        return str(document.get(group, {}).get(member, ""))
    value = document.get(name, "")
    return repr(sorted(value.items())) if isinstance(value, dict) else str(value)


def get_auto_merging_preview(context: Context, given: Given) -> Answer:
    """Say how many profiles auto-merging would take in, on the latest matches; nothing is changed."""
    resolution = given["ConflictResolution"]
    if resolution["ConflictResolvingModel"] == "SOURCE" and "SourceName" not in resolution:
        raise BadRequestError("ConflictResolution.SourceName is missing; the model SOURCE needs it")
    if not context.domain.config.get("Matching", {}).get("Enabled"):
        raise BadRequestError("matching is not enabled for this domain")
    least = given.get("MinAllowedConfidenceScoreForMerging", 0.0)
    criteria = given["Consolidation"]["MatchingAttributesList"]
    generation = context.domain.document.get("generation")
    groups = _sample(context, generation["job_id"]) if generation else []
    absorbed = 0
    for group in groups:
        if group["ConfidenceScore"] >= least:
            members = list(profiles.find(context, group["ProfileIds"]).values())
            absorbed += sum(len(part) - 1 for part in parts_to_merge(members, criteria))
    return {
        "DomainName": context.domain.name,
        "NumberOfMatchesInSample": len(groups),
        "NumberOfProfilesInSample": sum(len(group["ProfileIds"]) for group in groups),
        "NumberOfProfilesWillBeMerged": absorbed,
    }


def _sample(context: Context, job_id: str) -> list[Answer]:
    found: list[Answer] = []
    place = -1
    while len(found) < SAMPLE:
        part = groups_behind(context, job_id, place, _STEP)
        found += [group for _, group in part]
        if len(part) < _STEP:
            break
        place = part[-1][0]
    return found[:SAMPLE]
