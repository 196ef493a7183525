"""Conditions and fields of a model as SQL of DuckDB, as Splink's settings hold it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp, parse_one

from dromio.interchange.splink.conditions import FAR
from dromio.interchange.splink.measures import SECONDS_OF_DAY, great_circle
from dromio.interchange.splink.operands import LOCAL_PART, Unsayable
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Measure, Not, Test
from dromio.model.schema import Attribute

ISO_FORMAT = "%Y-%m-%d"
FUNCTIONS = {
    "jaro_winkler": "jaro_winkler_similarity",
    "jaro": "jaro_similarity",
    "levenshtein": "levenshtein",
    "damerau_levenshtein": "damerau_levenshtein",
}
"""Measure -> name in DuckDB."""
_TWO_VALUED = ("missing", "absent", "always")

Side = Callable[[str], exp.Expr]
"""Column -> the column of one side."""


def of_level(side: str) -> Side:
    """Columns as levels name them: `name_l`."""
    return lambda column: exp.column(f"{column}_{side}", quoted=True)


def of_rule(side: str) -> Side:
    """Columns as blocking rules name them: `l.name`."""
    return lambda column: exp.Column(this=exp.to_identifier(column, quoted=True), table=exp.to_identifier(side))


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints what is said of one attribute; `columns`: field -> column and what is taken of it."""

    type: str
    columns: Mapping[str, str]

    def field(self, field: FieldExpression, side: Side) -> exp.Expr:
        """The SQL of a field of one side. Raises Unsayable."""
        value = self._value(field.fields[0], side)
        if field.transform == "prefix":
            return exp.Substring(this=value, start=exp.Literal.number(1), length=exp.Literal.number(field.argument))
        if field.transform == "year":
            return exp.Year(this=exp.TryCast(this=value, to=exp.DataType.build("date")))
        if field.transform:
            raise Unsayable(f"{field} has no counterpart")
        return value

    def condition(self, condition: Condition) -> exp.Expr:
        """SQL that is true exactly when the condition holds; elsewhere it is false or null. Raises Unsayable."""
        match condition:
            case All(parts=parts):
                return exp.and_(*map(self.condition, parts), copy=False)
            case AnyOf(parts=parts):
                return exp.or_(*map(self.condition, parts), copy=False)
            case Not(part=Measure(function="days", bound=bound, fields=fields)) if bound == FAR:
                return _either_null(*(self._date(fields[0], side) for side in "lr"))
            case Not(part=part):
                return self._not(part)
            case Test():
                return self._test(condition)
            case Measure():
                return self._measure(condition)
        raise Unsayable(f"{condition} has no counterpart")

    def _value(self, name: str, side: Side) -> exp.Expr:
        column = self.columns.get(name)
        if column is None:
            raise Unsayable(f"field {name!r} is no column as delivered")
        value = side(column)
        if self.type == "folded":
            return _or_null(exp.Lower(this=exp.Trim(this=value)))
        if (self.type, name) == ("email", "local"):
            return _or_null(exp.RegexpExtract(this=value, expression=exp.Literal.string(LOCAL_PART)))
        return value

    def _sides(self, field: FieldExpression) -> tuple[exp.Expr, exp.Expr]:
        return self.field(field, of_level("l")), self.field(field, of_level("r"))

    def _date(self, field: FieldExpression, side: str) -> exp.Expr:
        arguments = [self.field(field, of_level(side)), exp.Literal.string(ISO_FORMAT)]
        return exp.Anonymous(this="try_strptime", expressions=arguments)

    def _not(self, part: Condition) -> exp.Expr:
        inner = self.condition(part)
        if isinstance(part, Test) and part.function in _TWO_VALUED:
            return exp.Not(this=exp.paren(inner))
        return exp.Not(this=exp.Coalesce(this=inner, expressions=[exp.false()]))

    def _test(self, test: Test) -> exp.Expr:
        sides = [self._sides(field) for field in test.fields]
        match test.function:
            case "always":
                return exp.true()
            case "equal":
                return exp.and_(*(exp.EQ(this=left, expression=right) for left, right in sides), copy=False)
            case "missing":
                return exp.or_(*(_either_null(left, right) for left, right in sides), copy=False)
            case "absent":
                return exp.and_(*(_is_null(one) for pair in sides for one in pair), copy=False)
            case "swapped" | "crossed":
                (first_l, first_r), (second_l, second_r) = sides
                both = exp.EQ(this=first_l, expression=second_r), exp.EQ(this=second_l, expression=first_r)
                return (exp.and_ if test.function == "swapped" else exp.or_)(*both, copy=False)
        raise Unsayable(f"{test.function} has no counterpart")

    def _measure(self, measure: Measure) -> exp.Expr:
        bound = exp.Literal.number(repr(measure.bound).removesuffix(".0"))
        if measure.function in FUNCTIONS:
            called = exp.Anonymous(this=FUNCTIONS[measure.function], expressions=list(self._sides(measure.fields[0])))
            at_least = measure.operator == ">="
            return (exp.GTE if at_least else exp.LTE)(this=called, expression=bound)
        if measure.function == "days":
            left, right = (exp.TimeToUnix(this=self._date(measure.fields[0], side)) for side in "lr")
            return _apart(left, right, exp.Literal.number(repr(measure.bound * SECONDS_OF_DAY).removesuffix(".0")))
        if measure.function == "difference":
            return _apart(*self._sides(measure.fields[0]), bound)
        if measure.function == "kilometres":
            texts = [one.sql("duckdb") for field in measure.fields for one in self._sides(field)]
            return exp.LTE(this=parse_one(great_circle(*texts), read="duckdb"), expression=bound)
        raise Unsayable(f"{measure.function} has no counterpart")


def printer_of(attribute: Attribute) -> Printer:
    """The printer of an attribute. Raises Unsayable for one with several values."""
    if len(attribute.inputs) > 1:
        raise Unsayable(f"attribute {attribute.name!r} has several values")
    columns = attribute.inputs[0].columns
    if attribute.type not in ("raw", "folded") and "value" in columns:
        main = {"email": ("address", "local"), "date": ("iso",), "phone": ("number",)}.get(attribute.type, ("value",))
        return Printer(attribute.type, dict.fromkeys(main, columns["value"]))
    return Printer(attribute.type, {role: column for role, column in columns.items() if role != "full"})


def sql_of(tree: exp.Expr) -> str:
    """The text of a tree in DuckDB's SQL."""
    return tree.sql("duckdb")


def equalities(sides: Sequence[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """All of the pairs are equal."""
    return exp.and_(*(exp.EQ(this=left, expression=right) for left, right in sides), copy=False)


def _or_null(value: exp.Expr) -> exp.Expr:
    """The text, null where it is empty."""
    return exp.Nullif(this=value, expression=exp.Literal.string(""))


def _is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.Null())


def _either_null(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Or(this=_is_null(left), expression=_is_null(right))


def _apart(left: exp.Expr, right: exp.Expr, bound: exp.Expr) -> exp.Expr:
    return exp.LTE(this=exp.Abs(this=exp.Sub(this=left, expression=right)), expression=bound)
