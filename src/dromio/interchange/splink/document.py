"""The parts of a settings document, and which version of Splink wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LINK_TYPES = ("dedupe_only", "link_only", "link_and_dedupe")
DEFAULT_PRIOR = 0.0001
"""What Splink takes for the probability that two random records match where the settings do not say."""
MOST_COMPARISONS, MOST_LEVELS = 40, 30
"""What a model has room for."""
NOT_OBSERVED = "level not observed in training dataset"
PREFIX_OF_4, PREFIX_OF_5 = "bayes_factor_column_prefix", "match_weight_column_prefix"

SETTINGS_KEYS = (
    "link_type",
    "comparisons",
    "blocking_rules_to_generate_predictions",
    "probability_two_random_records_match",
    "em_convergence",
    "max_iterations",
    "retain_matching_columns",
    "retain_intermediate_calculation_columns",
    "additional_columns_to_retain",
    "unique_id_column_name",
    "source_dataset_column_name",
    PREFIX_OF_4,
    PREFIX_OF_5,
    "term_frequency_adjustment_column_prefix",
    "comparison_vector_value_column_prefix",
    "linker_uid",
    "sql_dialect",
)
COMPARISON_KEYS = ("output_column_name", "comparison_levels", "comparison_description")
LEVEL_KEYS = (
    "sql_condition",
    "label_for_charts",
    "is_null_level",
    "m_probability",
    "u_probability",
    "tf_adjustment_column",
    "tf_adjustment_weight",
    "tf_minimum_u_value",
    "disable_tf_exact_match_detection",
    "fix_m_probability",
    "fix_u_probability",
    "comparison_vector_value",
    "base_dialect_str",
)
RULE_KEYS = ("blocking_rule", "sql_dialect", "salting_partitions", "arrays_to_explode")
DIALECTS = {"duckdb": "duckdb", "spark": "spark", "databricks": "databricks", "postgres": "postgres"} | {
    "sqlite": "sqlite",
    "athena": "presto",
}
"""SQL dialect as Splink names it -> as SQLGlot does."""


@dataclass(frozen=True, slots=True)
class SplinkLevel:
    """A comparison level. `sql` is the condition, ELSE for the last."""

    path: str
    sql: str
    label: str
    is_null: bool
    m: float | None
    u: float | None
    tf_column: str | None
    tf_weight: float
    tf_minimum: float
    tf_by_own_u: bool
    fixed: bool

    @property
    def is_else(self) -> bool:
        return self.sql.strip().upper() == "ELSE"


@dataclass(frozen=True, slots=True)
class SplinkComparison:
    """A comparison; its last level is ELSE, and no other is."""

    path: str
    name: str
    levels: tuple[SplinkLevel, ...]


@dataclass(frozen=True, slots=True)
class SplinkRule:
    """A blocking rule; `exploded` are the list columns of which every element blocks."""

    path: str
    sql: str
    dialect: str
    exploded: tuple[str, ...]
    salted: bool


@dataclass(frozen=True, slots=True)
class SplinkSettings:
    """A whole document; `plain` holds what it says besides comparisons and rules."""

    link_type: str
    prior: float
    dialect: str
    comparisons: tuple[SplinkComparison, ...]
    rules: tuple[SplinkRule, ...]
    plain: Mapping[str, Any]


def splink_version(document: Mapping[str, Any]) -> int | None:
    """4 or 5 by the keys that only one of them writes; None for what both read, such as settings written by hand."""
    if PREFIX_OF_5 in document:
        return 5
    salted = any(isinstance(rule, Mapping) and "salting_partitions" in rule for rule in _rules_of(document))
    return 4 if PREFIX_OF_4 in document or salted else None


def _rules_of(document: Mapping[str, Any]) -> Sequence[Any]:
    rules = document.get("blocking_rules_to_generate_predictions")
    return rules if isinstance(rules, list | tuple) else ()
