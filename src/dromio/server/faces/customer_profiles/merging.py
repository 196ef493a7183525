"""Merging profiles: which one survives, whose value each field takes, and what moves to the survivor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given
from dromio.server.faces.customer_profiles.errors import BadRequestError, NotFoundError
from dromio.server.faces.customer_profiles.history import note
from dromio.server.faces.customer_profiles.nearby import forget
from dromio.server.faces.customer_profiles.object_types import priorities
from dromio.server.faces.customer_profiles.profiles import MANUAL, Profile, Value
from dromio.server.faces.customer_profiles.shapes import ADDRESSES

Fields = dict[str, Value]
_LOWEST_PRIORITY = 2**31


@dataclass(frozen=True)
class Candidate:
    """What one profile has for a field; an address is one field with all its parts."""

    profile: Profile
    values: Mapping[str, Value]

    @property
    def is_manual(self) -> bool:
        """Whether any of it was written by hand."""
        return any(value.source == MANUAL for value in self.values.values())

    @property
    def updated_at(self) -> int:
        """When any of it was last updated."""
        return max(value.updated_at for value in self.values.values())

    def is_from(self, source: str) -> bool:
        """Whether any of it comes from an object type."""
        return any(value.source == source for value in self.values.values())

    def rank(self, ranks: Mapping[str, int]) -> int:
        """The best priority of its sources; the lowest number is best."""
        return min(ranks.get(value.source, _LOWEST_PRIORITY) for value in self.values.values())

    @property
    def content(self) -> dict[str, Any]:
        """The values without where they come from."""
        return {name: value.content for name, value in self.values.items()}


def survivor_of(members: Sequence[Profile]) -> Profile:
    """The profile that stays when some are merged: the oldest, then that of the smallest id."""
    return min(members, key=lambda one: (one.created_at, one.id))


def merge_automatically(context: Context, members: Sequence[Profile], conflicts: Mapping[str, Any]) -> Profile:
    """Merge profiles by the rules for conflicts, and give the one that stays."""
    survivor = survivor_of(members)
    losers = sorted((one for one in members if one is not survivor), key=lambda one: (one.created_at, one.id))
    fields = resolved([survivor, *losers], conflicts, priorities(context))
    _absorb(context, survivor, losers, fields)
    return survivor


def resolved(members: Sequence[Profile], conflicts: Mapping[str, Any], ranks: Mapping[str, int]) -> Fields:
    """Every field of the merged profile. The first member is the survivor."""
    source = conflicts.get("SourceName") if conflicts.get("ConflictResolvingModel") == "SOURCE" else None
    found: Fields = {}
    for candidates in _units(members).values():
        found |= _winner(candidates, source, ranks).values
    return found


def _units(members: Sequence[Profile]) -> dict[str, list[Candidate]]:
    """Field -> what each profile has for it, in the order of the profiles."""
    found: dict[str, list[Candidate]] = {}
    for profile in members:
        units: dict[str, dict[str, Value]] = {}
        for name, value in profile.fields.items():
            units.setdefault(unit_of(name), {})[name] = value
        for unit, values in units.items():
            found.setdefault(unit, []).append(Candidate(profile, values))
    return found


def unit_of(name: str) -> str:
    """What is taken as a whole: an address with all its parts, any other field alone."""
    group = name.partition(".")[0]
    return group if group in ADDRESSES else name


def _winner(candidates: Sequence[Candidate], source: str | None, ranks: Mapping[str, int]) -> Candidate:
    if len(candidates) == 1:
        return candidates[0]
    kept = [one for one in candidates if one.is_manual]
    if not kept and source is not None:
        kept = [one for one in candidates if one.is_from(source)]
    newest: Callable[[Candidate], tuple[int, int]] = lambda one: (-one.updated_at, one.rank(ranks))  # noqa: E731
    return min(kept or candidates, key=newest)


def merge_profiles(context: Context, given: Given) -> Answer:
    """Merge profiles into a main one, field by field as the caller wants it; it cannot be undone."""
    main_id, ids = given["MainProfileId"], given["ProfileIdsToBeMerged"]
    sources = _sources(given.get("FieldSourceProfileIds", {}))
    _check(main_id, ids, sources)
    found = profiles.find(context, [main_id, *ids])
    # Who sends a merge again, not knowing whether it was done, is told that it was.
    ids = [one for one in ids if one in found or successor_of(context, one) != main_id]
    missing = [one for one in (main_id, *ids) if one not in found]
    if missing:
        raise NotFoundError(f"{len(missing)} of the profiles do not exist")
    main, losers = found[main_id], [found[one] for one in ids]
    if losers:
        _absorb(context, main, losers, _chosen([main, *losers], sources))
    return {"Message": "OK"}


def _sources(named: Mapping[str, Any]) -> dict[str, str]:
    """Field -> the profile whose value the caller wants; custom attributes have each their own."""
    custom = {f"Attributes.{key}": one for key, one in named.get("Attributes", {}).items()}
    return {name: one for name, one in named.items() if name != "Attributes"} | custom


def _check(main_id: str, ids: Sequence[str], sources: Mapping[str, str]) -> None:
    if main_id in ids:
        raise BadRequestError("MainProfileId must not be in ProfileIdsToBeMerged")
    if len(set(ids)) != len(ids):
        raise BadRequestError("ProfileIdsToBeMerged must not name a profile twice")
    foreign = [name for name, one in sources.items() if one != main_id and one not in ids]
    if foreign:
        raise BadRequestError(f"FieldSourceProfileIds names profiles that are not merged, for {len(foreign)} fields")


def _chosen(members: Sequence[Profile], sources: Mapping[str, str]) -> Fields:
    """Every field: of the profile that the caller names, also where it has none, else of the first that has one."""
    found: Fields = {}
    for unit, candidates in _units(members).items():
        if unit in sources:
            candidates = [one for one in candidates if one.profile.id == sources[unit]]
        if candidates:
            found |= candidates[0].values
    return found


def _absorb(context: Context, survivor: Profile, losers: Sequence[Profile], fields: Fields) -> None:
    """Move keys and objects to the survivor, take the others out, and note both."""
    for loser in losers:
        forget(context, loser)
        keys = context.tx.rows("SELECT name, value FROM cp_keys WHERE number = ?", loser.number)
        profiles.add_keys(context, survivor.number, [(row[0], row[1]) for row in keys])
        context.tx.run("UPDATE cp_objects SET number = ? WHERE number = ?", survivor.number, loser.number)
        _redirect(context, loser.id, survivor.id)
        note(context, loser.id, "DELETED_BY_MERGE", {"ProfileId": survivor.id})
    for loser in losers:
        profiles.delete(context, loser)
    survivor.fields = fields
    profiles.save(context, survivor)
    note(context, survivor.id, "MERGED", {"ProfileIds": [loser.id for loser in losers]})


def _redirect(context: Context, profile_id: str, successor: str) -> None:
    """Let an id, and all that led to it, lead to its successor."""
    update = "UPDATE cp_successors SET successor = ? WHERE domain_id = ? AND successor = ?"
    context.tx.run(update, successor, context.domain.id, profile_id)
    insert = "INSERT INTO cp_successors (domain_id, profile_id, successor) VALUES (?, ?, ?)"
    context.tx.run(insert, context.domain.id, profile_id, successor)


def get_successor(context: Context, given: Given) -> Answer:
    """Say into which profile a merged one went."""
    successor = successor_of(context, given["ProfileId"])
    if successor is None:
        raise NotFoundError("the profile was not merged into another")
    return {"ProfileId": given["ProfileId"], "Successor": successor}


def successor_of(context: Context, profile_id: str) -> str | None:
    """The profile into which another went."""
    select = "SELECT successor FROM cp_successors WHERE domain_id = ? AND profile_id = ?"
    rows = context.tx.rows(select, context.domain.id, profile_id)
    return rows[0][0] if rows else None
