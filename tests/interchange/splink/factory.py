"""Settings as Splink writes them, as small as a test needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
"""Settings trained by Splink 4 and 5, made-up records, and what that Splink says of their pairs."""

NULL = '"name_l" IS NULL OR "name_r" IS NULL'
EXACT = '"name_l" = "name_r"'


def level(sql: str, m: float | None = None, u: float | None = None, **more: Any) -> dict[str, Any]:
    """One comparison level; its label is its SQL."""
    figures = {"m_probability": m, "u_probability": u}
    return {"sql_condition": sql} | {key: value for key, value in figures.items() if value is not None} | more


def comparison(*levels: Mapping[str, Any], null: str = NULL, name: str = "name") -> dict[str, Any]:
    """A comparison of a null level and the given ones."""
    return {"output_column_name": name, "comparison_levels": [level(null, is_null_level=True), *levels]}


def exact(column: str = "name", **more: Any) -> dict[str, Any]:
    """A trained comparison of one column: equal or not."""
    levels = [level(f'"{column}_l" = "{column}_r"', 0.9, 0.01, **more), level("ELSE", 0.1, 0.99)]
    return comparison(*levels, null=f'"{column}_l" IS NULL OR "{column}_r" IS NULL', name=column)


def settings(*comparisons: Mapping[str, Any], rules: Any = ('l."name" = r."name"',), **more: Any) -> dict[str, Any]:
    """A whole document."""
    return {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": 0.01,
        "blocking_rules_to_generate_predictions": list(rules),
        "comparisons": list(comparisons),
    } | more
