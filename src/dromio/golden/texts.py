"""Unary work on columns of texts: blanks, folding, order. Each is done once per distinct text where that is dear."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clean.text import MAX_LENGTH, fold
from dromio.engines.columns import Column, buffers
from dromio.engines.steps import looked_up, mended

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_BLANK, _DELETE = ord(" "), 0x7F


def whole(texts: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, with 64-bit offsets where 32 would not do."""
    large = texts.nbytes >= 2**31 - 1 and pa.types.is_string(texts.type)
    texts = texts.cast(pa.large_string()) if large else texts
    return pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], texts.type)


def to_bools(mask: pa.Array) -> Bools:
    """A mask as numpy; null is false."""
    result: Bools = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return result


def is_plain(texts: pa.Array) -> Bools:
    """Whether each text begins and ends with printable ASCII other than a blank: there is no white space around it.

    False for no text, and for some texts that begin or end with other letters.
    """
    start, letters = buffers(texts)
    filled = np.flatnonzero(np.diff(start))
    result = np.zeros(len(texts), np.bool_)
    first, last = letters[start[filled]], letters[start[filled + 1] - 1]
    result[filled] = (first > _BLANK) & (first < _DELETE) & (last > _BLANK) & (last < _DELETE)
    result &= texts.is_valid().to_numpy(zero_copy_only=False)
    return result


def without_space(texts: Column) -> Column:
    """The texts without white space around them; blank ones are missing."""
    around = np.flatnonzero(~is_plain(texts.values))
    if not len(around):
        return texts
    trimmed = pc.utf8_trim_whitespace(texts.values.take(pa.array(around)))
    filled = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
    return of_values(texts, around, filled)


def of_values(texts: Column, which: Ints, others: pa.Array) -> Column:
    """The column with other texts (null: none) for some of its distinct values."""
    every = mended(Column(np.arange(len(texts.values), dtype=np.int32), texts.values), which, others)
    return looked_up(every, texts.codes)


def lengths_of(texts: Column) -> Ints:
    """Characters (code points) of every distinct text."""
    result: Ints = pc.utf8_length(texts.values).to_numpy(zero_copy_only=False).astype(np.int64)
    return result


def has_text(texts: pa.Array) -> Bools:
    """Whether each text is there and is more than white space. Most begin with a letter that says so."""
    start, letters = buffers(texts)
    filled = np.diff(start) > 0
    result = np.zeros(len(texts), np.bool_)
    if len(letters):
        first = letters[np.minimum(start[:-1], len(letters) - 1)]
        result = filled & (first > _BLANK) & (first < _DELETE)
    rest = np.flatnonzero(filled & ~result)
    result[rest] = to_bools(pc.invert(pc.utf8_is_space(texts.take(pa.array(rest)))))
    result &= texts.is_valid().to_numpy(zero_copy_only=False)
    return result


def codes_of(texts: pa.Array) -> tuple[Ints, pa.Array]:
    """(code of every text, distinct texts); -1 for null."""
    encoded = texts.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64), encoded.dictionary


def places(texts: pa.Array) -> Ints:
    """Place of every text in the order of code points: equal texts share a place, null comes last."""
    codes, distinct = codes_of(texts)
    place = np.empty(len(distinct) + 1, np.int64)
    place[pc.sort_indices(distinct).to_numpy()] = np.arange(len(distinct))
    place[-1] = len(distinct)
    result: Ints = place[codes]
    return result


def folded(texts: pa.Array) -> pa.Array:
    """`dromio.clean.text.fold` of every text; null stays null."""
    plain = to_bools(pc.and_(pc.ascii_is_printable(texts), pc.less_equal(pc.binary_length(texts), MAX_LENGTH)))
    result: Any = pc.ascii_trim(pc.ascii_lower(texts), " ")
    if b"  " in pa.py_buffer(result.buffers()[2] or b"").to_pybytes():
        plain &= ~to_bools(pc.match_substring(result, "  "))
    rest = np.flatnonzero(~plain & texts.is_valid().to_numpy(zero_copy_only=False))
    if len(rest):
        mask = np.zeros(len(texts), np.bool_)
        mask[rest] = True
        mended = [fold(text) for text in texts.take(pa.array(rest)).to_pylist()]
        result = pc.replace_with_mask(result, pa.array(mask), pa.array(mended, result.type))
    return result


def folded_codes(texts: pa.Array) -> Ints:
    """A number per text, equal where the folded texts are; -1 for null."""
    codes, _ = codes_of(folded(texts))
    return codes


def same(left: pa.Array, right: pa.Array) -> Bools:
    """Whether parallel texts are equal; two nulls are."""
    neither = pc.and_(pc.is_null(left), pc.is_null(right))
    result: Bools = to_bools(pc.equal(left, right)) | to_bools(neither)
    return result
