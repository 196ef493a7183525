"""Pools of names, streets and towns, commonest first, with the frequencies at which they are drawn.

Listed values come first; thousands of rarer ones are built from syllables with a seed of their own, so a pool is the
same whatever the data set's seed. Frequencies follow Zipf-Mandelbrot, weight = 1 / (rank + offset) ** slope; the
offsets put the commonest surname near 0.7 % and the commonest given name near 2 % of its sex, as in US census counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from anyascii import anyascii

Codes = npt.NDArray[np.int64]

RARE_SURNAMES = 40_000
RARE_GIVEN_NAMES = 3_000  # for each sex
RARE_STREETS = 4_000
SMALL_TOWNS = 2_000
MOST_NICKNAMES = 4

_SYLLABLES: dict[str, str] = {
    "onset": "b br ch d dr f fr g gr h j k kl l m n p pr r s sh st t tr v w y z",
    "vowel": "a e i o u ai au ei ia oa ou",
    "coda": "_ _ l ld m n nd r rk rn s ss t x",
    "surname": "ak aldi by cott dale elli enko er ford gard ham ich ino ley lund mann mere off ow quist sen son wick",
    "female": "a ah ana elle ette ia ika ina isse lyn ora y",
    "male": "an ard ek el en ian ias ic io o on us",
    "stem": "_ er el a",
    "town": "_Springs _Falls _Heights ville ton burg _Grove _Junction _Park _Hills field _Mills",
}


@dataclass(frozen=True)
class Pool:
    """Values, commonest first, the same without accents, and cumulative shares (the last is 1.0)."""

    values: list[str]
    plain: list[str]
    cumulative: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> Codes:
        """Positions in `values`, drawn by frequency."""
        return np.minimum(np.searchsorted(self.cumulative, rng.random(count)), len(self.values) - 1)


@dataclass(frozen=True)
class Towns:
    """A pool of towns with the telephone area code and the first three digits of the postcode of each."""

    pool: Pool
    area_codes: Codes
    postcode_starts: Codes


@dataclass(frozen=True)
class Nicknames:
    """Short forms of given names: `codes[name, k]` is a position in `values`, for k below `counts[name]`."""

    values: list[str]
    codes: Codes
    counts: Codes


def listed(file: str, separator: str | None = None) -> list[str]:
    """Entries of one of the word lists, in order, repeated ones once."""
    text = resources.files(__package__).joinpath("words", file).read_text(encoding="utf-8")
    parts = text.split() if separator is None else text.replace("\n", separator).split(separator)
    return [entry for entry in dict.fromkeys(parts) if entry]


def pool_of(values: list[str], slope: float, offset: float) -> Pool:
    """A pool whose k-th value (from 0) has weight 1 / (k + offset) ** slope."""
    weights = 1.0 / (np.arange(len(values)) + offset) ** slope
    cumulative = np.cumsum(weights) / weights.sum()
    return Pool(values, [value if value.isascii() else anyascii(value) for value in values], cumulative)


def _syllables(kind: str) -> npt.NDArray[np.str_]:
    """The syllables of one kind; "_" alone stands for none, before a word for a blank."""
    return np.array(["" if part == "_" else part.replace("_", " ") for part in _SYLLABLES[kind].split()])


def built(count: int, ending: str, known: list[str], seed: int) -> list[str]:
    """`count` different pronounceable names of 3 to 12 letters with endings of that kind, none of them known."""
    rng = np.random.default_rng(seed)

    def some(kind: str, size: int) -> npt.NDArray[np.str_]:
        return rng.choice(_syllables(kind), size=size)

    names: dict[str, None] = {}
    taken = set(known)
    while len(names) < count:
        size = count * 2
        middle = np.where(rng.random(size) < 0.5, np.char.add(some("onset", size), some("vowel", size)), "")
        words = np.char.add(np.char.add(some("onset", size), some("vowel", size)), middle)
        words = np.char.capitalize(np.char.add(np.char.add(words, some("coda", size)), some(ending, size)))
        fresh = (word for word in words.tolist() if 3 <= len(word) <= 12 and word not in taken)
        names.update(dict.fromkeys(fresh))
    return list(names)[:count]


@lru_cache(maxsize=1)
def surnames() -> Pool:
    """More than 40,000 surnames."""
    known = listed("surnames.txt")
    return pool_of(known + built(RARE_SURNAMES, "surname", known, seed=101), slope=1.0, offset=18.0)


@lru_cache(maxsize=1)
def given_names() -> tuple[Pool, Pool]:
    """Female and male given names, more than 3,000 each."""
    female, male = listed("female_names.txt"), listed("male_names.txt")
    rare_female = built(RARE_GIVEN_NAMES, "female", female, seed=102)
    rare_male = built(RARE_GIVEN_NAMES, "male", male, seed=103)
    return pool_of(female + rare_female, slope=1.15, offset=9.0), pool_of(male + rare_male, slope=1.15, offset=9.0)


@lru_cache(maxsize=1)
def streets() -> Pool:
    """Street names without their suffix; the rarer ones are named after families."""
    known = listed("streets.txt", "|")
    families = [name for name in dict.fromkeys(surnames().plain) if name not in set(known)]
    return pool_of(known + families[:RARE_STREETS], slope=0.9, offset=6.0)


@lru_cache(maxsize=1)
def towns() -> Towns:
    """Cities of the United States, then small towns made up in their neighbourhood."""
    rows = [entry.rsplit(" ", 2) for entry in listed("cities.txt", "|")]
    rng = np.random.default_rng(104)
    near = rng.integers(len(rows), size=SMALL_TOWNS)
    stems = built(SMALL_TOWNS, "stem", [], seed=105)
    endings = rng.choice(_syllables("town"), size=SMALL_TOWNS).tolist()
    small = [stem + ending for stem, ending in zip(stems, endings, strict=True)]
    area, start = (np.array([int(row[part]) for row in rows]) for part in (1, 2))
    names = [row[0] for row in rows] + small
    return Towns(pool_of(names, 1.0, 12.0), np.concatenate([area, area[near]]), np.concatenate([start, start[near]]))


@lru_cache(maxsize=1)
def nicknames() -> Nicknames:
    """Short forms of the given names, in the order female then male of `given_names`."""
    female, male = given_names()
    known = {}
    for line in listed("nicknames.txt", "\n"):
        name, _, forms = line.partition(":")
        known[name] = forms.split()[:MOST_NICKNAMES]
    values = sorted({form for forms in known.values() for form in forms})
    position = {value: code for code, value in enumerate(values)}
    names = female.values + male.values
    codes = np.zeros((len(names), MOST_NICKNAMES), np.int64)
    counts = np.zeros(len(names), np.int64)
    for row, name in enumerate(names):
        for slot, form in enumerate(known.get(name, [])):
            codes[row, slot] = position[form]
            counts[row] = slot + 1
    return Nicknames(values, codes, counts)


def text(values: list[str]) -> pa.Array:
    """Strings as an Arrow array, to be taken from by position."""
    return pa.array(values, pa.string())
