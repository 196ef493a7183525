"""A number of 64 bits for each text, of which two alike texts differ in few bits only: exact, and quick to compare.

A bit says that a text holds a character so many times, or one of some words or trigrams. An edit changes at most one
character into another, so two texts within k edits differ in at most 2k bits, k of them set in the one text and k in
the other. Which characters are counted, and how far, depends on the values at hand: those that tell most apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.engines.columns import Bools, Codes, Column, Words
from dromio.model.expressions import Measure

Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

_BITS = 64
_BUCKETS = 128
"""Characters that are equal modulo this number are counted together."""
_COUNTED_TO = 4
_CHUNK = 20_000
_ROUNDING = 1e-3
"""Far below one bit, far above what adding figures of single precision loses."""
_WHOLE = 1e-6
"""Similarities are compared after rounding to 6 decimals."""
_PREFIX = 0.4
"""What four equal characters at the beginning give of what Jaro's similarity lacks."""


@dataclass(frozen=True)
class Signatures:
    """Bits of every distinct value, and how many bits a pair may differ in: the sum of the reach of both.

    `one_sided`: at most half as many may be set in one alone, where both reach equally far.
    """

    column: Column
    bits: Bits
    reach: Floats
    one_sided: bool = False

    def may_hold(self, left: Codes, right: Codes) -> Bools:
        """For pairs of value codes, none of them -1, whether the measure may hold."""
        one, other = self.bits[left], self.bits[right]
        reach = self.reach[left] + self.reach[right]
        if not self.one_sided:
            result: Bools = np.bitwise_count(one ^ other) <= reach
            return result
        half = reach / 2
        result = (np.bitwise_count(one & ~other) <= half) & (np.bitwise_count(other & ~one) <= half)
        length = self.column.letters.length
        result &= np.abs(length[left] - length[right]) <= half
        return result


def signatures(measure: Measure, column: Column) -> Signatures | None:
    """Signatures of the values of the column that the measure is of; None where the measure has none, or where all
    pairs would pass."""
    made = _SIGNATURES.get(measure.function)
    if made is None or not len(column.values):
        return None
    return made(column, measure.bound)


def _edits(column: Column, bound: float) -> Signatures | None:
    if bound > _BITS / 2:
        return None
    reach = np.full(len(column.values), np.floor(bound) + _ROUNDING, np.float32)
    return Signatures(column, _letters(column), reach, one_sided=True)


def _share(column: Column, bound: float) -> Signatures | None:
    """Edits as a share of the length of either: that of the longer is at most that of the shorter and the edits."""
    if bound >= 1:
        return None
    # k <= bound * longer and longer <= shorter + k, so 2k <= bound / (1 - bound / 2) * (shorter + longer).
    factor = bound / (1 - bound / 2)
    return Signatures(column, _letters(column), (factor * column.letters.length + _ROUNDING).astype(np.float32))


def _alike(column: Column, bound: float) -> Signatures | None:
    return _share(column, 1 - bound + _WHOLE)


def _jaro(prefix: float) -> Callable[[Column, float], Signatures | None]:
    def made(column: Column, bound: float) -> Signatures | None:
        # With m common letters of a and b: m / a + m / b + 1 >= 3 * jaro. Of a and b letters, a + b - 2m differ.
        jaro = (bound - _WHOLE - prefix) / (1 - prefix)
        sums = 3 * jaro - 1
        if sums <= 1:
            return None
        factor = (2 - sums) / sums
        return Signatures(column, _letters(column), (factor * column.letters.length + _ROUNDING).astype(np.float32))

    return made


def _shared(words_of: Callable[[Column], Words]) -> Callable[[Column, float], Signatures | None]:
    """Shared words as a share of all: of n and m words, at most (1 - s) / (1 + s) of n + m are not shared."""

    def made(column: Column, bound: float) -> Signatures | None:
        if bound <= _WHOLE:
            return None
        words = words_of(column)
        count = np.diff(words.start)
        least = bound - _WHOLE
        factor = (1 - least) / (1 + least)
        return Signatures(column, _of_words(words), (factor * count + _ROUNDING).astype(np.float32))

    return made


_SIGNATURES: dict[str, Callable[[Column, float], Signatures | None]] = {
    "levenshtein": _edits,
    "damerau_levenshtein": _edits,
    "share_of_left": _share,
    "share_of_right": _share,
    "edit_similarity": _alike,
    "swap_similarity": _alike,
    "jaro": _jaro(0.0),
    "jaro_winkler": _jaro(_PREFIX),
    "jaccard": _shared(lambda column: column.words),
    "trigram": _shared(lambda column: column.trigrams),
}


def _letters(column: Column) -> Bits:
    """How often characters occur, in the 64 bits that are most evenly set and unset."""
    values = column.values.to_pylist()
    bits = np.zeros(len(values), np.uint64)
    chosen = _telling(_counts(values[:: max(1, len(values) // _CHUNK)], np.arange(_BUCKETS)))
    buckets = sorted({bucket for bucket, _ in chosen})
    for at in range(0, len(values), _CHUNK):
        counts = _counts(values[at : at + _CHUNK], np.array(buckets))
        part = bits[at : at + _CHUNK]
        for number, (bucket, times) in enumerate(chosen):
            part |= (counts[buckets.index(bucket)] >= times).astype(np.uint64) << np.uint64(number)
    return bits


def _counts(texts: list[str], buckets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(buckets, texts): how often characters of each of the buckets occur."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    first_cell = np.full(_BUCKETS, len(buckets) * len(texts))
    first_cell[buckets] = np.arange(len(buckets)) * len(texts)
    cells = np.bincount(first_cell[points % _BUCKETS] + text, minlength=(len(buckets) + 1) * len(texts))
    return cells.reshape(-1, len(texts))[:-1]


def _telling(counts: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """(bucket, times) of the bits that split the texts most evenly."""
    told = np.stack([(counts >= times).mean(axis=1) for times in range(1, _COUNTED_TO + 1)])
    order = np.argsort(-(told * (1 - told)).ravel(), kind="stable")[:_BITS]
    return [(int(one % _BUCKETS), int(one // _BUCKETS) + 1) for one in order]


def _of_words(words: Words) -> Bits:
    """A bit for each word; several words share one."""
    bit = np.uint64(1) << (words.flat.astype(np.uint64) % np.uint64(_BITS))
    return _combined(bit, words.start)


def _combined(bit: Bits, start: npt.NDArray[Any]) -> Bits:
    filled = np.flatnonzero(np.diff(start) > 0)
    result = np.zeros(len(start) - 1, np.uint64)
    if len(filled):
        result[filled] = np.bitwise_or.reduceat(bit, start[:-1][filled])
    return result
