"""Records of an upload: lines of JSON, or a table as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from dromio.errors import InputError

MEDIA_TYPES = ("application/x-ndjson", "text/csv")
AT_ONCE = 500
"""Records of a part, which an import takes in in one transaction."""
Row = tuple[str, str, dict[str, Any], None]


def parts_of_upload(body: bytes, media_type: str, source: str, id_column: str) -> list[list[Row]]:
    """The records of a body in parts: one JSON object of columns to values in each line, or CSV with a head line.

    `id_column` tells records apart. Raises InputError that names the first line which cannot be taken, not its values.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("the upload is not UTF-8") from None
    rows = [_row(line, values, source, id_column) for line, values in _lines(text, media_type)]
    if not rows:
        raise InputError("the upload has no records")
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


def _lines(text: str, media_type: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if media_type not in MEDIA_TYPES:
        raise InputError(f"an upload is {' or '.join(MEDIA_TYPES)}")
    return _json_lines(text) if media_type == MEDIA_TYPES[0] else _table(text)


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line, parse_constant=_refused)
        except (ValueError, RecursionError):
            raise InputError(f"line {number} is not JSON") from None
        if not _is_unicode(line, values):
            raise InputError(f"line {number} is not Unicode")
        if not isinstance(values, dict):
            raise InputError(f"line {number} is not an object of columns to values")
        yield number, values


def _is_unicode(line: str, values: Any) -> bool:
    """Whether there is no half of a character, which JSON can spell and no database takes."""
    if "\\ud" not in line.lower():
        return True
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(name: str) -> Any:
    raise ValueError(name)


def _table(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = lines.fieldnames or []
        if len(set(names)) != len(names):
            raise InputError("line 1 names a column twice")
        for row in lines:
            if None in row or None in row.values():
                raise InputError(f"line {lines.line_num} has not as many values as there are columns")
            yield lines.line_num, {name: value or None for name, value in row.items()}
    except csv.Error:
        raise InputError(f"line {lines.line_num} is not CSV") from None


def _row(line: int, values: dict[str, Any], source: str, id_column: str) -> Row:
    unique_id = values.pop(id_column, None)
    if isinstance(unique_id, bool) or not isinstance(unique_id, str | int) or unique_id == "":
        raise InputError(f"line {line}: the column of the id is missing or empty")
    return source, str(unique_id), values, None
