"""What a scan costs for given records, and its pairs for who consents to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.deciders.keys import Scan
from dromio.deciders.questions import Questions
from dromio.engines.batch_facts import answers
from dromio.engines.columns import AttributeColumns, Bools, Codes, Ints
from dromio.engines.keys import pack
from dromio.model.expressions import Condition, Not

CHUNK = 5_000_000
"""Pairs of a scan made at a time."""


def scan_cost(scan: Scan, attributes: Mapping[str, AttributeColumns], records: int) -> int:
    """How many pairs a scan looks at."""
    left, right = _sides(scan, attributes, records)
    both = int((left & right).sum())
    return int(left.sum()) * int(right.sum()) - both - both * (both - 1) // 2


def scan_pairs(
    scan: Scan,
    attributes: Mapping[str, AttributeColumns],
    records: int,
    source: npt.NDArray[Any] | None = None,
    chunk: int = CHUNK,
) -> Iterator[Ints]:
    """All pairs that a scan looks at, packed, each once, about `chunk` at a time; `source`: only pairs across
    sources."""
    left, right = _sides(scan, attributes, records)
    lefts, rights = np.flatnonzero(left).astype(np.int32), np.flatnonzero(right).astype(np.int32)
    step = max(1, chunk // max(len(rights), 1))
    for at in range(0, len(lefts), step):
        one, other = (each.ravel() for each in np.meshgrid(lefts[at : at + step], rights, indexing="ij"))
        kept = one < other
        kept |= (one > other) & ~(left[other] & right[one])
        if source is not None:
            kept &= source[one] != source[other]
        yield pack(one[kept], other[kept])


def _sides(scan: Scan, attributes: Mapping[str, AttributeColumns], records: int) -> tuple[Bools, Bools]:
    """Which records may be left, and which right."""
    return _mask(scan.left, attributes, records), _mask(scan.right, attributes, records)


def _mask(conditions: Sequence[Condition], attributes: Mapping[str, AttributeColumns], records: int) -> Bools:
    result = np.ones(records, np.bool_)
    every: Codes = np.arange(records, dtype=np.int32)
    for condition in conditions:
        asked = Questions()
        asked.directed(condition)
        holds = answers(tuple(asked.numbers), attributes, every, every, frozenset())[0] == 1
        result &= ~holds if isinstance(condition, Not) else holds
    return result
