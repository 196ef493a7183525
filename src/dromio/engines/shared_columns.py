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
from dromio.engines.steps import used


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


def bare_pairs(
    fields: Sequence[Watched],
    attributes: Mapping[str, AttributeColumns],
    shared: Sequence[Bools],
    left: Codes,
    right: Codes,
) -> dict[str, AttributeColumns]:
    """Columns in which every pair has two records of its own, i and i + the number of pairs, without the shared values
    that the two have in common."""
    records = np.concatenate([left, right])
    return {
        name: _without(
            attribute, [each for each in zip(fields, shared, strict=True) if each[0].attribute == name], records
        )
        for name, attribute in attributes.items()
    }


def _without(attribute: AttributeColumns, watched: Sequence[tuple[Watched, Bools]], records: Codes) -> AttributeColumns:
    """The columns of some records, of which the first half are paired with the second, without the values of watched
    fields that are shared and that both of a pair have."""
    rows, owner = _value_rows(attribute, records)
    columns = {name: replace(own, codes=own.codes[rows]) for name, own in attribute.columns.items()}
    for one, flags in watched:
        codes = attribute.field(one.field).codes[rows]
        gone = _in_both(codes, owner, len(records) // 2) & flags[np.maximum(codes, 0)]
        for name in list(columns) if one.whole else [one.field]:
            columns[name] = replace(columns[name], codes=np.where(gone, MISSING, columns[name].codes).astype(np.int32))
    labels = None if attribute.labels is None else attribute.labels[rows]
    return AttributeColumns(
        attribute.name,
        {name: used(own) for name, own in columns.items()},
        None if attribute.owner is None else owner.astype(np.int32),
        labels,
    )


def _value_rows(attribute: AttributeColumns, records: Codes) -> tuple[Ints, Ints]:
    """The value rows of some records, one after the other, and whose they are, by place among these records."""
    if attribute.owner is None:
        return records.astype(np.int64), np.arange(len(records))
    start = np.searchsorted(attribute.owner, records)
    count = np.searchsorted(attribute.owner, records, side="right") - start
    owner = np.repeat(np.arange(len(records)), count)
    return np.repeat(start, count) + np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count), owner


def _in_both(codes: Codes, owner: Ints, pairs: int) -> Bools:
    """Whether the other record of its pair has the same value, for every value."""
    key = (owner % pairs) * (int(codes.max(initial=0)) + 1) + codes
    there = codes >= 0
    both = np.intersect1d(key[there & (owner < pairs)], key[there & (owner >= pairs)])
    return there & np.isin(key, both)
