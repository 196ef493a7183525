"""Cleaning in steps, for many records: what repeats much is cleaned once per distinct value, the rest row by row.

The parts of a type that are read apart from each other (of an address the city, the postcode and the lines) are cleaned
apart; a value is exact where all of its parts are. Given and family names are too, and row by row only where a full
name adds to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from dromio.clean import CleanOptions
from dromio.engines.bulk_clean import bulk_query
from dromio.engines.bulk_clean.names import AT_MOST_TWO_WORDS
from dromio.engines.columns import MISSING, Bools, Codes, Column, Ints
from dromio.engines.sql import column, render, table
from dromio.io.sources import POSITION, RECORDS, Records, in_row_order

FEW = 50_000
"""Records up to which one query for all parts of a type is faster than one for each."""
_APART = {"address": ("city", "postcode")}
"""Roles of a type that are cleaned alike whatever the other roles hold."""
_COMPOSED = {"email": ("address", "local", "@", "domain")}
"""Field of a type that is two others with a sign between; the codes of these are faster put together than its texts."""
_REPEATED = 0.75
"""Share of distinct values among those that are there, up to which values are cleaned once per distinct value."""
_VALUES = "distinct_values"


@dataclass(frozen=True)
class Read:
    """Fields of every row of the records, in their order, and for which rows they are those of the cleaner."""

    exact: Bools
    fields: dict[str, Column]


def read_in_bulk(
    records: Records, type_name: str, roles: Mapping[str, str], options: CleanOptions, unused: AbstractSet[str]
) -> Read | None:
    """The fields but the unused ones, by SQL; None where the type, or the region, has no bulk path.

    `roles`: role -> column of the records.
    """
    if len(records) <= FEW:
        return _row_by_row(records, type_name, roles, options, unused)
    if type_name == "person_name" and {"given", "family"} <= roles.keys() <= {"given", "family", "full"}:
        return _names(records, roles, options, unused)
    reads = [_read_part(records, *part, options, unused) for part in _parts(type_name, roles)]
    if any(one is None for one in reads):
        return None
    found = [one for one in reads if one is not None]
    fields = {name: own for one in found for name, own in one.fields.items()}
    return Read(np.logical_and.reduce([one.exact for one in found]), fields)


def _parts(type_name: str, roles: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """(type, roles) of the parts of a value that are read apart."""
    apart = [role for role in _APART.get(type_name, ()) if role in roles]
    rest = {role: inside for role, inside in roles.items() if role not in apart}
    return [*([(type_name, rest)] if rest else []), *((type_name, {role: roles[role]}) for role in apart)]


def _read_part(
    records: Records, type_name: str, roles: Mapping[str, str], options: CleanOptions, unused: AbstractSet[str]
) -> Read | None:
    read = _once_per_value if len(roles) == 1 and _repeats(records, *roles.values()) else _row_by_row
    if type_name != "address":
        return read(records, type_name, roles, options, unused)
    lines = read(records, "address in lines", roles, options, frozenset())
    return None if lines is None else _with_streets(records.con, lines, options, unused)


def _repeats(records: Records, inside: str) -> bool:
    """Whether the values of a column repeat so much that it pays to find the different ones first."""
    if inside not in records.counted:
        query = f"SELECT approx_count_distinct({inside}), count({inside}) FROM {RECORDS}"
        records.counted[inside] = records.con.cursor().execute(query).fetchall()[0]
    different, filled = records.counted[inside]
    return different <= _REPEATED * filled


def _row_by_row(
    records: Records, type_name: str, roles: Mapping[str, str], options: CleanOptions, unused: AbstractSet[str]
) -> Read | None:
    inside = {role: column(name) for role, name in roles.items()}
    query = bulk_query(type_name, RECORDS, POSITION, inside, options)
    if query is None:
        return None
    con = records.con.cursor()
    if type_name not in _COMPOSED:
        return _answered(con, query, unused)
    whole, first, sign, second = _COMPOSED[type_name]
    read = _answered(con, query, (unused | {whole}) - {first, second})
    fields = read.fields | {whole: joined(read.fields[first], sign, read.fields[second])}
    return Read(read.exact, {name: own for name, own in fields.items() if name not in unused})


def _answered(con: duckdb.DuckDBPyConnection, query: Any, unused: AbstractSet[str]) -> Read:
    """The answer to a bulk query in order of rows. Codes are put in order, not texts: that is much less to move."""
    kept = [column(name) for name in query.named_selects if name not in unused]
    answer = con.sql(render(exp.select(*kept).from_(query.subquery("cleaned_values")))).to_arrow_table()
    rows = answer[POSITION].to_numpy()
    exact = pc.fill_null(answer["exact"], False).to_numpy()
    names = [name for name in answer.column_names if name not in (POSITION, "exact")]
    fields = {}
    for name in names:
        fields[name] = Column.encode(answer[name])
        answer = answer.drop_columns([name])
    if np.array_equal(rows, np.arange(len(rows))):
        return Read(exact, fields)
    order = np.empty(len(rows), np.int64)
    order[rows] = np.arange(len(rows))
    return Read(exact[order], {name: Column(own.codes[order], own.values) for name, own in fields.items()})


def _of_values(
    con: duckdb.DuckDBPyConnection, type_name: str, values: Mapping[str, pa.Array], options: CleanOptions
) -> Read | None:
    """The fields of parallel values that are no rows of the records."""
    query = bulk_query(type_name, _VALUES, POSITION, {role: column(role) for role in values}, options)
    if query is None:
        return None
    cursor = con.cursor()
    size = len(next(iter(values.values())))
    cursor.register(_VALUES, pa.table({POSITION: np.arange(size), **values}))
    return _answered(cursor, query, frozenset())


def _once_per_value(
    records: Records, type_name: str, roles: Mapping[str, str], options: CleanOptions, unused: AbstractSet[str]
) -> Read | None:
    """The fields of a type of one role. A row without it has none, and needs no cleaner."""
    ((role, inside),) = roles.items()
    return _of_column(records.con, type_name, role, _delivered(records, inside), options, unused)


def _of_column(
    con: duckdb.DuckDBPyConnection,
    type_name: str,
    role: str,
    delivered: Column,
    options: CleanOptions,
    unused: AbstractSet[str],
) -> Read | None:
    """The same of a column at hand."""
    read = _of_values(con, type_name, {role: delivered.values}, options)
    if read is None:
        return None
    exact = np.append(read.exact, True)[delivered.codes]
    return Read(
        exact, {name: looked_up(own, delivered.codes) for name, own in read.fields.items() if name not in unused}
    )


def _delivered(records: Records, inside: str) -> Column:
    """A column of the records as delivered, in order of rows."""
    query = exp.select(column(POSITION), column(inside)).from_(table(RECORDS))
    answer = records.con.cursor().sql(render(query)).to_arrow_table()
    own, rows = Column.encode(answer[inside]), answer[POSITION].to_numpy()
    if np.array_equal(rows, np.arange(len(rows))):
        return own
    codes = np.empty_like(own.codes)
    codes[rows] = own.codes
    return Column(codes, own.values)


def _names(records: Records, roles: Mapping[str, str], options: CleanOptions, unused: AbstractSet[str]) -> Read | None:
    """Person names: given and family names once per distinct value, rows to which a full name adds as a whole."""
    parts = {role: _delivered(records, roles[role]) for role in ("given", "family")}
    given, family = (
        _of_column(records.con, "person_name", role, own, options, frozenset()) for role, own in parts.items()
    )
    if given is None or family is None:
        return None
    fields = {**given.fields, "family": family.fields["family"]}
    exact = given.exact & family.exact
    if "full" in roles:
        query = exp.select(column(POSITION), column(roles["full"])).from_(table(RECORDS))
        full = in_row_order(records.con.cursor().sql(render(query)).to_arrow_table())[roles["full"]]
        rest = np.flatnonzero(exact & _may_add(full, fields))
        raw = {role: Column(own.codes[rest], own.values).texts() for role, own in parts.items()}
        read = _of_values(records.con, "person_name", {**raw, "full": full.take(pa.array(rest))}, options)
        if read is None:
            return None
        exact[rest] = read.exact
        fields = {name: mended(own, rest, read.fields[name].texts()) for name, own in fields.items()}
    return Read(exact, {name: own for name, own in fields.items() if name not in unused})


def _may_add(full: pa.ChunkedArray, parts: Mapping[str, Column]) -> Bools:
    """Whether each full name may say more than the parts beside it: one of two words says no more than both."""
    is_short = pc.fill_null(pc.match_substring_regex(full, f"^(?:{AT_MOST_TWO_WORDS})$"), True).to_numpy()
    has_both = (parts["given"].codes >= 0) & (parts["family"].codes >= 0)
    result: Bools = pc.is_valid(full).to_numpy() & ~(has_both & (is_short | (parts["middle"].codes >= 0)))
    return result


def _with_streets(
    con: duckdb.DuckDBPyConnection, lines: Read, options: CleanOptions, unused: AbstractSet[str]
) -> Read | None:
    """Addresses in lines with the names of their streets: one name for the words of many lines."""
    fields = {name: own for name, own in lines.fields.items() if name not in unused}
    if "street" not in fields:
        return Read(lines.exact, fields)
    words, unit = lines.fields["street"], lines.fields["unit"]
    line = np.where(words.codes >= 0, words.codes * 2 + (unit.codes >= 0), MISSING).astype(np.int32)
    is_there = np.zeros(2 * len(words.values), np.bool_)
    is_there[line[line >= 0]] = True
    there = np.flatnonzero(is_there).astype(np.int32)
    followed = pa.array(there % 2 == 1)
    texts = {
        "words": words.values.take(pa.array(there // 2)),
        "unit": pc.if_else(followed, "", pa.scalar(None, pa.string())),
    }
    read = _of_values(con, "street alone", texts, options)
    if read is None:
        return None
    place = np.full(len(is_there), MISSING, np.int32)
    place[there] = np.arange(len(there), dtype=np.int32)
    at = np.where(line >= 0, place[line], MISSING) if len(place) else line
    fields["street"] = looked_up(read.fields["street"], at)
    return Read(lines.exact & np.append(read.exact, True)[at], fields)


def looked_up(own: Column, at: Codes) -> Column:
    """The value rows `at` of a column, missing for -1."""
    return Column(np.append(own.codes, np.int32(MISSING))[at], own.values)


def joined(first: Column, sign: str, second: Column) -> Column:
    """The texts of two columns with a sign between, where both are there. The sign must not occur in the second."""
    pair = first.codes.astype(np.int64) * len(second.values) + second.codes
    found = pa.array(pair, mask=(first.codes < 0) | (second.codes < 0)).dictionary_encode()
    one, other = np.divmod(found.dictionary.to_numpy(), max(len(second.values), 1))
    texts = first.values.take(pa.array(one)), second.values.take(pa.array(other))
    codes = pc.fill_null(found.indices, MISSING).to_numpy(zero_copy_only=False)
    return Column(codes, pc.binary_join_element_wise(*texts, sign))


def mended(own: Column, rows: Ints, texts: pa.Array) -> Column:
    """The column with other texts in some rows, and without the values that no row has."""
    other = Column.encode(texts.cast(pa.string()))
    values = own.values.cast(pa.string())
    known = pc.index_in(values, value_set=other.values)
    place = np.full(len(other.values), MISSING, np.int32)
    is_known = np.flatnonzero(known.is_valid().to_numpy(zero_copy_only=False)).astype(np.int32)
    place[known.take(pa.array(is_known)).to_numpy()] = is_known
    new = np.flatnonzero(place < 0)
    place[new] = np.arange(len(values), len(values) + len(new), dtype=np.int32)
    codes = own.codes.copy()
    codes[rows] = np.append(place, np.int32(MISSING))[other.codes]
    return used(Column(codes, pa.concat_arrays([values, other.values.take(pa.array(new))])))


def used(own: Column) -> Column:
    """The column without the values that no row has."""
    is_used = np.zeros(len(own.values), np.bool_)
    is_used[own.codes[own.codes >= 0]] = True
    if is_used.all():
        return own
    place = np.append(np.cumsum(is_used, dtype=np.int32) - 1, np.int32(MISSING)).astype(np.int32)
    return replace(own, codes=place[own.codes], values=own.values.filter(pa.array(is_used)))
