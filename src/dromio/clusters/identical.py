"""Records that say the same: they are one entity, whatever the model thinks of how common their values are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.engines.columns import AttributeColumns, Column

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
LEAST_ATTRIBUTES = 2
"""Records with values of fewer attributes say too little to be joined for saying the same."""
_AT_ONCE = 1 << 16
"""Records that are hashed at a time."""


def identical_records(
    attributes: Iterable[AttributeColumns], records: int, unused: Mapping[str, Set[str]] | None = None
) -> tuple[Ints, Ints]:
    """(the first record with the same cleaned values of all attributes, number of attributes with a value) of every
    record.

    A record without any value is the same as no other. `unused`: fields of an attribute that do not count. Records are
    told apart by a hash of 64 bits: two of ten million different ones are taken for the same with a probability of 3 in
    a million.
    """
    total: Hashes = np.zeros(records, np.uint64)
    present = np.zeros(records, np.int64)
    parts = [(one, _used(one, (unused or {}).get(one.name, set()))) for one in attributes]
    of_values = {one.name: _summed(one, used, records) for one, used in parts if one.owner is not None}

    def hash_part(rows: slice) -> None:
        """Hashes of some records; few enough that all on the way stays in the processor's cache."""
        for number, (attribute, used) in enumerate(parts):
            if attribute.owner is None:
                hashes, has_value = _hashes(used, rows)
            else:
                all_hashes, all_present = of_values[attribute.name]
                hashes, has_value = all_hashes[rows], all_present[rows]
            total[rows] = _mixed(total[rows] ^ hashes, number + 1)
            present[rows] += has_value

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(hash_part, (slice(at, min(at + _AT_ONCE, records)) for at in range(0, records, _AT_ONCE))))
    rows = np.flatnonzero((present > 0) & _may_repeat(total))
    order = rows[np.argsort(total[rows], kind="stable")]
    starts = np.r_[True, total[order[1:]] != total[order[:-1]]] if len(order) else np.zeros(0, np.bool_)
    first = np.arange(records)
    first[order] = order[starts][np.cumsum(starts) - 1] if len(order) else order
    return first, present


def _may_repeat(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Whether another hash begins with the same bits; true of all that are there twice, and of few others."""
    bits = min(len(hashes).bit_length() + 2, 24)
    begin = (hashes >> np.uint64(64 - bits)).astype(np.int64)
    return np.asarray(np.bincount(begin, minlength=1 << bits)[begin] > 1)


def _used(attribute: AttributeColumns, unused: Set[str]) -> list[Column]:
    return [column for name, column in sorted(attribute.columns.items()) if name not in unused]


def _hashes(used: Sequence[Column], rows: slice) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """For some value rows a hash of their fields, 0 without any, and whether they have one."""
    size = rows.stop - rows.start
    each: Hashes = np.zeros(size, np.uint64)
    present = np.zeros(size, np.bool_)
    for number, column in enumerate(used):
        codes = column.codes[rows]
        each = _mixed(each ^ (codes.astype(np.int64) + 2).astype(np.uint64), number + 1)
        present |= codes >= 0
    return np.where(present, each, np.uint64(0)), present


def _summed(attribute: AttributeColumns, used: Sequence[Column], records: int) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """For every record a hash of its values of the attribute, in any order of them, and whether it has one."""
    assert attribute.owner is not None
    each, present = _hashes(used, slice(0, len(attribute.owner)))
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
