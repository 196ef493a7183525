"""The codes of `dromio.engines.index_keys` for all distinct values of a column at once, as numbers.

Texts of one length are done together: a code is a hash of characters, and deleting or cutting out characters is a sum
of differences of one table of prefix hashes. Two different codes may fall on one number, a handful of times among a
hundred million; that makes a candidate pair more, never one less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dromio.engines import index_keys
from dromio.engines.arrays import distinct
from dromio.engines.columns import Column, Ints, Words
from dromio.engines.grams import commonness
from dromio.engines.index_keys import TRIGRAM, Recipe
from dromio.model.expressions import FieldExpression

Hashes = npt.NDArray[np.uint64]

AT_ONCE = 40_000_000
"""Codes held at a time; of more, one part of all numbers is done after the other."""
_USUAL_CODES = 20
"""Codes of a text under filters whose number depends on more than its length."""
_CHUNK = 4_000_000
_BASE = 0x9E3779B97F4A7C15
_WIDTH = 1 << 64
_INVERSE = pow(_BASE, -1, _WIDTH)


def codes_of(column: Column, expression: FieldExpression) -> Words:
    """The codes of every distinct value under a transform that is a filter; the vocabulary is empty.

    A code that one value alone has is left out, for it brings nobody together. Every value also has a code of its own,
    for the records that share the value; it has none only where it has no code at all.
    """
    values = len(column.values)
    bits = np.uint64(max(values, 1).bit_length())
    found: Iterable[Hashes]
    if expression.transform == "rare_trigrams":
        found = [_trigrams(column, expression.argument, bits)]
    elif expression.transform in ("neighbours", "neighbours_share"):
        found = _neighbours(column, _recipes(expression), bits)
    else:
        found = [_by_text(column, expression, bits)]
    codes, owners = _own_and_shared(found, bits)
    order = np.argsort(owners, kind="stable")
    start = np.searchsorted(owners[order], np.arange(values + 1))
    return Words(start.astype(np.int64), codes[order].astype(np.int32), pa.array([], pa.string()))


def expected_codes(column: Column, expression: FieldExpression) -> int:
    """About how many codes all value rows have under a transform that is a filter."""
    if expression.transform not in ("neighbours", "neighbours_share"):
        return _USUAL_CODES * int((column.codes >= 0).sum())
    recipe_of = _recipes(expression)
    rows = np.bincount(column.letters.length, weights=column.counts).astype(np.int64)
    return sum(_width(size, recipe_of(size)) * int(rows[size]) for size in np.flatnonzero(rows).tolist())


def _own_and_shared(parts: Iterable[Hashes], bits: np.uint64) -> tuple[Ints, Ints]:
    """Codes and values of parts that have no code in common, each sorted and distinct; numbered from 0."""
    low = (np.uint64(1) << bits) - np.uint64(1)
    codes, owners, own = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    first_free = 0
    for packed in parts:
        number, owner = _shared(packed, bits)
        codes.append(number + first_free)
        owners.append((owner & low).astype(np.int64))
        own.append(distinct(packed & low))
        first_free += int(number.max(initial=-1)) + 1
    every = distinct(np.concatenate(own)).astype(np.int64)
    return np.concatenate([*codes, first_free + np.arange(len(every))]), np.concatenate([*owners, every])


def _shared(packed: Hashes, bits: np.uint64) -> tuple[Ints, Hashes]:
    """Codes of more than one value, numbered from 0, with those values."""
    numbers = packed >> bits
    is_first = np.ones(len(numbers), np.bool_)
    is_first[1:] = numbers[1:] != numbers[:-1]
    is_shared = ~is_first
    is_shared[:-1] |= is_shared[1:]
    return np.cumsum(is_first[is_shared]) - 1, packed[is_shared]


def _recipes(expression: FieldExpression) -> Callable[[int], Recipe]:
    argument = expression.argument
    if expression.transform == "neighbours":
        return lambda size: index_keys.recipe_of_edits(size, argument)
    return lambda size: index_keys.recipe_of_share(size, argument)


def _by_text(column: Column, expression: FieldExpression, bits: np.uint64) -> Hashes:
    """Codes worked out text by text."""
    codes_of_text = index_keys.filter_of(expression)
    found = [codes_of_text(text) for text in column.values.to_pylist()]
    numbers: dict[str, int] = {}
    codes = np.array([numbers.setdefault(code, len(numbers)) for one in found for code in one], np.uint64)
    owners = np.repeat(np.arange(len(found), dtype=np.uint64), [len(one) for one in found])
    return distinct(codes << bits | owners)


def _trigrams(column: Column, share: int, bits: np.uint64) -> Hashes:
    """The rarest trigrams, alone (twice the same number) or two together."""
    grams = column.trigrams
    texts = grams.vocabulary.to_pylist()
    numbers = {text: number for number, text in enumerate(texts)}
    rank = np.empty(len(texts), np.int64)
    rank[sorted(range(len(texts)), key=lambda one: commonness(texts[one]))] = np.arange(len(texts))
    is_ascii = column.letters.is_ascii
    found = [_trigrams_by_text(column, np.flatnonzero(~is_ascii), share, numbers)]
    count = np.diff(grams.start) * is_ascii
    for size in distinct(count[count > 0]).tolist():
        owners = np.flatnonzero(count == size)
        own = grams.flat[grams.start[owners][:, None] + np.arange(size)].astype(np.int64)
        own = np.take_along_axis(own, np.argsort(rank[own], axis=1), axis=1)
        alone, paired = index_keys.trigram_prefixes(size, share)
        places = np.array([(one, one) for one in range(alone)] + list(combinations(range(paired), 2)), np.int64)
        first, second = own[:, places[:, 0]], own[:, places[:, 1]]
        found.append((first.ravel(), second.ravel(), np.repeat(owners, len(places))))
    firsts, seconds, values = (np.concatenate(parts).astype(np.uint64) for parts in zip(*found, strict=True))
    return distinct((firsts * np.uint64(max(len(numbers), 1)) + seconds) << bits | values)


def _trigrams_by_text(column: Column, rows: Ints, share: int, numbers: dict[str, int]) -> tuple[Ints, Ints, Ints]:
    """First and second trigram and value of texts outside ASCII, which may have two spellings; new ones get
    numbers."""
    found = [index_keys.rare_trigrams(text, share) for text in column.strings(rows)]
    codes = [code for one in found for code in one]
    first = [numbers.setdefault(code[:TRIGRAM], len(numbers)) for code in codes]
    second = [numbers.setdefault(code[-TRIGRAM:], len(numbers)) for code in codes]
    return np.array(first, np.int64), np.array(second, np.int64), np.repeat(rows, [len(one) for one in found])


def _neighbours(column: Column, recipe_of: Callable[[int], Recipe], bits: np.uint64) -> Iterator[Hashes]:
    """Deletions, pieces and grams, in as many parts as memory asks for."""
    by_size: dict[int, list[tuple[str, int]]] = {}
    for row, value in enumerate(column.values.to_pylist()):
        for text in index_keys.spellings(value):
            by_size.setdefault(len(text), []).append((text, row))
    recipes = {size: recipe_of(size) for size in by_size}
    total = sum(_width(size, recipes[size]) * len(texts) for size, texts in by_size.items())
    parts = total // AT_ONCE + 1
    for part in range(parts):
        packed = [np.zeros(0, np.uint64)]
        for size, texts in by_size.items():
            packed += _packed(texts, size, recipes[size], bits, part, parts)
        yield distinct(np.concatenate(packed))


def _packed(
    texts: Sequence[tuple[str, int]], size: int, recipe: Recipe, bits: np.uint64, part: int, parts: int
) -> Iterator[Hashes]:
    """Number and value, in one, of the codes that fall in one part of all numbers; each once."""
    step = max(1, _CHUNK // max(_width(size, recipe), 1))
    for at in range(0, len(texts), step):
        chunk = texts[at : at + step]
        rows = np.array([row for _, row in chunk], np.uint64)
        hashes = _hashes([text for text, _ in chunk], size, recipe)
        packed = hashes >> bits << bits | rows[:, None]
        yield distinct(packed.ravel() if parts == 1 else packed[(hashes >> bits) % np.uint64(parts) == part])


def _width(size: int, recipe: Recipe) -> int:
    """How many hashes a text of that length has."""
    return len(_kept_places(size, recipe.deletions)) + len(recipe.pieces) + recipe.grams


def _kept_places(size: int, deletions: int) -> list[tuple[int, ...]]:
    """Places to delete, in every way up to so many."""
    return [gone for count in range(min(deletions, size) + 1) for gone in combinations(range(size), count)]


def _hashes(texts: list[str], size: int, recipe: Recipe) -> Hashes:
    """(texts, codes): the hash of every code of texts of one length."""
    prefix = _prefix_hashes(texts, size)
    columns = [_without(prefix, gone) for gone in _kept_places(size, recipe.deletions)]
    for one in recipe.pieces:
        inside = (prefix[:, one.at + one.length] - prefix[:, one.at]) * _power(-one.at)
        columns.append(inside + _tag(one.shorter, one.edits, one.place))
    if recipe.grams:
        grams = np.array([[_tag_of_text(gram) for gram in index_keys.rare_pairs(text, recipe.grams)] for text in texts])
        columns += list(grams.astype(np.uint64).T)
    return _mixed(np.stack(columns, axis=1)) if columns else np.zeros((len(texts), 0), np.uint64)


def _prefix_hashes(texts: list[str], size: int) -> Hashes:
    """(texts, size + 1): sums of the first characters, each weighed by its place."""
    points = np.array(texts, f"<U{max(size, 1)}").view(np.uint32).reshape(len(texts), -1)[:, :size]
    powers = np.array([int(_power(place)) for place in range(size)], np.uint64)
    sums = np.zeros((len(texts), size + 1), np.uint64)
    np.cumsum(_mixed(points.astype(np.uint64) + np.uint64(1)) * powers, axis=1, out=sums[:, 1:])
    return sums


def _without(prefix: Hashes, gone: tuple[int, ...]) -> Hashes:
    """Hash of the texts without the characters at some places."""
    start, total = 0, np.zeros(len(prefix), np.uint64)
    for count, place in enumerate((*gone, prefix.shape[1] - 1)):
        if place > start:
            total += (prefix[:, place] - prefix[:, start]) * _power(-count)
        start = place + 1
    return total


def _power(exponent: int) -> np.uint64:
    return np.uint64(pow(_BASE if exponent >= 0 else _INVERSE, abs(exponent), _WIDTH))


def _tag(*numbers: int) -> np.uint64:
    """What sets apart pieces that are found for different reasons."""
    return _tag_of_text("/".join(map(str, numbers)))


def _tag_of_text(text: str) -> np.uint64:
    total = 1
    for letter in text:
        total = (total * _BASE + ord(letter) + 1) % _WIDTH
    return np.uint64(total ^ total >> 29)


def _mixed(numbers: Any) -> Hashes:
    """The numbers with all their bits stirred (the finishing steps of SplitMix64)."""
    stirred: Hashes = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    stirred = (stirred ^ (stirred >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return stirred ^ (stirred >> np.uint64(31))
