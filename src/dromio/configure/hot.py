"""Hot values: one phone, mailbox or number that too many different people share.

Such a value (a call centre's own phone, a shop's mailbox, a filler) says nothing about who somebody is. It is taken out
by a guard of the model: no key, no weight. Whether a value is hot depends on the set of records only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dromio.engines.columns import AttributeColumns, Column
from dromio.model.schema import Attribute, Guard

LEAST_RECORDS = 12
"""A value in fewer records is never hot: large families and busy customers reach that."""
LEAST_NAMES = 0.6
"""Share of its records that have different names."""
_GUARDED = {"email": "address", "phone": "number", "identifier": "value"}
_MOST_PER_FIELD = 500


@dataclass(frozen=True)
class HotValue:
    """A value that many records share, the number of its records and of the different names among them."""

    attribute: str
    field: str
    value: str
    records: int
    names: int


def hot_values(attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns]) -> list[HotValue]:
    """Hot values of all guarded fields, those of most records first. None where there are no names to tell people
    apart."""
    names = _names(attributes, columns)
    if names is None:
        return []
    found: list[HotValue] = []
    for attribute in attributes:
        field = _GUARDED.get(attribute.type)
        if field is not None and field in columns[attribute.name].columns:
            found += _hot_in(attribute.name, field, columns[attribute.name], names)
    return sorted(found, key=lambda one: (-one.records, one.attribute, one.value))


def guards(found: Sequence[HotValue]) -> list[Guard]:
    """The guards of a model that take the values out."""
    fields = list(dict.fromkeys(f"{one.attribute}.{one.field}" for one in found))
    return [
        Guard(
            field=field,
            values=[one.value for one in found if f"{one.attribute}.{one.field}" == field],
            reason="shared by many records with different names",
        )
        for field in fields
    ]


def _names(attributes: Sequence[Attribute], columns: Mapping[str, AttributeColumns]) -> np.ndarray | None:
    """One code per record for its name; -1 without a name."""
    for attribute in attributes:
        own = columns[attribute.name]
        if own.owner is not None or attribute.type != "person_name":
            continue
        given, family = own.columns["given"], own.columns["family"]
        code = (given.codes.astype(np.int64) + 1) * (len(family.values) + 1) + family.codes + 1
        return np.where(code == 0, -1, code)
    return None


def _hot_in(attribute: str, field: str, columns: AttributeColumns, names: np.ndarray) -> list[HotValue]:
    column: Column = columns.columns[field]
    crowded = np.flatnonzero(column.counts >= LEAST_RECORDS)
    if not len(crowded):
        return []
    is_crowded = np.zeros(len(column.values), np.bool_)
    is_crowded[crowded] = True
    rows = np.flatnonzero((column.codes >= 0) & is_crowded[np.maximum(column.codes, 0)])
    value = column.codes[rows].astype(np.int64)
    name = names[rows if columns.owner is None else columns.owner[rows]]
    named = name >= 0
    distinct = np.unique(value[named] * (int(names.max()) + 2) + name[named]) // (int(names.max()) + 2)
    different = np.bincount(distinct, minlength=len(column.values))
    with_name = np.bincount(value[named], minlength=len(column.values))
    hot = crowded[(different[crowded] >= LEAST_RECORDS) & (different[crowded] >= LEAST_NAMES * with_name[crowded])]
    ranked = sorted(
        zip((-column.counts[hot]).tolist(), column.strings(hot.astype(np.int32)), hot.tolist(), strict=True)
    )
    return [
        HotValue(attribute, field, text, -count, int(different[code])) for count, text, code in ranked[:_MOST_PER_FIELD]
    ]
