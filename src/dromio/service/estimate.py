"""What a run of a model on given records would cost: the pairs of every key that are compared, and the time from a
sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np

from dromio.engines.batch_facts import decide_all
from dromio.engines.columns import Codes
from dromio.engines.duckdb import Batch
from dromio.engines.scans import scan_cost
from dromio.engines.sieve import Signed
from dromio.io.sources import read_records
from dromio.model.schema import Model
from dromio.plan import Plan, make_plan
from dromio.service import match
from dromio.service.key_costs import KeyCost, MeasuredKey, measured_key
from dromio.service.options import RunOptions
from dromio.service.resolve import columns_used, workspace
from dromio.training.chance import comparable_pairs, random_pairs

_SAMPLE = 100_000
"""Pairs that are compared to time one, after a few that have everything worked out that is worked out once."""
_FIRST = 1000


@dataclass(frozen=True)
class Estimate:
    """What a run would cost. `pairs` counts a pair once for each key that it shares, so it is an upper bound.

    `scan_pairs` are those of a scan, where a clause of the model forces one. `seconds` are for reading, cleaning,
    sieving and comparing; of them `measured_seconds` were taken by reading, cleaning and counting here.
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
        signed = Signed(batch.attributes)
        keys = [measured_key(batch, key, source, signed) for key in plan.keys]
        measured = perf_counter() - began
        possible = comparable_pairs(len(records), source)
        scanned = sum(scan_cost(one, batch.attributes, batch.records) for one in plan.scans)
        compared = min(sum(one.cost.pairs for one in keys) + scanned, possible)
        seconds = measured + sum(one.seconds for one in keys)
        seconds += compared * _seconds_for_a_pair(batch, plan, source, keys)
        costs = tuple(one.cost for one in keys)
        return Estimate(len(records), possible, costs, scanned, round(seconds, 1), round(measured, 1))


def _seconds_for_a_pair(batch: Batch, plan: Plan, source: Codes | None, keys: Sequence[MeasuredKey]) -> float:
    """Time to compare one pair: over pairs of the keys, or random ones where keys give few."""
    left, right = (np.concatenate([np.zeros(0, np.int32), *parts]) for parts in _sides(keys))
    if len(left) <= _FIRST:
        left, right = random_pairs(batch.records, source)
    step = max(1, len(left) // _SAMPLE)
    left, right = left[::step], right[::step]
    if not len(left):
        return 0.0
    for part in (slice(0, _FIRST), slice(0, None)):
        began = perf_counter()
        batch.levels(plan.comparisons, left[part], right[part])
        if plan.decider is not None:
            decide_all(plan, batch.attributes, left[part], right[part])
    return (perf_counter() - began) / len(left)


def _sides(keys: Sequence[MeasuredKey]) -> tuple[list[Codes], list[Codes]]:
    return [one.left for one in keys], [one.right for one in keys]
