"""The conditions of advanced rules: matching functions of match keys, combined by AND, OR and parentheses.

Exact(Phone, EmptyValues=Process) AND Levenshtein("Email address", 2)
(Cosine(Name, 0.8) AND Exact(Born)) OR ExactManyToMany(HomeAddress, BillingAddress)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

EXACT, EXACT_MANY, COSINE, LEVENSHTEIN, SOUNDEX = "Exact", "ExactManyToMany", "Cosine", "Levenshtein", "Soundex"
FUNCTIONS = (EXACT, EXACT_MANY, COSINE, LEVENSHTEIN, SOUNDEX)
DEFAULT_EDITS = 2
DEEPEST = 50
"""Most parentheses inside each other."""

_WORD = re.compile(r"[A-Za-z]+")
_ARGUMENT = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^",()]*))\s*(?P<end>[,)])')
_EMPTY = re.compile(r"EmptyValues\s*=\s*(Process|Ignore)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(\.\d+)?|\.\d+")
_NAMES = {name.lower(): name for name in FUNCTIONS}


class ConditionError(ValueError):
    """A condition cannot be read; the text says where, what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Call:
    """A matching function: the match keys it compares, its threshold, and what it does with empty values."""

    function: str
    keys: tuple[str, ...]
    threshold: float | None = None
    empty_values: str | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Some part holds."""

    parts: tuple[Condition, ...]


Condition = Call | Both | Either


def parse_condition(text: str) -> Condition:
    """The condition that `text` says. Raises ConditionError."""
    parser = _Parser(text)
    found = parser.either(0)
    parser.skip()
    if parser.at < len(text):
        raise parser.error("AND, OR or the end")
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def error(self, expected: str) -> ConditionError:
        found = repr(self.text[self.at : self.at + 20]) if self.at < len(self.text) else "the end"
        return ConditionError(f"at character {self.at + 1}: expected {expected}, found {found}")

    def skip(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def word(self, *wanted: str) -> str | None:
        """The next word in lower case, passed over, if it is one of those wanted."""
        self.skip()
        found = _WORD.match(self.text, self.at)
        if found is None or found[0].lower() not in wanted:
            return None
        self.at = found.end()
        return found[0].lower()

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.word("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.single(depth)]
        while self.word("and"):
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def single(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise self.error(f"at most {DEEPEST} parentheses inside each other")
        if self.sign("("):
            inside = self.either(depth + 1)
            if not self.sign(")"):
                raise self.error("a closing parenthesis")
            return inside
        start = self.at
        name = self.word(*_NAMES)
        if name is None or not self.sign("("):
            self.at = start
            raise self.error(f"one of {', '.join(FUNCTIONS)} and an opening parenthesis")
        return self.call(_NAMES[name])

    def sign(self, sign: str) -> bool:
        self.skip()
        if not self.text.startswith(sign, self.at):
            return False
        self.at += 1
        return True

    def call(self, function: str) -> Call:
        keys: list[str] = []
        threshold: float | None = None
        empty: str | None = None
        end = ","
        while end == ",":
            found = _ARGUMENT.match(self.text, self.at)
            if found is None:
                raise self.error("a match key, a threshold or EmptyValues=Process or Ignore")
            quoted, bare, end = found["quoted"], (found["bare"] or "").strip(), found["end"]
            if quoted is not None:
                keys.append(quoted)
            elif given := _EMPTY.fullmatch(bare):
                empty = given[1].capitalize()
            elif _NUMBER.fullmatch(bare) and keys and function in (COSINE, LEVENSHTEIN):
                threshold = float(bare)
            elif bare.lower() in ("true", "false") and keys:
                empty = "Process" if bare.lower() == "true" else "Ignore"
            elif bare:
                keys.append(bare)
            else:
                raise self.error("a match key")
            self.at = found.end()
        return self.checked(Call(function, tuple(keys), threshold, empty))

    def checked(self, call: Call) -> Call:
        many = call.function == EXACT_MANY
        if not call.keys or (many and len(call.keys) < 2) or (not many and len(call.keys) > 1):
            wanted = "at least two match keys" if many else "one match key"
            raise ConditionError(f"before character {self.at + 1}: {call.function} takes {wanted}, found {call.keys}")
        if call.function == COSINE and call.threshold is None:
            raise ConditionError(f"before character {self.at + 1}: {COSINE} takes a threshold after its match key")
        if call.function == LEVENSHTEIN and call.threshold is None:
            return Call(call.function, call.keys, DEFAULT_EDITS, call.empty_values)
        return call
