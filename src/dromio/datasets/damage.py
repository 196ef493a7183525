"""Damage to columns of text, a whole column at a time: typing errors, other cases, blanks and replacements.

Text is edited as a matrix of code points, one row for each value, so an edit of many values is one gather.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.uint32]

SUBSTITUTE, DELETE, INSERT, TRANSPOSE, NEIGHBOUR, DOUBLE = range(6)
# Shares of the kinds of typing errors, after Damerau (1964) and Pollock & Zamora (1984): four kinds, one edit each.
KIND_SHARES = (0.15, 0.28, 0.12, 0.13, 0.22, 0.10)

_KEYBOARD_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> Points:
    """For each ASCII code point the key to its right, at the end of a row to its left; others stand for themselves."""
    table = np.arange(128, dtype=np.uint32)
    for row in _KEYBOARD_ROWS:
        for here, there in zip(row, row[1:] + row[-2], strict=True):
            table[ord(here)] = ord(there)
            table[ord(here.upper())] = ord(there.upper())
    return table


_NEIGHBOURS = _neighbours()


def chance(rng: np.random.Generator, share: float | npt.NDArray[np.float64], count: int) -> Mask:
    """True with the given share (one for all or one for each), independently."""
    return rng.random(count) < share


def put(values: pa.Array, where: Mask, new: pa.Array | str) -> pa.Array:
    """The values with those at `where` replaced, by one text or by an array with one value for each True."""
    if isinstance(new, str):
        new = pa.array([new] * int(where.sum()), pa.string())
    return pc.replace_with_mask(values, pa.array(where), new)


def blank(values: pa.Array, where: Mask) -> pa.Array:
    """The values with those at `where` missing."""
    return pc.if_else(pa.array(where), pa.scalar(None, values.type), values)


def choose(rng: np.random.Generator, values: pa.Array, where: Mask, options: tuple[str, ...]) -> pa.Array:
    """The values with those at `where` replaced by one of the options, drawn evenly."""
    codes = rng.integers(len(options), size=int(where.sum()))
    return put(values, where, pa.array(options, pa.string()).take(pa.array(codes)))


def recase(values: pa.Array, upper: Mask, lower: Mask) -> pa.Array:
    """The values with some in upper case and some in lower case."""
    values = put(values, upper, pc.utf8_upper(values.filter(pa.array(upper))))
    return put(values, lower, pc.utf8_lower(values.filter(pa.array(lower))))


def misspell(rng: np.random.Generator, values: pa.Array, where: Mask) -> pa.Array:
    """The values with one typing error in each of those at `where`; missing and one-letter values stay as they are."""
    where = where & pc.fill_null(pc.greater(pc.utf8_length(values), 1), False).to_numpy(zero_copy_only=False)
    count = int(where.sum())
    if not count:
        return values
    words = np.array(values.filter(pa.array(where)).to_pylist(), dtype=np.str_)
    return put(values, where, pa.array(_edited(rng, words), pa.string()))


def _edited(rng: np.random.Generator, words: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    count, width = len(words), words.dtype.itemsize // 4
    points = np.zeros((count, width + 1), np.uint32)
    points[:, :width] = words.view(np.uint32).reshape(count, width)
    kind = rng.choice(len(KIND_SHARES), size=count, p=KIND_SHARES)
    lengths = np.char.str_len(words)
    at = (rng.random(count) * np.where(kind == TRANSPOSE, lengths - 1, lengths)).astype(np.int64)
    rows = np.arange(count)
    edited = np.take_along_axis(points, _gather(kind, at, width + 1), axis=1)
    old = points[rows, at]
    new = _typed(rng, old, kind)
    typed = (kind == SUBSTITUTE) | (kind == INSERT) | (kind == NEIGHBOUR)
    edited[rows[typed], at[typed]] = new[typed]
    return np.ascontiguousarray(edited).view(f"<U{width + 1}").reshape(count)


def _gather(kind: npt.NDArray[np.int64], at: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.int64]:
    """Which old column each new column takes: shifted left after a deletion, right after an insertion or doubling."""
    columns = np.arange(width)[None, :]
    here, sort = at[:, None], kind[:, None]
    source = columns + ((sort == DELETE) & (columns >= here))
    source = source - (((sort == INSERT) | (sort == DOUBLE)) & (columns > here))
    swapped = (sort == TRANSPOSE) & ((columns == here) | (columns == here + 1))
    source = np.where(swapped, 2 * here + 1 - columns, source)
    # A deletion pulls the padding in at the end: the last column is always padding.
    return np.clip(source, 0, width - 1)


def _typed(rng: np.random.Generator, old: Points, kind: npt.NDArray[np.int64]) -> Points:
    """The character typed: a digit for a digit, else a letter of the same case; a neighbouring key, or any."""
    digit = (old >= ord("0")) & (old <= ord("9"))
    upper = (old >= ord("A")) & (old <= ord("Z"))
    letters = rng.integers(26, size=len(old)) + np.where(upper, ord("A"), ord("a"))
    new = np.where(digit, rng.integers(10, size=len(old)) + ord("0"), letters)
    near = np.where(old < 128, _NEIGHBOURS[np.minimum(old, 127)], old)
    return np.where(kind == NEIGHBOUR, near, new).astype(np.uint32)
