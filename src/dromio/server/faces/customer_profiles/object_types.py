"""Profile object types: how objects of a source become fields and keys of profiles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dromio.server.faces.customer_profiles import profiles
from dromio.server.faces.customer_profiles.context import Answer, Context, Given, behind, dumped, seconds, without_none
from dromio.server.faces.customer_profiles.errors import BadRequestError, NotFoundError, summary
from dromio.server.faces.customer_profiles.mapping import TARGET
from dromio.server.faces.customer_profiles.shapes import ADDRESS_MEMBERS, ADDRESSES, CHOICES, TEXTS
from dromio.server.faces.customer_profiles.templates import TEMPLATES

_MAPPED = ("AllowProfileCreation", "SourceLastUpdatedTimestampFormat", "Fields", "Keys")
_PLAIN_TARGETS = {*TEXTS, *CHOICES, "AdditionalInformation"}


@dataclass(frozen=True)
class ObjectType:
    """An object type as it is kept."""

    name: str
    document: dict[str, Any]
    created_at: int
    updated_at: int

    @property
    def fields(self) -> dict[str, dict[str, str]]:
        """Fields, those of the template where there is one."""
        return self._mapped("Fields", {})  # type: ignore[no-any-return]

    @property
    def keys(self) -> list[tuple[str, list[str], list[str]]]:
        """(name, identifiers, fields) of every key, in their order."""
        return [
            (name, key.get("StandardIdentifiers", []), key.get("FieldNames", []))
            for name, keys in self._mapped("Keys", {}).items()
            for key in keys
        ]

    @property
    def creates_profiles(self) -> bool:
        """Whether an object that belongs to no profile makes one."""
        return bool(self._mapped("AllowProfileCreation", False))

    @property
    def layout(self) -> str | None:
        """How the time of the last update is written."""
        return self._mapped("SourceLastUpdatedTimestampFormat", None)  # type: ignore[no-any-return]

    def _mapped(self, name: str, otherwise: Any) -> Any:
        template = TEMPLATES.get(self.document.get("TemplateId", ""), {})
        return self.document.get(name, template.get(name, otherwise))

    def shown(self, available: int) -> Answer:
        """The type in the vendor's words. `available`: objects that can still be added."""
        most = self.document.get("MaxProfileObjectCount")
        return without_none(
            {
                "ObjectTypeName": self.name,
                "AllowProfileCreation": self.creates_profiles,
                "MaxAvailableProfileObjectCount": None if most is None else max(0, available),
                **self.document,
                "Fields": self.fields or None,
                "Keys": self._mapped("Keys", None),
                "CreatedAt": seconds(self.created_at),
                "LastUpdatedAt": seconds(self.updated_at),
            }
        )


def put_profile_object_type(context: Context, given: Given) -> Answer:
    """Make or replace an object type."""
    name = given["ObjectTypeName"]
    _check(context, given)
    document = {key: value for key, value in given.items() if key not in ("DomainName", "ObjectTypeName")}
    before = find_type(context, name)
    if before is None and len(_names(context)) >= context.options.most_object_types:
        raise BadRequestError(f"a domain may have {context.options.most_object_types} object types")
    insert = """
    INSERT INTO cp_object_types (domain_id, name, document, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (domain_id, name) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at
    """
    context.tx.run(insert, context.domain.id, name, dumped(document), context.now, context.now)
    return get_profile_object_type(context, given)


def get_profile_object_type(context: Context, given: Given) -> Answer:
    """Give an object type."""
    found = get_type(context, given["ObjectTypeName"])
    return found.shown(_available(context, found))


def list_profile_object_types(context: Context, given: Given) -> Answer:
    """List the object types of a domain."""
    members = (
        "ObjectTypeName",
        "Description",
        "CreatedAt",
        "LastUpdatedAt",
        "MaxProfileObjectCount",
        "MaxAvailableProfileObjectCount",
        "SourcePriority",
        "Tags",
    )

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        part = behind([(name, name) for name in _names(context)], after, count)
        shown = ((name, get_profile_object_type(context, {"ObjectTypeName": name})) for name, _ in part)
        return [(name, {one: found[one] for one in members if one in found}) for name, found in shown]

    return context.page(given, "Items", fetch)


def delete_profile_object_type(context: Context, given: Given) -> Answer:
    """Take out an object type with its objects and the fields that they filled."""
    name = get_type(context, given["ObjectTypeName"]).name
    context.tx.run("DELETE FROM cp_objects WHERE domain_id = ? AND object_type = ?", context.domain.id, name)
    for profile in profiles.every(context):
        kept = {key: value for key, value in profile.fields.items() if value.source != name}
        if len(kept) < len(profile.fields):
            profile.fields = kept
            profiles.save(context, profile)
    context.tx.run("DELETE FROM cp_object_types WHERE domain_id = ? AND name = ?", context.domain.id, name)
    return {"Message": "OK"}


def find_type(context: Context, name: str) -> ObjectType | None:
    """The object type of a name."""
    select = "SELECT document, created_at, updated_at FROM cp_object_types WHERE domain_id = ? AND name = ?"
    rows = context.tx.rows(select, context.domain.id, name)
    return ObjectType(name, json.loads(rows[0][0]), *rows[0][1:]) if rows else None


def get_type(context: Context, name: str) -> ObjectType:
    """The object type of a name. Raises NotFoundError."""
    found = find_type(context, name)
    if found is None:
        raise NotFoundError("the object type does not exist")
    return found


def priorities(context: Context) -> dict[str, int]:
    """Source priority of every object type that has one; the lowest wins."""
    select = "SELECT name, document FROM cp_object_types WHERE domain_id = ?"
    found = ((name, json.loads(document)) for name, document in context.tx.rows(select, context.domain.id))
    return {name: document["SourcePriority"] for name, document in found if "SourcePriority" in document}


def save_tags(context: Context, found: ObjectType, tags: dict[str, str]) -> None:
    """Keep other tags of an object type."""
    update = "UPDATE cp_object_types SET document = ? WHERE domain_id = ? AND name = ?"
    context.tx.run(update, dumped(found.document | {"Tags": tags}), context.domain.id, found.name)


def _names(context: Context) -> list[str]:
    select = "SELECT name FROM cp_object_types WHERE domain_id = ?"
    return sorted(row[0] for row in context.tx.rows(select, context.domain.id))


def _available(context: Context, found: ObjectType) -> int:
    select = "SELECT count(*) FROM cp_objects WHERE domain_id = ? AND object_type = ?"
    used = context.tx.rows(select, context.domain.id, found.name)[0][0]
    return int(found.document.get("MaxProfileObjectCount", 0)) - int(used)


def _check(context: Context, given: Given) -> None:
    """Raise BadRequestError with everything that does not fit together."""
    faults: list[str] = []
    template = given.get("TemplateId")
    if template is not None:
        if template not in TEMPLATES:
            faults.append("TemplateId: there is no such template")
        faults += [f"{name} comes from the template and must not be given" for name in _MAPPED if name in given]
    if template is None and not given.get("Keys"):
        faults.append("Keys: exactly one key must be UNIQUE")
    for name, field in given.get("Fields", {}).items():
        if not _is_target(field.get("Target", "")):
            faults.append(f"Fields.{name}.Target must be {TARGET} and a field of a profile")
    if given.get("Keys"):
        faults += _key_faults(given["Keys"], given.get("Fields", {}), context.options.most_keys)
    if faults:
        raise BadRequestError(summary(faults))


def _key_faults(keys: Any, fields: Any, most: int) -> list[str]:
    faults: list[str] = []
    flat = [
        (name, set(key.get("StandardIdentifiers", ())), key.get("FieldNames", ()))
        for name in keys
        for key in keys[name]
    ]
    unique = sum("UNIQUE" in identifiers for _, identifiers, _ in flat)
    plain = [name for name, identifiers, _ in flat if "PROFILE" in identifiers and "LOOKUP_ONLY" not in identifiers]
    if unique != 1:
        faults.append(f"Keys: exactly one key must be UNIQUE, {unique} are")
    if len(flat) > most:
        faults.append(f"Keys: an object type may have {most} keys")
    for name, identifiers, names in flat:
        faults += [f"Keys.{name}: {one} is no field" for one in names if one not in fields]
        if not names:
            faults.append(f"Keys.{name}: FieldNames must not be empty")
        if "LOOKUP_ONLY" in identifiers and "UNIQUE" in identifiers:
            faults.append(f"Keys.{name}: LOOKUP_ONLY and UNIQUE exclude each other")
        if {"LOOKUP_ONLY", "PROFILE"} <= identifiers and not plain and name != "_profileId":
            faults.append(f"Keys.{name}: LOOKUP_ONLY with PROFILE needs another PROFILE key")
    return faults


def _is_target(target: str) -> bool:
    """Whether a target is empty, or a field of a profile."""
    if not target:
        return True
    group, _, member = target.removeprefix(TARGET).partition(".")
    if not target.startswith(TARGET):
        return False
    if group == "Attributes":
        return 1 <= len(member) <= 255
    return member in ADDRESS_MEMBERS if group in ADDRESSES else not member and group in _PLAIN_TARGETS
