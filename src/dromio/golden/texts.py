"""Unary work on columns of texts: blanks, folding, order. Each is done once per distinct text where that is dear."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clean.text import MAX_LENGTH, fold

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def whole(texts: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, with 64-bit offsets where 32 would not do."""
    large = texts.nbytes >= 2**31 - 1 and pa.types.is_string(texts.type)
    texts = texts.cast(pa.large_string()) if large else texts
    return pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], texts.type)


def to_bools(mask: pa.Array) -> Bools:
    """A mask as numpy; null is false."""
    result: Bools = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return result


def has_text(texts: pa.Array) -> Bools:
    """Whether each text is there and is more than white space."""
    blank = pc.or_(pc.utf8_is_space(texts), pc.equal(pc.binary_length(texts), 0))
    return to_bools(pc.invert(blank))


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
