"""Taking in an object: find its profile by keys, or make one; map its fields; keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given, dumped
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.history import note
from dromio.server.faces.customer_profiles.keys import comparable_value
from dromio.server.faces.customer_profiles.mapping import TARGET, key_value, parsed, recency_of, values_of
from dromio.server.faces.customer_profiles.object_types import ObjectType, get_type, priorities
from dromio.server.faces.customer_profiles.profile_operations import numbers_of
from dromio.server.faces.customer_profiles.profiles import MANUAL, Profile, Value
from dromio.server.faces.customer_profiles.shapes import CHOICES

_LONGEST = 255
_LONGEST_TEXT = 1000
_LOWEST_PRIORITY = 2**31


def put_profile_object(context: Context, given: Given) -> Answer:
    """Take in an object, in place of the one with the same unique key."""
    kind = get_type(context, given["ObjectTypeName"])
    content = parsed(given["Object"])
    values = values_of(kind.fields, content)
    unique = _unique_key(kind, values)
    recency = recency_of(values, kind.layout, context.now)
    profile, is_new = _profile_of(context, kind, values, unique)
    if profile is None:
        _keep(context, kind, unique, None, content, recency)
        return {"ProfileObjectUniqueKey": unique}
    if not _is_kept(context, kind, unique, profile):
        _check_room(context, kind, profile)
    _keep(context, kind, unique, profile, content, recency)
    _map(context, kind, values, profile, recency)
    profiles.save(context, profile)
    _add_keys(context, kind, values, profile, is_new)
    if is_new:
        note(context, profile.id, "CREATED", profile.document())
    note(context, profile.id, "INGESTED", content, kind.name, unique)
    return {"ProfileObjectUniqueKey": unique}


def _unique_key(kind: ObjectType, values: Mapping[str, str]) -> str:
    """The value that identifies the object. Raises BadRequestError where a part of it is missing."""
    for name, identifiers, fields in kind.keys:
        if "UNIQUE" in identifiers:
            value = key_value(fields, values)
            if not value:
                raise BadRequestError(f"Object: a value of the unique key {name} is missing")
            return value if len(value) <= _LONGEST else hashlib.sha256(value.encode()).hexdigest()
    raise BadRequestError("the object type has no unique key")


def _profile_of(
    context: Context, kind: ObjectType, values: Mapping[str, str], unique: str
) -> tuple[Profile | None, bool]:
    """The profile that the object belongs to, and whether it was made for it; None where it belongs to none."""
    select = "SELECT number FROM cp_objects WHERE domain_id = ? AND object_type = ? AND unique_key = ?"
    rows = context.tx.rows(select, context.domain.id, kind.name, unique)
    number = rows[0][0] if rows and rows[0][0] is not None else _found(context, kind, values)
    if number is not None:
        found = profiles.by_number(context, [number]).get(number)
        if found:
            return found, False
    if not kind.creates_profiles:
        return None, False
    return profiles.create(context, {}), True


def _found(context: Context, kind: ObjectType, values: Mapping[str, str]) -> int | None:
    """The profile that a key leads to: plain ones first, secondary ones after. A key that leads to several is passed
    over."""
    candidates = [(name, ids, fields) for name, ids, fields in kind.keys if "PROFILE" in ids or "SECONDARY" in ids]
    for name, _, fields in sorted(candidates, key=lambda one: "SECONDARY" in one[1]):
        value = key_value(fields, values)
        numbers = numbers_of(context, name, [value]) if value else set()
        if len(numbers) == 1:
            return numbers.pop()
    return None


def _map(context: Context, kind: ObjectType, values: Mapping[str, str], profile: Profile, recency: int) -> None:
    """Put the values of an object into the fields of a profile."""
    ranks = priorities(context)
    for name, text in values.items():
        target = kind.fields[name].get("Target", "").removeprefix(TARGET)
        value = _fitting(target, text)
        if value and _wins(kind.name, recency, profile.fields.get(target), ranks):
            profile.fields[target] = Value(value, kind.name, recency)


def _fitting(target: str, text: str) -> str:
    """The text as the field can hold it; empty where it cannot."""
    if target in CHOICES:
        return text.upper() if text.upper() in CHOICES[target].values else ""
    return text[: _LONGEST_TEXT if target == "AdditionalInformation" else _LONGEST] if target else ""


def _wins(source: str, recency: int, held: Value | None, ranks: Mapping[str, int]) -> bool:
    """Whether an ingested value replaces the one held: never one written by hand, nor a newer one."""
    if held is None or (held.source == source and held.updated_at <= recency):
        return True
    if held.source == MANUAL:
        return False
    newer = recency - held.updated_at
    return newer > 0 or (newer == 0 and ranks.get(source, _LOWEST_PRIORITY) <= ranks.get(held.source, _LOWEST_PRIORITY))


def _add_keys(context: Context, kind: ObjectType, values: Mapping[str, str], profile: Profile, is_new: bool) -> None:
    found = []
    for name, identifiers, fields in kind.keys:
        value = key_value(fields, values)
        stored = "LOOKUP_ONLY" not in identifiers and (is_new or "NEW_ONLY" not in identifiers)
        if value and stored and name != "_profileId":
            found.append((name, comparable_value(name, value, context.options.phone_region)))
    profiles.add_keys(context, profile.number, found)


def _is_kept(context: Context, kind: ObjectType, unique: str, profile: Profile) -> bool:
    select = """
    SELECT 1 FROM cp_objects WHERE domain_id = ? AND object_type = ? AND unique_key = ? AND number = ?
    """
    return bool(context.tx.rows(select, context.domain.id, kind.name, unique, profile.number))


def _check_room(context: Context, kind: ObjectType, profile: Profile) -> None:
    rows = context.tx.rows(
        "SELECT object_type, count(*) FROM cp_objects WHERE number = ? GROUP BY object_type", profile.number
    )
    counts: dict[str, int] = dict(rows)
    if sum(counts.values()) >= context.options.most_objects:
        raise BadRequestError(f"a profile may have {context.options.most_objects} objects")
    if counts.get(kind.name, 0) >= kind.document.get("MaxProfileObjectCount", _LOWEST_PRIORITY):
        raise BadRequestError("the profile has as many objects of this type as MaxProfileObjectCount allows")


def _keep(
    context: Context,
    kind: ObjectType,
    unique: str,
    profile: Profile | None,
    content: Mapping[str, object],
    recency: int,
) -> None:
    insert = """
    INSERT INTO cp_objects (domain_id, object_type, unique_key, number, content, recency, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (domain_id, object_type, unique_key) DO UPDATE SET
        number = excluded.number, content = excluded.content, recency = excluded.recency,
        received_at = excluded.received_at
    """
    number = None if profile is None else profile.number
    context.tx.run(insert, context.domain.id, kind.name, unique, number, dumped(content), recency, context.now)
