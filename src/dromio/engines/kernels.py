"""Measures and tests over many pairs of codes at once.

Each kernel takes the column(s) of a field and two arrays of codes (both sides present) and gives one number or truth
per pair. Bounds that need no text (letters, lengths) come first; texts are fetched once per distinct pair of values.
The figures are those of `dromio.engines.scalar`, to the sixth decimal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from rapidfuzz.distance import OSA, Jaro, JaroWinkler, Levenshtein
from rapidfuzz.process import cpdist

from dromio.engines import scalar
from dromio.engines.columns import NO_DAY, Bools, Codes, Column, Ints, Words, spread

MILLION = scalar.MILLION
Floats = npt.NDArray[np.float64]
FAR = np.inf
_FARTHEST = 1 << 30
"""No two texts are as far apart."""
_MOST_MARKED = 16
"""Words of a value, on average, up to which marks tell most values apart."""
_SHORT = 8
"""Words of values of which all are compared with all: 64 comparisons of whole columns cost less than one sorting."""

_BLANK = np.uint64(1) << np.uint64(ord(" ") & 63)
"""The blank among the letters of a text."""


def rounded(figures: Floats) -> Floats:
    """Figures to 6 decimals, in the same steps as `dromio.engines.scalar.rounded`."""
    result: Floats = np.rint(figures * MILLION) / MILLION
    return result


def similarity(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Similarity of each pair, rounded to 6 decimals; 0 where it is known to be below `bound`."""
    result = np.zeros(len(left))
    same = left == right
    result[same] = 1.0
    todo = np.flatnonzero(~same)
    todo = todo[_may_reach(function, column, left[todo], right[todo], bound)]
    if len(todo):
        scorer = _SIMILARITY[function]
        result[todo] = per_distinct_pair(column, left[todo], right[todo], lambda a, b: rounded(_cpdist(a, b, scorer)))
    return result


def distance(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Edit distance of each pair; a large number where it is known to be above `bound`."""
    result = np.full(len(left), FAR)
    same = left == right
    result[same] = 0
    todo = np.flatnonzero(~same)
    todo = todo[_may_reach(function, column, left[todo], right[todo], bound)]
    if len(todo):
        scorer = Levenshtein.distance if function == "levenshtein" else OSA.distance
        farthest = int(min(max(bound, 0), _FARTHEST))
        result[todo] = per_distinct_pair(column, left[todo], right[todo], lambda a, b: _cpdist(a, b, scorer, farthest))
    return result


_SIMILARITY: dict[str, Any] = {
    "jaro_winkler": JaroWinkler.similarity,
    "jaro": Jaro.similarity,
    "edit_similarity": Levenshtein.normalized_similarity,
    "swap_similarity": OSA.normalized_similarity,
}


def share_of_length(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Levenshtein distance as a share of the length of one side, as in the reference; infinite where known to be
    above `bound`."""
    length = column.letters.length[left if function == "share_of_left" else right]
    farthest = float(np.floor(bound * length.max(initial=0) + 1))
    edits = distance("levenshtein", column, left, right, farthest)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (edits - scalar.EDIT_TOLERANCE) / length
    result: Floats = np.where(length > 0, shares, np.where(edits > 0, FAR, 0.0))
    return result


def trigram(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Shared trigrams of each pair as a share of all; 0 where either has none."""
    grams = column.trigrams
    count = np.diff(grams.start)
    ones = np.ones(len(grams.vocabulary), np.int64)
    result = np.zeros(len(left))
    for at in range(0, len(left), 200_000):
        chunk = slice(at, at + 200_000)
        shared = _shared_weight(grams, ones, left[chunk], right[chunk])
        whole = count[left[chunk]] + count[right[chunk]] - shared
        result[chunk] = np.divide(shared, whole, out=np.zeros(len(shared)), where=shared > 0)
    return result


def soundex_agreement(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Equal positions of the Soundex codes of each pair as a share of 4; -1 where either has none."""
    codes = column.soundex.view(np.uint32).ravel()
    one, other = codes[left], codes[right]
    differing = one ^ other
    equal = sum(((differing >> np.uint32(8 * place)) & np.uint32(0xFF)) == 0 for place in range(4))
    found: Floats = np.where((one == 0) | (other == 0), -1.0, np.asarray(equal) / 4)
    return found


def _cpdist(left: list[str], right: list[str], scorer: Any, cutoff: int | None = None) -> Floats:
    """Figure of each pair of texts; of distances, those above the cutoff are one more than it."""
    return np.asarray(cpdist(left, right, scorer=scorer, dtype=np.float64, score_cutoff=cutoff))


def per_distinct_pair(
    column: Column, left: Codes, right: Codes, function: Callable[[list[str], list[str]], npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """`function` of the texts of every distinct unordered pair of codes, spread over all pairs."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    key = low.astype(np.int64) << 32 | high
    distinct, inverse = np.unique(key, return_inverse=True)
    if 2 * len(distinct) > len(key):
        return function(column.strings(low), column.strings(high))
    texts = column.strings((distinct >> 32).astype(np.int32)), column.strings((distinct & 0xFFFFFFFF).astype(np.int32))
    return function(*texts)[inverse]


def may_be_within(column: Column, left: Codes, right: Codes) -> Bools:
    """Whether the letters of one text of each pair are all in the other; true wherever its words are."""
    letters = column.letters.mask & ~_BLANK
    one, other = letters[left], letters[right]
    return np.asarray(((one & ~other) == 0) | ((other & ~one) == 0))


def _may_reach(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Bools:
    """Whether letters and lengths leave room for the bound; true where they cannot tell (non-ASCII bytes)."""
    letters = column.letters
    mask_l, mask_r = letters.mask[left], letters.mask[right]
    only_l = np.bitwise_count(mask_l & ~mask_r).astype(np.int32)
    only_r = np.bitwise_count(mask_r & ~mask_l).astype(np.int32)
    size_l, size_r = letters.length[left], letters.length[right]
    if function in ("jaro_winkler", "jaro"):
        common = np.minimum(size_l - only_l, size_r - only_r)
        jaro = (common / np.maximum(size_l, 1) + common / np.maximum(size_r, 1) + 1) / 3
        same_start = (letters.first[left] == letters.first[right]) & (function == "jaro_winkler")
        possible = np.where(common > 0, jaro + np.where(same_start, 0.4, 0.0) * (1 - jaro), 0.0) + 1e-6 >= bound
    else:
        fewest = np.maximum(np.maximum(only_l, only_r), np.abs(size_l - size_r))
        if function in ("edit_similarity", "swap_similarity"):
            possible = 1 - fewest / np.maximum(np.maximum(size_l, size_r), 1) + 1e-6 >= bound
        else:
            possible = fewest <= bound
    result: Bools = possible | ~(letters.is_ascii[left] & letters.is_ascii[right])
    return result


def shared_words(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Jaccard, overlap or cosine of the words of each pair, rounded to 6 decimals. Words weigh as the column says."""
    words, weight = column.words, column.word_weights
    if function == "jaccard":
        weight = np.ones_like(weight)
    elif function == "cosine":
        weight = weight * weight
    total = np.add.reduceat(np.append(weight[words.flat], 0), words.start[:-1]) * (np.diff(words.start) > 0)
    result = np.zeros(len(left))
    for at in range(0, len(left), 500_000):
        chunk = slice(at, at + 500_000)
        shared = _shared_weight(words, weight, left[chunk], right[chunk])
        total_l, total_r = total[left[chunk]], total[right[chunk]]
        if function == "jaccard":
            whole = total_l + total_r - shared
        elif function == "cosine":
            whole = np.sqrt(total_l.astype(np.float64) * total_r)
        else:
            whole = np.minimum(total_l, total_r)
        result[chunk] = np.divide(shared, whole, out=np.zeros(len(shared)), where=whole > 0)
    return rounded(result)


def soft_overlap(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Overlap in which misspelled words count: by the reference where a word is near another one, else plain
    overlap."""
    result = shared_words("overlap", column, left, right, bound)
    weigh = (lambda word: 1000) if column.rarity is None else column.rarity.of
    bag_of = cache(lambda text: scalar.bag(text, weigh))

    def of_texts(one: list[str], other: list[str]) -> Floats:
        return np.fromiter(map(scalar.soft_overlap, map(bag_of, one), map(bag_of, other)), np.float64, len(one))

    for at in range(0, len(left), 200_000):
        chunk = np.flatnonzero(_have_near_words(column, left[at : at + 200_000], right[at : at + 200_000])) + at
        if len(chunk):
            result[chunk] = per_distinct_pair(column, left[chunk], right[chunk], of_texts)
    return result


def _have_near_words(column: Column, left: Codes, right: Codes) -> Bools:
    """Whether a word of the left value is few edits from a different word of the right value."""
    words = column.words
    pair_l, word_l = spread(words, left)
    count = np.diff(words.start)[right][pair_l]
    word_l, pair = np.repeat(word_l, count), np.repeat(pair_l, count)
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    word_r = words.flat[words.start[right][pair] + inside].astype(np.int64)
    todo = np.flatnonzero(word_l != word_r)
    vocabulary = Column(np.zeros(0, np.int32), words.vocabulary)
    low, high = np.minimum(word_l[todo], word_r[todo]), np.maximum(word_l[todo], word_r[todo])
    distinct, which = np.unique(low << 32 | high, return_inverse=True)
    low, high = (distinct >> 32).astype(np.int32), (distinct & 0xFFFFFFFF).astype(np.int32)
    length = vocabulary.letters.length
    allowed = _allowed_edits(np.minimum(length[low], length[high]))
    is_near = np.zeros(len(distinct), np.bool_)
    open_pairs = np.flatnonzero((allowed > 0) & (np.abs(length[low] - length[high]) <= allowed))
    open_pairs = open_pairs[_may_reach("damerau_levenshtein", vocabulary, low[open_pairs], high[open_pairs], 2)]
    if len(open_pairs):
        edits = distance("damerau_levenshtein", vocabulary, low[open_pairs], high[open_pairs], 2)
        is_near[open_pairs] = edits <= allowed[open_pairs]
    result = np.zeros(len(left), np.bool_)
    result[pair[todo[is_near[which]]]] = True
    return result


def _allowed_edits(shorter: Ints) -> Ints:
    """Edits that two words may be apart, by the length of the shorter, as in the reference."""
    result: Ints = (shorter >= scalar._ONE_EDIT_FROM).astype(np.int64) + (shorter >= scalar._TWO_EDITS_FROM)
    return result


def _shared_weight(words: Words, weight: Ints, left: Codes, right: Codes) -> Ints:
    """Summed weight of the words that both values of each pair hold."""
    there = _may_share(words, left, right)
    left, right = left[there], right[there]
    count = np.diff(words.start)
    is_short = np.maximum(count[left], count[right]) <= _SHORT
    result = np.zeros(len(is_short), np.int64)
    for pairs, shared in ((is_short, _shared_of_short), (~is_short, _shared_of_long)):
        at = np.flatnonzero(pairs)
        if len(at):
            result[at] = shared(words, weight, left[at], right[at])
    every = np.zeros(len(there), np.int64)
    every[there] = result
    return every


def _may_share(words: Words, left: Codes, right: Codes) -> Bools:
    """Whether the marks of two values leave room for a word in common; those of very many words always do."""
    result = np.ones(len(left), np.bool_)
    if len(words.flat) > _MOST_MARKED * len(words.start):
        return result
    for marks in words.marks:
        result &= (marks[left] & marks[right]) != 0
    return result


def _shared_of_short(words: Words, weight: Ints, left: Codes, right: Codes) -> Ints:
    """The same for values of few words: every word is compared with every other."""
    others = _words_at(words, right, -1)
    result = np.zeros(len(left), np.int64)
    weight = np.append(weight, 0)
    for word in _words_at(words, left, len(weight) - 1):
        found = np.zeros(len(left), np.bool_)
        for other in others:
            found |= word == other
        result += weight[word] * found
    return result


def _words_at(words: Words, codes: Codes, none: int) -> list[Codes]:
    """The first word of each value, then the second and so on; `none` for values of fewer words."""
    if len(codes) > len(words.start):
        of_all = _words_at(words, np.arange(len(words.start) - 1, dtype=np.int32), none)
        most = int(np.diff(words.start)[codes].max(initial=0))
        return [own[codes] for own in of_all[:most]]
    start = words.start[codes]
    count = words.start[codes + 1] - start
    flat = np.append(words.flat, np.int32(none))
    most = min(int(count.max(initial=0)), _SHORT)
    return [flat[np.where(count > place, start + place, len(words.flat))] for place in range(most)]


def _shared_of_long(words: Words, weight: Ints, left: Codes, right: Codes) -> Ints:
    size = max(len(words.vocabulary), 1)
    pair_l, word_l = spread(words, left)
    pair_r, word_r = spread(words, right)
    both = np.isin(pair_l * size + word_l, pair_r * size + word_r, assume_unique=True)
    return np.bincount(pair_l[both], weights=weight[word_l[both]], minlength=len(left)).astype(np.int64)


def share_a_word(first: Column, second: Column, left: Codes, right: Codes) -> Bools:
    """Whether a word of each left value of `first` is a word of the right value of `second`."""
    result = np.zeros(len(left), np.bool_)
    if not len(left):
        return result
    known = pc.fill_null(pc.index_in(first.words.vocabulary, value_set=second.words.vocabulary), -1).to_numpy(
        zero_copy_only=False
    )
    pair_l, word_l = spread(first.words, left)
    word_l = known[word_l].astype(np.int64)
    pair_l, word_l = pair_l[word_l >= 0], word_l[word_l >= 0]
    pair_r, word_r = spread(second.words, right)
    size = max(len(second.words.vocabulary), 1)
    result[pair_l[np.isin(pair_l * size + word_l, pair_r * size + word_r, assume_unique=True, kind="sort")]] = True
    return result


def days(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Days between two full, real dates; NaN for all others."""
    table = column.days
    result: Floats = np.abs(table[left] - table[right]).astype(np.float64)
    result[(table[left] == NO_DAY) | (table[right] == NO_DAY)] = np.nan
    return result


def difference(function: str, column: Column, left: Codes, right: Codes, bound: float) -> Floats:
    """Absolute difference of two numbers; NaN where either is none."""
    table = column.numbers
    with np.errstate(over="ignore"):
        return rounded(np.abs(table[left] - table[right]))


def kilometres(lat: Column, lon: Column, left: tuple[Codes, Codes], right: tuple[Codes, Codes]) -> Floats:
    """Great-circle distance of points given as codes of latitude and longitude; NaN where a coordinate is no number.

    Only sums, products and roots are done in columns, for these are the same to the last bit everywhere.
    """
    squares = np.zeros(len(left[0]))
    for one, other in zip(_unit_vectors(lat, lon, *left), _unit_vectors(lat, lon, *right), strict=True):
        squares = squares + (one - other) * (one - other)
    halves = np.minimum(np.sqrt(squares) / 2, 1.0)
    angles = np.fromiter(map(math.asin, halves.tolist()), np.float64, len(halves))
    return rounded(2 * scalar.EARTH_RADIUS_KM * angles)


def _unit_vectors(lat: Column, lon: Column, lat_codes: Codes, lon_codes: Codes) -> tuple[Floats, Floats, Floats]:
    (lat_sine, lat_cosine), (lon_sine, lon_cosine) = lat.angles, lon.angles
    cosine = lat_cosine[lat_codes]
    return cosine * lon_cosine[lon_codes], cosine * lon_sine[lon_codes], lat_sine[lat_codes]


MEASURES: dict[str, Callable[[str, Column, Codes, Codes, float], Floats]] = {
    "jaro_winkler": similarity,
    "jaro": similarity,
    "edit_similarity": similarity,
    "swap_similarity": similarity,
    "share_of_left": share_of_length,
    "share_of_right": share_of_length,
    "trigram": trigram,
    "soundex_agreement": soundex_agreement,
    "levenshtein": distance,
    "damerau_levenshtein": distance,
    "jaccard": shared_words,
    "overlap": shared_words,
    "cosine": shared_words,
    "soft_overlap": soft_overlap,
    "days": days,
    "difference": difference,
}
