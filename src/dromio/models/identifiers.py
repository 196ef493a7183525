"""Identifiers of a contact as they are compared: functions of a text that give None for what identifies nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from dromio.clean import CleanOptions, clean_value
from dromio.clean.placeholders import placeholder_words
from dromio.clean.text import compatible, fold
from dromio.similarity.strings import jaro_winkler

LEAST_DIGITS = 7
"""Numbers of fewer dialled digits are short codes, which many share."""
SAME_NAME = 0.92
"""Similarity from which two full names are spellings of one."""
LONGEST_DOMAIN = 253

_BRACKETED = re.compile(r"<([^<>]*)>")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_NO_NAMES = placeholder_words("person_name") | {"restricted"}


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164. `valid` when its numbering plan has it, `possible` when it only has the right length."""

    number: str
    quality: Literal["valid", "possible"]


@dataclass(frozen=True, slots=True)
class Email:
    """A mailbox. `given` and `surname`: the two parts of a local part such as `john.doe`, empty when it has not two."""

    address: str
    local: str
    domain: str
    given: str
    surname: str


@dataclass(frozen=True, slots=True)
class FullName:
    """A full name in lower-case letters: its words as given, in alphabetical order, and the first of them."""

    full: str
    sorted: str
    first: str


def phone(text: str | None, region: str = "US", *, whatsapp: bool = False) -> Phone | None:
    """The number that a text such as `tel:+1206…`, `sip:+1206…@host` or `whatsapp:1206…` names.

    `region`: the country of numbers that do not tell theirs. `whatsapp`: digits alone are an international number.
    """
    text = (text or "").strip()
    if whatsapp and text.isascii() and text.isdigit():
        text = f"+{text}"
    number = clean_value("phone", {"value": text}, CleanOptions(default_region=region)).get("number", "")
    if not number.startswith("+"):
        return None
    parsed = phonenumbers.parse(number)
    is_international = "+" in text or text.startswith("00")
    dialled = number[1:] if is_international else phonenumbers.national_significant_number(parsed)
    if len(dialled) < LEAST_DIGITS:
        return None
    return Phone(number, "valid" if phonenumbers.is_valid_number(parsed) else "possible")


def email(text: str | None) -> Email | None:
    """The mailbox of an address, as in `"Name" <John+work@Example.com>`: lower case, without what follows a plus."""
    text = compatible(text or "").lower()
    bracketed = _BRACKETED.search(text)
    local, at, domain = (bracketed[1] if bracketed else text).strip().removeprefix("mailto:").partition("@")
    local, domain = local.partition("+")[0], _ascii(domain)
    address = f"{local}@{domain}"
    if not at or not local or not domain or "@" in domain or any(map(str.isspace, address)):
        return None
    if not clean_value("email", {"value": address}):
        return None
    given, surname = _in_two(local)
    return Email(address, local, domain, given, surname)


def _ascii(domain: str) -> str:
    """The domain in ASCII (RFC 3490), or as it is where that cannot be done."""
    if domain.isascii() or len(domain) > LONGEST_DOMAIN:
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _in_two(local: str) -> tuple[str, str]:
    parts = re.split(r"[._-]", local)
    return (parts[0], parts[1]) if len(parts) == 2 and all(parts) else ("", "")


def stem(local: str) -> str:
    """A local part without separators and the digits at its end: `john.doe7` is `johndoe`."""
    return re.sub(r"[._-]", "", local).rstrip("0123456789")


def full_name(text: str | None) -> FullName | None:
    """A full name without regard to case, accents, punctuation and white space."""
    words = _NOT_LETTERS.sub(" ", fold(text or "")).split()
    full = " ".join(words)
    return FullName(full, " ".join(sorted(words)), words[0]) if words and full not in _NO_NAMES else None


def opaque(text: str | None) -> str | None:
    """A cookie or an external id: without white space around it, otherwise as it is."""
    return (text or "").strip() or None


def distinct_names(texts: Iterable[str | None]) -> int:
    """How many different people full names speak of: spellings of one name and other orders of its words count once.

    Names that are joined by others, each similar to the next, count as one; so the order of the names does not matter.
    """
    groups: list[list[str]] = []
    for name in sorted({found.sorted for text in texts if (found := full_name(text))}):
        alike = [group for group in groups if any(jaro_winkler(name, other) >= SAME_NAME for other in group)]
        groups = [group for group in groups if group not in alike] + [[name, *(one for own in alike for one in own)]]
    return len(groups)
