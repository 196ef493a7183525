"""Cleaning all records: in bulk by SQL where that is proved equal to the Python cleaners, by those for the rest.

The Python cleaners run once per distinct combination of parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clean import TYPES, CleanOptions
from dromio.clean.text import fold
from dromio.engines.columns import AttributeColumns, Codes, Column, Ints
from dromio.engines.steps import mended, read_in_bulk
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
        cleaned = _clean_input(records, attribute, attribute.inputs[0], unused)
        columns = {name: Column(own.codes[records.position], own.values) for name, own in cleaned.items()}
        result = AttributeColumns(attribute.name, columns)
    return guarded(result, attribute, guards or [])


def _clean_input(
    records: Records, attribute: Attribute, value: Input, unused: AbstractSet[str] = frozenset()
) -> dict[str, Column]:
    """Fields of one value of every row, in order of rows."""
    roles = {role: records.column(name).inside for role, name in value.columns.items()}
    options = options_of(attribute)
    is_open = TYPES[attribute.type].open_roles and tuple(roles) != ("value",)
    read = None if is_open else read_in_bulk(records, attribute.type, roles, options, unused)
    if read is None:
        cleaned = clean_texts(attribute.type, _texts(records, roles), options)
        return {name: Column.encode(texts) for name, texts in cleaned.items() if name not in unused}
    rest = np.flatnonzero(~read.exact)
    if not len(rest):
        return read.fields
    cleaned = clean_texts(attribute.type, _texts(records, roles, rest), options)
    return {name: mended(own, rest, cleaned[name]) for name, own in read.fields.items()}


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
    clean = TYPES[type_name].clean
    fields = tuple(texts) if TYPES[type_name].open_roles else TYPES[type_name].fields
    if TYPES[type_name].open_roles and len(texts) > 1:  # every role is cleaned for itself
        return {role: clean_texts(type_name, {role: array}, options)[role] for role, array in texts.items()}
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
    parts: dict[str, list[pa.Array]] = {name: [] for name in attribute.fields}
    label_numbers: dict[str, int] = {}
    for value in attribute.inputs:
        listed = [records.column(name) for name in value.columns.values() if records.column(name).is_list]
        if listed:
            owner, fields = _listed(records, attribute, value)
        else:
            fields = {name: own.texts() for name, own in _clean_input(records, attribute, value).items()}
            owner = np.arange(len(records))
        present = np.zeros(len(owner), np.bool_)
        for texts in fields.values():
            present |= texts.is_valid().to_numpy(zero_copy_only=False)
        rows = pa.array(np.flatnonzero(present))
        owners.append(rank[owner[present]])
        labels.append(np.full(int(present.sum()), label_numbers.setdefault(value.label, len(label_numbers)), np.int32))
        for name, arrays in parts.items():
            texts = fields.get(name)
            arrays.append(pa.nulls(len(rows), pa.string()) if texts is None else texts.take(rows).cast(pa.string()))
    owner_of = np.concatenate(owners)
    order = np.argsort(owner_of, kind="stable")
    columns = {
        name: Column.encode(pa.concat_arrays(arrays).take(pa.array(order))) for name, arrays in parts.items() if arrays
    }
    owner_of = owner_of[order]
    if len(label_numbers) == 1 and (np.diff(owner_of) > 0).all():
        return AttributeColumns(attribute.name, {name: _one_each(own, owner_of, rank) for name, own in columns.items()})
    return AttributeColumns(attribute.name, columns, owner_of, np.concatenate(labels)[order])


def _one_each(column: Column, owner: Codes, rank: Codes) -> Column:
    """The values by record, where no record has two and all have one label: as if the attribute had one input."""
    codes = np.full(len(rank), -1, np.int32)
    codes[owner] = column.codes
    return Column(codes, column.values)


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
