"""Made-up dirty organisations: companies with branches, written with and without legal forms, short, long and wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dromio.datasets import pools, texts
from dromio.datasets.damage import Mask, blank, chance, choose, misspell, put, recase
from dromio.datasets.dataset import Dataset, owners
from dromio.datasets.habits import Habit, habits, source_names
from dromio.datasets.people import Homes, homes
from dromio.datasets.pools import Codes
from dromio.errors import UsageError

BRANCHES = (0.72, 0.14, 0.07, 0.04, 0.03)  # shares of companies with 1 to 5 branches
LEGAL_FORMS = (
    ("Inc", "Inc.", "Incorporated"),
    ("LLC", "L.L.C.", "Limited Liability Company"),
    ("Corp", "Corp.", "Corporation"),
    ("Co", "Co.", "Company"),
    ("Ltd", "Ltd.", "Limited"),
    ("LLP", "L.L.P.", "LLP"),
)
SHORTER = (
    (" and ", " & "),
    ("Services", "Svcs"),
    ("Manufacturing", "Mfg"),
    ("Construction", "Constr"),
    ("Engineering", "Eng"),
    ("Center", "Ctr"),
    ("Technologies", "Tech"),
    ("National", "Natl"),
    ("International", "Intl"),
    ("Associates", "Assoc"),
    ("Group", "Grp"),
    ("Saint ", "St "),
)
TYPO, GAP, PLACEHOLDER = 0.04, 0.15, 0.01
NO_NAMES = ("unknown", "N/A", "test", "tbd")
NO_PHONES = ("0000000000", "1234567890")


@dataclass(frozen=True)
class _Branches:
    """Branches with their company, and the texts and addresses of both."""

    company: Codes
    many: Mask  # whether the company has several branches
    names: pa.Array  # of companies, without legal form
    form: Codes  # of companies, position in LEGAL_FORMS
    places: Homes  # of branches
    switchboard: Codes  # of companies


def organisations(records: int, *, seed: int = 7, sources: int = 4) -> Dataset:
    """`records` dirty organisations of about `records / 1.57` branches; the same for equal arguments, bit for bit.

    Columns: unique_id (int64, from 0), source, name, street, city, postcode, phone, email, website. Truth: the branch
    (one address) as cluster_id, its company as household. Raises UsageError for a negative number of records or sources
    outside 1 to 99.
    """
    if records < 0:
        raise UsageError(f"records must not be negative, got {records}")
    kept = habits(sources)
    rng = np.random.default_rng([seed, 3])
    owner = owners(rng, records)
    firms = _branches(rng, int(owner.max(initial=0)) + 1)
    shares = np.array([habit.weight for habit in kept])
    source = rng.choice(sources, size=records, p=shares / shares.sum())
    unique_id = pa.array(np.arange(records, dtype=np.int64))
    names = pa.array(source_names(sources), pa.string()).take(pa.array(source))
    columns = {"unique_id": unique_id, "source": names} | _columns(rng, firms, owner, source, kept)
    truth = {"unique_id": unique_id, "cluster_id": owner, "household": firms.company[owner]}
    return Dataset(pa.table(columns), pa.table(truth))


def _branches(rng: np.random.Generator, count: int) -> _Branches:
    sizes = rng.choice(np.arange(1, len(BRANCHES) + 1), size=count, p=BRANCHES)
    company = np.repeat(np.arange(count), sizes)[:count]
    companies = int(company[-1]) + 1
    places = homes(rng, count)
    first = np.searchsorted(company, np.arange(companies))
    return _Branches(
        company=company,
        many=np.bincount(company)[company] > 1,
        names=_company_names(rng, companies, places.town[first]),
        form=rng.integers(len(LEGAL_FORMS), size=companies),
        places=places,
        switchboard=places.landline[first],
    )


@lru_cache(maxsize=1)
def _trades() -> pools.Pool:
    return pools.pool_of(pools.listed("company_trades.txt", "|"), slope=0.7, offset=5.0)


@lru_cache(maxsize=1)
def _words() -> pools.Pool:
    return pools.pool_of(pools.listed("company_words.txt"), slope=0.7, offset=5.0)


def _company_names(rng: np.random.Generator, count: int, town: Codes) -> pa.Array:
    """Named after words, families or towns, with a trade: "Summit Roofing", "Hart and Ruiz Law Group"."""
    family = _texts(pools.surnames(), rng, count)
    trade = _texts(_trades(), rng, count)
    word, other = (_texts(_words(), rng, count) for _ in range(2))
    place = pools.text(pools.towns().pool.plain).take(pa.array(town))
    partner = _texts(pools.surnames(), rng, count)
    leads = [
        word,
        family,
        _joined(family, " and ", partner),
        place,
        _joined(word, " ", other),
        _joined(place, " ", word),
    ]
    style = rng.choice(len(leads), size=count, p=(0.25, 0.28, 0.12, 0.10, 0.15, 0.10))
    return _joined(pc.choose(pa.array(style), *leads), " ", trade)


def _texts(pool: pools.Pool, rng: np.random.Generator, count: int) -> pa.Array:
    return pools.text(pool.plain).take(pa.array(pool.draw(rng, count)))


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _columns(
    rng: np.random.Generator, firms: _Branches, owner: Codes, source: Codes, kept: list[Habit]
) -> dict[str, pa.Array]:
    count = len(owner)
    typos, gaps, upper = (np.array([getattr(h, f) for h in kept])[source] for f in ("typos", "gaps", "upper"))
    company = firms.company[owner]
    domain = pc.utf8_lower(pc.replace_substring_regex(firms.names, r"[^A-Za-z]", "")).take(pa.array(company))
    street, city, postcode = texts.address(rng, firms.places, owner)
    number = np.where(chance(rng, 0.15, count), firms.switchboard[company], firms.places.landline[owner])
    phone = texts.phone(rng, number, [habit.phones for habit in kept], source)
    columns = {
        "name": choose(rng, _names(rng, firms, owner, city), chance(rng, PLACEHOLDER, count), NO_NAMES),
        "street": street,
        "city": city,
        "postcode": postcode,
        "phone": choose(rng, phone, chance(rng, PLACEHOLDER, count), NO_PHONES),
        "email": _joined(_one_of(rng, ("info@", "office@", "sales@", "contact@"), count), domain, ".com"),
        "website": _joined(_one_of(rng, ("www.", "https://www.", "http://", ""), count), domain, ".com"),
    }
    loud = chance(rng, upper, count)
    for name in ("name", "street", "city"):
        wrong = misspell(rng, columns[name], chance(rng, TYPO * typos, count))
        columns[name] = recase(wrong, loud, np.zeros(count, np.bool_))
    rates = {"name": 0.0, "street": GAP, "city": GAP, "postcode": GAP, "phone": GAP, "email": 0.5, "website": 0.5}
    return {name: blank(values, chance(rng, rates[name] * gaps, count)) for name, values in columns.items()}


def _one_of(rng: np.random.Generator, options: tuple[str, ...], count: int) -> pa.Array:
    return pa.array(options, pa.string()).take(pa.array(rng.integers(len(options), size=count)))


def _names(rng: np.random.Generator, firms: _Branches, owner: Codes, city: pa.Array) -> pa.Array:
    """Names as one clerk or another writes them: shortened, as an acronym, with legal form, with the branch's town."""
    count = len(owner)
    company = firms.company[owner]
    names = firms.names.take(pa.array(company))
    short = chance(rng, 0.2, count)
    names = put(names, short, _shortened(names.filter(pa.array(short))))
    acronym = chance(rng, 0.015, count)
    letters = pc.replace_substring_regex(names.filter(pa.array(acronym)), r"(\w)\w*\W*", r"\1")
    names = put(names, acronym, pc.utf8_upper(letters))
    spelled = tuple("" if not form else " " + form for forms in LEGAL_FORMS for form in (*forms, ""))
    choice = rng.choice(len(LEGAL_FORMS[0]) + 1, size=count, p=(0.3, 0.15, 0.15, 0.4))
    forms = pa.array(spelled, pa.string()).take(pa.array(firms.form[company] * 4 + choice))
    towns = _joined(_one_of(rng, (" - ", " ", " of ", ", "), count), city)
    towns = put(towns, ~(firms.many[owner] & chance(rng, 0.4, count)), "")
    return _joined(put(_one_of(rng, ("The ", ""), count), chance(rng, 0.93, count), ""), names, forms, towns)


def _shortened(names: pa.Array) -> pa.Array:
    for long, short in SHORTER:
        names = pc.replace_substring(names, long, short)
    return names
