"""Work on columns of texts: blanks, folding, order."""

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


def without_space(texts: pa.Array) -> pa.Array:
    """The texts without white space around them; blank ones are null."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return without(trimmed, pc.equal(trimmed, ""))


def without(texts: pa.Array, mask: pa.Array) -> pa.Array:
    """The texts, null where the mask says so."""
    return pc.if_else(mask, pa.scalar(None, texts.type), texts) if pc.any(mask).as_py() else texts


def lengths_of(texts: pa.Array) -> Ints:
    """Characters (code points) of every text, 0 for null."""
    result: Ints = pc.fill_null(pc.utf8_length(texts), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return result


def has_text(texts: pa.Array) -> Bools:
    """Whether each text is there and is more than white space."""
    return to_bools(pc.invert(pc.or_(pc.equal(texts, ""), pc.utf8_is_space(texts))))


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
    rest = pa.array(~plain & texts.is_valid().to_numpy(zero_copy_only=False))
    if pc.any(rest).as_py():
        codes, distinct = codes_of(texts.filter(rest))
        mended = pa.array([fold(text) for text in distinct.to_pylist()], result.type)
        result = pc.replace_with_mask(result, rest, mended.take(pa.array(codes)))
    return result


def same(left: pa.Array, right: pa.Array) -> Bools:
    """Whether parallel texts are equal; two nulls are."""
    neither = pc.and_(pc.is_null(left), pc.is_null(right))
    return to_bools(pc.or_kleene(pc.equal(left, right), neither))
