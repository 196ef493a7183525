"""Guessing an object type from samples: which accessor is which field of a profile, and which key is unique."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dromio.server.faces.customer_profiles.context import Answer, Context, Given
from dromio.server.faces.customer_profiles.mapping import TIMESTAMP_FIELD, parsed, read

_DEEPEST = 5
_TARGETS: Mapping[str, tuple[str, str]] = {
    "firstname": ("FirstName", "NAME"),
    "givenname": ("FirstName", "NAME"),
    "middlename": ("MiddleName", "NAME"),
    "lastname": ("LastName", "NAME"),
    "surname": ("LastName", "NAME"),
    "familyname": ("LastName", "NAME"),
    "company": ("BusinessName", "NAME"),
    "businessname": ("BusinessName", "NAME"),
    "email": ("EmailAddress", "EMAIL_ADDRESS"),
    "emailaddress": ("EmailAddress", "EMAIL_ADDRESS"),
    "phone": ("PhoneNumber", "PHONE_NUMBER"),
    "phonenumber": ("PhoneNumber", "PHONE_NUMBER"),
    "mobile": ("MobilePhoneNumber", "PHONE_NUMBER"),
    "mobilephone": ("MobilePhoneNumber", "PHONE_NUMBER"),
    "homephone": ("HomePhoneNumber", "PHONE_NUMBER"),
    "birthdate": ("BirthDate", "STRING"),
    "dateofbirth": ("BirthDate", "STRING"),
    "accountnumber": ("AccountNumber", "STRING"),
    "street": ("Address.Address1", "STRING"),
    "address": ("Address.Address1", "STRING"),
    "city": ("Address.City", "STRING"),
    "state": ("Address.State", "STRING"),
    "country": ("Address.Country", "STRING"),
    "zip": ("Address.PostalCode", "STRING"),
    "zipcode": ("Address.PostalCode", "STRING"),
    "postalcode": ("Address.PostalCode", "STRING"),
}
_UPDATED = ("lastmodifieddate", "lastmodified", "updatedat", "lastupdated", "timestamp")
_UNIQUE = re.compile(r"(^|[^a-z])(id|uuid|guid)$|[a-z]Id$", re.IGNORECASE)


def detect_profile_object_type(context: Context, given: Given) -> Answer:
    """Guess an object type from some objects; none where nothing in them identifies an object."""
    samples = [parsed(text) for text in given["Objects"]]
    paths = list(dict.fromkeys(path for sample in samples for path in _paths(sample)))
    unique = next((path for path in paths if _identifies(path, samples)), None)
    if unique is None:
        return {"DetectedProfileObjectTypes": []}
    fields: dict[str, dict[str, str]] = {}
    updated = ""
    for path in paths:
        name = _plain(path)
        if name in _UPDATED and not updated:
            updated = read(path, samples[0])
            fields[TIMESTAMP_FIELD] = {"Source": f"_source.{path}"}
        else:
            fields[_field_name(path)] = _field(path, name)
    found: Answer = {"Fields": fields, "Keys": _keys(_field_name(unique), fields)}
    if updated:
        found["SourceLastUpdatedTimestampFormat"] = "EPOCHMILLI" if updated.isdecimal() else "ISO_8601"
    return {"DetectedProfileObjectTypes": [found]}


def _paths(value: Any, before: str = "", depth: int = 0) -> Iterator[str]:
    for name, inside in value.items():
        if isinstance(inside, Mapping) and depth < _DEEPEST:
            yield from _paths(inside, f"{before}{name}.", depth + 1)
        elif isinstance(inside, str | int | float) and re.fullmatch(r"[A-Za-z0-9_-]+", name):
            yield f"{before}{name}"


def _identifies(path: str, samples: list[dict[str, Any]]) -> bool:
    """Whether a value is named like an id, and every sample has its own."""
    values = [read(path, sample) for sample in samples]
    return bool(_UNIQUE.search(path.rpartition(".")[2])) and all(values) and len(set(values)) == len(values)


def _plain(path: str) -> str:
    return re.sub(r"[^a-z]", "", path.rpartition(".")[2].lower())


def _field_name(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", path)[:64]


def _field(path: str, name: str) -> dict[str, str]:
    target, content = _TARGETS.get(name, ("", "STRING"))
    return {"Source": f"_source.{path}"} | ({"Target": f"_profile.{target}", "ContentType": content} if target else {})


def _keys(unique: str, fields: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    keys = {unique: [{"StandardIdentifiers": ["UNIQUE", "PROFILE"], "FieldNames": [unique]}]}
    for content, key in (("EMAIL_ADDRESS", "_email"), ("PHONE_NUMBER", "_phone")):
        name = next((name for name, field in fields.items() if field.get("ContentType") == content), None)
        if name:
            keys[key] = [{"StandardIdentifiers": ["PROFILE", "SECONDARY"], "FieldNames": [name]}]
    return keys
