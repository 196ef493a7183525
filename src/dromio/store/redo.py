"""The queue of blocks that are no longer too large: their records are compared again, each block in one transaction."""

from __future__ import annotations

from itertools import combinations

from dromio.store.blocks import Standing, members, standings
from dromio.store.bulk import compare_pairs
from dromio.store.settle import Pair, Unsettled, may_pair, settle
from dromio.store.sharing import NO_LONGER_SHARED, holders, pairs_within, still_shared
from dromio.store.work import Placement, Work

_FIRST = "SELECT hash, max_block FROM redo WHERE generation = ? ORDER BY hash LIMIT 1"
_DONE = "DELETE FROM redo WHERE generation = ? AND hash = ?"
_FORGET = "DELETE FROM large_blocks WHERE generation = ? AND hash IN ??"
_INSERT = "INSERT INTO keys (generation, hash, record_id) VALUES (?, ?, ?)"
_DELETE = "DELETE FROM keys WHERE generation = ? AND hash = ? AND record_id = ?"


def waiting(work: Work) -> int:
    """Number of blocks in the queue."""
    return int(work.tx.rows("SELECT count(*) FROM redo WHERE generation = ?", work.generation)[0][0])


def redo_one(work: Work) -> bool:
    """Work off the first block of the queue; gives whether there was one."""
    work.hold_domain()
    rows = work.tx.rows(_FIRST, work.generation)
    if not rows:
        return False
    block, most = rows[0]
    if most == NO_LONGER_SHARED:
        if not still_shared(work, block):
            _compare_holders(work, block)
        work.tx.run(_DONE, work.generation, block)
        return True
    size = work.tx.rows("SELECT size FROM large_blocks WHERE generation = ? AND hash = ?", work.generation, block)
    if size and size[0][0] <= most:
        _make_small(work, block)
    work.tx.run(_DONE, work.generation, block)
    return True


def _compare_holders(work: Work, value: int) -> None:
    """Compare all candidate pairs of the records that have a value."""
    placed = work.placed(holders(work, value))
    blocks: dict[int, list[int]] = {}
    for record, standing in standings(work, {record: one.keys for record, one in placed.items()}).items():
        for one in standing.live:
            blocks.setdefault(one.hash, []).append(record)
    pairs = [
        (left, right)
        for left, right in sorted(pairs_within(blocks.values()))
        if may_pair(work, placed[left], placed[right])
    ]
    fresh = compare_pairs(work.matcher, {record: one.cleaned for record, one in placed.items()}, pairs)
    settle(work, Unsettled(seeds=set(placed), fresh=fresh))


def _make_small(work: Work, block: int) -> None:
    """Note a block as no longer large, undo its parts, and compare all pairs of its records."""
    placed = work.placed(members(work, [block]).get(block, set()))
    keys = {record: one.keys for record, one in placed.items()}
    before = standings(work, keys)
    work.tx.run(_FORGET, work.generation, [block])
    after = standings(work, keys)
    _move(work, before, after)
    gone = {one.hash for old in before.values() for one in old.large}
    kept = {one.hash for new in after.values() for one in new.large}
    if gone - kept:
        work.tx.run(_FORGET, work.generation, sorted(gone - kept))
        work.tx.many(_DONE, [(work.generation, one) for one in sorted(gone - kept)])
    settle(work, Unsettled(seeds=set(placed), fresh=_compared(work, block, placed, after)))


def _move(work: Work, before: dict[int, Standing], after: dict[int, Standing]) -> None:
    for record, new in after.items():
        old = before[record]
        work.tx.many(_DELETE, [(work.generation, one, record) for one in old.hashes - new.hashes])
        work.tx.many(_INSERT, [(work.generation, one, record) for one in new.hashes - old.hashes])


def _compared(work: Work, block: int, placed: dict[int, Placement], after: dict[int, Standing]) -> dict[Pair, int]:
    inside = sorted(record for record, one in after.items() if _is_live(one, block))
    pairs = [pair for pair in combinations(inside, 2) if may_pair(work, placed[pair[0]], placed[pair[1]])]
    return compare_pairs(work.matcher, {record: one.cleaned for record, one in placed.items()}, pairs)


def _is_live(standing: Standing, block: int) -> bool:
    return any(one.hash == block for one in standing.live)
