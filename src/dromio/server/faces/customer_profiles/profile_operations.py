"""Operations on profiles: written by hand, found, and taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.history import blank, note
from dromio.server.faces.customer_profiles.keys import PROFILE_ID, comparable_value
from dromio.server.faces.customer_profiles.nearby import forget
from dromio.server.faces.customer_profiles.profiles import MANUAL, Profile, Value

SEARCH_PAGE = 20


def create_profile(context: Context, given: Given) -> Answer:
    """Make a profile."""
    fields = {name: Value(content, MANUAL, context.now) for name, content in profiles.flat(given).items()}
    profile = profiles.create(context, fields)
    note(context, profile.id, "CREATED", profile.document())
    return {"ProfileId": profile.id}


def update_profile(context: Context, given: Given) -> Answer:
    """Change the fields that are named; an empty text takes one out."""
    profile = profiles.get(context, given["ProfileId"])
    changes = {name: content for name, content in given.items() if name not in ("ProfileId", "DomainName")}
    _change(profile, profiles.flat(changes), context.now)
    profiles.save(context, profile)
    note(context, profile.id, "UPDATED", changes)
    return {"ProfileId": profile.id}


def _change(profile: Profile, changes: Mapping[str, Any], now: int) -> None:
    for name, content in changes.items():
        if content == "":
            profile.fields.pop(name, None)
        else:
            profile.fields[name] = Value(content, MANUAL, now)


def delete_profile(context: Context, given: Given) -> Answer:
    """Take out a profile with its keys and objects."""
    profile = profiles.get(context, given["ProfileId"])
    remove(context, profile, "DELETED_BY_CUSTOMER")
    return {"Message": "OK"}


def remove(context: Context, profile: Profile, action: str) -> None:
    """Take out a profile with everything that hangs on it; its history keeps what was done, without values."""
    forget(context, profile)
    context.tx.run("DELETE FROM cp_objects WHERE number = ?", profile.number)
    profiles.delete(context, profile)
    blank(context, profile.id)
    note(context, profile.id, action)


def batch_get_profile(context: Context, given: Given) -> Answer:
    """Give profiles by their ids; those that do not exist are listed as errors."""
    ids = list(dict.fromkeys(given["ProfileIds"]))
    found = profiles.find(context, ids)
    missing = [_missing(one) for one in ids if one not in found]
    return {"Errors": missing, "Profiles": [found[one].shown() for one in ids if one in found]}


def _missing(profile_id: str) -> Answer:
    return {"Code": "ResourceNotFoundException", "Message": "the profile does not exist", "ProfileId": profile_id}


def add_profile_key(context: Context, given: Given) -> Answer:
    """Let a profile be found by further values of a key."""
    profile = _profile_of_key(context, given)
    keys = _keys(context, given)
    profiles.add_keys(context, profile.number, keys)
    note(context, profile.id, "ADDED_PROFILE_KEY", {"KeyName": given["KeyName"], "Values": given["Values"]})
    return {"KeyName": given["KeyName"], "Values": given["Values"]}


def delete_profile_key(context: Context, given: Given) -> Answer:
    """Let a profile no longer be found by values of a key."""
    profile = _profile_of_key(context, given)
    for name, value in _keys(context, given):
        context.tx.run("DELETE FROM cp_keys WHERE number = ? AND name = ? AND value = ?", profile.number, name, value)
    note(context, profile.id, "DELETED_PROFILE_KEY", {"KeyName": given["KeyName"], "Values": given["Values"]})
    return {"Message": "OK"}


def _profile_of_key(context: Context, given: Given) -> Profile:
    if given["KeyName"] == PROFILE_ID:
        raise BadRequestError(f"the key {PROFILE_ID} is given by the server and cannot be changed")
    if not given["Values"]:
        raise BadRequestError("Values must not be empty")
    return profiles.get(context, given["ProfileId"])


def _keys(context: Context, given: Given) -> list[tuple[str, str]]:
    name, region = given["KeyName"], context.options.phone_region
    return [(name, comparable_value(name, value, region)) for value in given["Values"]]


def search_profiles(context: Context, given: Given) -> Answer:
    """Find profiles by one to five keys."""
    wanted = [given, *given.get("AdditionalSearchKeys", ())]
    hits = [numbers_of(context, one["KeyName"], one["Values"]) for one in wanted]
    together = set.intersection if given.get("LogicalOperator") == "AND" else set.union
    numbers = sorted(together(*hits))

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        part = [number for number in numbers if after is None or number > after][:count]
        loaded = profiles.by_number(context, part)
        return [(number, _hit(loaded[number], wanted, hits)) for number in part if number in loaded]

    return context.page(given, "Items", fetch, SEARCH_PAGE)


def _hit(profile: Profile, wanted: list[Any], hits: list[set[int]]) -> Answer:
    by = [
        {"KeyName": one["KeyName"], "Values": one["Values"]}
        for one, numbers in zip(wanted, hits, strict=True)
        if profile.number in numbers
    ]
    return profile.shown() | {"FoundByItems": by}


def numbers_of(context: Context, key_name: str, values: list[str]) -> set[int]:
    """Numbers of the profiles that have any of some values of a key."""
    if key_name == PROFILE_ID:
        return {profile.number for profile in profiles.find(context, [value.strip() for value in values]).values()}
    select = "SELECT DISTINCT number FROM cp_keys WHERE domain_id = ? AND name = ? AND value = ?"
    found: set[int] = set()
    for value in dict.fromkeys(comparable_value(key_name, one, context.options.phone_region) for one in values):
        if value:
            found |= {row[0] for row in context.tx.rows(select, context.domain.id, key_name, value)}
    return found
