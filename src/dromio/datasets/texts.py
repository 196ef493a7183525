"""Texts of records from the codes of people: names, mailboxes, phones, dates and addresses, a column at a time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.datasets import pools
from dromio.datasets.damage import Mask, chance, put
from dromio.datasets.habits import DATE_STYLES, PHONE_STYLES, drawn
from dromio.datasets.people import FIRST_DAY, JUNIOR, LAST_DAY, NONE, SENIOR, YEAR, Homes, People
from dromio.datasets.pools import Codes

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SUFFIXES = (
    ("Street", "St"),
    ("Avenue", "Ave"),
    ("Road", "Rd"),
    ("Drive", "Dr"),
    ("Lane", "Ln"),
    ("Court", "Ct"),
    ("Boulevard", "Blvd"),
    ("Place", "Pl"),
)
FLATS = (" Apt ", " #", " Unit ", ", Apt. ")
DOMAINS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "aol.com", "comcast.net", "proton.me")
TAGS = ("+shop", "+news", "+1", "+spam", "+promo")
DIGITS = 10_000


@lru_cache(maxsize=1)
def _given_forms() -> pa.Array:
    """Given names as listed, then without accents, then short forms, then initials: blocks that codes are offset by."""
    of_women, of_men = pools.given_names()
    listed, plain = of_women.values + of_men.values, of_women.plain + of_men.plain
    return pools.text(listed + plain + pools.nicknames().values + list(LETTERS))


@lru_cache(maxsize=1)
def _given_letters() -> Codes:
    of_women, of_men = pools.given_names()
    return np.array([LETTERS.index(name[0].upper()) for name in of_women.plain + of_men.plain])


@lru_cache(maxsize=1)
def _surname_forms() -> pa.Array:
    return pools.text(pools.surnames().values + pools.surnames().plain)


@lru_cache(maxsize=1)
def _mail_parts() -> tuple[pa.Array, pa.Array]:
    """Given names and surnames as in mailboxes: lower case, ASCII letters only."""

    def bare(names: list[str]) -> pa.Array:
        return pools.text(["".join(filter(str.isalpha, name)).lower() for name in names])

    of_women, of_men = pools.given_names()
    return bare(of_women.plain + of_men.plain), bare(pools.surnames().plain)


@lru_cache(maxsize=4)
def _numerals(width: int, count: int) -> pa.Array:
    """0 to count - 1 as text, padded with zeros to the width."""
    return pools.text([f"{number:0{width}d}" for number in range(count)])


@lru_cache(maxsize=1)
def _dates() -> pa.Array:
    """All days from FIRST_DAY to LAST_DAY in each of the styles, one style after the other."""
    days = np.arange(FIRST_DAY, LAST_DAY + 1).astype("datetime64[D]").tolist()
    return pools.text([day.strftime(style) for style in DATE_STYLES for day in days])


def _take(values: pa.Array, codes: npt.NDArray[np.integer]) -> pa.Array:
    return values.take(pa.array(codes))


def _either(options: tuple[str, ...], codes: npt.NDArray[np.integer]) -> pa.Array:
    return _take(pa.array(options, pa.string()), codes)


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def given_name(rng: np.random.Generator, given: Codes, plain: Mask, short: Mask, initial: Mask) -> pa.Array:
    """Given names: without accents where `plain`, nicknames (if known) where `short`, letters where `initial`."""
    nick = pools.nicknames()
    listed = len(_given_forms()) - len(nick.values) - len(LETTERS)
    slot = (rng.random(len(given)) * nick.counts[given]).astype(np.int64)
    code = np.where(plain, given + listed // 2, given)
    code = np.where(short & (nick.counts[given] > 0), listed + nick.codes[given, slot], code)
    code = np.where(initial, listed + len(nick.values) + _given_letters()[given], code)
    return _take(_given_forms(), code)


def surname(folk: People, owner: Codes, plain: Mask, former: Mask, hyphen: Mask) -> pa.Array:
    """Surnames: the one before marriage where `former`; double ones joined by a hyphen where `hyphen`, else a blank."""
    listed = len(_surname_forms()) // 2
    offset = np.where(plain, listed, 0)
    before = folk.former_surname[owner]
    code = np.where(former & (before != NONE), before, folk.surname[owner])
    values = _take(_surname_forms(), code + offset)
    second = folk.second_surname[owner]
    double = second != NONE
    joints = _either((" ", "-"), hyphen[double].astype(np.int64))
    seconds = _take(_surname_forms(), (second + offset)[double])
    return put(values, double, _joined(values.filter(pa.array(double)), joints, seconds))


def full_name(
    folk: People,
    owner: Codes,
    names: tuple[pa.Array, pa.Array],
    *,
    inverted: Mask,
    with_middle: Mask,
    with_suffix: Mask,
) -> pa.Array:
    """Full names: "First M. Last Jr", the middle letter and suffix only where said; "Last, First" where `inverted`."""
    first, last = names
    middle = folk.middle[owner]
    initials = pools.text([f" {letter}." for letter in LETTERS] + [""])
    letters = _take(initials, np.where(with_middle & (middle != NONE), middle, len(LETTERS)))
    suffix = np.where(with_suffix, folk.suffix[owner], 0)
    ends = _either(("", " Jr", " Sr"), np.where(suffix == JUNIOR, 1, np.where(suffix == SENIOR, 2, 0)))
    straight = _joined(first, letters, " ", last, ends)
    return put(straight, inverted, _joined(last, ", ", first, letters).filter(pa.array(inverted)))


def email(rng: np.random.Generator, folk: People, owner: Codes, box: Codes) -> pa.Array:
    """Mailboxes of the owners, first or second; some with a tag, some of one provider with dots elsewhere."""
    given_parts, surname_parts = _mail_parts()
    given, family = _take(given_parts, folk.given[owner]), _take(surname_parts, folk.surname[owner])
    letter = pc.utf8_slice_codeunits(given, 0, 1)
    number, domain = folk.local_number[owner, box], folk.domain[owner, box]
    year = (folk.birth_day[owner] / YEAR + 1970).astype(np.int64)
    dotted = _either((".", "", ".", "_", ".", ""), folk.local_style[owner, box])
    careless = (domain == 0) & chance(rng, 0.06, len(owner))
    dotted = put(dotted, careless, "")
    left = [given, letter, given, given, family, given]
    right = [family, family, family, family, given, pools.text([""]).take(pa.array(np.zeros(len(owner), np.int64)))]
    numbers = _numerals(1, DIGITS)
    tails = [number % 100, number, year % 100, year, number % 10, number]
    style = folk.local_style[owner, box]
    tag = _either(("", *TAGS), np.where(chance(rng, 0.025, len(owner)), rng.integers(1, 6, size=len(owner)), 0))
    tail = _take(numbers, np.choose(style, tails))
    host = _either(DOMAINS, domain)
    return _joined(_pick(style, left), dotted, _pick(style, right), tail, tag, "@", host)


def _pick(which: Codes, options: list[pa.Array]) -> pa.Array:
    return pc.choose(pa.array(which), *options)


def phone(rng: np.random.Generator, number: Codes, weights: list[tuple[float, ...]], source: Codes) -> pa.Array:
    """Ten-digit numbers, each in one of the styles that its source writes."""
    style = drawn(rng, weights, source)
    before, after_area, after_exchange, end = (
        _either(tuple(shape[part] for shape in PHONE_STYLES), style) for part in range(4)
    )
    area = _take(_numerals(3, 1000), number // 10_000_000)
    exchange = _take(_numerals(3, 1000), number // 10_000 % 1000)
    line = _take(_numerals(4, DIGITS), number % 10_000)
    return _joined(before, area, after_area, exchange, after_exchange, line, end)


def wrong_day(rng: np.random.Generator, day: Codes, wrong: Mask) -> Codes:
    """Days with those at `wrong` mistaken: day and month exchanged, or a year, ten years, a day or a month off."""
    kind = np.where(wrong, rng.integers(1, 6, size=len(day)), 0)
    sign = np.where(chance(rng, 0.5, len(day)), 1, -1)
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    years = months.astype("datetime64[Y]")
    month = (months - years.astype("datetime64[M]")).astype(np.int64) + 1
    exchanged = years.astype("datetime64[M]") + (of_month - 1)
    swapped = (exchanged.astype("datetime64[D]") + (month - 1)).astype(np.int64)
    options = [
        day,
        np.where(of_month <= 12, swapped, day + sign),
        day + sign * 365,
        day + sign * 3652,
        day + sign,
        day + sign * 30,
    ]
    moved: Codes = np.choose(kind, options)
    return np.clip(moved, FIRST_DAY, LAST_DAY)


def date(rng: np.random.Generator, day: Codes, weights: list[tuple[float, ...]], source: Codes) -> pa.Array:
    """Days as text, each in one of the styles that its source writes."""
    span = LAST_DAY - FIRST_DAY + 1
    return _take(_dates(), drawn(rng, weights, source) * span + day - FIRST_DAY)


def address(rng: np.random.Generator, homes: Homes, home: Codes) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Street line (number, street, suffix in full or short, flat in one of four spellings), city and postcode."""
    count = len(home)
    names = _take(pools.text(pools.streets().values), homes.street[home])
    spelled = tuple(form for pair in SUFFIXES for form in pair)
    suffix = _either(spelled, homes.suffix[home] * 2 + chance(rng, 0.5, count))
    flat = homes.flat[home]
    has_flat = (flat > 0) & chance(rng, 0.85, count)
    flats = _joined(_either(FLATS, rng.integers(len(FLATS), size=count)), _take(_numerals(1, DIGITS), flat))
    flats = put(flats, ~has_flat, "")
    street = _joined(_take(_numerals(1, DIGITS), homes.number[home]), " ", names, " ", suffix, flats)
    city = _take(pools.text(pools.towns().pool.values), homes.town[home])
    return street, city, _take(_numerals(5, 100_000), homes.postcode[home])
