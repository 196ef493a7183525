"""Cleansers of match rules: they change what a rule compares and tokenises, never the data."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dromio.clean.nicknames import roots
from dromio.interchange.reltio.groups import Cleanse

PREFIX = "com.reltio.cleanse.impl."
Entries = tuple[tuple[str, str], ...]


def synonyms(texts: tuple[str, ...], entries: Entries) -> Iterable[str]:
    """Every base name that a name may stand for, by the entries, or by the built-in dictionary where there are none.

    A name that the dictionary does not have stands for itself.
    """
    for text in texts:
        bases = [base for name, base in entries if name == text] if entries else sorted(roots(text))
        yield from bases or (text,)


def replaced(texts: tuple[str, ...], entries: Entries) -> Iterable[str]:
    """The texts with every text found replaced, one entry after another."""
    for text in texts:
        for found, replacement in entries:
            text = text.replace(found, replacement)
        yield " ".join(text.split())


def concatenated(texts: tuple[str, ...], entries: Entries) -> Iterable[str]:
    """All distinct texts in alphabetical order as one text."""
    yield " ".join(sorted(set(texts)))


CLEANSERS: dict[str, Callable[[tuple[str, ...], Entries], Iterable[str]]] = {
    "NameDictionaryCleanser": synonyms,
    "StringReplacementCleanser": replaced,
    "ValueConcatenatorCleanser": concatenated,
}
"""Short class name -> texts of one attribute before and after."""


def cleansed(cleansers: Iterable[Cleanse], attribute: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """The distinct texts after all cleansers of the attribute, in order; those left empty are gone."""
    for cleanse in cleansers:
        if attribute in cleanse.attributes and texts:
            texts = tuple(CLEANSERS[cleanse.cleanser](texts, cleanse.entries))
    return tuple(dict.fromkeys(text for text in texts if text.strip()))
