"""Records given by hand, as column -> value, made what the readers of files would have made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from dromio.errors import InputError
from dromio.model.schema import Attribute, Input, Model
from dromio.records import Record, RecordKey, Value


def record_of(row: Mapping[str, Any], model: Model, key: RecordKey) -> Record:
    """The record with the attributes of the model. Columns that the row lacks are missing values.

    Raises InputError when none of its columns is used by the model.
    """
    used = [name for one in model.attributes for value in one.inputs for name in value.columns.values()]
    if not any(name in row for name in used):
        found, wanted = ", ".join(map(repr, row)) or "none", ", ".join(map(repr, dict.fromkeys(used)))
        raise InputError(f"{key.unique_id}: no column is used by the model; columns are {found}, it uses {wanted}")
    return Record(key, {one.name: tuple(_values(one, row)) for one in model.attributes})


def _values(attribute: Attribute, row: Mapping[str, Any]) -> Iterator[Value]:
    for given in attribute.inputs:
        for parts in _parts(given, row):
            if parts:
                yield Value(parts, given.label)


def _parts(given: Input, row: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The parts of every value: one, or one for each place in the lists, texts beside them being repeated."""
    cells = {role: row.get(name) for role, name in given.columns.items()}
    lists = {role: cell for role, cell in cells.items() if isinstance(cell, list | tuple)}
    for place in zip_longest(*lists.values()) if lists else [()]:
        whole = cells | dict(zip(lists, place, strict=True))
        texts = {role: text_of(cell) for role, cell in whole.items()}
        yield {role: text for role, text in texts.items() if text is not None}


def text_of(cell: Any) -> str | None:
    """A value as the text that a file would hold: whole numbers without ".0", NaN and None as nothing."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell != cell:
            return None
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False, separators=(",", ":"))
    return str(cell)
