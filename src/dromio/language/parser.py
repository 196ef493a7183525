"""Rule text into a tree: recursive descent with one token of look-ahead (two to know a line number from an integer)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dromio.language.ast import (
    BINARY,
    CONSTANT,
    MAX_DEPTH,
    MAX_INTEGER,
    MAX_STEPS,
    NULL_TESTS,
    PARAMETERS,
    Algorithm,
    Comparison,
    Expression,
    Fuzzy,
    FuzzyType,
    Operator,
    ScoringGroup,
    Step,
    depth_of,
    joined,
)
from dromio.language.errors import ParseError
from dromio.language.lexer import CONSTANT as CONSTANT_TEXT
from dromio.language.lexer import DECIMAL, END, FIELD, INTEGER, KEYWORDS, THRESHOLD_WORDS, Token, tokens


def parse(text: str) -> Algorithm:
    """The algorithm that the text describes: an expression, or scoring lines with thresholds and perhaps a filter.

    Raises ParseError with the place, the token found and the tokens expected there.
    """
    parser = _Parser(tokens(text))
    algorithm = parser.algorithm()
    parser.expect(END)
    return algorithm


def parse_expression(text: str) -> Expression:
    """The expression that the text describes. Raises ParseError as `parse` does."""
    parser = _Parser(tokens(text))
    expression = parser.expression()
    parser.expect(END)
    return expression


@dataclass
class _Modifiers:
    """What follows EQ, NE or a constant: each at most once, in any order."""

    case_insensitive: bool | None = None
    fuzzy: Fuzzy | None = None


class _Parser:
    def __init__(self, all_tokens: list[Token]) -> None:
        self._tokens = all_tokens
        self._position = 0
        self._expected: list[str] = []
        self._depth = 0
        self._steps = 0

    # Tokens

    @property
    def _token(self) -> Token:
        return self._tokens[self._position]

    def _next_is(self, *kinds: str) -> bool:
        """True when the current token is one of these kinds; if not, they are noted as expected here."""
        if self._token.kind in kinds:
            return True
        self._expected += [str(kind) for kind in kinds if kind not in self._expected]
        return False

    def _accept(self, *kinds: str) -> Token | None:
        if not self._next_is(*kinds):
            return None
        token = self._token
        self._position += token.kind != END
        self._expected = []
        return token

    def expect(self, *kinds: str) -> Token:
        """The current token, which must be of one of these kinds."""
        token = self._accept(*kinds)
        if token is None:
            raise self._unexpected()
        return token

    def _unexpected(self) -> ParseError:
        token, expected = self._token, self._expected
        found = "the end of the text" if token.kind == END else repr(token.text)
        message = f"found {found}, expected {' or '.join(expected)}"
        if FIELD in expected and token.kind in KEYWORDS:
            message += f"; a field of this name is written `{token.text}` in back quotes"
        return ParseError(message, token.line, token.column, token.text, expected)

    def _error(self, token: Token, message: str, *expected: str) -> ParseError:
        return ParseError(message, token.line, token.column, token.text, expected)

    # Algorithm

    def algorithm(self) -> Algorithm:
        matching = None
        if self._accept("MATCH"):
            self._accept(":")
            matching = self.expression()
            self._accept(";")
        elif not self._at_line():
            matching = self.expression()
            self._accept(";")
        scoring = []
        while self._at_line():
            scoring.append(self._scoring_group())
            self._accept(";")
        thresholds = self._thresholds() if scoring else {}
        return Algorithm(matching, tuple(scoring), thresholds.get("POSSIBLE"), thresholds.get("DEFINITE"))

    def _at_line(self) -> bool:
        return self._next_is("IF", INTEGER)

    def _scoring_group(self) -> ScoringGroup:
        if self._accept(INTEGER):
            self.expect(".")
        self.expect("IF")
        match = self.expression()
        self.expect("THEN")
        score = self._integer()
        penalty = -self._integer() if self._accept("ELSE") else 0
        usage = self.expression() if self._accept("WHEN") else None
        return ScoringGroup(match, score, penalty, usage)

    def _thresholds(self) -> dict[str, int]:
        found: dict[str, int] = {}
        while word := self._accept(*THRESHOLD_WORDS):
            if word.kind in found:
                raise self._error(word, f"{word.kind} MATCH is given twice")
            self.expect("MATCH")
            self.expect("=")
            found[word.kind] = self._integer()
            self._accept(";")
            if found.get("POSSIBLE", -MAX_INTEGER) > found.get("DEFINITE", MAX_INTEGER):
                raise self._error(
                    word, f"the possible score {found['POSSIBLE']} exceeds the definite {found['DEFINITE']}"
                )
        if not found:
            raise self._unexpected()
        return found

    def _integer(self) -> int:
        sign = self._accept("-", "+")
        value = self._number(self.expect(INTEGER))
        return -value if sign and sign.kind == "-" else value

    def _number(self, token: Token) -> int:
        digits = token.value.lstrip("0") or "0"
        if len(digits) > len(str(MAX_INTEGER)) or int(digits) > MAX_INTEGER:
            raise self._error(token, f"the number is greater than {MAX_INTEGER}")
        return int(digits)

    # Expressions

    def expression(self) -> Expression:
        """An expression, at the current token; AND binds tighter than OR."""
        start = self._token
        terms = [self._conjunction()]
        while self._accept("OR"):
            terms.append(self._conjunction())
        expression = joined(Operator.OR, terms)
        if depth_of(expression) > MAX_DEPTH:
            raise self._error(start, f"groups are nested deeper than {MAX_DEPTH}")
        return expression

    def _conjunction(self) -> Expression:
        factors = [self._primary()]
        while self._accept("AND"):
            factors.append(self._primary())
        return joined(Operator.AND, factors)

    def _primary(self) -> Expression:
        opening = self._accept("(")
        if not opening:
            return self._step()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(opening, f"parentheses are nested deeper than {MAX_DEPTH}")
        expression = self.expression()
        self.expect(")")
        self._depth -= 1
        return expression

    def _step(self) -> Step:
        field = self.expect(FIELD)
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise self._error(field, f"the text has more than {MAX_STEPS} steps")
        comparison = Comparison(self.expect(*Comparison).kind)
        if comparison in NULL_TESTS:
            return Step(field.value, comparison)
        constant = self.expect(CONSTANT_TEXT).value if comparison in CONSTANT else None
        modifiers = self._modifiers(fuzzy_allowed=comparison in BINARY)
        return Step(field.value, comparison, constant, bool(modifiers.case_insensitive), modifiers.fuzzy)

    def _modifiers(self, *, fuzzy_allowed: bool) -> _Modifiers:
        modifiers = _Modifiers()
        while True:
            if modifiers.case_insensitive is None and self._accept("CASE"):
                word = self._accept("SENSITIVE", "INSENSITIVE")
                modifiers.case_insensitive = word is not None and word.kind == "INSENSITIVE"
            elif fuzzy_allowed and modifiers.fuzzy is None and (word := self._accept(*FuzzyType)):
                modifiers.fuzzy = self._fuzzy(FuzzyType(word.kind))
            else:
                return modifiers

    def _fuzzy(self, fuzzy_type: FuzzyType) -> Fuzzy:
        numbers, fraction, required = PARAMETERS[fuzzy_type]
        if not (numbers or fraction):
            return Fuzzy(fuzzy_type)
        if required:
            self.expect("(")
        elif not self._accept("("):
            return Fuzzy(fuzzy_type)
        token = self.expect(INTEGER, DECIMAL) if fraction else self.expect(INTEGER)
        fuzzy = self._parameter(fuzzy_type, token)
        self.expect(")")
        return fuzzy

    def _parameter(self, fuzzy_type: FuzzyType, token: Token) -> Fuzzy:
        numbers, fraction, _ = PARAMETERS[fuzzy_type]
        percent = self._accept("%") if fraction else None
        if percent or token.kind == DECIMAL or not numbers:
            return Fuzzy(fuzzy_type, fraction=self._fraction(token, is_percent=percent is not None))
        number = self._number(token)
        if number not in numbers:
            raise self._error(token, f"{fuzzy_type} takes {numbers[0]} to {numbers[-1]}, found {number}")
        return Fuzzy(fuzzy_type, number=number)

    def _fraction(self, token: Token, *, is_percent: bool) -> float:
        value = Decimal(token.value) / (100 if is_percent else 1)
        if value <= 1:
            return float(value)
        message = f"a fraction is 0 to 1, found {token.value}{'%' if is_percent else ''}"
        if not is_percent and value <= 100:
            message += f"; {token.value} percent is written {token.value}%"
        raise self._error(token, message)
