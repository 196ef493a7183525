"""DuckDB as the judge of what SQL says of a pair."""

from __future__ import annotations

import itertools
from functools import cache

import duckdb

from dromio.clean import Fields
from dromio.engines.compiled import compile_condition
from dromio.model.expressions import Condition

NAMES = (None, "Anna", "Ann", "Anne", "anna", "Brown", "Browne", "Bro")
DATES = (None, "1990-01-05", "1990-02-04", "1990-02-30", "1991-01-05", "soon")
NUMBERS = (None, 3.0, 7.0, 7.5)


@cache
def pairs() -> list[tuple[dict[str, object], dict[str, object]]]:
    """Pairs of rows with columns a, b (names), d (dates) and n (numbers), null in every combination that matters."""
    rows: list[dict[str, object]] = [
        {"a": NAMES[i % 8], "b": NAMES[(i * 5 + i // 8) % 8], "d": DATES[(i // 2) % 6], "n": NUMBERS[(i // 3) % 4]}
        for i in range(24)
    ]
    return list(itertools.product(rows, rows))


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE p (i INT, " + ", ".join(f"{c}_{s} {_TYPES[c]}" for s in "lr" for c in "abdn") + ")"
    )
    connection.executemany(
        "INSERT INTO p VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [[i, *left.values(), *right.values()] for i, (left, right) in enumerate(pairs())],
    )
    return connection


_TYPES = {"a": "VARCHAR", "b": "VARCHAR", "d": "VARCHAR", "n": "DOUBLE"}


def true_by_sql(sql: str) -> list[bool]:
    """For every pair whether the SQL is true, and neither false nor null."""
    rows = _connection().execute(f"SELECT coalesce(({sql}), false) FROM p ORDER BY i").fetchall()
    return [bool(found) for (found,) in rows]


def true_by_model(condition: Condition) -> list[bool]:
    """For every pair whether the condition holds, on fields named as the columns are."""
    holds = compile_condition(condition, {})
    return [holds(_fields(left), _fields(right)) for left, right in pairs()]


def _fields(row: dict[str, object]) -> Fields:
    return {name: str(value) for name, value in row.items() if value is not None}
