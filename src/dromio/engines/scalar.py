"""The reference: what every test, measure and many-valued transform gives for the cleaned texts of one pair.

Words are what blanks (U+0020) part. Characters are code points. All functions of two values are symmetric in the
pair. Figures that are not whole are rounded by `rounded` before they meet a bound.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from rapidfuzz.distance import OSA, Jaro, JaroWinkler, Levenshtein

from dromio.similarity.phonetic import soundex, soundex_difference
from dromio.similarity.strings import trigram_similarity

MILLION = 1e6
EDIT_TOLERANCE = 1e-9
"""Taken off a distance that is compared with a share of a length, as the rule language's reference does."""
EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG 1980): great-circle distances are then within 0.6 % of those on the ellipsoid."""
SHORTEST_TOKEN = 2
"""Single letters are no words to look records up by."""
RARE_MILLI = 6000
"""A word is rare when at most one value in 64 has it: a weight of 6 bits."""
_ONE_EDIT_FROM, _TWO_EDITS_FROM = 4, 8
"""Length from which a word with one edit, with two edits, still counts as the same word."""

_ISO_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?").fullmatch

Weigh = Callable[[str], int]
"""Weight of a word in thousandths of a bit."""


class Bag(NamedTuple):
    """The distinct words of a text with their weights in thousandths of a bit, and sums of weights and of squares."""

    weights: Mapping[str, int]
    total: int
    squares: int


def rounded(figure: float) -> float:
    """The figure rounded to 6 decimals, half to even, in the same steps as `dromio.engines.kernels.rounded`."""
    scaled = figure * MILLION
    return round(scaled) / MILLION if scaled < math.inf else scaled


def words(text: str) -> frozenset[str]:
    """The distinct words of a text."""
    return frozenset(text.split(" ")) - {""}


def bag(text: str, weigh: Weigh) -> Bag:
    """The words of a text, weighed."""
    weights = {word: weigh(word) for word in words(text)}
    return Bag(weights, sum(weights.values()), sum(weight * weight for weight in weights.values()))


def tokens(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The distinct words of at least two characters of all texts, sorted."""
    return tuple(sorted({word for text in texts if text for word in words(text) if len(word) >= SHORTEST_TOKEN}))


def rare_tokens(texts: Iterable[str | None], weigh: Iterable[Weigh | None]) -> tuple[str, ...]:
    """The tokens that weigh at least 6 bits in the text they are from; all of a text whose words have no weights."""
    found: set[str] = set()
    for text, weight_of in zip(texts, weigh, strict=True):
        found |= {token for token in tokens((text,)) if weight_of is None or weight_of(token) >= RARE_MILLI}
    return tuple(sorted(found))


def within(left: str, right: str) -> bool:
    """Whether both have words and all words of one are words of the other."""
    words_l, words_r = words(left), words(right)
    return bool(words_l and words_r) and (words_l <= words_r or words_r <= words_l)


def shares_token(left: str, right: str) -> bool:
    """Whether the two have a word in common, of any length."""
    return not words(left).isdisjoint(words(right))


def initial(left: str, right: str) -> bool:
    """Whether one is a single character, and the first of the other, which is longer."""
    return (len(left) == 1) != (len(right) == 1) and left[:1] == right[:1]


def date_parts(text: str) -> tuple[int, int, int]:
    """Year, month and day of an ISO date or partial date, possible or not; -1 for a part that is missing."""
    found = _ISO_DATE(text)
    year, month, day = found.groups("-1") if found else ("-1", "-1", "-1")
    return int(year), int(month), int(day)


def day_number(text: str) -> int | None:
    """Days since the year 1 of a full ISO date; None for partial dates and days that no calendar has."""
    try:
        return date(*date_parts(text)).toordinal()
    except ValueError:
        return None


def day_month_swapped(left: str, right: str) -> bool:
    """Whether two different full ISO dates become equal when month and day of one are exchanged."""
    year, month, day = date_parts(left)
    return left != right and min(month, day) >= 0 and (year, day, month) == date_parts(right)


def one_part_differs(left: str, right: str) -> bool:
    """Whether exactly two of year, month and day are known on both sides and equal."""
    return sum(a == b >= 0 for a, b in zip(date_parts(left), date_parts(right), strict=True)) == 2


def number_of(text: str) -> float | None:
    """The text as a finite number, None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def jaro_winkler(left: str, right: str) -> float:
    """Jaro-Winkler similarity, 0 to 1, as `dromio.similarity.strings` has it."""
    return rounded(JaroWinkler.similarity(left, right))


def edit_similarity(left: str, right: str) -> float:
    """1 - Levenshtein distance / length of the longer, 0 to 1; 1 for two empty texts."""
    return rounded(Levenshtein.normalized_similarity(left, right))


def jaro(left: str, right: str) -> float:
    """Jaro similarity, 0 to 1."""
    return rounded(Jaro.similarity(left, right))


def swap_similarity(left: str, right: str) -> float:
    """1 - optimal string alignment distance / length of the longer, 0 to 1; 1 for two empty texts."""
    return rounded(OSA.normalized_similarity(left, right))


def trigram(left: str, right: str) -> float:
    """Shared trigrams as a share of all, 0 to 1, as `dromio.similarity.strings` has it; not rounded."""
    return trigram_similarity(left, right)


def soundex_agreement(left: str, right: str) -> float:
    """Equal positions of the two Soundex codes as a share of 4; -1 where a text has no code."""
    if not soundex(left) or not soundex(right):
        return -1.0
    return soundex_difference(left, right) / 4


def share_of_left(left: str, right: str) -> float:
    """Levenshtein distance as a share of the left length, not rounded; two empty texts are 0 apart."""
    return edit_share(Levenshtein.distance(left, right), len(left))


def share_of_right(left: str, right: str) -> float:
    """Levenshtein distance as a share of the right length."""
    return edit_share(Levenshtein.distance(left, right), len(right))


def edit_share(distance: int, length: int) -> float:
    """Distance as a share of a length, less what the product of share and length may be off by rounding."""
    if length:
        return (distance - EDIT_TOLERANCE) / length
    return math.inf if distance else 0.0


def levenshtein(left: str, right: str) -> float:
    """Levenshtein distance."""
    return Levenshtein.distance(left, right)


def damerau_levenshtein(left: str, right: str) -> float:
    """Levenshtein distance in which a swap of neighbours counts once (optimal string alignment)."""
    return OSA.distance(left, right)


def jaccard(left: Bag, right: Bag) -> float:
    """Shared words as a share of all, each counting the same; 0 when either side has no words."""
    shared = len(left.weights.keys() & right.weights.keys())
    return _share(shared, len(left.weights) + len(right.weights) - shared)


def overlap(left: Bag, right: Bag) -> float:
    """Weight of the shared words as a share of the lighter side; 0 when either side weighs nothing."""
    shared = left.weights.keys() & right.weights.keys()
    return _share(sum(left.weights[word] for word in shared), min(left.total, right.total))


def cosine(left: Bag, right: Bag) -> float:
    """Cosine of the two sides as vectors of word weights; 0 when either side weighs nothing."""
    shared = left.weights.keys() & right.weights.keys()
    # As floats, for the product may pass 2^53 and must round as it does in columns.
    whole = math.sqrt(float(left.squares) * float(right.squares))
    return _share(sum(left.weights[word] ** 2 for word in shared), whole)


def soft_overlap(left: Bag, right: Bag) -> float:
    """`overlap` in which two words also count as shared, with the lighter weight, when they are few edits apart.

    One edit is allowed from 4 characters on, two from 8, by the shorter word; a swap of neighbours is one edit. word
    is used once: equal words first, then the nearest, the heaviest, the alphabetically first.
    """
    shared = left.weights.keys() & right.weights.keys()
    weight = sum(left.weights[word] for word in shared)
    rest_l, rest_r = left.weights.keys() - shared, right.weights.keys() - shared
    near = [_near(one, left.weights[one], other, right.weights[other]) for one in rest_l for other in rest_r]
    used: set[str] = set()
    for _, negative, one, other in sorted(found for found in near if found):
        if one not in used and other not in used:
            used |= {one, other}
            weight -= negative
    return _share(weight, min(left.total, right.total))


def allowed_edits(shorter: int) -> int:
    """Edits that two words may be apart to count as one, by the length of the shorter."""
    return (shorter >= _ONE_EDIT_FROM) + (shorter >= _TWO_EDITS_FROM)


def _near(one: str, weight: int, other: str, other_weight: int) -> tuple[int, int, str, str] | None:
    """(edits, -weight, smaller word, greater word) of two words that are few edits apart, None when they are not."""
    allowed = allowed_edits(min(len(one), len(other)))
    edits = OSA.distance(one, other, score_cutoff=allowed)
    return (edits, -min(weight, other_weight), *sorted((one, other))) if edits <= allowed else None  # type: ignore[return-value]


def _share(part: int, whole: float) -> float:
    return rounded(part / whole) if whole > 0 else 0.0


def days(left: str, right: str) -> float | None:
    """Days between two full, real dates; None when either is not one."""
    one, other = day_number(left), day_number(right)
    return None if one is None or other is None else abs(one - other)


def difference(left: str, right: str) -> float | None:
    """Absolute difference of two finite numbers; None when either is not one."""
    one, other = number_of(left), number_of(right)
    return None if one is None or other is None else rounded(abs(one - other))


def kilometres(lat_l: str, lon_l: str, lat_r: str, lon_r: str) -> float | None:
    """Great-circle distance of two points in decimal degrees; None when a coordinate is no number."""
    left, right = _unit_vector(lat_l, lon_l), _unit_vector(lat_r, lon_r)
    if left is None or right is None:
        return None
    x, y, z = left[0] - right[0], left[1] - right[1], left[2] - right[2]
    return arc(math.sqrt(x * x + y * y + z * z))


def arc(chord: float) -> float:
    """Length in kilometres of the arc over a chord of the unit sphere."""
    return rounded(2 * EARTH_RADIUS_KM * math.asin(min(chord / 2, 1.0)))


def angle(text: str) -> tuple[float, float] | None:
    """Sine and cosine of an angle in decimal degrees."""
    degrees = number_of(text)
    return None if degrees is None else (math.sin(math.radians(degrees)), math.cos(math.radians(degrees)))


def _unit_vector(lat: str, lon: str) -> tuple[float, float, float] | None:
    latitude, longitude = angle(lat), angle(lon)
    if latitude is None or longitude is None:
        return None
    return latitude[1] * longitude[1], latitude[1] * longitude[0], latitude[0]
