"""Reading a settings document: every fault of it is reported at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from dromio.errors import Fault, ModelError
from dromio.interchange.splink.document import (
    COMPARISON_KEYS,
    DEFAULT_PRIOR,
    DIALECTS,
    LEVEL_KEYS,
    LINK_TYPES,
    MOST_COMPARISONS,
    MOST_LEVELS,
    NOT_OBSERVED,
    RULE_KEYS,
    SETTINGS_KEYS,
    SplinkComparison,
    SplinkLevel,
    SplinkRule,
    SplinkSettings,
)

Kind = TypeVar("Kind")


def read_settings(document: Mapping[str, Any]) -> SplinkSettings:
    """The document in typed parts. Raises ModelError with every fault: unknown keys, wrong types, missing parts."""
    reader = _Reader()
    settings = reader.settings(document)
    if reader.faults:
        raise ModelError(reader.faults)
    return settings


class _Reader:
    """Reads parts and collects faults; what is faulty is read as its default."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.dialect = "duckdb"

    def fault(self, path: str, message: str) -> None:
        self.faults.append(Fault(path, message))

    def settings(self, document: Mapping[str, Any]) -> SplinkSettings:
        if "comparison_columns" in document:
            self.fault("comparison_columns", "settings of Splink 2 or older; allowed are those of versions 4 and 5")
        self.keys(document, (*SETTINGS_KEYS, "comparison_columns"), "")
        self.dialect = self.dialect_of(document, "sql_dialect", "duckdb")
        link_type = self.get(document, "link_type", str, "", "", required=True)
        if link_type and link_type not in LINK_TYPES:
            self.fault("link_type", f"{link_type!r} is not known; allowed are {', '.join(LINK_TYPES)}")
        prior = self.probability(document, "probability_two_random_records_match", "")
        if prior is not None and not 0 < prior < 1:
            self.fault("probability_two_random_records_match", f"{prior} is not between 0 and 1")
        comparisons = self.items(document, "comparisons", "")
        if not 0 < len(comparisons) <= MOST_COMPARISONS:
            self.fault("comparisons", f"there are {len(comparisons)}; allowed are 1 to {MOST_COMPARISONS}")
        rules = self.items(document, "blocking_rules_to_generate_predictions", "")
        return SplinkSettings(
            link_type,
            DEFAULT_PRIOR if prior is None else prior,
            self.dialect,
            tuple(self.comparison(path, part) for path, part in comparisons if self.mapping(path, part)),
            tuple(self.rule(path, part) for path, part in rules),
            {key: document[key] for key in SETTINGS_KEYS if key in document},
        )

    def comparison(self, path: str, part: Mapping[str, Any]) -> SplinkComparison:
        self.keys(part, COMPARISON_KEYS, path)
        parts = self.items(part, "comparison_levels", path)
        levels = tuple(self.level(own, each) for own, each in parts if self.mapping(own, each))
        if not 0 < len(levels) <= MOST_LEVELS:
            self.fault(f"{path}.comparison_levels", f"there are {len(levels)}; allowed are 1 to {MOST_LEVELS}")
        elif not levels[-1].is_else:
            self.fault(levels[-1].path, f"the last level is {levels[-1].sql!r}; it must be ELSE")
        for level in levels[:-1]:
            if level.is_else:
                self.fault(level.path, "ELSE before the last level")
        name = self.get(part, "output_column_name", str, "", path)
        return SplinkComparison(path, name or f"comparison {path.rpartition('.')[2]}", levels)

    def level(self, path: str, part: Mapping[str, Any]) -> SplinkLevel:
        self.keys(part, LEVEL_KEYS, path)
        sql = self.get(part, "sql_condition", str, "ELSE", path, required=True)
        number = (int, float)
        fixed = [self.get(part, key, bool, False, path) for key in ("fix_m_probability", "fix_u_probability")]
        weight = self.get(part, "tf_adjustment_weight", number, 1.0, path)
        return SplinkLevel(
            path,
            sql,
            self.get(part, "label_for_charts", str, "", path) or " ".join(sql.split()),
            self.get(part, "is_null_level", bool, False, path),
            self.probability(part, "m_probability", path),
            self.probability(part, "u_probability", path),
            self.get(part, "tf_adjustment_column", str, "", path) or None,
            float(weight),
            float(self.get(part, "tf_minimum_u_value", number, 0.0, path)),
            self.get(part, "disable_tf_exact_match_detection", bool, False, path),
            any(fixed),
        )

    def rule(self, path: str, part: Any) -> SplinkRule:
        if isinstance(part, str):
            return SplinkRule(path, part, self.dialect, (), salted=False)
        if not self.mapping(path, part):
            return SplinkRule(path, "", self.dialect, (), salted=False)
        self.keys(part, RULE_KEYS, path)
        exploded = self.items(part, "arrays_to_explode", path)
        for own, name in exploded:
            if not isinstance(name, str):
                self.fault(own, f"{name!r} is not a text")
        return SplinkRule(
            path,
            self.get(part, "blocking_rule", str, "", path, required=True),
            self.dialect_of(part, "sql_dialect", self.dialect, path),
            tuple(str(name) for _, name in exploded),
            salted=bool(self.get(part, "salting_partitions", int, 0, path)),
        )

    def keys(self, part: Mapping[str, Any], allowed: Sequence[str], path: str) -> None:
        for key in part:
            if key not in allowed:
                self.fault(_join(path, str(key)), f"unknown key; allowed are {', '.join(allowed)}")

    def mapping(self, path: str, part: Any) -> bool:
        if isinstance(part, Mapping):
            return True
        self.fault(path, f"{part!r} is not an object")
        return False

    def items(self, part: Mapping[str, Any], key: str, path: str) -> list[tuple[str, Any]]:
        """(path, item) of a list; none where the key is absent or null."""
        found = part.get(key)
        if found is None:
            return []
        if not isinstance(found, list | tuple):
            self.fault(_join(path, key), f"{found!r} is not a list")
            return []
        return [(f"{_join(path, key)}.{number}", item) for number, item in enumerate(found)]

    def get(
        self, part: Mapping[str, Any], key: str, kind: Any, default: Kind, path: str, *, required: bool = False
    ) -> Kind:
        """The value at a key; the default where it is absent, null or of a wrong type."""
        found = part.get(key)
        if found is None:
            if required:
                self.fault(_join(path, key), "missing")
            return default
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            self.fault(_join(path, key), f"{found!r} is not {_NAMES.get(kind, 'a number')}")
            return default
        return found  # type: ignore[no-any-return]

    def probability(self, part: Mapping[str, Any], key: str, path: str) -> float | None:
        """A number from 0 to 1, up to rounding; None where it is absent or was not observed."""
        if part.get(key) == NOT_OBSERVED:
            return None
        found = self.get(part, key, (int, float), None, path)
        if found is not None and not 0 <= found <= 1 + 1e-6:
            self.fault(_join(path, key), f"{found} is not a probability; allowed is 0 to 1")
            return None
        return None if found is None else float(found)

    def dialect_of(self, part: Mapping[str, Any], key: str, default: str, path: str = "") -> str:
        """The dialect in SQLGlot's word."""
        found = self.get(part, key, str, "", path)
        if found and found not in DIALECTS:
            self.fault(_join(path, key), f"{found!r} is not known; allowed are {', '.join(DIALECTS)}")
        return DIALECTS.get(found, default)


_NAMES: dict[Any, str] = {str: "a text", bool: "true or false", int: "a whole number"}


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
