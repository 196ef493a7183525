"""An order of records by what they say, so that ties are broken neither by arrival nor by ids that were handed out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from dromio.engines.columns import AttributeColumns, Column

Ints = npt.NDArray[np.int64]


def value_ranks(attributes: Iterable[AttributeColumns], records: int) -> Ints:
    """Rank of every record by its cleaned values; equal for records that say the same, dense from 0.

    Attributes count in the order of their names, values in the order of code points, missing before any value. The
    order of two records is the same among any others.
    """
    rank = np.zeros(records, np.int64)
    for attribute in sorted(attributes, key=lambda one: one.name):
        rows = _row_ranks(attribute)
        for own in _by_place(attribute, rows, records):
            rank = _refined(rank, own)
    return rank


def _row_ranks(attribute: AttributeColumns) -> Ints:
    """Rank from 1 of every value row by its fields, then its label; 0 for a row without any field."""
    columns = [attribute.field(name) for name in sorted(attribute.columns)]
    rank = np.zeros(len(columns[0].codes) if columns else 0, np.int64)
    present = np.zeros(len(rank), np.bool_)
    for column in columns:
        rank = _refined(rank, _value_places(column))
        present |= column.codes >= 0
    if attribute.labels is not None:
        rank = _refined(rank, attribute.labels.astype(np.int64))
    return np.where(present, rank + 1, 0)


def _by_place(attribute: AttributeColumns, rows: Ints, records: int) -> Iterable[Ints]:
    """For every record the rank of its first value row in order of rank, then of its second, …; 0 where it has none."""
    if attribute.owner is None:
        yield rows
        return
    present = np.flatnonzero(rows)
    present = present[np.lexsort((rows[present], attribute.owner[present]))]
    owner = attribute.owner[present]
    place = np.arange(len(owner)) - np.searchsorted(owner, owner)
    for each in range(int(place.max(initial=-1)) + 1):
        own = np.zeros(records, np.int64)
        own[owner[place == each]] = rows[present[place == each]]
        yield own


def _value_places(column: Column) -> Ints:
    """For every value row the place of its value among the distinct ones, from 1; 0 where missing."""
    places = np.zeros(len(column.values) + 1, np.int64)
    places[pc.sort_indices(column.values).to_numpy()] = np.arange(1, len(column.values) + 1)
    result: Ints = places[column.codes]  # a missing value's code, -1, takes the last place, which is 0
    return result


def _refined(rank: Ints, own: Ints) -> Ints:
    """Dense rank by `rank`, then by `own`, which is not negative."""
    width = int(own.max(initial=0)) + 1
    result: Ints = np.unique(rank * width + own, return_inverse=True)[1].astype(np.int64)
    return result
