"""Text of the rule language cut into tokens, each with its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from dromio.language.ast import Comparison, FuzzyType
from dromio.language.errors import ParseError

MAX_TEXT = 1_000_000
"""Most characters of a text that is parsed."""

OTHER_WORDS = ("AND", "OR", "CASE", "SENSITIVE", "INSENSITIVE", "MATCH", "IF", "THEN", "ELSE", "WHEN")
THRESHOLD_WORDS = ("POSSIBLE", "DEFINITE")
KEYWORDS = frozenset((*Comparison, *FuzzyType, *OTHER_WORDS, *THRESHOLD_WORDS))
"""Words that are no field names, in any case, unless in back quotes."""

FIELD, CONSTANT, INTEGER, DECIMAL, END = "field name", "constant", "integer", "decimal", "end of text"
"""Kinds of tokens besides keywords and marks, which are their own kind."""


class Token(NamedTuple):
    """A keyword in upper case, a mark or one of the kinds above; `value` is the name, the constant or the digits."""

    kind: str
    value: str
    line: int
    column: int
    text: str


_PATTERN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<word>[^\W\d][\w.]*)
    | `(?P<quoted>(?:[^`]|``)*)`
    | "(?P<constant>(?:[^"\\]|\\["\\])*)"
    | (?P<decimal>[0-9]*\.[0-9]+)
    | (?P<integer>[0-9]+)
    | (?P<mark>[()%.;:=+-])
    """,
    re.VERBOSE,
)
_BARE_NAME = re.compile(r"[^\W\d][\w.]*")


def is_keyword(word: str) -> bool:
    """True when the word is a keyword in any case of its letters, which are ASCII."""
    return word.isascii() and word.upper() in KEYWORDS


def is_bare_name(name: str) -> bool:
    """True when a field of this name needs no back quotes."""
    return _BARE_NAME.fullmatch(name) is not None and not is_keyword(name)


def tokens(text: str) -> list[Token]:
    """All tokens, closed by an END token. Raises ParseError at a character that starts none, or for a text too long."""
    if len(text) > MAX_TEXT:
        raise ParseError(f"the text has {len(text)} characters; at most {MAX_TEXT} are allowed", 1, 1)
    found: list[Token] = []
    position, line, line_start = 0, 1, 0
    while position < len(text):
        column = position - line_start + 1
        match = _PATTERN.match(text, position)
        if match is None:
            raise _bad_character(text, position, line, column)
        if match.lastgroup != "space":
            found.append(_token(match, line, column))
        position = match.end()
        newlines = match.group().count("\n")
        if newlines:
            line += newlines
            line_start = match.start() + match.group().rindex("\n") + 1
    return [*found, Token(END, "", line, position - line_start + 1, "")]


def _token(match: re.Match[str], line: int, column: int) -> Token:
    text, group = match.group(), match.lastgroup
    if group == "word":
        return Token(text.upper() if is_keyword(text) else FIELD, text, line, column, text)
    if group == "quoted":
        name = match["quoted"].replace("``", "`")
        if not name:
            raise ParseError("a field name in back quotes is empty", line, column, text, [FIELD])
        return Token(FIELD, name, line, column, text)
    if group == "constant":
        return Token(CONSTANT, re.sub(r"\\(.)", r"\1", match["constant"]), line, column, text)
    return Token({"decimal": DECIMAL, "integer": INTEGER}.get(group or "", text), text, line, column, text)


def _bad_character(text: str, position: int, line: int, column: int) -> ParseError:
    character = text[position]
    if character == "`":
        return ParseError("a field name in back quotes is not closed", line, column, character, ["`"])
    if character == '"':
        message = 'a constant is not closed, or a backslash in it stands before another character than " or \\'
        return ParseError(message, line, column, character, ['"'])
    return ParseError(f"unexpected character {character!r}", line, column, character)
