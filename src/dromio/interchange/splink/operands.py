"""What a SQL expression takes from one side of a pair: a column, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

LOCAL_PART = "^[^@]+"
"""The pattern that Splink's comparison of e-mail addresses takes the part before the @ with."""
ISO_FORMATS = ("", "%Y-%m-%d", "yyyy-MM-dd", "YYYY-MM-DD")
"""Spellings of a date format that reads ISO dates; empty for a column that holds dates."""
_PARSES_DATES = ("try_strptime", "strptime", "try_to_timestamp", "to_timestamp", "try_cast_date")
_DATE_TYPES = (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP, exp.DataType.Type.DATETIME)


class Unsayable(Exception):
    """A piece of SQL has no counterpart; the text says which piece and why."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A column of one side (l or r). `marks`: lower, trim, blank (an empty text is null).

    `shape` is what is taken of the value: "" for all of it, or prefix (of `size` characters), soundex, date (read by
    `date_format`), year, local (of an e-mail address).
    """

    column: str
    side: str
    marks: frozenset[str] = frozenset()
    shape: str = ""
    size: int = 0
    date_format: str = ""

    @property
    def sideless(self) -> Operand:
        """The same of either side."""
        return replace(self, side="")


def read_operand(node: exp.Expr) -> Operand:
    """The operand that an expression is. Raises Unsayable."""
    match node:
        case exp.Column():
            return _column(node)
        case exp.Paren() | exp.TsOrDsToDate():
            return read_operand(node.this)
        case exp.Lower() | exp.Upper():
            return _marked(node.this, "lower")
        case exp.Trim() if not node.args.get("expression"):
            return _marked(node.this, "trim")
        case exp.Nullif() if _text(node.expression) == "":
            inner = read_operand(node.this)
            return inner if inner.shape == "local" else _marked(node.this, "blank")
        case exp.Cast():  # TRY_CAST too
            return _cast(node)
        case exp.Substring() | exp.Left():
            return _prefix(node)
        case exp.Soundex():
            return _shaped(node.this, "soundex")
        case exp.Year():
            return _shaped(node.this, "year")
        case exp.Extract() if node.name.upper() == "YEAR":
            return _shaped(node.expression, "year")
        case exp.RegexpExtract() if _text(node.expression) == LOCAL_PART:
            return _shaped(node.this, "local")
        case exp.Anonymous() if node.name.lower() in _PARSES_DATES and len(node.expressions) == 2:
            inner, text = _shaped(node.expressions[0], "date"), _text(node.expressions[1])
            if text is not None:
                return replace(inner, date_format=text)
    raise Unsayable(f"{short(node)} has no counterpart")


def _column(node: exp.Column) -> Operand:
    """`l.name` and `r.name` as in blocking rules, `name_l` and `name_r` as in levels."""
    table, name = node.table.lower(), node.name
    if table in ("l", "r"):
        return Operand(name, table)
    if not table and name[-2:].lower() in ("_l", "_r") and len(name) > 2:
        return Operand(name[:-2], name[-1].lower())
    raise Unsayable(f"{short(node)} is a column of neither side")


def _marked(node: exp.Expr, mark: str) -> Operand:
    inner = read_operand(node)
    if inner.shape not in ("", "prefix", "soundex"):
        raise Unsayable(f"{short(node)} is not taken in {mark} form")
    return replace(inner, marks=inner.marks | {mark})


def _shaped(node: exp.Expr, shape: str) -> Operand:
    inner = read_operand(node)
    if inner.shape and not (inner.shape == "date" and shape in ("date", "year")):
        raise Unsayable(f"the {shape} of {short(node)} has no counterpart")
    return replace(inner, shape=shape)


def _cast(node: exp.Cast) -> Operand:
    if node.to.this in exp.DataType.TEXT_TYPES:
        return read_operand(node.this)
    if node.to.this in _DATE_TYPES:
        return _shaped(node.this, "date")
    raise Unsayable(f"a cast to {node.to.sql()} has no counterpart")


def _prefix(node: exp.Substring | exp.Left) -> Operand:
    start = 1 if isinstance(node, exp.Left) else _whole(node.args.get("start"))
    size = _whole(node.expression if isinstance(node, exp.Left) else node.args.get("length"))
    if start != 1 or size < 1:
        raise Unsayable(f"{short(node)} does not start at the first character")
    return replace(_shaped(node.this, "prefix"), size=size)


def _whole(node: object) -> int:
    """A whole number as written, -1 for anything else."""
    return int(node.name) if isinstance(node, exp.Literal) and node.is_int else -1


def _text(node: object) -> str | None:
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


def short(node: exp.Expr) -> str:
    """The SQL of a node in at most 60 characters."""
    sql = node.sql()
    return sql if len(sql) <= 60 else sql[:59] + "…"
