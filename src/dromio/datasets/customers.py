"""Made-up dirty customers: several records of each person, from several sources, with everything that goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dromio.datasets import texts
from dromio.datasets.damage import Mask, blank, chance, choose, misspell, put, recase
from dromio.datasets.dataset import Dataset, owners
from dromio.datasets.habits import Habit, habits, source_names
from dromio.datasets.people import People, people
from dromio.datasets.pools import Codes
from dromio.errors import UsageError

CHUNK = 500_000  # records made at a time, which bounds the memory of the texts under way

NO_NAMES = ("unknown", "Unknown", "UNKNOWN", "n/a", "test", "Customer", ".")
NO_EMAILS = ("test@test.com", "noreply@example.com", "none@none.com", "n/a", "unknown")
NO_PHONES = ("0000000000", "1234567890", "999-999-9999", "n/a")
NO_BIRTH_DATES = ("1900-01-01", "1970-01-01", "unknown")
NO_STREETS = ("unknown", "General Delivery", "n/a", "PO Box")
NO_POSTCODES = ("00000", "99999")
CALL_CENTRE = "(800) 555-0199"


@dataclass(frozen=True)
class Rates:
    """Shares (0 to 1) of records to which something happens; the source multiplies those of typing errors and gaps."""

    typo: float = 0.045  # of each text
    nickname: float = 0.12
    initial: float = 0.025
    swapped: float = 0.01
    former_name: float = 0.4  # of the records of people who changed their surname
    former_home: float = 0.4  # of the records of people who moved
    no_accents: float = 0.5
    placeholder: float = 0.012  # of each value
    call_centre: float = 0.004
    landline: float = 0.3
    second_mailbox: float = 0.2
    wrong_birth_date: float = 0.035
    gap_name: float = 0.02
    gap_email: float = 0.28
    gap_phone: float = 0.25
    gap_birth_date: float = 0.30
    gap_address: float = 0.15

    def __post_init__(self) -> None:
        for field in fields(self):
            share = getattr(self, field.name)
            if not 0 <= share <= 1:
                raise UsageError(f"rate {field.name} must be between 0 and 1, got {share}")


def customers(records: int, *, seed: int = 7, sources: int = 4, rates: Rates | None = None) -> Dataset:
    """`records` dirty customers of about `records / 1.57` people; the same for equal arguments, bit for bit.

    Columns: unique_id (int64, from 0), source, first_name, last_name, full_name, email, phone, birth_date, street,
    city, postcode, all text, missing where the source has no value. Truth: the person as cluster_id; people who share
    a home as household. Raises UsageError for a negative number of records, a rate outside 0 to 1, or sources outside
    1 to 99.
    """
    if records < 0:
        raise UsageError(f"records must not be negative, got {records}")
    names, kept = source_names(sources), habits(sources)
    rng = np.random.default_rng([seed, 1])
    owner = owners(rng, records)
    folk = people(rng, int(owner.max(initial=0)) + 1)
    shares = np.array([habit.weight for habit in kept])
    source = rng.choice(sources, size=records, p=shares / shares.sum())
    maker = _Maker(folk, kept, rates or Rates())
    parts = [
        maker.chunk(
            np.random.default_rng([seed, 2, start]), owner[start : start + CHUNK], source[start : start + CHUNK]
        )
        for start in range(0, max(records, 1), CHUNK)
    ]
    table = pa.concat_tables(parts)
    table = table.add_column(0, "source", pa.array(names, pa.string()).take(pa.array(source)))
    unique_id = pa.array(np.arange(records, dtype=np.int64))
    truth = {"unique_id": unique_id, "cluster_id": owner, "household": folk.household[owner]}
    return Dataset(table.add_column(0, "unique_id", unique_id), pa.table(truth))


@dataclass(frozen=True)
class _Maker:
    folk: People
    kept: list[Habit]
    rates: Rates

    def chunk(self, rng: np.random.Generator, owner: Codes, source: Codes) -> pa.Table:
        first, last = self._names(rng, owner, source)
        columns = self._name_columns(rng, owner, source, first, last)
        columns |= {
            "email": self._email(rng, owner, source),
            "phone": self._phone(rng, owner, source),
            "birth_date": self._birth_date(rng, owner, source),
        }
        columns |= self._address(rng, owner, source)
        return pa.table(columns)

    def _of(self, habit_field: str, source: Codes) -> npt.NDArray[np.float64]:
        return np.array([getattr(habit, habit_field) for habit in self.kept])[source]

    def _typos(self, rng: np.random.Generator, values: pa.Array, source: Codes) -> pa.Array:
        return misspell(rng, values, chance(rng, self.rates.typo * self._of("typos", source), len(source)))

    def _cases(self, rng: np.random.Generator, source: Codes) -> tuple[Mask, Mask]:
        roll = rng.random(len(source))
        upper = self._of("upper", source)
        return roll < upper, (roll >= upper) & (roll < upper + self._of("lower", source))

    def _gap(self, rng: np.random.Generator, rate: float, source: Codes) -> Mask:
        return chance(rng, rate * self._of("gaps", source), len(source))

    def _names(self, rng: np.random.Generator, owner: Codes, source: Codes) -> tuple[pa.Array, pa.Array]:
        rates, count = self.rates, len(owner)
        plain = chance(rng, rates.no_accents, count)
        first = texts.given_name(
            rng, self.folk.given[owner], plain, chance(rng, rates.nickname, count), chance(rng, rates.initial, count)
        )
        last = texts.surname(
            self.folk, owner, plain, chance(rng, rates.former_name, count), hyphen=chance(rng, 0.6, count)
        )
        upper, lower = self._cases(rng, source)
        return (recase(self._typos(rng, part, source), upper, lower) for part in (first, last))  # type: ignore[return-value]

    def _name_columns(
        self, rng: np.random.Generator, owner: Codes, source: Codes, first: pa.Array, last: pa.Array
    ) -> dict[str, pa.Array]:
        count = len(owner)
        has_parts = chance(rng, self._of("parts", source), count)
        has_full = chance(rng, self._of("full", source), count) | ~has_parts
        full = texts.full_name(
            self.folk,
            owner,
            (first, last),
            inverted=chance(rng, self._of("inverted", source), count),
            with_middle=chance(rng, 0.12, count),
            with_suffix=chance(rng, 0.5, count),
        )
        swapped = chance(rng, self.rates.swapped, count)
        first, last = (
            put(first, swapped, last.filter(pa.array(swapped))),
            put(last, swapped, first.filter(pa.array(swapped))),
        )
        nameless = chance(rng, self.rates.placeholder, count)
        columns = {"first_name": (first, has_parts), "last_name": (last, has_parts), "full_name": (full, has_full)}
        return {
            name: blank(choose(rng, values, nameless, NO_NAMES), ~has | self._gap(rng, self.rates.gap_name, source))
            for name, (values, has) in columns.items()
        }

    def _email(self, rng: np.random.Generator, owner: Codes, source: Codes) -> pa.Array:
        rates, count = self.rates, len(owner)
        second = chance(rng, rates.second_mailbox, count).astype(np.int64)
        values = texts.email(rng, self.folk, self.folk.mailbox_owner[owner], second)
        values = self._typos(rng, values, source)
        upper, _ = self._cases(rng, source)
        values = recase(values, upper, np.zeros(count, np.bool_))
        values = choose(rng, values, chance(rng, rates.placeholder, count), NO_EMAILS)
        return blank(values, self._gap(rng, rates.gap_email, source))

    def _phone(self, rng: np.random.Generator, owner: Codes, source: Codes) -> pa.Array:
        rates, count = self.rates, len(owner)
        landline = self.folk.homes.landline[self.folk.home[owner]]
        number = np.where(chance(rng, rates.landline, count), landline, self.folk.mobile[owner])
        values = self._typos(rng, texts.phone(rng, number, [habit.phones for habit in self.kept], source), source)
        values = put(values, chance(rng, rates.call_centre, count), CALL_CENTRE)
        values = choose(rng, values, chance(rng, rates.placeholder, count), NO_PHONES)
        return blank(values, self._gap(rng, rates.gap_phone, source))

    def _birth_date(self, rng: np.random.Generator, owner: Codes, source: Codes) -> pa.Array:
        rates, count = self.rates, len(owner)
        wrong = chance(rng, rates.wrong_birth_date * self._of("typos", source), count)
        day = texts.wrong_day(rng, self.folk.birth_day[owner], wrong)
        values = texts.date(rng, day, [habit.dates for habit in self.kept], source)
        values = choose(rng, values, chance(rng, rates.placeholder, count), NO_BIRTH_DATES)
        return blank(values, self._gap(rng, rates.gap_birth_date, source))

    def _address(self, rng: np.random.Generator, owner: Codes, source: Codes) -> dict[str, pa.Array]:
        rates, count = self.rates, len(owner)
        former = self.folk.former_home[owner]
        home = np.where((former >= 0) & chance(rng, rates.former_home, count), former, self.folk.home[owner])
        street, city, postcode = texts.address(rng, self.folk.homes, home)
        upper, lower = self._cases(rng, source)
        street, city = (recase(self._typos(rng, part, source), upper, lower) for part in (street, city))
        street = choose(rng, street, chance(rng, rates.placeholder, count), NO_STREETS)
        postcode = misspell(rng, postcode, chance(rng, rates.typo * 0.5 * self._of("typos", source), count))
        postcode = choose(rng, postcode, chance(rng, rates.placeholder, count), NO_POSTCODES)
        nowhere = self._gap(rng, rates.gap_address, source)
        columns = {"street": street, "city": city, "postcode": postcode}
        return {name: blank(part, nowhere | self._gap(rng, 0.03, source)) for name, part in columns.items()}
