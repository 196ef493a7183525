"""Shared values over all records at once: the same as `dromio.engines.shared` says of pairs one at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dromio.engines.columns import MISSING, AttributeColumns, Bools, Codes, Column, Ints
from dromio.engines.pairs import AttributePairs
from dromio.engines.shared import Watched, people, spelled


def shared_among(one: Watched, attributes: Mapping[str, AttributeColumns], records: int) -> Bools:
    """Whether each distinct value of the watched field is shared."""
    column = attributes[one.attribute].field(one.field)
    has_value = column.codes >= 0
    if attributes[one.named_by].owner is None:  # then a value of many people is in as many records
        times = np.bincount(column.codes[has_value], minlength=max(len(column.values), 1))
        has_value &= times[np.maximum(column.codes, 0)] > one.most
    value, name, texts = _named(one, attributes, records, np.flatnonzero(has_value))
    result = np.zeros(max(len(column.values), 1), np.bool_)
    doubted = np.flatnonzero(np.bincount(value, minlength=len(result)) > one.most)
    start = np.searchsorted(value, doubted), np.searchsorted(value, doubted, side="right")
    for place, first, last in zip(doubted.tolist(), *(each.tolist() for each in start), strict=True):
        result[place] = people(_spellings(texts, name[first:last])) > one.most
    return result


def people_of(
    one: Watched, attributes: Mapping[str, AttributeColumns], records: int, wanted: Collection[str]
) -> dict[str, int]:
    """How many people full names beside each of some values of the watched field speak of; values that nobody has are
    left out."""
    column = attributes[one.attribute].field(one.field)
    codes = np.flatnonzero(pc.is_in(column.values, value_set=pa.array(sorted(wanted), column.values.type)))
    wanted_rows = np.flatnonzero(np.isin(column.codes, codes))
    value, name, texts = _named(one, attributes, records, wanted_rows)
    return {
        text: people(_spellings(texts, name[value == code]))
        for code, text in zip(codes.tolist(), column.strings(codes), strict=True)
    }


def _spellings(texts: Sequence[tuple[Column, Ints]], names: Ints) -> set[str]:
    """The full names of those numbers, as `spelled`."""
    return {spelled(parts) for parts in zip(*(own.strings(at[names]) for own, at in texts), strict=True)}


def _named(
    one: Watched, attributes: Mapping[str, AttributeColumns], records: int, values: Ints
) -> tuple[Ints, Ints, list[tuple[Column, Ints]]]:
    """Each distinct (value, name) of some value rows, in order of the value; and for every part of a name its column
    and its code."""
    watched, named = attributes[one.attribute], attributes[one.named_by]
    owner = _owners(watched, values)
    is_owner = np.zeros(records, np.bool_)
    is_owner[owner] = True
    parts = [named.field(field) for field in one.names]
    full = np.logical_and.reduce([part.codes >= 0 for part in parts])
    rows = np.flatnonzero(full & (is_owner if named.owner is None else is_owner[named.owner]))
    code = np.zeros(len(rows), np.int64)
    for part in parts:
        code = np.unique(code * (len(part.values) + 1) + part.codes[rows], return_inverse=True)[1].astype(np.int64)
    _, first = np.unique(code, return_index=True)
    texts = [(part, part.codes[rows][first].astype(np.int64)) for part in parts]
    codes = watched.field(one.field).codes[values].astype(np.int64)
    owner_of_name = _owners(named, rows)
    start = np.searchsorted(owner_of_name, owner)
    count = np.searchsorted(owner_of_name, owner, side="right") - start
    at = np.repeat(start, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    names = max(len(first), 1)
    distinct = np.unique(np.repeat(codes, count) * names + code[at])
    return distinct // names, distinct % names, texts


def _owners(attribute: AttributeColumns, rows: Ints) -> Ints:
    return rows if attribute.owner is None else attribute.owner[rows].astype(np.int64)


def common(one: Watched, attributes: Mapping[str, AttributeColumns], shared: Bools, left: Codes, right: Codes) -> Bools:
    """Whether both records of each pair have the same shared value in the watched field."""
    attribute = attributes[one.attribute]
    codes = attribute.field(one.field).codes
    pairs = AttributePairs(attribute, left, right)
    mine, others = codes[pairs.values.left], codes[pairs.values.right]
    return pairs.any((mine == others) & (mine >= 0) & shared[np.maximum(mine, 0)])


def without(
    fields: Sequence[Watched], attributes: Mapping[str, AttributeColumns], shared: Sequence[Bools]
) -> dict[str, AttributeColumns]:
    """The columns without shared values."""
    result = dict(attributes)
    for one, flags in zip(fields, shared, strict=True):
        old = result[one.attribute]
        codes = attributes[one.attribute].field(one.field).codes
        gone = (codes >= 0) & flags[np.maximum(codes, 0)]
        columns = {
            name: replace(column, codes=np.where(gone, MISSING, column.codes).astype(np.int32))
            if one.whole or name == one.field
            else column
            for name, column in old.columns.items()
        }
        result[one.attribute] = AttributeColumns(old.name, columns, old.owner, old.labels)
    return result
