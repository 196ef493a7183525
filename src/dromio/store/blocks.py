"""The key index: records by the hashes of their keys. Blocks above their largest size are split by further fields and,
where that does not help, give no candidates, as in a batch.

A block is large once it holds more than it may; that is noted in the transaction that makes it so. A block that
becomes small again is queued instead, since all its pairs must then be compared: until the queue is worked off it stays
noted as large.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dromio.store.matching import KeyHashes, Matcher
from dromio.store.work import Placement, Work

_LARGE = "SELECT hash FROM large_blocks WHERE generation = ? AND hash IN ??"
_MEMBERS = "SELECT hash, record_id FROM keys WHERE generation = ? AND hash IN ??"
_INSIDE = """
SELECT value, l.size, k.record_id FROM ??
LEFT JOIN large_blocks l ON l.generation = ? AND l.hash = value
LEFT JOIN keys k ON k.generation = ? AND k.hash = value AND l.hash IS NULL
"""
_INSERT = "INSERT INTO keys (generation, hash, record_id) VALUES (?, ?, ?)"
_ENTER = "INSERT INTO keys (generation, hash, record_id) SELECT ?, value, ? FROM ??"
_LEAVE = "DELETE FROM keys WHERE generation = ? AND record_id = ? AND hash IN ??"


class Block(NamedTuple):
    """A block that a record is in: its hash, the key it belongs to, how many fields have split it."""

    hash: int
    key: int
    depth: int


@dataclass
class Standing:
    """The blocks of a record: those that give candidates, and those that are too large to."""

    live: set[Block] = field(default_factory=set)
    large: set[Block] = field(default_factory=set)

    @property
    def hashes(self) -> set[int]:
        """Hashes under which the record is in the index."""
        return {one.hash for one in self.live | self.large}


def standings(work: Work, keys: Mapping[int, Sequence[KeyHashes]]) -> dict[int, Standing]:
    """The blocks of records, given what they have under every key."""
    result = {record: Standing() for record in keys}
    frontier = [
        (record, Block(value, number, 0))
        for record, own in keys.items()
        for number, one in enumerate(own)
        for value in one.values
    ]
    while frontier:
        large = large_among(work, {block.hash for _, block in frontier})
        following = []
        for record, block in frontier:
            if block.hash not in large:
                result[record].live.add(block)
                continue
            result[record].large.add(block)
            following += [(record, one) for one in parts(work.matcher, block, keys[record])]
        frontier = following
    return result


def parts(matcher: Matcher, block: Block, keys: Sequence[KeyHashes]) -> list[Block]:
    """The parts of a large block that a record with these keys is in."""
    splits = keys[block.key].splits
    if block.depth >= len(splits):
        return []
    return [Block(matcher.sub_hash(block.hash, one), block.key, block.depth + 1) for one in splits[block.depth]]


def large_among(work: Work, hashes: Iterable[int]) -> set[int]:
    """Those hashes whose blocks are noted as large."""
    return {row[0] for row in work.tx.rows(_LARGE, work.generation, list(hashes))}


def members(work: Work, hashes: Iterable[int]) -> dict[int, set[int]]:
    """Records of every block."""
    found: dict[int, set[int]] = {}
    for block, record in work.tx.rows(_MEMBERS, work.generation, list(hashes)):
        found.setdefault(block, set()).add(record)
    return found


def _standing(work: Work, record: Placement) -> tuple[Standing, dict[int, set[int]]]:
    """The blocks of one record, and the records of the live ones and of those that say the same, by their hashes."""
    standing = Standing()
    found: dict[int, set[int]] = {}
    frontier = [Block(value, number, 0) for number, one in enumerate(record.keys) for value in one.values]
    wanted = {*(one.hash for one in frontier), *_same_hash(record)}
    while wanted:
        large = set()
        for value, size, member in work.tx.rows(_INSIDE, sorted(wanted), work.generation, work.generation):
            if size is not None:
                large.add(value)
            elif member is not None:
                found.setdefault(value, set()).add(member)
        torn = [one for one in frontier if one.hash in large]
        standing.large.update(torn)
        standing.live.update(one for one in frontier if one.hash not in large)
        frontier = [part for one in torn for part in parts(work.matcher, one, record.keys)]
        wanted = {one.hash for one in frontier}
    return standing, found


@dataclass
class Entry:
    """What became of a record in the index: its candidates, and the records that lost candidates because a block grew
    too large."""

    candidates: set[int]
    same: set[int]
    """Records that say the same and are one with it for that."""
    disturbed: set[int] = field(default_factory=set)


def look_up(work: Work, record: Placement) -> Entry:
    """The candidates of a record that is not in the index, if it were; writes nothing."""
    standing, found = _standing(work, record)
    same = found.pop(record.digest, set()) if record.joins and record.digest is not None else set()
    candidates: set[int] = set()
    for block in standing.live:
        inside = found.get(block.hash, set())
        if len(inside) < work.matcher.max_block(block.key):
            candidates |= inside
    return Entry(candidates - {record.record_id}, same - {record.record_id})


def enter(work: Work, record: Placement) -> Entry:
    """Put a record into the index. It is noted as arriving."""
    work.arriving[record.record_id] = record
    standing, found = _standing(work, record)
    same = found.pop(record.digest, set()) if record.joins and record.digest is not None else set()
    hashes = [*sorted(standing.hashes), *_same_hash(record)]
    work.tx.run(_ENTER, work.generation, record.record_id, hashes)
    if standing.large:
        grow = "UPDATE large_blocks SET size = size + 1 WHERE generation = ? AND hash IN ??"
        work.tx.run(grow, work.generation, [one.hash for one in standing.large])
    for inside in found.values():
        inside.add(record.record_id)
    disturbed: set[int] = set()
    frontier = list(standing.live)
    candidates: set[int] = set()
    while frontier:
        block = frontier.pop()
        inside = found.get(block.hash, {record.record_id})
        if len(inside) <= work.matcher.max_block(block.key):
            candidates |= inside
            continue
        disturbed |= inside
        found |= _make_large(work, block, inside)
        frontier += parts(work.matcher, block, record.keys)
    return Entry(candidates - {record.record_id}, same - {record.record_id}, disturbed)


def enter_many(work: Work, records: Sequence[Placement]) -> dict[int, Entry]:
    """Put records into the index; together they have the pairs that `enter` gives for one after another.

    Those in no block that could grow too large are entered by a few statements, and before the others.
    """
    known = standings(work, {one.record_id: one.keys for one in records})
    live = {block.hash for standing in known.values() for block in standing.live}
    found = members(work, live.union(*map(_same_hash, records)))
    outgrown = _outgrown(work, known, found)
    calm = [one for one in records if outgrown.isdisjoint(known[one.record_id].hashes)]
    _insert(work, calm, known)
    entries = {one.record_id: _entered(work, one, known[one.record_id], found) for one in calm}
    entries |= {one.record_id: enter(work, one) for one in records if one.record_id not in entries}
    return entries


def _outgrown(work: Work, known: Mapping[int, Standing], found: Mapping[int, set[int]]) -> set[int]:
    """Hashes of the blocks that hold too many records once all have been entered."""
    coming = Counter(block for standing in known.values() for block in standing.live)
    return {
        block.hash
        for block, number in coming.items()
        if len(found.get(block.hash, ())) + number > work.matcher.max_block(block.key)
    }


def _insert(work: Work, records: Iterable[Placement], known: Mapping[int, Standing]) -> None:
    rows: list[tuple[int, int, int]] = []
    larger: Counter[int] = Counter()
    for one in records:
        standing = known[one.record_id]
        hashes = [*sorted(standing.hashes), *_same_hash(one)]
        rows += [(work.generation, value, one.record_id) for value in hashes]
        larger.update(block.hash for block in standing.large)
    work.tx.many(_INSERT, rows)
    grow = "UPDATE large_blocks SET size = size + ? WHERE generation = ? AND hash = ?"
    work.tx.many(grow, [(number, work.generation, block) for block, number in larger.items()])


def _entered(work: Work, record: Placement, standing: Standing, found: dict[int, set[int]]) -> Entry:
    """What becomes of a record none of whose blocks is too large with it; it is noted as arriving, and in `found`."""
    work.arriving[record.record_id] = record
    same: set[int] = set().union(*(found.get(one, ()) for one in _same_hash(record)))
    candidates = set[int]().union(*(found.get(block.hash, ()) for block in standing.live))
    for value in [*(block.hash for block in standing.live), *_same_hash(record)]:
        found.setdefault(value, set()).add(record.record_id)
    return Entry(candidates, same)


def leave(work: Work, record: Placement) -> None:
    """Take a record out of the index; large blocks that are so no longer are queued."""
    standing = standings(work, {record.record_id: record.keys})[record.record_id]
    hashes = [*standing.hashes, *_same_hash(record)]
    work.tx.run(_LEAVE, work.generation, record.record_id, hashes)
    for block in standing.large:
        shrink = "UPDATE large_blocks SET size = size - 1 WHERE generation = ? AND hash = ? RETURNING size"
        size = work.tx.rows(shrink, work.generation, block.hash)[0][0]
        if size <= (most := work.matcher.max_block(block.key)):
            queue = "INSERT INTO redo (generation, hash, max_block) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            work.tx.run(queue, work.generation, block.hash, most)


def _same_hash(record: Placement) -> list[int]:
    return [record.digest] if record.joins and record.digest is not None else []


def _make_large(work: Work, block: Block, inside: set[int]) -> dict[int, set[int]]:
    """Note a block as large and put its records into its parts; gives the records of every part."""
    note = "INSERT INTO large_blocks (generation, hash, size) VALUES (?, ?, ?)"
    work.tx.run(note, work.generation, block.hash, len(inside))
    found: dict[int, set[int]] = {}
    placed = work.placed(inside - set(work.arriving))
    placed |= {number: one for number, one in work.arriving.items() if number in inside}
    for number, one in placed.items():
        for part in parts(work.matcher, block, one.keys):
            found.setdefault(part.hash, set()).add(number)
    rows = [(work.generation, part, number) for part, numbers in found.items() for number in sorted(numbers)]
    work.tx.many(_INSERT, rows)
    return found
