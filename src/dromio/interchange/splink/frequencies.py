"""Term-frequency adjustments of Splink as frequencies of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from sqlglot import exp

from dromio.clean import TYPES, CleanOptions
from dromio.interchange.splink.comparisons import Translated
from dromio.interchange.splink.conditions import parse_sql
from dromio.interchange.splink.document import SplinkLevel
from dromio.interchange.splink.measures import both_sides
from dromio.interchange.splink.operands import Operand, Unsayable
from dromio.interchange.splink.views import View
from dromio.model.expressions import All, Condition, FieldExpression, Test, parse_condition
from dromio.model.schema import Comparison, Frequencies, Model
from dromio.plan import MILLI, RARITY_HIGHEST, RARITY_LOWEST, make_plan

TermFrequencies = Mapping[str, Mapping[str, float]]
"""Column -> value -> share of the records with a value that have it, as Splink's own tables give it."""
_LEAST, _MOST = 1e-300, 1 - 1e-12


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A level that is adjusted: its place in the document, its number, and the name of its frequencies."""

    path: str
    level: int
    name: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A comparison whose levels name their term-frequency fields, the frequencies, and which levels have some."""

    comparison: Comparison
    frequencies: dict[str, Frequencies]
    adjustments: tuple[Adjustment, ...]


def adjust(
    translated: Translated,
    levels: Sequence[SplinkLevel],
    dialect: str,
    tables: TermFrequencies,
    notes: list[str],
) -> Adjusted:
    """The comparison with the term-frequency adjustments of its levels. What cannot be adjusted is noted.

    Splink adds weight * log2(u of the exact level / frequency), a model log2(mean / frequency): so the frequencies are
    raised to the power of the weight, and the mean is that of u.
    """
    adapted = list(translated.comparison.levels)
    found: dict[str, Frequencies] = {}
    adjustments: list[Adjustment] = []
    for level in levels:
        if level.tf_column is None or level.tf_weight == 0:
            continue
        try:
            number = _number(level, translated)
            field = _field(level, translated.view, adapted[number].when or "")
            adapted[number] = adapted[number].model_copy(update={"term_frequency": field})
            name = f"{translated.comparison.attribute}.{field}"
            frequencies = _frequencies(level, _base(level, levels, dialect), field, translated.view, tables)
            if found.setdefault(name, frequencies) != frequencies:
                raise Unsayable("is adjusted by the figures of the first level on it, not by those of this one")
            adjustments.append(Adjustment(level.path, number, name))
        except Unsayable as error:
            notes.append(f"{level.path}.tf_adjustment_column: {level.tf_column!r} {error}")
    return Adjusted(translated.comparison.model_copy(update={"levels": adapted}), found, tuple(adjustments))


def beyond_bounds(model: Model, comparison: int, adjustments: Sequence[Adjustment]) -> list[str]:
    """Notes on the values of a trained comparison that a model adjusts by less than Splink does."""
    if not model.trained or not adjustments:
        return []
    least = make_plan(model).comparisons[comparison].least_adjustment
    notes = []
    for one in adjustments:
        frequencies = model.frequencies[one.name]
        lowest = max(RARITY_LOWEST, int(least[one.level + 1]))
        wanted = [MILLI * log2(frequencies.mean / share) for share in frequencies.values.values()]
        beyond = sum(not lowest - 1 <= milli <= RARITY_HIGHEST + 1 for milli in wanted)
        if beyond:
            notes.append(
                f"{one.path}.tf_adjustment_column: {beyond} of {len(wanted)} values are adjusted by less than in "
                f"Splink: between {lowest / MILLI:g} and {RARITY_HIGHEST / MILLI:g} bits, so that a common value never "
                "weighs less than a missing one"
            )
    return notes


def _number(level: SplinkLevel, translated: Translated) -> int:
    """The number of the level that a level of the document is. Raises Unsayable."""
    if level not in translated.kept:
        raise Unsayable("is not adjusted, for the level is one with others")
    return translated.kept.index(level)


def _field(level: SplinkLevel, view: View, when: str) -> str:
    """The field whose value both sides share on the level. Raises Unsayable."""
    column = {name.lower(): name for name in view.columns}.get(_column(level))
    if column is None:
        raise Unsayable("is not a column of the attribute; the level is not adjusted")
    field = view.field(Operand(column, "", frozenset({"lower"}) if view.type == "folded" else frozenset()))
    if not _agrees(parse_condition(when), field):
        raise Unsayable("need not be equal on this level; only equal values are adjusted")
    return field.fields[0]


def _column(level: SplinkLevel) -> str:
    """The adjusted column in lower case, without quotes."""
    return (level.tf_column or "").strip('"`').lower()


def _agrees(condition: Condition, field: FieldExpression) -> bool:
    """Whether the condition holds only for equal values of the field."""
    if isinstance(condition, All):
        return any(_agrees(part, field) for part in condition.parts)
    return isinstance(condition, Test) and condition.function == "equal" and field in condition.fields


def _base(level: SplinkLevel, levels: Sequence[SplinkLevel], dialect: str) -> float | None:
    """The u that Splink adjusts: of the first level that is equality of the column alone, or of the level itself."""
    if level.tf_by_own_u:
        return level.u
    return next((one.u for one in levels if _is_equality(one, _column(level), dialect)), None)


def _is_equality(level: SplinkLevel, column: str, dialect: str) -> bool:
    try:
        tree = parse_sql(level.sql, dialect).unnest()
        return isinstance(tree, exp.EQ) and both_sides(tree.this, tree.expression) == Operand(column, "")
    except Unsayable:
        return False


def _frequencies(
    level: SplinkLevel, base: float | None, field: str, view: View, tables: TermFrequencies
) -> Frequencies:
    """The frequencies of a field. Raises Unsayable where no table is given, or no u to adjust from."""
    table = next((one for name, one in tables.items() if name.lower() == _column(level)), None)
    if table is None:
        raise Unsayable(
            "is adjusted only once the model has its frequencies: settings hold none, "
            f"term_frequencies={{{level.tf_column!r}: …}} gives them"
        )
    if base is None or not 0 < base < 1:
        raise Unsayable("has no exact level with a u between 0 and 1 to adjust from; the level is not adjusted")
    shares = _cleaned(table, field, view)
    weighed = {value: _within(max(share, level.tf_minimum) ** level.tf_weight) for value, share in shares.items()}
    mean = _within(base**level.tf_weight)
    return Frequencies(mean=mean, other=mean, values=weighed)


def _cleaned(table: Mapping[str, float], field: str, view: View) -> dict[str, float]:
    """Cleaned value -> the shares of all values that clean to it."""
    options = CleanOptions(day_first=view.day_first)
    role = field if view.type in ("raw", "folded") else "value"
    result: dict[str, float] = {}
    for value, share in table.items():
        text = TYPES[view.type].clean({role: value}, options).get(field)
        if text is not None:
            result[text] = result.get(text, 0.0) + share
    return result


def _within(share: float) -> float:
    """The share kept apart from 0 and 1."""
    return min(max(share, _LEAST), _MOST)
