"""What a run of a model on given records would cost: exact pairs of every key, and the time from a sample."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np

from dromio.engines.batch_facts import decide_all
from dromio.engines.columns import Codes, Ints
from dromio.engines.duckdb import Batch
from dromio.engines.keys import Coded, code_records, join, sort_by_code
from dromio.engines.scans import scan_cost
from dromio.io.sources import read_records
from dromio.model.schema import Model
from dromio.plan import Plan, PlannedKey, make_plan
from dromio.service import match
from dromio.service.options import RunOptions
from dromio.service.resolve import columns_used, workspace
from dromio.training.chance import comparable_pairs, random_pairs

_SAMPLE = 100_000
"""Random pairs that are compared to time one."""


@dataclass(frozen=True)
class KeyCost:
    """What one key gives: blocks of two records or more, the largest, the pairs in all, and the blocks that are too
    large to give any."""

    name: str
    blocks: int
    largest: int
    pairs: int
    dropped: int


@dataclass(frozen=True)
class Estimate:
    """What a run would cost. `pairs` counts a pair once for each key that it shares, so it is an upper bound.

    `scan_pairs` are those of a scan, where a clause of the model forces one. `seconds` are for reading, cleaning and
    comparing; of them `measured_seconds` were taken by reading, cleaning and coding here.
    """

    records: int
    possible_pairs: int
    keys: tuple[KeyCost, ...]
    scan_pairs: int
    seconds: float
    measured_seconds: float

    @property
    def pairs(self) -> int:
        """Pairs of all keys."""
        return sum(one.pairs for one in self.keys)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self) | {"keys": [asdict(one) for one in self.keys], "pairs": self.pairs}


def estimate(model: Model, inputs: Any, *, id_column: str | None = None) -> Estimate:
    """The cost of resolving the inputs with the model, counted over all their records. Raises InputError."""
    began = perf_counter()
    with workspace(RunOptions()) as con:
        records = read_records(con, inputs, id_column=id_column)
        records.require(columns_used(model))
        batch = Batch(match.clean(records, model.attributes, model), len(records), records.source)
        batch.set_words(model)
        source = match.source_of(records, model.link_type)
        plan = make_plan(model, trained=False)
        keys = tuple(_key_cost(batch, key, source) for key in plan.keys)
        measured = perf_counter() - began
        possible = comparable_pairs(len(records), source)
        scanned = sum(scan_cost(one, batch.attributes, batch.records) for one in plan.scans)
        compared = min(sum(one.pairs for one in keys) + scanned, possible)
        seconds = measured + compared * _seconds_for_a_pair(batch, plan, source)
        return Estimate(len(records), possible, keys, scanned, round(seconds, 1), round(measured, 1))


def _seconds_for_a_pair(batch: Batch, plan: Plan, source: Codes | None) -> float:
    """Time to compare one pair, over random ones."""
    left, right = random_pairs(batch.records, source)
    left, right = left[:_SAMPLE], right[:_SAMPLE]
    if not len(left):
        return 0.0
    began = perf_counter()
    batch.levels(plan.comparisons, left, right)
    if plan.decider is not None:
        decide_all(plan, batch.attributes, left, right)
    return (perf_counter() - began) / len(left)


def _key_cost(batch: Batch, key: PlannedKey, source: Codes | None) -> KeyCost:
    coded = code_records(batch.attributes, key, batch.records)
    splitters = (code_records(batch.attributes, PlannedKey("", (part,), 2), batch.records) for part in key.split_by)
    size, pairs = _sizes(coded, source)
    blocks, largest = int((size >= 2).sum()), int(size.max(initial=0))
    limit = largest if key.max_block is None else key.max_block
    total = int(pairs[size <= limit].sum())
    for splitter in splitters:
        if not (size > limit).any():
            break
        coded = join(_of_large_blocks(coded, limit), splitter, batch.records)
        size, pairs = _sizes(coded, source)
        total += int(pairs[size <= limit].sum())
    for columns in batch.attributes.values():
        columns.coded.clear()
    return KeyCost(key.name, blocks, largest, total, int((size > limit).sum()))


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
