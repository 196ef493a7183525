"""Codes by which alike texts meet: exact filters, each a function of one text.

Two texts that are as alike as the parameter of a filter says share at least one of its codes; most that are not share
none. Edits are insertions, deletions and substitutions of characters. All filters disregard case, so they serve
measures of texts as they are and of texts without regard to case.

How two texts within k edits meet depends on k and on the length of the shorter one:

deletions   Where that is short: each with up to k characters deleted, in every way (the deletion neighbourhood).
pieces      Else: the shorter is cut in k + 1 pieces. One piece stands unedited in the longer, after at most i - 1 edits
            if it is the i-th and before at most k + 1 - i (the first piece at which the edits so far fall below the
            number of pieces). So it stands there shifted by no more than that.
grams       For more than MOST_EDITS edits, which only a share of the length allows: k edits leave all but 2k of the
            pairs of neighbouring characters, so the 2k + 1 rarest of either hold a common one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from math import asin, ceil, degrees, floor

from dromio.clean.nicknames import roots
from dromio.deciders.keys.filters import MOST_EDITS
from dromio.engines import scalar
from dromio.engines.grams import commonness
from dromio.engines.scalar import allowed_edits, angle, day_number, number_of
from dromio.model.expressions import FieldExpression
from dromio.similarity.phonetic import SOUNDEX_LENGTH, soundex
from dromio.similarity.strings import trigrams

_DELETED_UP_TO = (2**31, 6, 8, 9, 6, 4, 2, 0, 0)
"""By edits: the longest shorter text of a pair that meets by deletions. It keeps deletions below 400 a text."""
THOUSAND = 1000
TRIGRAM = 3
SAME_START = 4
"""Equal letters at the beginning that Jaro-Winkler's similarity counts."""
_DELETED_WORD = 30
"""Letters of a word up to which characters are deleted in every way."""
PAIRED_UP_TO = 24
"""Texts of at most so many trigrams, or letters, meet by two rare ones where they must share two."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` characters from `at`, to be found by texts whose partner has `shorter` characters and `edits` edits."""

    shorter: int
    edits: int
    place: int
    at: int
    length: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """The codes of a text of one length: up to so many deletions (-1: none, not even the text), pieces, rare grams."""

    deletions: int
    pieces: tuple[Piece, ...]
    grams: int


def neighbours(text: str, edits: int) -> set[str]:
    """Codes of which two texts within `edits` (1 to MOST_EDITS) edits share one."""
    return _codes_of_spellings(text, lambda size: recipe_of_edits(size, edits))


def neighbours_share(text: str, share: int) -> set[str]:
    """Codes of which two texts share one when their edits are at most `share` (1 to MOST_SHARE) thousandths of the
    length of the longer."""
    return _codes_of_spellings(text, lambda size: recipe_of_share(size, share))


def rare_trigrams(text: str, share: int) -> set[str]:
    """The rarest trigrams of a text, alone or two together: two texts share a code when `share` thousandths (from 1) of
    all their trigrams are shared."""
    found = _trigram_codes(text, share)
    return found if text.isascii() else found | _trigram_codes(text.casefold(), share)


def rare_letters(text: str, share: int) -> set[str]:
    """Codes of which two texts share one when their Jaro-Winkler similarity is `share` (LEAST_LETTERS to 1000)
    thousandths: as many equal letters at the beginning as they have, up to four, with two of the rarest letters."""
    return {code for spelling in spellings(text) for code in _letter_codes(spelling, share)}


def rare_words(text: str, share: int) -> set[str]:
    """The longest words of a text: two texts share one when `share` thousandths (from 1) of all their words are
    shared. With 1 all words of a text: they share one when they share any word, however many they have."""
    return set(_longest_words(text, share)).union(_longest_words(text.casefold(), share))


def near_words(text: str, edits: int) -> set[str]:
    """The words of a text with up to `edits` (1 or 2) characters deleted, as far as their length allows edits: two
    texts share a code when they share a word, or have two that soft overlap takes for one.

    An edit, a swap of neighbours too, is undone by deleting one character of either word. Of two long words with two
    edits at most, swaps counted twice, both have the codes of neighbours within four.
    """
    found: set[str] = set()
    for word in {*text.split(" "), *text.casefold().split(" ")} - {""}:
        if len(word) <= _DELETED_WORD + edits:
            found |= _deletions(word, min(allowed_edits(len(word)), edits))
        if len(word) > _DELETED_WORD:
            found |= neighbours(word, 2 * edits)
    return found


def _deletions(word: str, edits: int) -> set[str]:
    kept = (combinations(word, len(word) - count) for count in range(edits + 1))
    return {"".join(letters) for some in kept for letters in some}


def soundex_positions(text: str, equal: int) -> set[str]:
    """The Soundex code with all but `equal` (1 to 4) of its positions blanked, in every way; none without a code."""
    found: set[str] = set()
    for code in {soundex(text), soundex(text.casefold())} - {""}:
        for kept in combinations(range(SOUNDEX_LENGTH), equal):
            found.add("".join(letter if place in kept else "." for place, letter in enumerate(code)))
    return found


def near_days(text: str, days: int) -> set[str]:
    """Codes of which two dates at most so many days apart share one; none of a text that is no full, real date."""
    day = day_number(text)
    return set() if day is None else _spans(Fraction(day, days))


def near_numbers(text: str, thousandths: int) -> set[str]:
    """Codes of which two numbers at most so many thousandths apart share one; none of a text that is no number."""
    number = number_of(text)
    return set() if number is None else _spans(Fraction(number) * THOUSAND / thousandths)


def near_latitudes(text: str, thousandths: int) -> set[str]:
    """Codes of which two latitudes at most so many thousandths of a degree apart share one, for points that are near
    are near in latitude too; none of a text that is no number. Degrees beyond a pole are counted back from it."""
    found = angle(text)
    return set() if found is None else _spans(Fraction(degrees(asin(found[0]))) * THOUSAND / thousandths)


def _spans(place: Fraction) -> set[str]:
    """The span that holds a place, and the next one. Of two places at most one apart, the higher is in the span of the
    lower or in the next."""
    span = floor(place)
    return {str(span), str(span + 1)}


def formal_names(text: str) -> set[str]:
    """Codes of which two given names share one when both may be short for one formal name."""
    return {text, *roots(text)}


def date_parts(text: str) -> set[str]:
    """Codes of which two dates share one when two of year, month and day are known of both and equal."""
    parts = [str(part) if part >= 0 else "" for part in scalar.date_parts(text)]
    pairs = ((place, [*parts[:place], *parts[place + 1 :]]) for place in range(len(parts)))
    return {f"{place}/{one}/{other}" for place, (one, other) in pairs if one and other}


NUMBERED_FILTERS: dict[str, Callable[[str, int], set[str]]] = {
    "neighbours": neighbours,
    "neighbours_share": neighbours_share,
    "rare_trigrams": rare_trigrams,
    "rare_letters": rare_letters,
    "rare_words": rare_words,
    "near_words": near_words,
    "soundex_positions": soundex_positions,
    "near_days": near_days,
    "near_numbers": near_numbers,
    "near_latitudes": near_latitudes,
}
"""Transform with a number -> codes of one text."""
_PLAIN_FILTERS: dict[str, Callable[[str], set[str]]] = {"formal_names": formal_names, "date_parts": date_parts}
FILTERS = frozenset((*NUMBERED_FILTERS, *_PLAIN_FILTERS))
"""Transforms that give a text several codes."""


def filter_of(expression: FieldExpression) -> Callable[[str], tuple[str, ...]]:
    """The codes of a text under a transform that is a filter, sorted."""
    plain = _PLAIN_FILTERS.get(expression.transform)
    if plain is not None:
        return lambda text: tuple(sorted(plain(text)))
    function, argument = NUMBERED_FILTERS[expression.transform], expression.argument
    return lambda text: tuple(sorted(function(text, argument)))


def spellings(text: str) -> tuple[str, ...]:
    """The text without regard to case; where that is longer, also with the letters kept whose folding is longer, for
    one edit of a text must stay one edit."""
    folded = text.casefold()
    if len(folded) == len(text):
        return (folded,)
    return folded, "".join(one if len(one) == 1 else letter for letter, one in ((c, c.casefold()) for c in text))


@lru_cache(4096)
def recipe_of_edits(size: int, edits: int) -> Recipe:
    """What a text of that length is to be found by within so many edits."""
    return _recipe(size, {edits}, edits)


@lru_cache(4096)
def recipe_of_share(size: int, share: int) -> Recipe:
    """What a text of that length is to be found by within a share of the longer length."""
    longer = range(size, size * THOUSAND // (THOUSAND - share) + 2)
    partners = [(one, allowed(one, share)) for one in longer if one - size <= allowed(one, share)]
    near = {edits for _, edits in partners if edits <= MOST_EDITS}
    return _recipe(size, near, allowed(size, share), [one for one in partners if one[1] > MOST_EDITS])


def allowed(longer: int, share: int) -> int:
    """Edits that a share of the longer length, in thousandths, allows."""
    return longer * share // THOUSAND


def _recipe(size: int, edits: set[int], as_longer: int, far: Iterable[tuple[int, int]] = ()) -> Recipe:
    """`edits`: those of all partners; `as_longer`: those of partners that are not longer; `far`: (length of the longer
    text, edits) of partners to be met by grams."""
    deletions = max((one for one in edits if size <= _DELETED_UP_TO[one] + one), default=-1)
    pieces = {piece for one in edits if size > _DELETED_UP_TO[one] for piece in _cut(size, one)}
    if as_longer <= MOST_EDITS:
        for shorter in range(max(size - as_longer, _DELETED_UP_TO[as_longer] + 1), size + 1):
            pieces.update(_shifted(size, shorter, as_longer))
    grams = max((size - longer + 2 * most + 1 for longer, most in far), default=0)
    order = sorted(pieces, key=lambda one: (one.shorter, one.edits, one.place, one.at))
    return Recipe(deletions, tuple(order), min(grams, size + 1))


def _cut(size: int, edits: int) -> Iterator[Piece]:
    """A text in edits + 1 pieces of nearly one length, the longer ones last."""
    least, longer = divmod(size, edits + 1)
    at = 0
    for place in range(edits + 1):
        length = least + (place > edits - longer)
        yield Piece(size, edits, place, at, length)
        at += length


def _shifted(size: int, shorter: int, edits: int) -> Iterator[Piece]:
    """Where the pieces of a shorter text may stand in one of `size` characters."""
    added = size - shorter
    for piece in _cut(shorter, edits):
        before, after = piece.place, edits - piece.place
        for shift in range(max(-before, added - after), min(before, added + after) + 1):
            if 0 <= piece.at + shift <= size - piece.length:
                yield Piece(shorter, edits, piece.place, piece.at + shift, piece.length)


def _codes_of_spellings(text: str, recipe_of: Callable[[int], Recipe]) -> set[str]:
    return {code for spelling in spellings(text) for code in _codes(spelling, recipe_of(len(spelling)))}


def _codes(text: str, recipe: Recipe) -> set[str]:
    found = set() if recipe.deletions < 0 else deletions(text, recipe.deletions)
    for one in recipe.pieces:
        found.add(f"{one.shorter}/{one.edits}/{one.place}/{text[one.at : one.at + one.length]}")
    return found.union(f"//{gram}" for gram in rare_pairs(text, recipe.grams))


def deletions(text: str, most: int) -> set[str]:
    """The text with up to so many characters deleted, in every way."""
    found = last = {text}
    for _ in range(min(most, len(text))):
        last = {one[:at] + one[at + 1 :] for one in last for at in range(len(one))}
        found = found | last
    return found


def rare_pairs(text: str, most: int) -> list[str]:
    """The rarest pairs of neighbouring characters, the ends of the text counting as such, each with the number of
    equal ones before it."""
    if not most:
        return []
    padded = f"\n{text}\n"
    counted: Counter[str] = Counter()
    numbered = []
    for at in range(len(padded) - 1):
        pair = padded[at : at + 2]
        numbered.append((*commonness(pair), counted[pair]))
        counted[pair] += 1
    return [f"{pair}{number}" for *_, pair, number in sorted(numbered)[:most]]


def trigram_prefixes(count: int, share: int) -> tuple[int, int]:
    """Of a text with so many trigrams: how many of the rarest are codes alone, and how many in pairs.

    Two texts share `share` thousandths of the trigrams of the one that has more; say that is o, and n are a text's own:
    then one shared trigram is among its n - o + 1 rarest, and two are among its n - o + 2 rarest.
    """
    least = _needed(count, share)
    if count > PAIRED_UP_TO:
        return count - least + 1, 0
    alone = count if least <= 1 else count - _needed(PAIRED_UP_TO + 1, share) + 1
    return max(alone, 0), min(count - max(least, 2) + 2, count)


def _needed(count: int, share: int) -> int:
    return -(-count * share // THOUSAND)


def _trigram_codes(text: str, share: int) -> set[str]:
    grams = sorted(trigrams(text), key=commonness)
    alone, paired = trigram_prefixes(len(grams), share)
    return {*grams[:alone], *(one + other for one, other in combinations(grams[:paired], 2))}


def _letter_codes(text: str, share: int) -> Iterator[str]:
    """For every length of a common beginning what two texts with it share, if they are as alike.

    With p equal letters at the beginning Jaro's similarity j must be (s - p / 10) / (1 - p / 10); then of m common
    letters of a and b, m / a + m / b >= 3j - 1, and since m is at most b, m >= (3j - 2) * a. Two of them are among the
    a - m + 2 rarest of either, one among the a - m + 1 rarest: that is a code alone where a text is long, or where one
    letter may be all there is.
    """
    rare = numbered_letters(text)
    for same in range(min(len(text), SAME_START - 1) + 1):
        start = f"{same}/{text[:same]}/"
        alone, paired = _letter_prefixes(len(text), same, share)
        yield from (start + letter for letter in rare[:alone])
        yield from (start + one + other for one, other in combinations(rare[:paired], 2))
    if len(text) >= SAME_START or not text:
        yield text[:SAME_START]


@lru_cache(4096)
def _letter_prefixes(size: int, same: int, share: int) -> tuple[int, int]:
    """Of a text of that length: how many of the rarest letters are codes alone, and how many in pairs."""
    jaro = Fraction(share - 100 * same, THOUSAND - 100 * same)

    def least(length: int) -> int:
        return max(ceil((3 * jaro - 2) * length), same, 1)

    if size > PAIRED_UP_TO:
        return size - least(size) + 1, 0
    alone = size if least(size) == 1 else size - least(PAIRED_UP_TO + 1) + 1
    return max(alone, 0), max(size - max(least(size), 2) + 2, 0)


def _longest_words(text: str, share: int) -> list[str]:
    words = sorted(set(text.split(" ")) - {""}, key=lambda word: (-len(word), word))
    needed = _needed(len(words), share) if share > 1 else 1
    return words[: len(words) - max(needed, 1) + 1]


def numbered_letters(text: str) -> list[str]:
    """The letters of a text, each with the number of equal ones before it, the rarest first."""
    counted: Counter[str] = Counter()
    found = []
    for letter in text:
        found.append((-counted[letter], *commonness(letter), f"{letter}{counted[letter]}."))
        counted[letter] += 1
    return [code for *_, code in sorted(found)]
