"""Made-up people as integer codes: who lives with whom, under which names, dates, numbers, addresses and mailboxes.

Every array has one entry for each person, except those of `Homes` (one for each home). Nothing here is text: texts are
made for each record from these codes, so that a person's records differ only where damage or life (a move, a marriage)
makes them differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dromio.datasets import pools
from dromio.datasets.damage import Mask, chance
from dromio.datasets.pools import Codes

HOUSEHOLD_SHARES = (0.46, 0.26, 0.12, 0.11, 0.05)  # households of 1 to 5 people, near US census household sizes
FIRST_DAY = int(np.datetime64("1924-01-01", "D").astype(np.int64))
LAST_DAY = int(np.datetime64("2012-12-31", "D").astype(np.int64))
YEAR = 365.25
NONE = -1
NO_SUFFIX, JUNIOR, SENIOR = 0, 1, 2
MAILBOXES = 2  # of each person: private and second
LOCAL_STYLES = 6
DOMAIN_SHARES = (0.42, 0.16, 0.12, 0.10, 0.07, 0.05, 0.04, 0.04)


@dataclass(frozen=True)
class Homes:
    """Addresses: codes of street, suffix and town; house number, flat (0: none), postcode and landline as numbers."""

    street: Codes
    suffix: Codes
    number: Codes
    flat: Codes
    town: Codes
    postcode: Codes
    landline: Codes


@dataclass(frozen=True)
class People:
    """Codes of each person; -1 where there is none. `given` counts female names first, then male ones."""

    household: Codes
    given: Codes
    middle: Codes
    surname: Codes
    second_surname: Codes
    former_surname: Codes
    suffix: Codes
    birth_day: Codes
    mobile: Codes
    home: Codes
    former_home: Codes
    mailbox_owner: Codes
    local_style: Codes
    local_number: Codes
    domain: Codes
    homes: Homes


def people(rng: np.random.Generator, count: int) -> People:
    """`count` people in households of 1 to 5, with about a fifth of them having moved once."""
    household, position, head = _households(rng, count)
    female = _sexes(rng, position, head)
    given = _given(rng, female)
    birth_day = _birth_days(rng, position, head)
    twin = (position >= 3) & chance(rng, 0.06, count)
    birth_day = np.where(twin, np.roll(birth_day, 1), birth_day)
    given, suffix = _juniors(rng, given, female, position, head)
    given = _twin_names(given, twin)
    surname, former = _surnames(rng, position, head)
    moved = chance(rng, 0.2, count)
    household_count = int(household[-1]) + 1
    places = homes(rng, household_count + int(moved.sum()))
    former_home = np.full(count, NONE, np.int64)
    former_home[moved] = household_count + np.arange(int(moved.sum()))
    own_mobile = _numbers(rng, pools.towns().area_codes[places.town[household]])
    borrows = (position >= 2) & chance(rng, 0.3, count)
    shares_mailbox = ((position == 1) & chance(rng, 0.06, count)) | ((position >= 2) & chance(rng, 0.25, count))
    return People(
        household=household,
        given=given,
        middle=np.where(chance(rng, 0.7, count), rng.integers(26, size=count), NONE),
        surname=surname,
        second_surname=np.where(chance(rng, 0.03, count), pools.surnames().draw(rng, count), NONE),
        former_surname=former,
        suffix=suffix,
        birth_day=birth_day,
        mobile=np.where(borrows, own_mobile[head], own_mobile),
        home=household,
        former_home=former_home,
        mailbox_owner=np.where(shares_mailbox, head, np.arange(count)),
        local_style=rng.integers(LOCAL_STYLES, size=(count, MAILBOXES)),
        local_number=rng.integers(1, 1000, size=(count, MAILBOXES)),
        domain=rng.choice(len(DOMAIN_SHARES), size=(count, MAILBOXES), p=DOMAIN_SHARES),
        homes=places,
    )


def _households(rng: np.random.Generator, count: int) -> tuple[Codes, Codes, Codes]:
    """Household, position in it (0 is the head) and the head's index, for each person."""
    sizes = rng.choice(np.arange(1, len(HOUSEHOLD_SHARES) + 1), size=count, p=HOUSEHOLD_SHARES)
    household = np.repeat(np.arange(count), sizes)[:count]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    head = starts[household]
    return household, np.arange(count) - head, head


def _sexes(rng: np.random.Generator, position: Codes, head: Codes) -> Mask:
    count = len(position)
    female = chance(rng, 0.5, count)
    opposite = (position == 1) & chance(rng, 0.93, count)
    return np.where(opposite, ~female[head], female)


def _given(rng: np.random.Generator, female: Mask) -> Codes:
    of_women, of_men = pools.given_names()
    count = len(female)
    return np.where(female, of_women.draw(rng, count), len(of_women.values) + of_men.draw(rng, count))


def _birth_days(rng: np.random.Generator, position: Codes, head: Codes) -> Codes:
    """Heads are 18 to 84 at the last day; partners within some years of them, the others a generation younger."""
    count = len(position)
    day = LAST_DAY - (rng.integers(0, int(66 * YEAR), size=count) + int(18 * YEAR))
    partner = day[head] + rng.normal(0.0, 4 * YEAR, count).astype(np.int64)
    child = day[head] + rng.integers(int(19 * YEAR), int(40 * YEAR), size=count)
    day = np.where(position == 0, day, np.where(position == 1, partner, child))
    # Folded back, not cut off: a heap of births on the last day would look like a placeholder.
    day = np.where(day > LAST_DAY, 2 * LAST_DAY - day, day)
    return np.clip(np.where(day < FIRST_DAY, 2 * FIRST_DAY - day, day), FIRST_DAY, LAST_DAY)


def _twin_names(given: Codes, twin: Mask) -> Codes:
    """Twins have another name than the brother or sister before them."""
    women = len(pools.given_names()[0].values)
    clash = twin & (given == np.roll(given, 1))
    other = np.where(given == 0, 1, np.where(given == women, women + 1, given - 1))
    return np.where(clash, other, given)


def _juniors(rng: np.random.Generator, given: Codes, female: Mask, position: Codes, head: Codes) -> tuple[Codes, Codes]:
    """Some second sons bear their father's name: he is then Senior, the son Junior."""
    junior = (position == 2) & ~female & ~female[head] & chance(rng, 0.1, len(given))
    suffix = np.where(junior, JUNIOR, NO_SUFFIX)
    suffix[head[junior]] = SENIOR
    return np.where(junior, given[head], given), suffix


def _surnames(rng: np.random.Generator, position: Codes, head: Codes) -> tuple[Codes, Codes]:
    """Surname, the household's unless kept apart, and the former one of about a third of the partners who took it."""
    pool = pools.surnames()
    count = len(position)
    own = pool.draw(rng, count)
    apart = ((position == 1) & chance(rng, 0.2, count)) | ((position >= 2) & chance(rng, 0.08, count))
    surname = np.where(apart, own, own[head])
    married = (position == 1) & ~apart & chance(rng, 0.35, count)
    return surname, np.where(married, pool.draw(rng, count), NONE)


def homes(rng: np.random.Generator, count: int) -> Homes:
    """`count` addresses in towns drawn by frequency, about a fifth of them flats."""
    towns = pools.towns()
    town = towns.pool.draw(rng, count)
    return Homes(
        street=pools.streets().draw(rng, count),
        suffix=rng.integers(8, size=count),
        number=1 + (rng.pareto(0.9, count) * 40).astype(np.int64) % 9800,
        flat=np.where(chance(rng, 0.22, count), rng.integers(1, 60, size=count), 0),
        town=town,
        postcode=towns.postcode_starts[town] * 100 + rng.integers(100, size=count),
        landline=_numbers(rng, towns.area_codes[town]),
    )


def _numbers(rng: np.random.Generator, area_codes: Codes) -> Codes:
    """Ten-digit numbers of the area; the exchange begins with 2 to 9 and does not end in 11, as the plan demands."""
    count = len(area_codes)
    exchange = rng.integers(200, 1000, size=count)
    exchange = np.where(exchange % 100 == 11, exchange + 1, exchange)
    return area_codes * 10_000_000 + exchange * 10_000 + rng.integers(10_000, size=count)
