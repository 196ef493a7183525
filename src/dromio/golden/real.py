"""Which values are real: those of which cleaning leaves something. Placeholders and guarded values are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from dromio.clean import TYPES
from dromio.clean.placeholders import placeholders
from dromio.engines.bulk_clean import bulk_query
from dromio.engines.cleaning import clean_texts, options_of
from dromio.engines.sql import alias, column, render, tree
from dromio.golden.bundles import Use
from dromio.golden.texts import Bools, to_bools
from dromio.model.expressions import parse_field
from dromio.model.schema import Attribute, Guard, local

_VALUES = "golden_values"
_WORTH_SQL = 4000
"""Values from which building the SQL (about 50 ms) is cheaper than cleaning them one by one (about 10 µs each)."""


def are_real(
    con: duckdb.DuckDBPyConnection, uses: Sequence[Use], texts: Mapping[str, pa.Array], guards: Sequence[Guard]
) -> Bools:
    """Whether each value is real in any of its uses. `texts`: parallel texts of every column, by its name inside.

    Every value is real where there are no uses.
    """
    size = len(next(iter(texts.values())))
    if not uses:
        return np.ones(size, np.bool_)
    concerned = [use for use in uses if any(own.inside in texts for own in use.roles.values())]
    real: Bools = np.logical_or.reduce([_is_real(con, use, texts, guards) for use in concerned])
    return real


def _is_real(con: duckdb.DuckDBPyConnection, use: Use, texts: Mapping[str, pa.Array], guards: Sequence[Guard]) -> Bools:
    roles = {role: own.inside for role, own in use.roles.items() if own.inside in texts}
    parts = {role: texts[inside] for role, inside in roles.items()}
    hot = _hot_values(use.attribute, guards)
    size = len(next(iter(parts.values())))
    real, exact = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    if size >= _WORTH_SQL:
        real, exact = _in_bulk(con, use.attribute, parts, hot)
    rest = np.flatnonzero(~exact)
    if len(rest):
        some = {role: part.take(pa.array(rest)) for role, part in parts.items()}
        real[rest] = _left(use.attribute, clean_texts(use.attribute.type, some, options_of(use.attribute)), hot)
    return real


def _hot_values(attribute: Attribute, guards: Sequence[Guard]) -> dict[str, list[str]]:
    """Field of the attribute -> its values that count as missing."""
    fields = attribute.fields
    hot: dict[str, list[str]] = {}
    for guard in guards:
        name, expression = local(parse_field(guard.field))
        if name == attribute.name and not expression.transform and expression.fields[0] in fields:
            hot.setdefault(expression.fields[0], []).extend(guard.values)
    return hot


def _is_one_piece(attribute: Attribute) -> bool:
    """Whether a value has one role only: then a guarded field takes the whole value with it."""
    return len(TYPES[attribute.type].roles) == 1


def _left(attribute: Attribute, fields: Mapping[str, pa.Array], hot: Mapping[str, list[str]]) -> Bools:
    """Whether any field is left of each cleaned value."""
    present = {name: to_bools(field.is_valid()) for name, field in fields.items()}
    guarded = {
        name: to_bools(pc.is_in(fields[name].cast(pa.string()), value_set=pa.array(values, pa.string())))
        for name, values in hot.items()
    }
    left = np.logical_or.reduce([own & ~guarded.get(name, np.False_) for name, own in present.items()])
    if _is_one_piece(attribute):
        for mask in guarded.values():
            left &= ~mask
    return np.asarray(left, np.bool_)


def _in_bulk(
    con: duckdb.DuckDBPyConnection, attribute: Attribute, parts: Mapping[str, pa.Array], hot: Mapping[str, list[str]]
) -> tuple[Bools, Bools]:
    """(real, exact) of each value by SQL; where not exact, the cleaner in Python must say."""
    size = len(next(iter(parts.values())))
    inside = {role: f"v{number}" for number, role in enumerate(parts)}
    cleaned = bulk_query(
        attribute.type, _VALUES, "rid", {role: column(name) for role, name in inside.items()}, options_of(attribute)
    )
    if cleaned is None:
        return np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    columns = {"rid": pa.array(np.arange(size)), **{inside[role]: part for role, part in parts.items()}}
    con.register(_VALUES, pa.table(columns))
    try:
        answer = con.sql(render(_verdict(attribute, cleaned, hot))).to_arrow_table()
    finally:
        con.unregister(_VALUES)
    real, exact = np.empty(size, np.bool_), np.empty(size, np.bool_)
    rid = answer["rid"].to_numpy()
    real[rid], exact[rid] = to_bools(answer["real"]), to_bools(answer["exact"])
    return real, exact


def _verdict(attribute: Attribute, cleaned: Any, hot: Mapping[str, list[str]]) -> Any:
    """`SELECT rid, exact, real` over cleaned fields."""
    fields = [name for name in cleaned.named_selects if name not in ("rid", "exact")]
    free = {name: _is_free(name, values) for name, values in hot.items() if name in fields}
    left: Any = exp.or_(
        *(tree("__f IS NOT NULL AND __free", f=column(name), free=free.get(name, exp.true())) for name in fields)
    )
    if _is_one_piece(attribute):
        left = exp.and_(left, *(one.copy() for one in free.values()))
    return exp.select(column("rid"), column("exact"), alias(left, "real")).from_(cleaned.subquery("fields"))


def _is_free(name: str, hot: Sequence[str]) -> Any:
    """A field is none of the values; true for a missing field."""
    if not hot:
        return exp.true()
    among = exp.In(this=column(name), expressions=[exp.Literal.string(value) for value in hot])
    return tree("NOT coalesce(__among, false)", among=among)


def is_filler(attribute: Attribute, texts: pa.Array) -> Bools:
    """Whether a trimmed text of one role says nothing, such as the "Unknown" city of an address whose street is known.

    Only case is folded: this breaks ties between real values, it does not tell whether a value is real.
    """
    known = sorted(placeholders(attribute.type) | options_of(attribute).placeholders)
    return to_bools(pc.is_in(pc.ascii_lower(texts), value_set=pa.array(known, texts.type)))
