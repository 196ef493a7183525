"""Keys by which profiles are found: standard ones follow from fields, others are given; each in a comparable form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.interchange.customer_profiles.profile import comparable
from dromio.server.faces.customer_profiles.shapes import EMAILS, PHONES

PHONE, EMAIL, ACCOUNT, PROFILE_ID, FULL_NAME = "_phone", "_email", "_account", "_profileId", "_fullName"


def comparable_value(key_name: str, text: str, region: str) -> str:
    """A value of a key as it is looked up."""
    if key_name == PHONE:
        return comparable("phone", text, region) or "".join(filter(str.isalnum, text))
    if key_name == EMAIL:
        return text.strip().lower()
    if key_name == FULL_NAME:
        return " ".join(text.split()).casefold()
    return text.strip()


def full_name(document: Mapping[str, Any]) -> str:
    """First, middle and last name, those that there are, joined by single blanks."""
    return " ".join(document[name] for name in ("FirstName", "MiddleName", "LastName") if document.get(name))


def standard_keys(document: Mapping[str, Any], region: str) -> list[tuple[str, str]]:
    """The keys that follow from the fields of a profile."""
    found = [(PHONE, document.get(name)) for name in PHONES]
    found += [(EMAIL, document.get(name)) for name in EMAILS]
    found += [(ACCOUNT, document.get("AccountNumber")), (FULL_NAME, full_name(document))]
    keys = [(name, comparable_value(name, text, region)) for name, text in found if text]
    return [(name, value) for name, value in dict.fromkeys(keys) if value]
