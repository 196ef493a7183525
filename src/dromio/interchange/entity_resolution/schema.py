"""Schema mappings: which columns are what, and which of them are compared under one match key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.interchange.reader import Reader

NAME_PATTERN = r"[a-zA-Z_0-9\- ]*"
TYPES = (
    "NAME", "NAME_FIRST", "NAME_MIDDLE", "NAME_LAST",
    "ADDRESS", "ADDRESS_STREET1", "ADDRESS_STREET2", "ADDRESS_STREET3", "ADDRESS_CITY", "ADDRESS_STATE",
    "ADDRESS_COUNTRY", "ADDRESS_POSTALCODE",
    "PHONE", "PHONE_NUMBER", "PHONE_COUNTRYCODE", "EMAIL_ADDRESS",
    "UNIQUE_ID", "DATE", "STRING", "PROVIDER_ID", "IPV4", "IPV6", "MAID",
)  # fmt: skip
OPTIONAL_PARTS = (
    "NAME_MIDDLE", "ADDRESS_STREET2", "ADDRESS_STREET3", "ADDRESS_STATE", "ADDRESS_COUNTRY", "PHONE_COUNTRYCODE",
)  # fmt: skip
"""Parts of a group that many values lack: they agree also where both lack them."""


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A column of a source, as the schema mapping has it."""

    path: str
    name: str
    type: str
    match_key: str
    group: str
    sub_type: str
    hashed: bool


@dataclass(frozen=True, slots=True)
class MatchValue:
    """One value of a match key: a column, or the columns of a group, which are one text."""

    label: str
    fields: tuple[SchemaField, ...]


MatchKeys = Mapping[str, tuple[MatchValue, ...]]
"""Match key -> its values."""


def read_schemas(reader: Reader, schemas: Sequence[object]) -> dict[str, tuple[SchemaField, ...]]:
    """Name of every schema mapping -> its fields."""
    found = {}
    for number, document in enumerate(schemas):
        at = f"schemas.{number}"
        allowed = (*("schemaName", "mappedInputFields", "description", "tags"), *_OF_REPLIES)
        given = reader.members(at, document, allowed, required=("schemaName", "mappedInputFields"))
        name = reader.text(f"{at}.schemaName", given.get("schemaName", ""), 0, 255, NAME_PATTERN)
        path = f"{at}.mappedInputFields"
        fields = reader.items(path, given["mappedInputFields"], 2, 60) if "mappedInputFields" in given else []
        found[name] = tuple(_field(reader, f"{path}.{place}", one) for place, one in enumerate(fields))
    return found


_OF_REPLIES = ("schemaArn", "createdAt", "updatedAt", "hasWorkflows", "ResponseMetadata")


def _field(reader: Reader, path: str, document: object) -> SchemaField:
    allowed = ("fieldName", "type", "groupName", "matchKey", "subType", "hashed")
    given: dict[str, Any] = reader.members(path, document, allowed, required=allowed[:2])
    texts = dict.fromkeys(("fieldName", "groupName", "matchKey", "subType"), "")
    for name in texts:
        if name in given:
            texts[name] = reader.text(f"{path}.{name}", given[name], 0, 255, NAME_PATTERN)
    return SchemaField(
        path,
        texts["fieldName"],
        reader.choice(f"{path}.type", given.get("type", "STRING"), TYPES),
        texts["matchKey"],
        texts["groupName"],
        texts["subType"],
        reader.flag(f"{path}.hashed", given.get("hashed", False)),
    )


def match_keys(fields: Sequence[SchemaField]) -> dict[str, tuple[MatchValue, ...]]:
    """The values of every match key, fields of one group being one value; what has no match key is not compared."""
    values: dict[str, dict[str, list[SchemaField]]] = {}
    for field in fields:
        if field.match_key:
            of_key = values.setdefault(field.match_key, {})
            of_key.setdefault(f"group {field.group}" if field.group else f"field {field.name}", []).append(field)
    return {
        key: tuple(MatchValue(_label(own), tuple(own)) for own in of_key.values()) for key, of_key in values.items()
    }


def _label(fields: Sequence[SchemaField]) -> str:
    return fields[0].sub_type or fields[0].group or fields[0].name
