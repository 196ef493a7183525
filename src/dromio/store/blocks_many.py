"""The key index for many new records at once: what `dromio.store.blocks` does for one after another, in columns.

Every key is done for itself, for no block belongs to two. Blocks that the store notes as large, and those that become
so now, give way to their parts until these are small enough or no further field is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dromio.engines.arrays import distinct, union
from dromio.store.columns import Hashed, Ints, PreparedColumns, ranges, sub_hashes
from dromio.store.work import Placement, Work

_LARGE = "SELECT hash FROM large_blocks WHERE generation = ?"
_MEMBERS = "SELECT hash, record_id FROM keys WHERE generation = ? AND hash IN ??"
SHIFT = 32
_LOW = (1 << SHIFT) - 1

Bools = npt.NDArray[np.bool_]


class _Rows(NamedTuple):
    """Records under hashes, and which of them are new."""

    hash: Ints
    record: Ints
    is_new: Bools

    def where(self, wanted: Bools) -> _Rows:
        """Some of the rows."""
        return _Rows(self.hash[wanted], self.record[wanted], self.is_new[wanted])


@dataclass
class Entered:
    """What became of new records in the index. Nothing is written yet.

    `pairs`: candidates as smaller << 32 | larger, sorted; `same`: records of the store that say the same as a new one;
    `alike`: new records that say the same as another one; `disturbed`: as in `Entry`; `rows`: hashes and records to be
    written; `made_large`: blocks that are large now, with their sizes; `grown`: by how many records blocks grew that
    were large before.
    """

    pairs: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    same: set[int] = field(default_factory=set)
    alike: set[int] = field(default_factory=set)
    disturbed: set[int] = field(default_factory=set)
    rows: list[tuple[Ints, Ints]] = field(default_factory=list)
    made_large: dict[int, int] = field(default_factory=dict)
    grown: dict[int, int] = field(default_factory=dict)


def enter_columns(work: Work, ids: Ints, prepared: PreparedColumns) -> Entered:
    """Find the candidates of new records and what is to be written to the index. `ids`: their numbers, rising."""
    entered = Entered()
    large = np.array([row[0] for row in work.tx.rows(_LARGE, work.generation)], np.int64)
    large.sort()
    for key, own in enumerate(prepared.keys):
        _enter_key(work, key, ids, own, prepared.splits[key], large, entered)
    _enter_digests(work, ids, prepared.digests, entered)
    return entered


def write_index(work: Work, entered: Entered) -> None:
    """Write what was found."""
    hashes = np.concatenate([hashes for hashes, _ in entered.rows])
    records = np.concatenate([records for _, records in entered.rows])
    order = np.argsort(hashes, kind="stable")
    work.tx.fill("keys", {"generation": work.generation, "hash": hashes[order], "record_id": records[order]})
    note = "INSERT INTO large_blocks (generation, hash, size) VALUES (?, ?, ?)"
    work.tx.many(note, [(work.generation, *one) for one in sorted(entered.made_large.items())])
    grow = "UPDATE large_blocks SET size = size + ? WHERE generation = ? AND hash = ?"
    work.tx.many(grow, [(size, work.generation, one) for one, size in sorted(entered.grown.items())])


def _enter_key(
    work: Work, key: int, ids: Ints, own: Hashed, splits: Sequence[Hashed], large: Ints, entered: Entered
) -> None:
    rows = _Rows(own.hash, ids[own.record], np.ones(len(own.hash), np.bool_))
    found = np.zeros(0, np.int64)
    for depth in range(len(splits) + 1):
        if not len(rows.hash):
            break
        entered.rows.append((rows.hash, rows.record))
        noted = _is_in(rows.hash, large)
        for block, size in zip(*np.unique(rows.hash[noted], return_counts=True), strict=True):
            entered.grown[int(block)] = int(size)
        everybody, outgrown = _outgrown(work, key, rows.where(~noted), entered)
        found = union(found, _pairs(everybody.where(~outgrown)))
        moved = everybody.where(outgrown)
        entered.disturbed.update(moved.record[~moved.is_new].tolist())
        torn = _both(rows.where(noted), moved)
        rows = _parts(work, key, depth, torn, ids, splits) if depth < len(splits) else rows.where(noted & ~noted)
    entered.pairs = union(entered.pairs, found)


def _outgrown(work: Work, key: int, rows: _Rows, entered: Entered) -> tuple[_Rows, Bools]:
    """All members of blocks that are not noted as large, those of the store too, and which of them are in blocks that
    are too large from now on."""
    blocks = distinct(rows.hash)
    known = _members(work, blocks)
    everybody = _both(rows, known)
    place = np.searchsorted(blocks, everybody.hash)
    size = np.bincount(place, minlength=len(blocks))
    over = size > work.matcher.max_block(key)
    for block, members in zip(blocks[over].tolist(), size[over].tolist(), strict=True):
        entered.made_large[block] = members
    return everybody, over[place]


def _both(some: _Rows, others: _Rows) -> _Rows:
    return _Rows(
        np.concatenate([some.hash, others.hash]),
        np.concatenate([some.record, others.record]),
        np.concatenate([some.is_new, others.is_new]),
    )


def _members(work: Work, blocks: Ints) -> _Rows:
    found = work.tx.rows(_MEMBERS, work.generation, blocks.tolist()) if len(blocks) else []
    both = np.array(found, np.int64).reshape(-1, 2)
    return _Rows(both[:, 0].copy(), both[:, 1].copy(), np.zeros(len(both), np.bool_))


def _parts(work: Work, key: int, depth: int, rows: _Rows, ids: Ints, splits: Sequence[Hashed]) -> _Rows:
    """Records of large blocks under the parts that they are in."""
    new, old = rows.where(rows.is_new), rows.where(~rows.is_new)
    split = splits[depth]
    count = np.bincount(split.record, minlength=len(ids))
    start = np.cumsum(count) - count
    place = np.searchsorted(ids, new.record)
    repeat = count[place]
    further = split.hash[ranges(start[place], repeat)]
    of_new = _Rows(
        sub_hashes(np.repeat(new.hash, repeat), further), np.repeat(new.record, repeat), np.ones(len(further), np.bool_)
    )
    placed: dict[int, Placement] = work.placed(distinct(old.record).tolist())
    named = [
        (block, one, record)
        for block, record in zip(old.hash.tolist(), old.record.tolist(), strict=True)
        for one in placed[record].keys[key].splits[depth]
    ]
    three = np.array(named, np.int64).reshape(-1, 3)
    return _Rows(
        np.concatenate([of_new.hash, sub_hashes(three[:, 0].copy(), three[:, 1].copy())]),
        np.concatenate([of_new.record, three[:, 2]]),
        np.concatenate([of_new.is_new, np.zeros(len(three), np.bool_)]),
    )


def _pairs(rows: _Rows) -> Ints:
    """Pairs inside blocks of which one at least is new, packed, sorted, each once."""
    order = np.lexsort((rows.is_new, rows.hash))  # in every block those of the store first
    blocks, records, is_new = rows.hash[order], rows.record[order], rows.is_new[order]
    if not len(blocks):
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(np.r_[True, blocks[1:] != blocks[:-1]])
    start = np.repeat(begins, np.diff(np.r_[begins, len(blocks)]))
    at = np.flatnonzero(is_new)
    before = at - start[at]
    left, right = np.repeat(records[at], before), records[ranges(start[at], before)]
    return distinct(np.minimum(left, right) << SHIFT | np.maximum(left, right))


def _enter_digests(work: Work, ids: Ints, digests: Hashed, entered: Entered) -> None:
    records = ids[digests.record]
    entered.rows.append((digests.hash, records))
    known = _members(work, distinct(digests.hash))
    entered.same.update(known.record.tolist())
    _, which, count = np.unique(digests.hash, return_inverse=True, return_counts=True)
    alike = (count[which] > 1) | np.isin(digests.hash, known.hash)
    entered.alike.update(records[alike].tolist())


def _is_in(values: Ints, ordered: Ints) -> Bools:
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: Bools = ordered[at] == values
    return found


def unpacked(pairs: Ints) -> tuple[Ints, Ints]:
    """Left and right records of packed pairs."""
    return pairs >> SHIFT, pairs & _LOW
