"""A profile as the vendor's JSON has it, and the same as flat columns and as a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dromio.clean import CleanOptions, clean_value
from dromio.interchange.customer_profiles.fields import (
    ADDRESS,
    ADDRESS_LINES,
    ADDRESS_PARTS,
    CUSTOM,
    EMAIL,
    EXACT_FIELDS,
    PHONE,
    SUB_TYPES,
    TEXT_FIELDS,
)
from dromio.model.schema import Model
from dromio.records import Record, RecordKey, Value

Profile = Mapping[str, Any]

TYPES_OF = {PHONE: "phone", EMAIL: "folded", ADDRESS: "plain"}
"""Attribute type -> type of attribute of a model whose cleaner makes its values comparable."""
EXACT, TEXT = "trimmed", "plain"


def columns_of(profile: Profile) -> dict[str, str]:
    """The profile as flat columns: `FirstName`, `HomePhoneNumber`, `ShippingAddress.City`, `Attributes.tier`, ….

    The four lines of an address are one column, as `Address.Address`. What is missing has no column.
    """
    return dict(_columns(profile))


def _columns(profile: Profile) -> Iterator[tuple[str, str]]:
    for name in (*EXACT_FIELDS, *TEXT_FIELDS, *SUB_TYPES[PHONE], *SUB_TYPES[EMAIL]):
        if profile.get(name):
            yield name, profile[name]
    for name in SUB_TYPES[ADDRESS]:
        for part in ADDRESS_PARTS:
            text = address_part(profile.get(name) or {}, part)
            if text:
                yield address_column(name, part), text
    for key, text in (profile.get("Attributes") or {}).items():
        if text:
            yield f"{CUSTOM}{key}", text


def address_column(sub_type: str, part: str) -> str:
    """Column of a part of one of the addresses: (`ShippingAddress`, `Address.City`) is `ShippingAddress.City`."""
    return f"{sub_type}.{part.partition('.')[2]}"


def address_part(address: Mapping[str, str], part: str) -> str:
    """The text of a part of an address, empty where missing; `Address.Address` is its lines joined by blanks."""
    name = part.partition(".")[2]
    if name != "Address":
        return address.get(name) or ""
    return " ".join(filter(None, (address.get(line) for line in ADDRESS_LINES)))


def record_of(profile: Profile, key: RecordKey, model: Model) -> Record:
    """The profile as a record for a model whose inputs are columns of profiles."""
    columns = columns_of(profile)
    values: dict[str, tuple[Value, ...]] = {}
    for attribute in model.attributes:
        found = []
        for value in attribute.inputs:
            parts = {role: columns[name] for role, name in value.columns.items() if name in columns}
            if parts:
                found.append(Value(parts, value.label))
        values[attribute.name] = tuple(found)
    return Record(key, values)


def comparable(type_name: str, text: str | None, region: str = "US") -> str | None:
    """The text as it is compared, None where there is nothing: the one field that cleaning by a type gives."""
    if not text:
        return None
    fields = clean_value(type_name, {"value": text}, CleanOptions(default_region=region))
    return next(iter(fields.values()), None)
