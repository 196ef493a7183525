"""Reading delivered objects: accessors and templates, the values of keys, and when an object was last updated."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dromio.server.faces.customer_profiles.context import SECOND
from dromio.server.faces.customer_profiles.errors import BadRequestError

SOURCE = "_source."
TARGET = "_profile."
TIMESTAMP_FIELD = "sourceLastUpdatedTimestamp"
_PLACEHOLDER = re.compile(r"\{\{\s*_source\.([^{}]+?)\s*\}\}")
_STEP = re.compile(r"[^.\[\]]+")
_LETTERS = {
    "yyyy": "%Y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSSSSS": "%f",
    "SSS": "%f",
    "XXX": "%z",
    "X": "%z",
    "Z": "%z",
}
_TOKEN = re.compile(r"'[^']*'|yyyy|MM|dd|HH|mm|ss|SSSSSS|SSS|XXX|X|Z|[^A-Za-z']+|.")
_DEEPEST = 64


def parsed(text: str) -> dict[str, Any]:
    """The object of a JSON text. Raises BadRequestError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequestError("Object must be JSON") from None
    if not isinstance(found, dict):
        raise BadRequestError("Object must be a JSON object")
    return found


def read(source: str, content: Mapping[str, Any]) -> str:
    """What an accessor or template finds in an object; empty where there is nothing."""
    if "{{" in source:
        return " ".join(_PLACEHOLDER.sub(lambda found: _at(found[1], content), source).split())
    return _at(source.removeprefix(SOURCE), content)


def _at(path: str, content: Any) -> str:
    for step in _STEP.findall(path)[:_DEEPEST]:
        if isinstance(content, Mapping):
            content = content.get(step)
        elif isinstance(content, list) and step.isdecimal() and int(step) < len(content):
            content = content[int(step)]
        else:
            return ""
    return _text(content)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value).strip().replace("\x00", "")
    return ""


def values_of(fields: Mapping[str, Mapping[str, str]], content: Mapping[str, Any]) -> dict[str, str]:
    """Field of an object type -> its value in an object, for those that have one."""
    found = {name: read(field.get("Source", f"{SOURCE}{name}"), content) for name, field in fields.items()}
    return {name: value for name, value in found.items() if value}


def key_value(field_names: list[str], values: Mapping[str, str]) -> str:
    """Value of a key made of fields; empty unless all are there."""
    parts = [values.get(name, "") for name in field_names]
    return " ".join(parts) if parts and all(parts) else ""


def recency_of(values: Mapping[str, str], layout: str | None, arrived: int) -> int:
    """When an object was last updated where it comes from, in microseconds; when it arrived, where that is not said."""
    text = values.get(TIMESTAMP_FIELD, "")
    if not text:
        return arrived
    try:
        return round(_moment(text, layout or "ISO_8601") * SECOND)
    except (ValueError, OverflowError):
        return arrived


def _moment(text: str, layout: str) -> float:
    if layout == "EPOCHMILLI":
        return float(text) / 1000
    if layout in ("EPOCH", "EPOCHSECOND"):
        return float(text)
    found = datetime.fromisoformat(text) if layout == "ISO_8601" else datetime.strptime(text, _spelled(layout))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _spelled(layout: str) -> str:
    """A date pattern of letters as Python spells it."""
    parts = (_LETTERS.get(token, token.strip("'").replace("%", "%%")) for token in _TOKEN.findall(layout))
    return "".join(parts)
