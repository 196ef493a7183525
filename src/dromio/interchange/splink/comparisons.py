"""Comparisons of Splink as comparisons of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import nextafter

from sqlglot import exp

from dromio.interchange.splink.attributes import Attributes
from dromio.interchange.splink.conditions import Sayer, parse_sql
from dromio.interchange.splink.document import SplinkComparison, SplinkLevel
from dromio.interchange.splink.measures import implies
from dromio.interchange.splink.operands import ISO_FORMATS, LOCAL_PART, Operand, Unsayable, read_operand
from dromio.interchange.splink.views import CAVEATS, View
from dromio.model.expressions import All, AnyOf, Condition, Not, Test
from dromio.model.schema import Comparison, Level

ONE_RIVAL = 1.0
"""Splink weighs against unrelated records only: a trained comparison tells no related ones apart, so that no bound on
its adjustments comes from them."""
SMALLEST_PROBABILITY = 1e-300
"""What Splink takes for a probability of zero."""


@dataclass(frozen=True, slots=True)
class Said:
    """A comparison as far as a view can say it: when it is null, and its first levels."""

    null: Condition
    levels: tuple[tuple[Condition, tuple[SplinkLevel, ...]], ...]
    """A condition, and the levels that are one under it: the last, and those before it that imply it."""
    view: View
    remarks: tuple[str, ...]
    trouble: str
    """Why the level after the last is not said; empty when all are."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A comparison, the level of the document that each of its conditions is, and the view that they are said in."""

    comparison: Comparison
    kept: tuple[SplinkLevel, ...]
    view: View


def translate(
    splink: SplinkComparison, dialect: str, lists: frozenset[str], attributes: Attributes, notes: list[str]
) -> Translated | None:
    """The comparison in the attribute type that says most of its levels; None when none says a level.

    A level that cannot be said becomes one with the next where it implies that one, else with all levels after it; m
    and u are the sums of theirs. So every weight is that of the pairs that reach it.
    """
    found = _best(splink, dialect, lists)
    if isinstance(found, str):
        notes.append(f"{splink.path}: {splink.name!r} cannot be said ({found}); left out, so that it has no weight")
        return None
    said = [level for _, group in found.levels for level in group]
    tail = tuple(level for level in splink.levels if not level.is_null and level not in said)
    notes += [
        _merged(group, found.trouble) for group in (*(group for _, group in found.levels), tail) if len(group) > 1
    ]
    notes += [f"{splink.path}: {remark}" for remark in (*found.remarks, CAVEATS[found.view.type]) if remark]
    attribute = attributes.of(found.view)
    levels = [_level(str(condition), group, notes) for condition, group in found.levels]
    levels.append(_level(None, tail, notes))
    comparison = Comparison(
        name=splink.name,
        attribute=attribute,
        null_when=str(found.null),
        levels=levels,
        shared=ONE_RIVAL if all(level.m and level.u for level in levels) else Comparison.model_fields["shared"].default,
    )
    return Translated(comparison, tuple(group[-1] for _, group in found.levels), found.view)


def list_columns(comparisons: Iterable[SplinkComparison], dialect: str) -> frozenset[str]:
    """Columns, in lower case, that some level treats as lists."""
    found: set[str] = set()
    for comparison in comparisons:
        for node in _trees(comparison, dialect):
            for lists in node.find_all(exp.ArraySize, exp.ArrayMax, exp.ArrayMin, exp.ArrayIntersect):
                found |= {operand.column.lower() for operand in _operands(lists)}
    return frozenset(found)


def _best(splink: SplinkComparison, dialect: str, lists: frozenset[str]) -> Said | str:
    """What the view that says most levels says, the first of equals; or why the first view says none."""
    found: list[Said] = []
    troubles: list[str] = []
    for view in _views(splink, dialect, lists):
        try:
            said = _narrowed(splink, view, dialect)
        except Unsayable as error:
            troubles.append(str(error))
            continue
        troubles.append(said.trouble)
        found += [said] if said.levels and said.view.columns else []
    return max(found, key=_count) if found else (*troubles, "its SQL names no column of both sides")[0]


def _views(splink: SplinkComparison, dialect: str, lists: frozenset[str]) -> Iterator[View]:
    operands = [operand for node in _trees(splink, dialect) for operand in _operands(node)]
    columns = tuple(dict.fromkeys(operand.column for operand in operands))
    if not columns:
        return
    yield View("raw", columns, lists)
    yield View("folded", columns, lists)
    if len(columns) == 1:
        yield from _special_views(columns, lists, list(_trees(splink, dialect)))


def _special_views(columns: tuple[str, ...], lists: frozenset[str], trees: Sequence[exp.Expr]) -> Iterator[View]:
    """Types that read more out of a value than its text, where the SQL does so too."""
    texts = {literal.name for tree in trees for literal in tree.find_all(exp.Literal) if literal.is_string}
    if LOCAL_PART in texts:
        yield View("email", columns, lists)
    formats = [text.lower() for text in texts - set(ISO_FORMATS) if "y" in text.lower()]
    if formats:
        yield View("date", columns, lists, day_first=any(_day_first(text) for text in formats))


def _narrowed(splink: SplinkComparison, view: View, dialect: str) -> Said:
    """What a view says, over no more columns than that needs. Raises Unsayable for the null level."""
    said = _said(splink, view, dialect)
    columns = tuple(column for column in view.columns if column in said.view.used)
    if columns == view.columns:
        return said
    narrow = View(view.type, columns, view.lists, view.day_first)
    return replace(_narrowed(splink, narrow, dialect), trouble=said.trouble)


def _said(splink: SplinkComparison, view: View, dialect: str) -> Said:
    """The null level and as many first levels as can be said. Raises Unsayable for the null level."""
    sayer = Sayer(view)
    nulls: list[Condition] = []
    levels: list[tuple[Condition, tuple[SplinkLevel, ...]]] = []
    pending: list[SplinkLevel] = []
    trouble = ""
    for level in splink.levels[:-1]:
        if level.is_null:
            if pending:
                raise Unsayable(f"the null level comes after one that is not said: {trouble}")
            null = sayer.said(level.sql, dialect)
            nulls.append(All((null, *(Not(condition) for condition, _ in levels))) if levels else null)
        elif all(_implies(one, level, dialect) for one in pending):
            condition, why = _tried(sayer, level, dialect)
            if condition is None:
                pending.append(level)
                trouble = trouble or why
            else:
                levels.append((condition, (*pending, level)))
                pending.clear()
        else:
            break
    null, remarks = _null(nulls, view)
    return Said(null, tuple(levels), view, tuple(dict.fromkeys([*sayer.remarks, *remarks])), trouble)


def _tried(sayer: Sayer, level: SplinkLevel, dialect: str) -> tuple[Condition | None, str]:
    """The condition of a level, or why there is none; then nothing of the view counts as used by it."""
    remarks, used = list(sayer.remarks), dict(sayer.view.used)
    try:
        return sayer.said(level.sql, dialect), ""
    except Unsayable as error:
        sayer.remarks[:], sayer.view.used = remarks, used
        return None, str(error)


def _implies(one: SplinkLevel, other: SplinkLevel, dialect: str) -> bool:
    """Whether pairs that reach the one level would reach the other."""
    try:
        return implies(parse_sql(one.sql, dialect), parse_sql(other.sql, dialect))
    except Unsayable:
        return False


def _null(nulls: Sequence[Condition], view: View) -> tuple[Condition, list[str]]:
    """When there is nothing to compare: what the null levels say; where there are none, that no column is known."""
    if nulls:
        return (nulls[0] if len(nulls) == 1 else AnyOf(tuple(nulls))), []
    missing = [Test("missing", (view.plain(Operand(column, "")),)) for column in view.used]
    remark = "there is no null level; pairs without values to compare have no weight instead of that of ELSE"
    return (missing[0] if len(missing) == 1 else All(tuple(missing))), [remark]


def _merged(levels: Sequence[SplinkLevel], trouble: str) -> str:
    """The note on levels that are one because the first cannot be said."""
    names = ", ".join(repr(level.label) for level in levels)
    sql = " ".join(levels[0].sql.split())
    sql = sql if len(sql) <= 100 else sql[:99] + "…"
    return f"{levels[0].path}: {sql!r} cannot be said ({trouble}); {names} are one level with the sums of their m and u"


def _count(said: Said) -> int:
    """How many levels of the document are said, alone or with others."""
    return sum(len(group) for _, group in said.levels)


def _level(when: str | None, levels: Sequence[SplinkLevel], notes: list[str]) -> Level:
    """One level with the sums of m and of u of several."""
    m, u = (_sum([getattr(level, name) for level in levels]) for name in ("m", "u"))
    for name, value in (("m", m), ("u", u)):
        if value is not None and not 0 < value < 1:
            notes.append(f"{levels[0].path}.{name}_probability: {value:g} becomes {_open(value):g}")
    return Level(
        label="; or ".join(level.label for level in levels),
        when=when,
        m=None if m is None else _open(m),
        u=None if u is None else _open(u),
    )


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _open(probability: float) -> float:
    """The probability kept apart from 0 and 1."""
    return min(max(probability, SMALLEST_PROBABILITY), nextafter(1.0, 0.0))


def _trees(splink: SplinkComparison, dialect: str) -> Iterator[exp.Expr]:
    for level in splink.levels:
        if not level.is_else:
            try:
                yield parse_sql(level.sql, dialect)
            except Unsayable:
                continue


def _operands(node: exp.Expr) -> Iterator[Operand]:
    for column in node.find_all(exp.Column, bfs=False):
        try:
            yield read_operand(column)
        except Unsayable:
            continue


def _day_first(text: str) -> bool:
    """Whether a date format in lower case has the day before the month."""
    return -1 < text.find("d") < text.find("m")
