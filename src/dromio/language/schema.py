"""Types of the properties of a data domain, as its JSON Schema gives them, and values of records."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

_INTEGER = re.compile(r"-?[0-9]{1,400}")
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")


class PropertyType(Enum):
    """What values a property holds; OTHER is an array, an object or a schema of several types."""

    STRING = "string"
    DATE_TIME = "date-time"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OTHER = "array or object"


def property_type(schema: Mapping[str, Any] | None, field: str) -> PropertyType | None:
    """Type of a property, None when the schema lacks it or there is none; "." reaches the properties of an object."""
    definition = _definition(schema, field)
    if definition is None:
        return None
    declared = definition.get("type")
    if isinstance(declared, list):
        others = [name for name in declared if name != "null"]
        declared = others[0] if len(others) == 1 else None
    if declared == "string" and definition.get("format") == "date-time":
        return PropertyType.DATE_TIME
    return next((known for known in PropertyType if known.value == declared), PropertyType.OTHER)


def value_of(record: Mapping[str, Any], field: str) -> Any:
    """Value of a field, None when absent or null. A name with "." is first a name, then a path into objects."""
    if field in record:
        return record[field]
    head, dot, rest = field.partition(".")
    inner = record.get(head) if dot else None
    return value_of(inner, rest) if isinstance(inner, Mapping) else None


def text_of(value: Any) -> str:
    """A string as it is, any other value as its compact JSON text."""
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    )


def convert(text: str, type_: PropertyType | None) -> Any:
    """The text as a value of the type; date-times as instants, UTC where no offset is given.

    Raises ValueError when it is none, and always for OTHER. None, an unknown type, leaves it as text.
    """
    if type_ in (None, PropertyType.STRING):
        return text
    if type_ is PropertyType.BOOLEAN and text in ("true", "false"):
        return text == "true"
    if type_ is PropertyType.INTEGER and _INTEGER.fullmatch(text):
        return int(text)
    if type_ is PropertyType.NUMBER and _NUMBER.fullmatch(text):
        return _finite(text)
    if type_ is PropertyType.DATE_TIME:
        return instant(text)
    raise ValueError(f"{text!r} is no {type_.value}")


def instant(text: str) -> datetime:
    """The moment an ISO 8601 text names, in UTC. Raises ValueError when it names none."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error


def typed(value: Any, type_: PropertyType | None) -> Any:
    """A stored value for comparison with what `convert` gives: date-times as instants, text for an unknown type.

    Raises ValueError when the value is not of the type.
    """
    if type_ is None:
        return text_of(value)
    if type_ not in _types_of(value):
        raise ValueError(f"{value!r} is no {type_.value}")
    return instant(value) if type_ is PropertyType.DATE_TIME else value


def _types_of(value: Any) -> tuple[PropertyType, ...]:
    if isinstance(value, bool):
        return (PropertyType.BOOLEAN,)
    if isinstance(value, int | float):
        return (PropertyType.INTEGER, PropertyType.NUMBER)
    return (PropertyType.STRING, PropertyType.DATE_TIME) if isinstance(value, str) else (PropertyType.OTHER,)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text!r} is out of range")
    return number


def _definition(schema: Mapping[str, Any] | None, field: str) -> Mapping[str, Any] | None:
    properties = schema.get("properties") if schema else None
    if not isinstance(properties, Mapping):
        return None
    if field in properties:
        return properties[field] if isinstance(properties[field], Mapping) else None
    head, dot, rest = field.partition(".")
    return _definition(properties.get(head), rest) if dot and isinstance(properties.get(head), Mapping) else None
