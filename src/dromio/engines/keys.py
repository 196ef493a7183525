"""Keys of all records at once, the blocks they form, and the candidate pairs of those blocks.

A key gives every record zero or more codes (several where a part has several values, such as words). Records with the
same code are a block. Everything here is a function of the set of records: blocks that are too large are split by
further fields and, if still too large, give no pairs; which ones does not depend on the order of records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.engines import index_columns, index_keys
from dromio.engines.arrays import distinct
from dromio.engines.columns import AttributeColumns, Codes, Column, Ints, Words, spread
from dromio.engines.scalar import RARE_MILLI, SHORTEST_TOKEN
from dromio.engines.sieve import Sieve, Signed, Square, sieve_of
from dromio.model.expressions import SEVERAL_FIELDS, FieldExpression
from dromio.plan import PlannedKey

SHIFT = 32
_LOW = (1 << SHIFT) - 1
_MOST_REPEATED = 30_000_000
"""Pairs made before those are let go that several codes bring together."""
_PAIRS_FOR_A_CODE = 60
"""Pairs that are sieved in the time that making and sorting a code of a filter takes."""
_AT_ONCE = 200_000
"""Pairs of large blocks looked at in one step."""
SQUARE_FROM = 48
"""Records of a block from which on all its signatures are compared at once."""


@dataclass(frozen=True)
class Coded:
    """Record records[i] has code codes[i]; a record occurs once for each of its codes."""

    codes: Ints
    records: Codes
    single_valued: bool = False
    """Whether no record has two codes; then records are in rising order."""


@dataclass(frozen=True)
class Blocks:
    """What a key did: candidate pairs as left << 32 | right (sorted, distinct), and what became of large blocks."""

    pairs: Ints
    largest: int
    split: int
    dropped: int
    count: int
    """Number of pairs, also where the pairs themselves were let go."""


def code_records(attributes: Mapping[str, AttributeColumns], key: PlannedKey, records: int) -> Coded:
    """Codes of every record under a key. A record lacking any part has none."""
    result: Coded | None = None
    for attribute, expression in key.parts:
        part = code_part(attributes[attribute], expression, records)
        result = part if result is None else join(result, part, records)
    assert result is not None
    return result


def coded_with_sieve(
    attributes: Mapping[str, AttributeColumns], key: PlannedKey, records: int, signed: Signed
) -> tuple[Coded, Sieve | None]:
    """Codes of every record under a key, or under its equalities alone where looking at all their pairs through a sieve
    costs less than the codes of filters; and the sieve, where one can tell anything."""
    plain = tuple(part for part in key.parts if part[1].transform not in index_keys.FILTERS)
    if not plain:
        return code_records(attributes, key, records), sieve_of(key, signed)
    found = code_records(attributes, replace(key, parts=plain), records)
    sieve = sieve_of(key, signed, pair_count(found)) if key.need is not None else None
    if len(plain) == len(key.parts):
        return found, sieve
    codes = sum(
        index_columns.expected_codes(attributes[name].field(inside.fields[0]), inside)
        for name, inside in key.parts
        if inside.transform in index_keys.FILTERS
    )
    if sieve is not None and sieve.square is not None and pair_count(found, sieve) <= _PAIRS_FOR_A_CODE * codes:
        return found, sieve
    return code_records(attributes, key, records), sieve


def blocks(
    coded: Coded,
    max_block: int | None,
    *,
    splitters: Sequence[Coded] = (),
    source: npt.NDArray[Any] | None = None,
    records: int,
    sieve: Sieve | None = None,
    check: Callable[[int], None] | None = None,
) -> Blocks:
    """Candidate pairs of a key. `splitters`: codes by which blocks above `max_block` are split, tried in order; without
    `max_block` all blocks give their pairs; `source`: only pairs across different sources; `sieve`: only pairs that
    pass it; `check` is told from time to time how many pairs there are."""
    if sieve is not None:
        coded = that_may_have(coded, sieve)
    only = _Only(source, sieve, check)
    codes, members, start, size = _sorted_blocks(coded)
    largest = int(size.max(initial=0))
    max_block = largest if max_block is None else max_block
    found = [_pairs(members, start, size, max_block, only)]
    split = 0
    over = size > max_block
    dropped = int(over.sum())
    for splitter in splitters:
        if not over.any():
            break
        inside = np.repeat(over, size)
        part = join(Coded(codes[inside], members[inside]), splitter, records)
        codes, members, start, size = _sorted_blocks(part)
        found.append(_pairs(members, start, size, max_block, only))
        over = size > max_block
        split, dropped = dropped, int(over.sum())
    pairs = distinct(np.concatenate(found))
    return Blocks(pairs, largest, split, dropped, len(pairs))


def that_may_have(coded: Coded, sieve: Sieve) -> Coded:
    """The codes of records that may be in a pair that passes."""
    if sieve.there is None:
        return coded
    there = sieve.there[coded.records]
    return Coded(coded.codes[there], coded.records[there], coded.single_valued)


def pair_count(coded: Coded, sieve: Sieve | None = None) -> int:
    """How many pairs all blocks give, those counted twice that share two; with a sieve, of the pairs that it is asked
    about."""
    if sieve is not None:
        coded = that_may_have(coded, sieve)
    _, members, start, size = _sorted_blocks(coded)
    pairs = int((size * (size - 1) // 2).sum())
    if sieve is None or sieve.one_of is None or not len(start):
        return pairs
    others = np.add.reduceat(~sieve.one_of[members], start, dtype=np.int64)
    return pairs - int((others * (others - 1) // 2).sum())


def pack(left: Codes, right: Codes) -> Ints:
    """Pairs of different records as smaller << 32 | larger."""
    return np.minimum(left, right).astype(np.int64) << SHIFT | np.maximum(left, right)


def unpack(pairs: Ints) -> tuple[Codes, Codes]:
    """Left and right records of packed pairs."""
    return (pairs >> SHIFT).astype(np.int32), (pairs & _LOW).astype(np.int32)


def code_part(attribute: AttributeColumns, expression: FieldExpression, records: int) -> Coded:
    """Codes of every record under one part of a key; kept with the attribute."""
    if expression not in attribute.coded:
        attribute.coded[expression] = _code_part(attribute, expression, records)
    result: Coded = attribute.coded[expression]
    return result


def code_some(attribute: AttributeColumns, expression: FieldExpression, records: int, chosen: Codes) -> Coded:
    """Codes of the chosen records only, in the numbering of `code_part`'s columns; for a look at part of the data."""
    if attribute.owner is None:
        return _code_part(attribute, expression, records, chosen)
    coded = code_part(attribute, expression, records)
    wanted = np.zeros(records, np.bool_)
    wanted[chosen] = True
    kept = wanted[coded.records]
    return Coded(coded.codes[kept], coded.records[kept], coded.single_valued)


def _code_part(
    attribute: AttributeColumns, expression: FieldExpression, records: int, chosen: Codes | None = None
) -> Coded:
    if expression.transform in SEVERAL_FIELDS:
        rows, codes = _of_fields(attribute, expression, chosen)
        single_valued = False
    elif expression.transform in index_keys.FILTERS:
        rows, codes = _filter_codes(attribute, expression, chosen)
        single_valued = False
    else:
        column = attribute.column(expression).codes
        rows = np.flatnonzero(column >= 0).astype(np.int32) if chosen is None else chosen[column[chosen] >= 0]
        codes = column[rows].astype(np.int64)
        single_valued = True
    if attribute.owner is None:
        return Coded(codes, rows, single_valued)
    packed = distinct(codes * records + attribute.owner[rows])
    return Coded(packed // records, (packed % records).astype(np.int32))


def _of_fields(attribute: AttributeColumns, expression: FieldExpression, chosen: Codes | None) -> tuple[Codes, Ints]:
    """Every word of the fields (of tokens those that are long enough, of rare_tokens those also rare where they stand),
    or every value of either, by value row."""
    columns = [attribute.field(name) for name in expression.fields]
    parts = [_whole(column) if expression.transform == "either" else column.words for column in columns]
    vocabulary = pa.concat_arrays([words.vocabulary for words in parts]).unique()
    size = max(len(vocabulary), 1)
    found = [np.zeros(0, np.int64)]
    for column, words in zip(columns, parts, strict=True):
        kept = np.ones(len(words.vocabulary), np.bool_)
        if expression.transform in ("tokens", "rare_tokens"):
            kept = pc.greater_equal(pc.utf8_length(words.vocabulary), SHORTEST_TOKEN).to_numpy(zero_copy_only=False)
        if expression.transform == "rare_tokens" and column.rarity is not None:
            kept = kept & (column.word_weights >= RARE_MILLI)
        rows = (
            np.flatnonzero(column.codes >= 0) if chosen is None else chosen[column.codes[chosen] >= 0].astype(np.int64)
        )
        place, word = spread(words, column.codes[rows])
        common = pc.index_in(words.vocabulary, value_set=vocabulary).to_numpy(zero_copy_only=False).astype(np.int64)
        found.append((rows[place] * size + common[word])[kept[word]])
    packed = distinct(np.concatenate(found))
    return (packed // size).astype(np.int32), packed % size


def _whole(column: Column) -> Words:
    """Every distinct value as one word."""
    numbers = np.arange(len(column.values) + 1)
    return Words(numbers, numbers[:-1].astype(np.int32), column.values.cast(pa.string()))


def _filter_codes(attribute: AttributeColumns, expression: FieldExpression, chosen: Codes | None) -> tuple[Codes, Ints]:
    """Every code of the field under a filter of alike texts, by value row."""
    column = attribute.field(expression.fields[0])
    rows = np.flatnonzero(column.codes >= 0) if chosen is None else chosen[column.codes[chosen] >= 0]
    place, codes = spread(index_columns.codes_of(column, expression), column.codes[rows])
    return rows[place].astype(np.int32), codes


def join(one: Coded, other: Coded, records: int) -> Coded:
    """Records that have a code in both, under every combination of them.

    Where the numbers would grow too large to be sorted fast, records are left out that share their first code with no
    other: they are in no block.
    """
    if other.single_valued:
        second = _only_codes(other, one.records, records)
        place = np.flatnonzero(second >= 0)
        second = second[place]
    else:
        order = np.argsort(other.records, kind="stable")
        count = np.bincount(other.records, minlength=records)
        first = np.cumsum(count) - count
        repeat = count[one.records]
        place = np.repeat(np.arange(len(one.records)), repeat)
        inside = np.arange(len(place)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
        second = other.codes[order[first[one.records[place]] + inside]]
    span = int(other.codes.max(initial=0)) + 1
    codes = one.codes[place]
    most = 1 << 62 - _record_bits(records)
    if int(codes.max(initial=0)) >= most // span:
        codes = _numbers_in_company(codes)
        kept = np.flatnonzero(codes >= 0)
        codes, second, place = codes[kept], second[kept], place[kept]
    if int(codes.max(initial=0)) >= most // span:
        seconds = distinct(second)
        second = np.searchsorted(seconds, second)
        span = len(seconds) + 1
    return Coded(codes * span + second, one.records[place], one.single_valued and other.single_valued)


def _numbers_in_company(codes: Ints) -> Ints:
    """The codes that occur twice or more, numbered from 0 up; -1 for the others."""
    bits = len(codes).bit_length()
    if int(codes.max(initial=0)) < 1 << 62 - bits:
        packed = np.sort(codes << bits | np.arange(len(codes)))
        ordered, place = packed >> bits, packed & (1 << bits) - 1
    else:
        place = np.argsort(codes, kind="stable")
        ordered = codes[place]
    is_new = np.r_[True, ordered[1:] != ordered[:-1], True]
    in_company = ~(is_new[:-1] & is_new[1:])
    numbers = np.full(len(codes), -1, np.int64)
    numbers[place[in_company]] = np.cumsum(is_new[:-1] & in_company)[in_company] - 1
    return numbers


def _only_codes(coded: Coded, wanted: Codes, records: int) -> Ints:
    """The code of every wanted record, -1 where it has none; no record has two. Records with codes are in order.

    A few records are searched for among many: filling a table of all records would cost more.
    """
    if len(coded.records) > 16 * len(wanted):
        at = np.minimum(np.searchsorted(coded.records, wanted), len(coded.records) - 1)
        return np.where(coded.records[at] == wanted, coded.codes[at], -1)
    code_of = np.full(records, -1, np.int64)
    code_of[coded.records] = coded.codes
    return code_of[wanted]


def _record_bits(records: int) -> int:
    return max(records, 1).bit_length()


def sort_by_code(coded: Coded) -> tuple[Ints, Codes]:
    """Codes and records in order of (code, record); both in one number where they fit, which sorts ten times faster."""
    bits = _record_bits(int(coded.records.max(initial=0)) + 1)
    if int(coded.codes.max(initial=0)) < 1 << 62 - bits:
        packed = np.sort(coded.codes << bits | coded.records)
        return packed >> bits, (packed & (1 << bits) - 1).astype(np.int32)
    order = np.lexsort((coded.records, coded.codes))
    return coded.codes[order], coded.records[order]


def _sorted_blocks(coded: Coded) -> tuple[Ints, Codes, Ints, Ints]:
    """Codes and records in block order, and start and size of every block."""
    codes, members = sort_by_code(coded)
    start = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else np.zeros(0, np.int64)
    return codes, members, start, np.diff(np.r_[start, len(codes)])


@dataclass(frozen=True)
class _Only:
    """Which pairs are wanted, and who is told how many there are."""

    source: npt.NDArray[Any] | None
    sieve: Sieve | None
    check: Callable[[int], None] | None

    def packed(self, left: Codes, right: Codes) -> Ints:
        """The wanted ones of some pairs."""
        if self.source is not None:
            across = self.source[left] != self.source[right]
            left, right = left[across], right[across]
        if self.sieve is not None:
            passing = self.sieve.passing(left, right)
            left, right = left[passing], right[passing]
        return pack(left, right)


def _pairs(members: Codes, start: Ints, size: Ints, max_block: int, only: _Only) -> Ints:
    """All wanted pairs inside blocks of 2 to max_block records, packed; blocks of one size are done together."""
    found: list[Ints] = [np.zeros(0, np.int64)]
    new = 0
    for left, right in _of_blocks(members, start, size, max_block, only.sieve.square if only.sieve else None):
        found.append(only.packed(left, right))
        new += len(found[-1])
        if new > max(_MOST_REPEATED, len(found[0])):
            found, new = [distinct(np.concatenate(found))], 0
            if only.check is not None:
                only.check(len(found[0]))
    return np.concatenate(found)


def _of_blocks(
    members: Codes, start: Ints, size: Ints, max_block: int, square: Square | None
) -> Iterator[tuple[Codes, Codes]]:
    """The pairs inside blocks, some at a time; of large blocks only those that the square lets pass."""
    rest = np.flatnonzero((size >= 2) & (size <= max_block))
    for one_size in np.flatnonzero(np.bincount(size[rest])).tolist():
        is_next = size[rest] == one_size
        first, rest = start[rest[is_next]], rest[~is_next]
        if square is not None and one_size >= SQUARE_FROM:
            yield from _gathered(one for at in first.tolist() for one in square.passing(members[at : at + one_size]))
            continue
        left_at, right_at = np.triu_indices(one_size, 1)
        step = max(1, 20_000_000 // len(left_at))
        for at in range(0, len(first), step):
            begin = first[at : at + step, None]
            yield members[begin + left_at].ravel(), members[begin + right_at].ravel()


def _gathered(parts: Iterable[tuple[Codes, Codes]]) -> Iterator[tuple[Codes, Codes]]:
    """The same pairs, more of them at a time."""
    lefts: list[Codes] = []
    rights: list[Codes] = []
    count = 0
    for left, right in parts:
        lefts.append(left)
        rights.append(right)
        count += len(left)
        if count >= _AT_ONCE:
            yield np.concatenate(lefts), np.concatenate(rights)
            lefts, rights, count = [], [], 0
    if lefts:
        yield np.concatenate(lefts), np.concatenate(rights)
