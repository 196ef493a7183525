"""Raw values of every attribute type: as people type them, and as nobody should."""

from __future__ import annotations

import random

from dromio.clean import TYPES

HOSTILE = [
    "",
    " ",
    "\t\n",
    "n/a",
    "NULL",
    "-",
    "--",
    "'; DROP TABLE records; --",
    '"',
    "\\",
    "%",
    "_",
    "\x00x",
    "a\u0301",
    "\u200b",
    "\ufeffabc",
    "İstanbul",
    "ß",
    "ﬁ",
    "Ⅷ",
    "😀",
    "𝔘𝔫𝔦",
    "Привет мир",
    "東京都",
    "עברית",
    "المملكة",
    "x" * 1500,
    "é" * 1200,
    "1e999",
    "nan",
    "inf",
    "-0",
    "١٢٣",
    "²",
    "0" * 60,
    "1_000",
    "2001-W05-3",
    "a  b",
    " lead",
    "trail ",
    "A.B",
    "=1+1",
    "\u202eabc",
    "ΰ",
    "ŉ",
]

_COMMON: dict[str, list[str]] = {
    "given": [
        "Anna",
        "Ann",
        "anna maria",
        "Bob",
        "Robert",
        "Liz",
        "Elizabeth",
        "J",
        "José",
        "Jose",
        "Zoë",
        "Łukasz",
        "Smith",
        "Dr. Bob",
    ],
    "middle": ["M", "Maria", "J R", "Ann", ""],
    "family": [
        "Smith",
        "Smyth",
        "Müller",
        "Mueller",
        "O'Brien",
        "Garcia Lopez",
        "Lopez",
        "van der Berg",
        "Anna",
        "Bob",
        "Żółć",
        "李",
    ],
    "full": ["Anna Smith", "Smith, Anna", "Mr Bob van der Berg Jr", "José García López", "Cher"],
    "lat": ["47.3769", "47.377", "-47.3769", "90", "95", "0", "47.1"],
    "lon": ["8.5417", "8.541", "-179.9999", "179.9999", "0", "8.9"],
    "street": ["12 Main St", "12 Main Street", "Bahnhofstrasse 5a", "Rue de l'Église 3", "PO Box 12", "12 Mian St"],
    "number": ["12", "12a", "5", "121"],
    "city": ["Zürich", "Zurich", "St. Gallen", "Springfield", "Sprnigfield"],
    "postcode": ["8001", "8010", "08001", "SW1A 1AA", "sw1a1aa", "90210-1234"],
    "region": ["ZH", "CA", "California"],
    "country": ["CH", "Switzerland", "USA"],
    "unit": ["Apt 4", "4", "#4b"],
    "year": ["1984", "84"],
    "month": ["3", "Mar", "12"],
    "day": ["4", "12", "31"],
    "prefix": ["Dr"],
    "suffix": ["Jr"],
}
_VALUES: dict[str, list[str]] = {
    "organisation": [
        "Acme Ltd",
        "ACME Limited",
        "Acme Holdings Inc.",
        "Müller & Söhne GmbH",
        "Mueller und Soehne",
        "Northern Light Trading Co",
        "Northern Lights Trading",
        "Light Northern Trading Co",
        "株式会社東京",
        "The Acme Company",
    ],
    "email": [
        "anna.smith@example.com",
        "Anna.Smith@Example.com",
        "annasmith@example.com",
        "anna.smith@example.org",
        "a@b.co",
        "bad@",
        "x@y@z.com",
        "ana.smith@example.com",
        "josé@exämple.com",
        "test@test.com",
    ],
    "phone": [
        "+41 44 668 18 00",
        "044 668 18 00",
        "(650) 253-0000",
        "650-253-0001",
        "6502530000",
        "1 650 253 0000",
        "+44 20 7946 0958",
        "0000000000",
        "123",
    ],
    "date": [
        "1984-03-12",
        "12.03.1984",
        "03/12/1984",
        "1984-12-03",
        "1984-03-21",
        "1984",
        "1984-03",
        "1985-03-12",
        "2001-02-30",
        "1 May 1971",
        "1900-01-01",
    ],
    "identifier": ["AB-123 456", "AB123456", "AB123465", "ab123457", "99-99"],
    "model_number": ["KX-TS108W phone", "phone KXTS108W", "KX-TS108W BA-151", "ba151 charger", "WPN802NA"],
    "category": ["F", "female", "m", "Male", "malle", "unknown"],
    "number": ["1,234.50", "1234.5", "-17", "17", "0.1", "1e3", "(5)", "1234.500001"],
    "boolean": ["yes", "no", "true", "0", "Y", "maybe"],
    "text": ["red apple pie", "apple pie, red!", "aple pie", "the quick brown fox", "quick brown foxes", "pie"],
    "url": ["https://www.example.com/a?x=1", "example.com/a", "http://EXAMPLE.com", "münchen.de/straße", "not a url"],
    "ip": ["10.0.0.1", "010.0.0.1", "::1", "2001:db8::1", "999.1.1.1"],
    "raw": ["Anna", "anna", " Anna", "12", "12.0", "two  words", "words two"],
    "folded": ["Anna", "anna ", "ANNA", "Straße"],
    "geo": ["47.3769,8.5417", "POINT(8.5417 47.3769)", "48.1,11.5"],
    "address": ["12 Main St, Springfield, CA 90210", "Bahnhofstrasse 5a, 8001 Zürich"],
}


def damaged(rng: random.Random, text: str) -> str:
    """The text with one slip of the finger."""
    if not text:
        return text
    at = rng.randrange(len(text))
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice("aeé1 ") + text[at:],
            text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
            text.upper(),
            " ".join(reversed(text.split(" "))),
        ]
    )


def text_of(rng: random.Random, type_name: str, role: str) -> str | None:
    """A raw text of one role: usually plausible, at times damaged, hostile or missing."""
    kind = rng.random()
    if kind < 0.12:
        return None
    if kind < 0.20:
        return rng.choice(HOSTILE)
    pool = (
        _VALUES.get(type_name, [])
        if role == "value" or (type_name, role) == ("address", "full")
        else _COMMON.get(role, [])
    )
    text = rng.choice(pool or HOSTILE)
    return damaged(rng, text) if rng.random() < 0.3 else text


def parts_of(rng: random.Random, type_name: str) -> dict[str, str]:
    """Parts of one value. Address and person names come in parts or whole."""
    roles = TYPES[type_name].roles
    whole = [role for role in ("value", "full") if role in roles]
    if len(roles) > 1 and whole:
        roles = tuple(whole) if rng.random() < 0.3 else tuple(role for role in roles if role not in whole)
    return {role: text for role in roles if (text := text_of(rng, type_name, role)) is not None}
