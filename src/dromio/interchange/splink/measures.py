"""Similarities and distances in SQL: which measure a function is, and what a comparison with a number asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from dromio.interchange.splink.operands import Operand, Unsayable, read_operand, short

SMALLEST = 1e-6
"""Similarities and distances that are not whole are compared after rounding to 6 decimals."""
SECONDS_OF_DAY = 86400
FUNCTIONS = {
    "jaro_winkler_similarity": "jaro_winkler",
    "jaro_winkler": "jaro_winkler",
    "jarowinkler_similarity": "jaro_winkler",
    "jaro_similarity": "jaro",
    "jaro_sim": "jaro",
    "jaro": "jaro",
    "levenshtein": "levenshtein",
    "damerau_levenshtein": "damerau_levenshtein",
}
"""Name in SQL -> measure."""
SIMILARITIES = ("jaro_winkler", "jaro")
WHOLE = ("levenshtein", "damerau_levenshtein", "days", "elements")


@dataclass(frozen=True, slots=True)
class Measured:
    """A function of both sides: its measure, its operands (left sides), how many of its units one unit of ours is.

    `elements` counts what two lists share; `listed` says that the best over all pairs of elements counts.
    """

    measure: str
    operands: tuple[Operand, ...]
    unit: float = 1.0
    listed: bool = False


def read_measured(node: exp.Expr) -> Measured:
    """The function that an expression is. Raises Unsayable."""
    node = node.unnest()
    if isinstance(node, exp.Abs):
        return _difference(node.this.unnest())
    if isinstance(node, exp.ArraySize) or (isinstance(node, exp.Anonymous) and node.name.lower() == "cardinality"):
        inside = node.this if isinstance(node, exp.ArraySize) else node.expressions[0]
        return _shared_elements(inside)
    if isinstance(node, exp.ArrayMax | exp.ArrayMin):
        return _pairwise(node)
    if isinstance(node, exp.Cast):
        return _kilometres(node)
    name, arguments = _call(node)
    if name not in FUNCTIONS or len(arguments) != 2:
        raise Unsayable(f"{name or short(node)} has no counterpart")
    return Measured(FUNCTIONS[name], (both_sides(*arguments),))


def both_sides(one: exp.Expr, other: exp.Expr) -> Operand:
    """The operand that both expressions take, one of each side. Raises Unsayable."""
    left, right = read_operand(one), read_operand(other)
    if left.sideless != right.sideless or left.side == right.side:
        raise Unsayable(f"{short(one)} and {short(other)} are not the two sides of one value")
    return left.sideless


def implies(node: exp.Expr, wider: exp.Expr) -> bool:
    """Whether one bound on a function of both sides holds wherever another, narrower one on the same function does."""
    if type(node) is not type(wider) or not isinstance(node, exp.GTE | exp.GT | exp.LTE | exp.LT):
        return False
    narrow, wide = figure_of(node.expression), figure_of(wider.expression)
    if node.this != wider.this or narrow is None or wide is None:
        return False
    return narrow >= wide if isinstance(node, exp.GTE | exp.GT) else narrow <= wide


def figure_of(node: exp.Expr) -> float | None:
    """The number that a literal is."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        node = node.this
    if isinstance(node, exp.Neg):
        inner = figure_of(node.this)
        return None if inner is None else -inner
    return float(node.name) if isinstance(node, exp.Literal) and not node.is_string else None


def bounded(measured: Measured, operator: type[exp.Expr], figure: float) -> tuple[float, bool]:
    """(bound, whether it holds) in terms of at least for similarities and at most for distances. Raises Unsayable."""
    figure = figure / measured.unit
    at_least = measured.measure in (*SIMILARITIES, "elements")
    if operator in ((exp.GTE, exp.LT) if at_least else (exp.LTE, exp.GT)):
        return _allowed(measured, figure), operator in (exp.GTE, exp.LTE)
    if measured.measure in WHOLE:
        figure = figure // 1 + 1 if at_least else ceil(figure) - 1
    else:
        figure = round(figure + (SMALLEST if at_least else -SMALLEST), 6)
    return _allowed(measured, figure), operator in (exp.GT, exp.LT)


def _allowed(measured: Measured, bound: float) -> float:
    if bound < 0 or (measured.measure in SIMILARITIES and bound > 1):
        raise Unsayable(f"no {measured.measure} is compared with {bound:g}")
    return bound


def _call(node: exp.Expr) -> tuple[str, list[exp.Expr]]:
    """Name in lower case and arguments of a function; "" for what is none."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower(), node.expressions
    if isinstance(node, exp.Func):
        return node.sql_name().lower(), [part for part in node.args.values() if part]
    return "", []


def _difference(node: exp.Expr) -> Measured:
    """What ABS(…) measures: days between dates, also counted in seconds, or the difference of numbers."""
    if isinstance(node, exp.DateDiff) and node.text("unit").upper() in ("", "DAY"):
        return Measured("days", (both_sides(node.this, node.expression),))
    if not isinstance(node, exp.Sub):
        raise Unsayable(f"ABS({short(node)}) has no counterpart")
    one, other = _seconds_of(node.this), _seconds_of(node.expression)
    if one and other:
        return Measured("days", (both_sides(one, other),), SECONDS_OF_DAY)
    return Measured("difference", (both_sides(node.this, node.expression),))


def _seconds_of(node: exp.Expr) -> exp.Expr | None:
    """What is turned into seconds since 1970; None for anything else."""
    inside = node.expression if isinstance(node, exp.Extract) and node.name.upper() == "EPOCH" else node.this
    counted = isinstance(node, exp.TimeToUnix | exp.StrToUnix | exp.Extract)
    return inside if counted and isinstance(inside, exp.Expr) else None


def _shared_elements(node: exp.Expr) -> Measured:
    called = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    if (isinstance(node, exp.ArrayIntersect) or called == "list_intersect") and len(node.expressions) == 2:
        return Measured("elements", (both_sides(*node.expressions),), listed=True)
    raise Unsayable(f"the number of {short(node)} has no counterpart")


def _pairwise(node: exp.Expr) -> Measured:
    """The best similarity, or least distance, over all pairs of elements of two lists, as Splink writes it."""
    lists = list(node.find_all(exp.Column))
    inner = next(node.find_all(exp.JarowinklerSimilarity, exp.Levenshtein, exp.Anonymous), None)
    name = FUNCTIONS.get(_call(inner)[0], "") if inner else ""
    best = "max" if isinstance(node, exp.ArrayMax) else "min"
    if name and len(lists) == 2 and (name in SIMILARITIES) == (best == "max"):
        called = inner.name if isinstance(inner, exp.Anonymous) else _DUCKDB_NAMES[name]
        first, second = sorted((one.sql("duckdb") for one in lists), key=lambda text: read_operand_side(text))
        if node == _parsed(pairwise(best, called, first, second)):
            return Measured(name, (both_sides(*lists),), listed=True)
    raise Unsayable(f"{short(node)} has no counterpart")


_DUCKDB_NAMES = {"jaro_winkler": "jaro_winkler_similarity", "levenshtein": "levenshtein"}


def read_operand_side(text: str) -> str:
    """l or r: the side of a column in SQL."""
    return read_operand(parse_one(text, read="duckdb")).side


def pairwise(best: str, function: str, left: str, right: str) -> str:
    """SQL of the best figure over all pairs of elements of two lists."""
    pairs = f"list_transform({left}, x -> list_transform({right}, y -> [x, y]))"
    return f"list_{best}(list_transform(flatten({pairs}), pair -> {function}(pair[1], pair[2])))"


def _kilometres(node: exp.Cast) -> Measured:
    """The great-circle distance as Splink writes it."""
    names = list(dict.fromkeys(column.sql("duckdb") for column in node.find_all(exp.Column, bfs=False)))
    sines = list(node.find_all(exp.Sin, bfs=False))[:2]
    latitudes = [column.sql("duckdb") for sine in sines for column in sine.find_all(exp.Column)]
    longitudes = [name for name in names if name not in latitudes]
    if len(latitudes) == len(longitudes) == 2:
        lat_l, lat_r = latitudes
        for one, other in (longitudes, longitudes[::-1]):
            if node.this == _parsed(great_circle(lat_l, lat_r, one, other)).this:
                columns = [parse_one(text, read="duckdb") for text in (lat_l, lat_r, one, other)]
                return Measured("kilometres", (both_sides(*columns[:2]), both_sides(*columns[2:])))
    raise Unsayable(f"{short(node)} has no counterpart")


def great_circle(lat_l: str, lat_r: str, long_l: str, long_r: str) -> str:
    """SQL of the distance in kilometres on a sphere of radius 6371, by the law of cosines kept within its domain."""
    sines = f"sin(radians({lat_l})) * sin(radians({lat_r}))"
    cosines = f"cos(radians({lat_l})) * cos(radians({lat_r})) * cos(radians({long_r} - {long_l}))"
    cosine = f"({sines} + {cosines})"
    return f"cast(acos(case when {cosine} > 1 then 1 when {cosine} < -1 then -1 else {cosine} end) * 6371 as float)"


def _parsed(sql: str) -> exp.Expr:
    try:
        return parse_one(sql, read="duckdb")
    except SqlglotError as error:
        raise Unsayable(f"cannot be parsed: {error}") from None
