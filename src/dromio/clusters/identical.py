"""Records that say the same: they are one entity, whatever the model thinks of how common their values are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.engines.columns import AttributeColumns

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
LEAST_ATTRIBUTES = 2
"""Records with values of fewer attributes say too little to be joined for saying the same."""


def identical_records(
    attributes: Iterable[AttributeColumns], records: int, unused: Mapping[str, Set[str]] | None = None
) -> tuple[Ints, Ints]:
    """(the first record with the same cleaned values of all attributes, number of attributes with a value) of every
    record.

    A record without any value is the same as no other. `unused`: fields of an attribute that do not count. Records are
    told apart by a hash of 64 bits: two of ten million different ones are taken for the same with a probability of 3 in
    a million.
    """
    total = np.zeros(records, np.uint64)
    present = np.zeros(records, np.int64)
    for number, attribute in enumerate(attributes):
        hashes, has_value = _hashes(attribute, records, (unused or {}).get(attribute.name, set()))
        total = _mixed(total ^ hashes, number + 1)
        present += has_value
    rows = np.flatnonzero(present)
    order = rows[np.argsort(total[rows], kind="stable")]
    starts = np.r_[True, total[order[1:]] != total[order[:-1]]] if len(order) else np.zeros(0, np.bool_)
    first = np.arange(records)
    first[order] = order[starts][np.cumsum(starts) - 1] if len(order) else order
    return first, present


def _hashes(attribute: AttributeColumns, records: int, unused: Set[str]) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """For every record a hash of its values of the attribute, in any order of them, and whether it has one."""
    used = [column for name, column in sorted(attribute.columns.items()) if name not in unused]
    rows = len(used[0].codes) if used else records
    each = np.zeros(rows, np.uint64)
    present = np.zeros(rows, np.bool_)
    for number, column in enumerate(used):
        each = _mixed(each ^ (column.codes.astype(np.int64) + 2).astype(np.uint64), number + 1)
        present |= column.codes >= 0
    if attribute.owner is None:
        return np.where(present, each, np.uint64(0)), present
    if attribute.labels is not None:
        each = _mixed(each ^ attribute.labels.astype(np.uint64), 0)
    result, has_value = np.zeros(records, np.uint64), np.zeros(records, np.bool_)
    np.add.at(result, attribute.owner[present], each[present])
    has_value[attribute.owner[present]] = True
    return result, has_value


def _mixed(values: Hashes, salt: int) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), with a salt."""
    mixed: Any = values + np.uint64((0x9E3779B97F4A7C15 * (salt + 1)) & 0xFFFFFFFFFFFFFFFF)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))  # type: ignore[no-any-return]
