"""Cleaned fields in columns: every distinct value once, and a code per value row.

Unary work (transforms, letters, words) is done per distinct value; pairs only ever look codes up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clean.nicknames import has_nicknames, roots
from dromio.engines import scalar, transforms
from dromio.engines.arrays import distinct
from dromio.model.expressions import FieldExpression
from dromio.similarity.phonetic import soundex
from dromio.similarity.strings import trigrams

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
MISSING = -1


@dataclass(frozen=True)
class Words:
    """The distinct words of each distinct value, as codes in one flat array: those of value i are
    flat[start[i]:start[i+1]]."""

    start: Ints
    flat: Codes
    vocabulary: pa.Array

    @cached_property
    def marks(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
        """Two sets of 64 bits for every value, one bit in each for each of its words: values with a word in common have
        a bit in common in both; most others have not."""
        size = len(self.start) - 1
        one, other = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
        filled = np.flatnonzero(np.diff(self.start) > 0)
        chunk = 1_000_000
        for at in range(0, len(filled), chunk):
            rows = filled[at : at + chunk]
            low, high = int(self.start[rows[0]]), int(self.start[rows[-1] + 1])
            word, first = self.flat[low:high].astype(np.uint64), self.start[rows] - low
            one[rows] = np.bitwise_or.reduceat(np.uint64(1) << (word & np.uint64(63)), first)
            mixed = word * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(58)
            other[rows] = np.bitwise_or.reduceat(np.uint64(1) << mixed, first)
        return one, other


@dataclass(frozen=True)
class Letters:
    """What can be known of each distinct value without comparing it: for bounds on distances."""

    mask: npt.NDArray[np.uint64]
    length: Codes
    first: npt.NDArray[np.uint8]
    is_ascii: Bools


@dataclass(frozen=True)
class Rarity:
    """Weights of words in thousandths of a bit: those listed, and `other` for all words not listed."""

    weights: Mapping[str, int]
    other: int

    def of(self, word: str) -> int:
        """Weight of a word."""
        return self.weights.get(word, self.other)


NO_DAY = -(2**40)
_WORKED_OUT = (
    "counts", "letters", "words", "word_counts", "word_weights", "trigrams", "soundex", "nicknames", "days", "numbers",
    "date_parts",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One field over all value rows. `codes[i]` points into `values`, or is -1 where row i has no value."""

    codes: Codes
    values: pa.Array
    rarity: Rarity | None = None

    @classmethod
    def encode(cls, texts: pa.Array | pa.ChunkedArray) -> Column:
        """From one text per value row, null where missing."""
        if texts.null_count == len(texts):
            return cls(np.full(len(texts), MISSING, np.int32), pa.array([], pa.string()))
        encoded = texts.dictionary_encode()
        parts = encoded.chunks if isinstance(encoded, pa.ChunkedArray) else [encoded]
        codes = [pc.fill_null(part.indices, MISSING).to_numpy(zero_copy_only=False) for part in parts]
        # The parts of a chunked array are encoded by one dictionary, that of the last holding the values of all.
        return cls(np.concatenate(codes).astype(np.int32, copy=False), parts[-1].dictionary)

    def texts(self) -> pa.Array:
        """The text of every value row, null where missing."""
        return self.values.take(pa.array(self.codes, mask=self.codes < 0))

    def strings(self, codes: npt.NDArray[Any]) -> list[str]:
        """Texts of the given codes, none of which may be -1. Of more codes than values each text is made once."""
        if len(codes) > len(self.values):
            texts: list[str] = np.array(self.values.to_pylist(), np.object_)[codes].tolist()
            return texts
        result: list[str] = self.values.take(pa.array(codes)).to_pylist()
        return result

    @cached_property
    def counts(self) -> Ints:
        """Value rows per distinct value."""
        return np.bincount(self.codes + 1, minlength=len(self.values) + 1)[1:]

    @cached_property
    def letters(self) -> Letters:
        """Bytes as a set of 64 bits, length in characters, first byte."""
        offsets, data = buffers(self.values)
        size = np.diff(offsets)
        mask = np.zeros(len(size), np.uint64)
        filled = np.flatnonzero(size > 0)
        bit = np.uint64(1) << (np.arange(256, dtype=np.uint64) & np.uint64(63))
        chunk = 1_000_000
        for at in range(0, len(filled), chunk):
            rows = filled[at : at + chunk]
            low, high = int(offsets[rows[0]]), int(offsets[rows[-1] + 1])
            mask[rows] = np.bitwise_or.reduceat(bit[data[low:high]], offsets[rows] - low)
        first = np.zeros(len(size), np.uint8)
        first[filled] = data[offsets[filled]]
        length = pc.utf8_length(self.values).to_numpy(zero_copy_only=False).astype(np.int32)
        return Letters(mask, length, first, length == size)

    @cached_property
    def words(self) -> Words:
        """Words (split at blanks) of every distinct value."""
        return words_of([self.values])

    @cached_property
    def trigrams(self) -> Words:
        """Trigrams, as pg_trgm has them, of every distinct value; in order of the text."""
        sets = [sorted(trigrams(text)) for text in self.values.to_pylist()]
        start = np.cumsum([0, *map(len, sets)]).astype(np.int64)
        flat = pa.array([gram for grams in sets for gram in grams], pa.string()).dictionary_encode()
        return Words(start, flat.indices.to_numpy().astype(np.int32), flat.dictionary)

    @cached_property
    def soundex(self) -> npt.NDArray[np.uint8]:
        """Soundex code of every distinct value as four bytes; zeros where it has none."""
        codes = [soundex(text).encode().ljust(4, b"\0") for text in self.values.to_pylist()]
        return np.frombuffer(b"".join(codes), np.uint8).reshape(-1, 4)

    @cached_property
    def nicknames(self) -> tuple[Codes, Bools]:
        """The place of every distinct value among the given names known to be or have short forms, -1 for the others;
        and a square that says of any two of these whether they may stand for one formal name."""
        texts = self.values.to_pylist()
        known = np.fromiter(map(has_nicknames, texts), np.bool_, len(texts))
        place = np.where(known, np.cumsum(known) - 1, MISSING).astype(np.int32)
        by_root: dict[str, list[int]] = {}
        for at, name in enumerate(filter(has_nicknames, texts)):
            for root in roots(name):
                by_root.setdefault(root, []).append(at)
        are_one_name = np.zeros((int(known.sum()), int(known.sum())), np.bool_)
        for members in by_root.values():
            are_one_name[np.ix_(members, members)] = True
        return place, are_one_name

    @cached_property
    def word_counts(self) -> Ints:
        """Number of words of every distinct value."""
        return np.diff(self.words.start)

    @cached_property
    def word_weights(self) -> Ints:
        """Weight of every word of the vocabulary, in thousandths of a bit; 1000 each where no rarity is known."""
        if self.rarity is None:
            return np.full(len(self.words.vocabulary), 1000, np.int64)
        return np.array([self.rarity.of(word) for word in self.words.vocabulary.to_pylist()], np.int64)

    @cached_property
    def days(self) -> Ints:
        """Day number of every distinct value that is a full, real date; NO_DAY for the others."""
        numbers = map(scalar.day_number, self.values.to_pylist())
        return np.array([NO_DAY if number is None else number for number in numbers], np.int64)

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """Every distinct value as a number; NaN where it is none."""
        numbers = map(scalar.number_of, self.values.to_pylist())
        return np.array([np.nan if number is None else number for number in numbers], np.float64)

    @cached_property
    def angles(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Sine and cosine of every distinct value in degrees; NaN where it is no number."""
        found = [scalar.angle(text) or (np.nan, np.nan) for text in self.values.to_pylist()]
        both = np.array(found, np.float64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    @cached_property
    def date_parts(self) -> tuple[Ints, Ints, Ints]:
        """Year, month and day of every distinct ISO date or partial date; -1 where a part is missing."""
        parts = np.array(list(map(scalar.date_parts, self.values.to_pylist())), np.int64).reshape(-1, 3)
        return parts[:, 0], parts[:, 1], parts[:, 2]

    def forget(self) -> None:
        """Let go of what was worked out about the values; it is worked out again when asked for."""
        for name in _WORKED_OUT:
            self.__dict__.pop(name, None)

    def derived(self, function: Callable[[list[str]], list[str | None]]) -> Column:
        """The column of `function` applied to every distinct value; None stays missing."""
        results = pa.array(function(self.values.to_pylist()), pa.string()).dictionary_encode()
        codes = pc.fill_null(results.indices, MISSING).to_numpy(zero_copy_only=False).astype(np.int32)
        return Column(_look_up(codes, self.codes), results.dictionary)

    def aligned(self, other: Column) -> Codes:
        """Codes of `other`'s value rows in this column's values; -2 where this column does not hold the value."""
        found = pc.fill_null(pc.index_in(other.values, value_set=self.values), -2)
        return _look_up(found.to_numpy(zero_copy_only=False).astype(np.int32), other.codes)


@dataclass
class AttributeColumns:
    """All fields of one attribute. Value row i belongs to record `owner[i]`; `owner` is None when row i is record i."""

    name: str
    columns: dict[str, Column]
    owner: Codes | None = None
    labels: Codes | None = None
    coded: dict[FieldExpression, Any] = field(default_factory=dict, repr=False)
    """Codes of records under transforms, as `dromio.engines.keys` made them."""
    _derived: dict[FieldExpression, tuple[list[Column], Column]] = field(default_factory=dict)
    _filled: tuple[list[Column], Bools] | None = None
    _aligned: dict[tuple[FieldExpression, ...], tuple[list[Column], Codes]] = field(default_factory=dict)

    def forget(self) -> None:
        """Let go of transforms, codes of keys, and what columns worked out."""
        self.coded.clear()
        self._derived.clear()
        self._aligned.clear()
        self._filled = None
        for column in self.columns.values():
            column.forget()

    def field(self, name: str) -> Column:
        """One field; missing everywhere where the input has no column that it could come from."""
        if name not in self.columns:
            rows = len(next(iter(self.columns.values())).codes)
            self.columns[name] = Column(np.full(rows, MISSING, np.int32), pa.array([], pa.string()))
        return self.columns[name]

    def column(self, expression: FieldExpression) -> Column:
        """The column of a field or of a transform; of several values (words) as one text, sorted."""
        if not expression.transform:
            return self.field(expression.fields[0])
        used = [self.field(name) for name in expression.fields]
        known = self._derived.get(expression)
        if known is None or not _same(known[0], used):
            known = (used, _transformed(expression, used))
            self._derived[expression] = known
        return known[1]

    def aligned(self, first: FieldExpression, second: FieldExpression) -> Codes:
        """Codes of the second field's value rows in the first field's values; -2 where it does not hold the value."""
        used = [self.column(first), self.column(second)]
        known = self._aligned.get((first, second))
        if known is None or not _same(known[0], used):
            known = (used, used[0].aligned(used[1]))
            self._aligned[first, second] = known
        return known[1]

    def filled(self) -> Bools:
        """Which value rows have any field at all; the others hold no value."""
        used = list(self.columns.values())
        if self._filled is None or not _same(self._filled[0], used):
            present = np.zeros(len(used[0].codes), np.bool_)
            for column in used:
                present |= column.codes >= 0
            self._filled = (used, present)
        return self._filled[1]


def _same(some: Sequence[Column], others: Sequence[Column]) -> bool:
    """Whether these are the very columns: columns are replaced, by guards and word weights, never changed."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _transformed(expression: FieldExpression, used: Sequence[Column]) -> Column:
    if expression.transform not in ("tokens", "rare_tokens"):
        return used[0].derived(lambda texts: transforms.apply(expression, texts))
    code: Any = 0
    for column in used:
        code = code * (len(column.values) + 1) + (column.codes.astype(np.int64) + 1)
        code = np.unique(code, return_inverse=True)[1]
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    picked = [pa.array(column.codes[first], mask=column.codes[first] < 0) for column in used]
    texts = [column.values.take(codes).to_pylist() for column, codes in zip(used, picked, strict=True)]
    weigh = [None if column.rarity is None else column.rarity.of for column in used]
    rare = expression.transform == "rare_tokens"
    found = [scalar.rare_tokens(row, weigh) if rare else scalar.tokens(row) for row in zip(*texts, strict=True)]
    return Column.encode(pa.array([" ".join(words) or None for words in found], pa.string()).take(pa.array(which)))


def spread(words: Words, codes: Codes) -> tuple[Ints, Ints]:
    """(place in codes, word) for every word of every value."""
    count = words.start[codes + 1] - words.start[codes]
    place = np.repeat(np.arange(len(codes)), count)
    within = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    return place, words.flat[np.repeat(words.start[codes], count) + within].astype(np.int64)


def words_of(values: Iterable[pa.Array]) -> Words:
    """Distinct words of every row over parallel arrays of texts (missing texts are null)."""
    arrays = list(values)
    joined = (
        arrays[0]
        if len(arrays) == 1
        else pc.binary_join_element_wise(*[pc.fill_null(array, "") for array in arrays], " ")
    )
    lists = pc.split_pattern(pc.fill_null(joined, ""), " ")
    flat = lists.flatten().dictionary_encode()
    row = np.repeat(np.arange(len(lists)), np.diff(lists.offsets.to_numpy()))
    code = flat.indices.to_numpy()
    vocabulary = flat.dictionary
    empty = pc.index_in(pa.array([""]), value_set=vocabulary)[0].as_py() if len(vocabulary) else None
    key = row.astype(np.int64) * max(len(vocabulary), 1) + code
    if empty is not None:
        key = key[code != empty]
    key = distinct(key)
    row, code = np.divmod(key, max(len(vocabulary), 1))
    start = np.searchsorted(row, np.arange(len(lists) + 1))
    return Words(start.astype(np.int64), code.astype(np.int32), vocabulary)


def _look_up(table: Codes, codes: Codes) -> Codes:
    """table[code] for every code, -1 staying -1."""
    if not len(table):
        return np.full(len(codes), MISSING, np.int32)
    return np.where(codes >= 0, table[np.maximum(codes, 0)], MISSING).astype(np.int32, copy=False)


def buffers(values: pa.Array) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Byte offsets (one more than values) and bytes of an Arrow string array without nulls."""
    large = values.cast(pa.large_binary())
    _, offsets, data = large.buffers()
    at = np.frombuffer(offsets, np.int64)[large.offset : large.offset + len(large) + 1]
    return at, np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
