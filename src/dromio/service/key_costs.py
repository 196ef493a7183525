"""The pairs of a key that a run would compare, without making all of them."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from dromio.engines.columns import Codes, Ints
from dromio.engines.duckdb import Batch
from dromio.engines.keys import (
    SQUARE_FROM,
    Coded,
    blocks,
    code_records,
    coded_with_sieve,
    join,
    pair_count,
    sort_by_code,
    that_may_have,
    unpack,
)
from dromio.engines.sieve import Sieve, Signed, Square
from dromio.plan import PlannedKey

_COUNTED = 2_000_000
"""Up to so many pairs are put through a sieve one by one; of more, some are drawn."""
_DRAWN = 200_000
_SQUARED = 2000
"""Records of a block by which whole blocks are timed."""
_SEED = 1


@dataclass(frozen=True)
class KeyCost:
    """What one key gives: blocks of two records or more, the largest, the pairs to compare, and the blocks that are too
    large to give any.

    `sieved`: the pairs that are looked at by their signatures alone, of which `pairs` are left to compare; 0 where
    there is no sieve. `exact`: whether all were counted; else `pairs` are estimated from some that were drawn,
    and where a key has several codes for a record a pair counts for each that it shares.
    """

    name: str
    blocks: int
    largest: int
    pairs: int
    dropped: int
    sieved: int = 0
    exact: bool = True


@dataclass(frozen=True)
class MeasuredKey:
    """The cost of a key, some of its pairs to compare, and the seconds that a run takes to sieve what was not sieved
    here."""

    cost: KeyCost
    left: Codes
    right: Codes
    seconds: float = 0.0


def measured_key(batch: Batch, key: PlannedKey, source: Codes | None, signed: Signed) -> MeasuredKey:
    """What a key costs; `signed` keeps signatures for all keys."""
    coded, sieve = coded_with_sieve(batch.attributes, key, batch.records, signed)
    if sieve is None:
        found = _unsieved(batch, key, coded, source)
    else:
        found = _sieved(batch, key, that_may_have(coded, sieve), source, sieve)
    for columns in batch.attributes.values():
        columns.coded.clear()
    return found


def _sieved(batch: Batch, key: PlannedKey, coded: Coded, source: Codes | None, sieve: Sieve) -> MeasuredKey:
    asked = pair_count(coded, sieve)
    if asked <= _COUNTED:
        found = blocks(coded, None, source=source, records=batch.records, sieve=sieve)
        size, _ = _sizes(coded, source)
        cost = KeyCost(key.name, int((size >= 2).sum()), found.largest, found.count, 0, asked)
        return MeasuredKey(cost, *unpack(found.pairs))
    left, right = _drawn(coded, source)
    began = perf_counter()
    passing = sieve.passing(left, right)
    for_a_pair = (perf_counter() - began) / max(len(left), 1)
    size, pairs = _sizes(coded, source)
    if sieve.square is not None and size.max() >= SQUARE_FROM:
        for_a_pair = _seconds_in_a_square(sieve.square, coded)
    left, right = left[passing], right[passing]
    count = round(int(pairs.sum()) * len(left) / max(len(passing), 1))
    cost = KeyCost(key.name, int((size >= 2).sum()), int(size.max()), count, 0, asked, exact=False)
    return MeasuredKey(cost, left, right, for_a_pair * asked)


def _seconds_in_a_square(square: Square, coded: Coded) -> float:
    """Time to look at one pair of a large block."""
    codes, members = sort_by_code(coded)
    size = _run_lengths(codes)
    start = np.cumsum(size) - size
    largest = int(size.argmax())
    block = members[start[largest] : start[largest] + min(int(size[largest]), _SQUARED)]
    began = perf_counter()
    for _ in square.passing(block):
        pass
    rows = len(block) if square.one_of is None else int(square.one_of[block].sum())
    return (perf_counter() - began) / max(rows * len(block) - rows * rows // 2, 1)


def _drawn(coded: Coded, source: Codes | None) -> tuple[Codes, Codes]:
    """Pairs of blocks, each as likely as any other."""
    codes, members = sort_by_code(coded)
    size = _run_lengths(codes)
    pairs = np.cumsum(size * (size - 1) // 2)
    random = np.random.default_rng(_SEED)
    block = np.searchsorted(pairs, random.integers(0, pairs[-1], _DRAWN), side="right")
    one, other = random.integers(0, size[block]), random.integers(0, size[block] - 1)
    start = (np.cumsum(size) - size)[block]
    left, right = members[start + one], members[start + other + (other >= one)]
    if source is None:
        return left, right
    across = source[left] != source[right]
    return left[across], right[across]


def _unsieved(batch: Batch, key: PlannedKey, coded: Coded, source: Codes | None) -> MeasuredKey:
    splitters = (code_records(batch.attributes, PlannedKey("", (part,), 2), batch.records) for part in key.split_by)
    left, right = _drawn(coded, source) if pair_count(coded) else (np.zeros(0, np.int32), np.zeros(0, np.int32))
    size, pairs = _sizes(coded, source)
    found, largest = int((size >= 2).sum()), int(size.max(initial=0))
    limit = largest if key.max_block is None else key.max_block
    total = int(pairs[size <= limit].sum())
    for splitter in splitters:
        if not (size > limit).any():
            break
        coded = join(_of_large_blocks(coded, limit), splitter, batch.records)
        size, pairs = _sizes(coded, source)
        total += int(pairs[size <= limit].sum())
    return MeasuredKey(KeyCost(key.name, found, largest, total, int((size > limit).sum())), left, right)


def _of_large_blocks(coded: Coded, limit: int) -> Coded:
    """The records of blocks above the limit, with their codes."""
    _, which, size = np.unique(coded.codes, return_inverse=True, return_counts=True)
    large = size[which] > limit
    return Coded(coded.codes[large], coded.records[large], coded.single_valued)


def _sizes(coded: Coded, source: Codes | None) -> tuple[Ints, Ints]:
    """Records and pairs of every block; with sources, pairs across them only."""
    codes, members = sort_by_code(coded)
    size = _run_lengths(codes)
    pairs = size * (size - 1) // 2
    if source is None:
        return size, pairs
    sources = int(source.max(initial=0)) + 1
    block = np.repeat(np.arange(len(size)), size)
    own = np.bincount(block * sources + source[members], minlength=len(size) * sources).reshape(-1, sources)
    return size, pairs - (own * (own - 1) // 2).sum(axis=1)


def _run_lengths(codes: Ints) -> Ints:
    if not len(codes):
        return np.zeros(0, np.int64)
    start = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    lengths: Ints = np.diff(np.r_[start, len(codes)])
    return lengths
