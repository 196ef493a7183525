"""Folding: one spelling for texts that differ only in case, accents, script, width, spacing or punctuation."""

from __future__ import annotations

import unicodedata

from anyascii import anyascii

MAX_LENGTH = 1000
"""Code points of a value that are looked at; the rest is ignored, so that a megabyte of text cannot hold up a run."""

_CONTROLS = dict.fromkeys([*range(0x20), 0x7F], " ")
_APOSTROPHES_AND_DOTS = "'`.\""
_WORDS = str.maketrans(
    {chr(code): " " for code in range(0x80) if not chr(code).isalnum()} | dict.fromkeys(_APOSTROPHES_AND_DOTS, "")
)


def head(text: str) -> str:
    """The text without surrounding white space, cut to MAX_LENGTH code points."""
    return text.strip()[:MAX_LENGTH].rstrip()


def compatible(text: str) -> str:
    """`head` in Unicode form NFKC: wide, circled and ligature letters become plain ones. Accents and scripts stay."""
    text = head(text)
    return text if text.isascii() else head(unicodedata.normalize("NFKC", text))


def transliterate(text: str) -> str:
    """The text in ASCII letters: accents dropped, other scripts spelled out, pictures (emoji) left out."""
    text = unicodedata.normalize("NFKC", text)
    return str(anyascii("".join(char for char in text if unicodedata.category(char) != "So")))


def fold(text: str) -> str:
    """Lower-case printable ASCII with single spaces, none at the ends; at most MAX_LENGTH code points. Idempotent."""
    if len(text) > MAX_LENGTH:
        text = head(text)
    if not text.isascii():
        text = transliterate(text)
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    return " ".join(text.lower().split())[:MAX_LENGTH].rstrip()


def words_of(folded: str) -> str:
    """A folded text as words: apostrophes, quotes and dots dropped, other punctuation a space, single spaces."""
    return " ".join(folded.translate(_WORDS).split())


def words(text: str) -> str:
    """`fold`, then `words_of`: only a-z, 0-9 and single spaces are left. Idempotent."""
    return words_of(fold(text))


def alphanumerics(text: str) -> str:
    """Letters and digits of any script, upper case, in form NFKC; at most MAX_LENGTH code points. Idempotent."""
    if not text.isascii() or len(text) > MAX_LENGTH:
        return _alphanumerics(text)
    return text.upper() if text.isalnum() else "".join(filter(str.isalnum, text.upper()))


def _alphanumerics(text: str) -> str:
    # Upper-casing may undo NFKC and may make one letter three (ΐ), so both are repeated until nothing changes.
    before = ""
    text = compatible(text)
    while text != before:
        before = text
        text = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text.upper())))[:MAX_LENGTH]
    return text
