"""Records as delivered: who sent them, under which key, with which labelled values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class RecordKey(NamedTuple):
    """(source, unique_id): unique and stable; orders records wherever an order is needed."""

    source: str
    unique_id: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an attribute, as its parts: role -> text as delivered.

    A plain attribute has the single role "value". A person name may have the roles "given", "middle", "family", "full";
    an address "street", "city", "postcode" and so on. `label` says which of several values it is
    ("HomePhoneNumber", "BillingAddress"); empty when there is only one.
    """

    parts: Mapping[str, str]
    label: str = ""

    @classmethod
    def of(cls, text: str, label: str = "") -> Value:
        """A plain value with the single role "value"."""
        return cls({"value": text}, label)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its key, and for each attribute name its zero or more values."""

    key: RecordKey
    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def of(self, attribute: str) -> tuple[Value, ...]:
        """Values of one attribute; empty when it has none."""
        return self.values.get(attribute, ())


class Pair(NamedTuple):
    """Two record keys in order (left < right)."""

    left: RecordKey
    right: RecordKey

    @classmethod
    def of(cls, one: RecordKey, other: RecordKey) -> Pair:
        """The pair of two different keys, smaller first."""
        if one == other:
            raise ValueError(f"a pair needs two records, got {one} twice")
        return cls(*sorted((one, other)))
