"""Texts that people type when they have nothing to say; they count as missing."""

from __future__ import annotations

from functools import cache

from dromio.clean.tables import read_sections
from dromio.clean.text import words_of


@cache
def placeholders(section: str) -> frozenset[str]:
    """Folded placeholder texts of one attribute type, with those of every type."""
    sections = read_sections("placeholders.txt")
    common = sections["any"] if section == "person_name" else sections["any"] + sections["any_but_person_name"]
    return frozenset((*common, *sections.get(section, ())))


@cache
def listed(section: str) -> frozenset[str]:
    """The texts of one section alone, for lists that are not about a whole value (local parts, digits)."""
    return frozenset(read_sections("placeholders.txt")[section])


@cache
def placeholder_words(section: str) -> frozenset[str]:
    """`placeholders` as words, for types whose cleaned text has no punctuation ("n/a" is "n a")."""
    return frozenset(words_of(text) for text in placeholders(section))
