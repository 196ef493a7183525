"""SQL conditions on a pair as conditions of a model, in the three-valued logic that SQL has.

A condition of a model is two-valued, so each piece of SQL has two counterparts: one that holds when the SQL is true,
one that holds when it is false. Where a value is null neither holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from dromio.interchange.splink.measures import Measured, bounded, figure_of, read_measured
from dromio.interchange.splink.operands import Operand, Unsayable, read_operand, short
from dromio.interchange.splink.views import View
from dromio.model.expressions import (
    All,
    AnyOf,
    Condition,
    ExpressionError,
    FieldExpression,
    Measure,
    Not,
    Test,
    parse_condition,
)

FAR = 4_000_000.0
"""Days that no two dates are apart: `days(…) <= FAR` says that both sides are dates."""
LONGEST = 20_000
"""Characters of SQL that are read; conditions that Splink writes are far shorter."""
_FLIPPED = {exp.GTE: exp.LTE, exp.LTE: exp.GTE, exp.GT: exp.LT, exp.LT: exp.GT}
_ORDERS = (exp.GTE, exp.LTE, exp.GT, exp.LT)

OneSided = tuple[Operand, bool]
"""A test of one side: the operand without its side, and whether it is null or is not."""


@dataclass
class Literals:
    """Parts of an `and` or `or` that say something of one side, or of crossed columns, until the other half is seen."""

    sides: dict[OneSided, set[str]] = field(default_factory=dict)
    crossed: list[tuple[Operand, Operand]] = field(default_factory=list)
    """(what the left side has, what the right side has)"""
    parts: list[tuple[int, Condition]] = field(default_factory=list)
    """What is said already, with its place among the parts."""
    places: dict[object, int] = field(default_factory=dict)
    """Place of every part, in the order in which they were met."""

    def place(self, part: object) -> int:
        return self.places.setdefault(part, len(self.places))

    def add(self, condition: Condition) -> None:
        self.parts.append((self.place(condition), condition))

    def add_side(self, test: OneSided, side: str) -> None:
        self.place(test)
        self.sides.setdefault(test, set()).add(side)

    def add_crossed(self, left: Operand, right: Operand) -> None:
        self.place(frozenset((left, right)))
        self.crossed.append((left, right))


@dataclass
class Sayer:
    """Says SQL in the fields of one attribute; `remarks` collects what a condition says differently."""

    view: View
    remarks: list[str] = field(default_factory=list)

    def said(self, sql: str, dialect: str) -> Condition:
        """The condition that holds exactly when the SQL is true, as a model file can hold it. Raises Unsayable."""
        try:
            return parse_condition(str(self.say(parse_sql(sql, dialect))))
        except (ExpressionError, RecursionError) as error:
            raise Unsayable(str(error)) from None

    def say(self, node: exp.Expr, *, true: bool = True) -> Condition:
        """The condition that holds exactly when the SQL is true, or exactly when it is false. Raises Unsayable."""
        node = node.unnest()
        match node:
            case exp.Not():
                return self.say(node.this, true=not true)
            case exp.And() | exp.Or():
                return self._group(node.flatten(), every=isinstance(node, exp.And) is true, true=true)
            case exp.Boolean():
                always = Test("always", ())
                return always if node.this is true else Not(always)
            case exp.Coalesce() if _is_false(node.expressions):
                inner = self.say(node.this)
                return inner if true else Not(inner)
        return self._group([node], every=True, true=true)

    def _group(self, nodes: Iterable[exp.Expr], *, every: bool, true: bool) -> Condition:
        """All or any of the nodes; what speaks of one side is put together with the same of the other side."""
        literals = Literals()
        for node in nodes:
            self._part(node.unnest(), every, true, literals)
        placed = [*literals.parts, *self._paired(literals, every), *self._crossings(literals, every)]
        parts = [condition for _, condition in sorted(placed, key=lambda item: item[0])]
        if len(parts) == 1:
            return parts[0]
        return All(tuple(parts)) if every else AnyOf(tuple(parts))

    def _part(self, node: exp.Expr, every: bool, true: bool, literals: Literals) -> None:
        if isinstance(node, exp.Not):
            self._part(node.this.unnest(), every, not true, literals)
        elif isinstance(node, exp.And | exp.Or) and (isinstance(node, exp.And) is true) is every:
            for inner in node.flatten():
                self._part(inner.unnest(), every, true, literals)
        elif isinstance(node, exp.And | exp.Or | exp.Boolean | exp.Coalesce):
            literals.add(self.say(node, true=true))
        elif isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            operand = read_operand(node.this)
            literals.add_side((operand.sideless, true), operand.side)
        elif isinstance(node, exp.EQ | exp.NEQ):
            self._equality(node, true is isinstance(node, exp.EQ), literals)
        elif isinstance(node, _ORDERS):
            literals.add(self._measured(node, true))
        else:
            raise Unsayable(f"{short(node)} has no counterpart")

    def _equality(self, node: exp.EQ | exp.NEQ, true: bool, literals: Literals) -> None:
        one, other = node.this.unnest(), node.expression.unnest()
        left, right = read_operand(one), read_operand(other)
        if left.side == right.side:
            raise Unsayable(f"{short(node)} compares one side with itself")
        if left.sideless == right.sideless:
            equal = self._equal(left)
            literals.add(equal if true else self._known_but(left, equal))
        elif true:
            first, second = (left, right) if left.side == "l" else (right, left)
            literals.add_crossed(first.sideless, second.sideless)
        else:
            raise Unsayable(f"{short(node)}: that crossed columns differ has no counterpart")

    def _equal(self, operand: Operand) -> Condition:
        field = self.view.field(operand)
        read = operand.shape == "date" and self.view.type in ("raw", "folded")
        return Measure("days", (field,), 0.0) if read else Test("equal", (field,))

    def _measured(self, node: exp.Expr, true: bool) -> Condition:
        """A measure that meets its bound, or is known and does not."""
        operator: type[exp.Expr] = type(node)
        function, figure = node.this, node.expression
        if figure_of(function) is not None:
            function, figure, operator = figure, function, _FLIPPED[operator]  # type: ignore[index]
        number = figure_of(figure)
        if number is None:
            raise Unsayable(f"{short(node)} compares with no number")
        measured = read_measured(function)
        bound, holds = bounded(measured, operator, number)
        if measured.listed:
            return self._of_lists(measured, bound, holds is true)
        if measured.measure == "days" and any(operand.shape == "prefix" for operand in measured.operands):
            raise Unsayable(f"{short(node)} counts days between parts of values")
        if measured.measure == "days" and self.view.type == "raw" and any(one.date_format for one in measured.operands):
            self.remarks.append("only dates written in full, as in 1990-01-05, are dates")
        if measured.measure == "damerau_levenshtein" and bound >= 2:
            self.remarks.append("counts a swap whose letters are edited again as more edits than SQL does")
        condition = Measure(measured.measure, tuple(self.view.field(one) for one in measured.operands), bound)
        return condition if holds is true else self._known_but(measured.operands, condition)

    def _of_lists(self, measured: Measured, bound: float, holds: bool) -> Condition:
        """Lists give an attribute several values, of which the best pair counts."""
        if len(self.view.columns) > 1 or self.view.type != "raw":
            raise Unsayable("a list is compared in an attribute of its own only")
        if not holds:
            raise Unsayable("that no two elements of lists agree has no counterpart")
        self.remarks.append("an empty list counts as missing")
        value = FieldExpression((self.view.role(measured.operands[0].column),))
        if measured.measure == "elements":
            if bound != 1:
                raise Unsayable(f"{bound:g} shared elements have no counterpart, only one")
            return Test("equal", (value,))
        return Measure(measured.measure, (value,), bound)

    def _known_but(self, operands: Operand | tuple[Operand, ...], condition: Condition) -> Condition:
        """Every operand is known on both sides, and the condition does not hold."""
        every = (operands,) if isinstance(operands, Operand) else operands
        if isinstance(condition, Measure) and condition.function in ("difference", "kilometres"):
            raise Unsayable(f"that {condition.function} are more than {condition.bound:g} has no counterpart")
        return All((*(Not(self._null(one)) for one in every), Not(condition)))

    def _null(self, operand: Operand) -> Condition:
        """The operand is null on at least one side."""
        field = self.view.plain(operand)
        if operand.shape in ("date", "year") and self.view.type in ("raw", "folded"):
            self.view.field(operand)
            return Not(Measure("days", (field,), FAR))
        return Test("missing", (field,))

    def _paired(self, literals: Literals, every: bool) -> Iterable[tuple[int, Condition]]:
        """Tests of both sides from two tests of one side each."""
        for test, sides in literals.sides.items():
            operand, holds = test
            if len(sides) < 2:
                raise Unsayable(f"a test of {operand.column!r} on one side only depends on the order of the pair")
            yield literals.place(test), self._null_of(operand, holds, every)

    def _null_of(self, operand: Operand, holds: bool, every: bool) -> Condition:
        """Both sides are null, or both are not, or (where not every part must hold) one is or is not."""
        if holds is not every:
            null = self._null(operand)
            return null if holds else Not(null)
        return self._both_null(operand, holds)

    def _both_null(self, operand: Operand, holds: bool) -> Condition:
        if operand.shape == "date":
            raise Unsayable(f"that neither {operand.column!r} is a date has no counterpart")
        absent = Test("absent", (self.view.plain(operand),))
        return absent if holds else Not(absent)

    def _crossings(self, literals: Literals, every: bool) -> Iterable[tuple[int, Condition]]:
        """Columns that trade places: both ways, or one way, which here is either way."""
        rest = list(literals.crossed)
        while rest:
            left, right = rest.pop(0)
            both = (right, left) in rest
            fields = (self.view.field(left), self.view.field(right))
            if both:
                rest.remove((right, left))
            else:
                self.remarks.append("columns that trade places count in either order of the pair")
            yield literals.place(frozenset((left, right))), Test("swapped" if both and every else "crossed", fields)


def parse_sql(sql: str, dialect: str) -> exp.Expr:
    """The tree of a SQL condition. Raises Unsayable."""
    if len(sql) > LONGEST:
        raise Unsayable(f"is longer than {LONGEST} characters")
    try:
        return parse_one(sql, read=dialect)
    except (SqlglotError, RecursionError) as error:
        raise Unsayable(f"cannot be parsed as {dialect}: {str(error).partition(chr(10))[0]}") from None


def _is_false(defaults: list[exp.Expr]) -> bool:
    return len(defaults) == 1 and isinstance(defaults[0], exp.Boolean) and not defaults[0].this
