"""Columns of text from loose values, such as rows of databases and objects of Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dromio.io.texts import decoded


def column_of(values: Sequence[Any]) -> pa.Array:
    """Values of any types as texts, None staying null; as lists of texts where one of them is a list, a tuple or a
    set."""
    if any(isinstance(value, list | tuple | set | frozenset) for value in values):
        return pa.array([_listed(value) for value in values], pa.list_(pa.large_string()))
    return pa.array([text_of(value) for value in values], pa.large_string())


def text_of(value: Any) -> str | None:
    """One value as text: whole floating-point numbers without ".0", bytes as UTF-8, None and NaN as None."""
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bytes | bytearray | memoryview):
        return decoded(bytes(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _listed(value: Any) -> list[str | None] | None:
    if isinstance(value, set | frozenset):
        return [*sorted(text for text in map(text_of, value) if text is not None)]
    if isinstance(value, list | tuple):
        return [text_of(one) for one in value]
    text = text_of(value)
    return None if text is None else [text]
