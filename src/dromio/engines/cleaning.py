"""Cleaning all records: in bulk by SQL where that is proved equal to the Python cleaners, by those for the rest.

The Python cleaners run once per distinct combination of parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clean import TYPES, CleanOptions
from dromio.clean.text import fold
from dromio.engines.bulk_clean import bulk_query
from dromio.engines.columns import AttributeColumns, Codes, Column, Ints
from dromio.engines.sql import column, render
from dromio.io.sources import RECORDS, Records, in_row_order
from dromio.model.schema import Attribute, Guard, Input

WHOLE_VALUE = ("email", "phone", "identifier", "date", "url", "ip")
"""Types of one piece: when a guard takes one field of a value, the others go with it."""


def options_of(attribute: Attribute) -> CleanOptions:
    """The cleaning options of an attribute of a model."""
    return CleanOptions(
        attribute.default_region, attribute.day_first, frozenset(fold(text) for text in attribute.placeholders)
    )


NEVER_COMPARED = {"email": {"domain"}, "organisation": {"legal"}, "address": {"unit"}}
"""Fields that no default comparison and no default key uses."""


def clean_attribute(
    records: Records, attribute: Attribute, guards: list[Guard] | None = None, unused: AbstractSet[str] = frozenset()
) -> AttributeColumns:
    """The cleaned fields of one attribute over all records but the unused ones, in order of record number."""
    several = len(attribute.inputs) > 1 or any(
        records.column(name).is_list for value in attribute.inputs for name in value.columns.values()
    )
    if several:
        result = _many_valued(records, attribute)
    else:
        arrived = _clean_input(records, attribute, attribute.inputs[0])
        columns = {name: _in_order(arrived, name, records) for name in arrived.fields if name not in unused}
        result = AttributeColumns(attribute.name, columns)
    return guarded(result, attribute, guards or [])


def _in_order(arrived: _Arrived, name: str, records: Records) -> Column:
    """One field as a column in order of record number."""
    column = Column.encode(arrived.fields[name])
    codes = column.codes
    if arrived.rows is not None:
        codes = np.empty_like(column.codes)
        codes[arrived.rows] = column.codes
    return Column(codes[records.position], column.values)


@dataclass(frozen=True)
class _Arrived:
    """Cleaned fields in the order in which a query gave them: row `rows[i]` of the input is the i-th; None: in
    order."""

    fields: dict[str, pa.Array]
    rows: Ints | None

    def in_row_order(self) -> dict[str, pa.Array]:
        """The fields in order of the rows of the input."""
        if self.rows is None:
            return self.fields
        order = np.empty(len(self.rows), np.int64)
        order[self.rows] = np.arange(len(self.rows))
        return {name: texts.take(pa.array(order)) for name, texts in self.fields.items()}


def _clean_input(records: Records, attribute: Attribute, value: Input) -> _Arrived:
    """Fields of one value of every row."""
    roles = {role: records.column(name).inside for role, name in value.columns.items()}
    options = options_of(attribute)
    query = bulk_query(
        attribute.type, RECORDS, "position", {role: column(inside) for role, inside in roles.items()}, options
    )
    if query is None:
        return _Arrived(clean_texts(attribute.type, _texts(records, roles), options), None)
    table = records.con.cursor().sql(render(query)).to_arrow_table()
    rows = table["position"].to_numpy()
    fields = {name: table[name].combine_chunks() for name in table.column_names if name not in ("exact", "position")}
    exact = pc.fill_null(table["exact"].combine_chunks(), False).to_numpy(zero_copy_only=False)
    rest = np.flatnonzero(~exact)
    if len(rest):
        mended = clean_texts(attribute.type, _texts(records, roles, rows[rest]), options)
        mask = pa.array(~exact)
        fields = {name: pc.replace_with_mask(fields[name].cast(pa.string()), mask, mended[name]) for name in fields}
    return _Arrived(fields, None if np.array_equal(rows, np.arange(len(rows))) else rows)


def _texts(records: Records, roles: Mapping[str, str], wanted: Ints | None = None) -> dict[str, pa.Array]:
    """Raw texts of every role: of all rows in their order, or of the wanted rows in the order given."""
    selected = ", ".join(f'"{inside}"' for inside in dict.fromkeys(roles.values()))
    cursor = records.con.cursor()
    if wanted is None:
        table = in_row_order(cursor.sql(f"SELECT position, {selected} FROM {RECORDS}").to_arrow_table())
    else:
        cursor.register("wanted", pa.table({"position": wanted, "place": np.arange(len(wanted))}))
        query = f"SELECT place, {selected} FROM {RECORDS} JOIN wanted USING (position) ORDER BY place"
        table = cursor.sql(query).to_arrow_table()
    return {role: table[inside].combine_chunks() for role, inside in roles.items()}


def clean_texts(type_name: str, texts: Mapping[str, pa.Array], options: CleanOptions) -> dict[str, pa.Array]:
    """The Python cleaner of a type over parallel arrays of raw texts, once per distinct combination."""
    clean, fields = TYPES[type_name].clean, TYPES[type_name].fields
    code: Any = 0
    encoded = {role: Column.encode(array) for role, array in texts.items()}
    for own in encoded.values():
        code = code * (len(own.values) + 1) + (own.codes.astype(np.int64) + 1)
        if len(encoded) > 1:
            code = np.unique(code, return_inverse=True)[1]
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    parts_of = [[None if at < 0 else at for at in column.codes[first].tolist()] for column in encoded.values()]
    values = [column.values.to_pylist() for column in encoded.values()]
    roles = list(encoded)
    cleaned = []
    for row in zip(*parts_of, strict=True):
        parts = {role: own[at] for role, own, at in zip(roles, values, row, strict=True) if at is not None}
        cleaned.append(clean(parts, options) if parts else {})
    which_rows = pa.array(which)
    return {name: pa.array([value.get(name) for value in cleaned], pa.string()).take(which_rows) for name in fields}


def _many_valued(records: Records, attribute: Attribute) -> AttributeColumns:
    """Value rows of an attribute with several labelled values, or of list columns."""
    rank = np.empty(len(records), np.int32)
    rank[records.position] = np.arange(len(records), dtype=np.int32)
    owners: list[Codes] = []
    labels: list[Codes] = []
    parts: dict[str, list[pa.Array]] = {name: [] for name in TYPES[attribute.type].fields}
    for number, value in enumerate(attribute.inputs):
        listed = [records.column(name) for name in value.columns.values() if records.column(name).is_list]
        if listed:
            owner, fields = _listed(records, attribute, value)
        else:
            fields = _clean_input(records, attribute, value).in_row_order()
            owner = np.arange(len(records))
        present = np.zeros(len(owner), np.bool_)
        for texts in fields.values():
            present |= texts.is_valid().to_numpy(zero_copy_only=False)
        rows = pa.array(np.flatnonzero(present))
        owners.append(rank[owner[present]])
        labels.append(np.full(int(present.sum()), number, np.int32))
        for name, texts in fields.items():
            parts[name].append(texts.take(rows).cast(pa.string()))
    owner_of = np.concatenate(owners)
    order = np.argsort(owner_of, kind="stable")
    columns = {
        name: Column.encode(pa.concat_arrays(arrays).take(pa.array(order))) for name, arrays in parts.items() if arrays
    }
    return AttributeColumns(attribute.name, columns, owner_of[order], np.concatenate(labels)[order])


def _listed(records: Records, attribute: Attribute, value: Input) -> tuple[Any, dict[str, pa.Array]]:
    """(table row, fields) of every element of the list columns of one input."""
    roles = {role: records.column(name) for role, name in value.columns.items()}
    unnested = ", ".join(
        f'unnest("{one.inside}") AS "{role}"' if one.is_list else f'"{one.inside}" AS "{role}"'
        for role, one in roles.items()
    )
    table = records.con.sql(f"SELECT position AS owner, {unnested} FROM {RECORDS}").to_arrow_table()
    texts = {role: table[role].combine_chunks() for role in roles}
    return table["owner"].to_numpy(), clean_texts(attribute.type, texts, options_of(attribute))


def guarded(columns: AttributeColumns, attribute: Attribute, guards: list[Guard]) -> AttributeColumns:
    """The columns without the values that guards of the model take out."""
    from dromio.model.expressions import parse_field
    from dromio.model.schema import local

    for guard in guards:
        name, expression = local(parse_field(guard.field))
        if name != attribute.name:
            continue
        column = columns.field(expression.fields[0])
        hot = pc.is_in(column.values, value_set=pa.array(guard.values, pa.string())).to_numpy(zero_copy_only=False)
        gone = np.zeros(len(column.codes), np.bool_)
        gone[column.codes >= 0] = hot[column.codes[column.codes >= 0]]
        targets = list(columns.columns) if attribute.type in WHOLE_VALUE else [expression.fields[0]]
        for target in targets:
            old = columns.columns[target]
            columns.columns[target] = Column(np.where(gone, -1, old.codes).astype(np.int32), old.values)
    return columns
