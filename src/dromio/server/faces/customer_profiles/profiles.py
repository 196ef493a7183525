"""Profiles as they are kept: every field with its source and its age, flat, and the same in the vendor's words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.server.faces.customer_profiles.context import Context, batches, dumped, new_id
from dromio.server.faces.customer_profiles.errors import NotFoundError
from dromio.server.faces.customer_profiles.keys import standard_keys
from dromio.server.faces.customer_profiles.shapes import ADDRESSES, FIELDS

MANUAL = "MANUAL"
"""Source of what was written by CreateProfile and UpdateProfile; it outranks what was ingested."""
GROUPED = (*ADDRESSES, "Attributes")
"""Fields with members."""
DEFAULT_TYPE = "PROFILE"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field, where it comes from, and when it was last updated there (microseconds)."""

    content: Any
    source: str
    updated_at: int


@dataclass
class Profile:
    """A profile. `fields`: names are flat, as `FirstName`, `Address.City`, `Attributes.tier`."""

    number: int
    id: str
    fields: dict[str, Value]
    created_at: int
    updated_at: int
    match_id: str | None = None
    rule_level: int | None = None

    def document(self) -> dict[str, Any]:
        """The fields in the vendor's words, without the id."""
        found: dict[str, Any] = {}
        for name, value in self.fields.items():
            group, _, member = name.partition(".")
            if member and group in GROUPED:
                found.setdefault(group, {})[member] = value.content
            else:
                found[name] = value.content
        return {name: found[name] for name in FIELDS if name in found}

    def shown(self) -> dict[str, Any]:
        """The profile in the vendor's words."""
        return {"ProfileId": self.id, "ProfileType": DEFAULT_TYPE} | self.document()


def flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """Fields in the vendor's words with flat names."""
    found: dict[str, Any] = {}
    for name, content in document.items():
        if name in GROUPED:
            found |= {f"{name}.{member}": inside for member, inside in content.items()}
        elif name in FIELDS:
            found[name] = content
    return found


_COLUMNS = "number, profile_id, document, created_at, updated_at, match_id, rule_level"


def find(context: Context, ids: Sequence[str]) -> dict[str, Profile]:
    """The profiles of some ids that exist."""
    found: dict[str, Profile] = {}
    for part in batches(list(dict.fromkeys(ids))):
        marks = ", ".join("?" * len(part))
        select = f"SELECT {_COLUMNS} FROM cp_profiles WHERE domain_id = ? AND profile_id IN ({marks})"
        found |= {row[1]: _profile(row) for row in context.tx.rows(select, context.domain.id, *part)}
    return found


def get(context: Context, profile_id: str) -> Profile:
    """The profile of an id. Raises NotFoundError."""
    found = find(context, [profile_id])
    if not found:
        raise NotFoundError("the profile does not exist")
    return found[profile_id]


def by_number(context: Context, numbers: Iterable[int]) -> dict[int, Profile]:
    """The profiles of some numbers that exist."""
    select = f"SELECT {_COLUMNS} FROM cp_profiles WHERE number IN ??"
    return {row[0]: _profile(row) for row in context.tx.rows(select, sorted(numbers))}


def every(context: Context) -> Iterator[Profile]:
    """All profiles of the domain, some at a time."""
    numbers = [
        row[0] for row in context.tx.rows("SELECT number FROM cp_profiles WHERE domain_id = ?", context.domain.id)
    ]
    for part in batches(numbers):
        yield from by_number(context, part).values()


def create(context: Context, fields: Mapping[str, Value]) -> Profile:
    """A new profile."""
    insert = """
    INSERT INTO cp_profiles (domain_id, profile_id, document, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
    RETURNING number
    """
    profile_id = new_id()
    rows = context.tx.rows(insert, context.domain.id, profile_id, "{}", context.now, context.now)
    profile = Profile(rows[0][0], profile_id, dict(fields), context.now, context.now)
    save(context, profile)
    return profile


def save(context: Context, profile: Profile) -> None:
    """Keep the fields of a profile, and the keys that follow from them."""
    profile.updated_at = context.now
    document = {name: [value.content, value.source, value.updated_at] for name, value in profile.fields.items()}
    update = "UPDATE cp_profiles SET document = ?, updated_at = ? WHERE number = ?"
    context.tx.run(update, dumped(document), profile.updated_at, profile.number)
    context.tx.run("DELETE FROM cp_keys WHERE number = ? AND origin = 'field'", profile.number)
    add_keys(context, profile.number, standard_keys(profile.document(), context.options.phone_region), "field")
    context.changed.add(profile.number)


def add_keys(context: Context, number: int, keys: Iterable[tuple[str, str]], origin: str = "given") -> None:
    """Let a profile be found by some keys: (name, comparable value)."""
    insert = """
    INSERT INTO cp_keys (number, domain_id, name, value, origin) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
    """
    rows = [(number, context.domain.id, name, value, origin) for name, value in sorted(set(keys))]
    if rows:
        context.tx.many(insert, rows)


def delete(context: Context, profile: Profile) -> None:
    """Take a profile out, with its keys; its objects are for the caller to move or delete before."""
    for table in ("cp_keys", "cp_level_keys", "cp_profiles"):
        context.tx.run(f"DELETE FROM {table} WHERE number = ?", profile.number)
    context.changed.discard(profile.number)


def _profile(row: tuple[Any, ...]) -> Profile:
    fields = {name: Value(*value) for name, value in json.loads(row[2]).items()}
    return Profile(row[0], row[1], fields, *row[3:])
