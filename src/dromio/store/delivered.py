"""Values of a record as they are delivered: column -> text or list of texts, and back from the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from dromio.errors import InputError
from dromio.model.schema import Attribute, Input, Model
from dromio.records import Record, RecordKey, Value

Delivered = Mapping[str, str | list[str] | None]
"""Column -> value. Blank columns may be there or not: it makes no difference."""


class Delivery(NamedTuple):
    """A record for `resolve_many`."""

    source: str
    unique_id: str
    values: Mapping[str, Any]
    version: int | None = None


def parts_of(records: Iterable[Delivery], most: int) -> Iterator[list[Delivery]]:
    """The records in their order, in parts of at most so many, in which no record occurs twice."""
    part: list[Delivery] = []
    keys: set[tuple[str, str]] = set()
    for one in records:
        key = (one.source, one.unique_id)
        if key in keys or len(part) >= most:
            yield part
            part, keys = [], set()
        part.append(one)
        keys.add(key)
    if part:
        yield part


def delivered(values: Mapping[str, Any]) -> dict[str, str | list[str] | None]:
    """The values as texts and lists of texts, without columns that hold nothing. Raises InputError that names all
    columns whose values are neither."""
    result: dict[str, str | list[str] | None] = {}
    faults: list[str] = []
    for name, value in values.items():
        try:
            text = (
                [one for one in map(_text, value) if one is not None]
                if isinstance(value, list | tuple)
                else _text(value)
            )
        except TypeError as error:
            faults.append(f"{name!r}: {error}")
            continue
        if text:
            result[str(name)] = text
    if faults:
        raise InputError(f"values must be texts, numbers, dates or lists of these; found {'; '.join(faults)}")
    return result


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def canonical(values: Delivered) -> str:
    """One text for equal values, whatever the order of their columns."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def from_canonical(text: str) -> dict[str, str | list[str] | None]:
    """The values that `canonical` made a text of."""
    result: dict[str, str | list[str] | None] = json.loads(text)
    return result


def as_record(key: RecordKey, values: Delivered, model: Model) -> Record:
    """The record with the model's attributes, from the columns that the model names."""
    return Record(key, {one.name: tuple(_values(one, values)) for one in model.attributes})


def _values(attribute: Attribute, values: Delivered) -> Iterator[Value]:
    for one in attribute.inputs:
        for parts in _rows(one, values):
            if parts:
                yield Value(parts, one.label)


def _rows(given: Input, values: Delivered) -> Iterator[dict[str, str]]:
    """The parts of every value: one, or one for each place in the lists, texts beside them being repeated."""
    found = {role: values.get(column) for role, column in given.columns.items()}
    lists = [value for value in found.values() if isinstance(value, list)]
    if not lists:
        yield {role: value for role, value in found.items() if isinstance(value, str)}
        return
    for place in range(max(map(len, lists))):
        parts = {role: _at(value, place) for role, value in found.items()}
        yield {role: text for role, text in parts.items() if text is not None}


def _at(value: str | Sequence[str] | None, place: int) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value[place] if place < len(value) else None
