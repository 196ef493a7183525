"""What the values of a column look like: figures of a sample, on which its type is decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import duckdb

from dromio.clean import DEFAULT_OPTIONS, model_number
from dromio.clean.nicknames import has_nicknames
from dromio.clean.organisation import without_legal_form
from dromio.clean.text import fold
from dromio.io.sources import RECORDS, InputColumn, Records

SAMPLE = 2500
_LOOKED_INTO = 200
"""So many values are looked into word by word."""
_PATTERNS: dict[str, re.Pattern[str]] = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "url": re.compile(r"(https?://\S+|www\.\S+)", re.I),
    "host": re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+(/\S*)?", re.I),
    "ip": re.compile(r"(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7})", re.I),
    "date": re.compile(
        r"(\d{4}-\d{1,2}-\d{1,2}([T "
        r"].*)?|\d{1,2}[./-]\d{1,2}[./-](\d{2}|\d{4})|(1[89]|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
        r"|\d{1,2}\.? [A-Za-z]{3,9}\.? \d{4}|[A-Za-z]{3,9} \d{1,2},? \d{4})"
    ),
    "phone": re.compile(r"(?=(?:\D*\d){7,15}\D*$)\+?[\d(][\d\s().\-/]*(?:(?:x|ext\.?)\s*\d+)?", re.I),
    "integer": re.compile(r"[+-]?\d+"),
    "decimal": re.compile(r"[+-]?\d+[.,]\d+"),
    "amount": re.compile(
        r"([$€£¥]|(USD|EUR|GBP|CHF|Rs\.?) ?) ?[+-]?\d[\d.,]*|[+-]?\d[\d.,]* ?([%$€£¥]|USD|EUR|GBP|CHF)", re.I
    ),
    "postcode": re.compile(
        r"(\d{4,5}(-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{3}-?\d{4})", re.I
    ),
    "street": re.compile(r"(\d+\w?\s+\S+.*[^\W\d]{2,}.*|[^\d,]*[^\W\d]{3,}[^\d,]*\s\d+\w?)"),
    "word": re.compile(r"[^\W\d_]+([-' ][^\W\d_]+)?\.?"),
    "name": re.compile(r"[^\W\d_][^\d@/]*"),
    "code": re.compile(r"(?=.*\d)[\w\-./]{4,}"),
    "boolean": re.compile(r"(true|false|yes|no|y|n|t|f)", re.I),
}
_DIGIT = re.compile(r"\d")
_WITHOUT_DIGIT = ("email", "url", "host", "ip", "word", "name", "boolean")
"""Patterns that a value without digits may fit."""
_ORGANISATION_WORDS = frozenset(
    "center centre school church university college hospital association society academy foundation institute "
    "services service group "
    "company corporation bank club council committee department agency store shop restaurant hotel clinic trust "
    "solutions systems "
    "technologies consulting partners holdings industries international insurance media studio ministry museum library "
    "daycare nursery".split()
)


@dataclass(frozen=True)
class Profile:
    """Figures of one column. Shares are of the sampled values that are there."""

    name: str
    rows: int
    filled: float
    distinct: int
    """Approximate number of distinct values in all rows."""
    shares: dict[str, float]
    words: float
    """Mean number of words."""
    length: float
    """Mean number of characters."""
    organisation: float
    """Share of values with a word or legal form of organisations."""
    legal: float
    persons: float
    """Share of values without either that hold two to four words, one of them a known given name."""
    comma: float
    coded: float
    """Share of values with a model number among their words."""
    examples: tuple[str, ...]
    sample: tuple[str, ...]
    sources: frozenset[int] = frozenset()
    """Numbers of the sources that have the column."""

    @property
    def distinct_share(self) -> float:
        """Distinct values / values, 0 to 1."""
        return min(self.distinct / max(self.rows * self.filled, 1), 1.0)


def profile_columns(records: Records) -> list[Profile]:
    """Profiles of all columns. The sample is chosen by a hash of the record's key, so it does not depend on row
    order."""
    if not records.columns:
        return []
    rows = len(records)
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = [pool.submit(_figures, records.con.cursor(), part, rows) for part in _halves(records.columns)]
        figures = {name: value for part in found for name, value in part.result().items()}
    records.counted.update(
        {one.inside: (figures[f"d_{one.inside}"], figures[f"n_{one.inside}"]) for one in records.columns}
    )
    return [
        _profile(one, _filled(figures[f"s_{inside}"]), rows, figures[f"n_{inside}"], figures[f"d_{inside}"], having)
        for one in records.columns
        for inside in [one.inside]
        for having in [frozenset(at for at, source in enumerate(records.sources) if one.name in source.columns)]
    ]


def _halves(columns: Sequence[InputColumn]) -> list[Sequence[InputColumn]]:
    """The columns in two parts: DuckDB reads a Parquet file of one row group on one thread only."""
    return [part for part in (columns[::2], columns[1::2]) if part]


def _figures(con: duckdb.DuckDBPyConnection, columns: Sequence[InputColumn], rows: int) -> dict[str, Any]:
    """Of every column the filled rows (n_…), the approximate distinct values (d_…), and a sample of values (s_…)."""
    found: dict[str, Any] = con.sql(_summary_query(columns, rows)).to_arrow_table().to_pylist()[0]
    return found


def _summary_query(columns: Sequence[InputColumn], rows: int) -> str:
    """One scan for all figures. A text from "!" on does not begin with a blank, which is told faster than what is left
    without blanks."""
    drawn = min(1.0, 3 * SAMPLE / max(rows, 1))
    wanted = "" if drawn == 1.0 else f" FILTER (lot % 1000000 < {int(drawn * 1_000_000)})"
    parts = []
    for one in columns:
        text = f"array_to_string({one.inside}, ' ')" if one.is_list else one.inside
        value = f"{one.inside}[1]" if one.is_list else one.inside
        parts.append(
            f"count(CASE WHEN {text} >= '!' THEN 1 WHEN trim({text}) <> '' THEN 1 END) AS n_{one.inside}, "
            f"approx_count_distinct({text}) AS d_{one.inside}, "
            f"(list({value} ORDER BY lot){wanted})[1:{3 * SAMPLE}] AS s_{one.inside}"
        )
    return f"SELECT {', '.join(parts)} FROM (SELECT *, hash(source, CAST(unique_id AS VARCHAR)) AS lot FROM {RECORDS})"


def _filled(texts: Sequence[str | None] | None) -> list[str]:
    """The first texts that are not blank, without white space around them."""
    stripped = (text.strip() for text in texts or () if text)
    return list(islice((text for text in stripped if text), SAMPLE))


def _profile(
    column: InputColumn, values: list[str], rows: int, filled: int, distinct: int, sources: frozenset[int]
) -> Profile:
    cut = [value[:300] for value in values]
    words = [fold(value).split() for value in cut]
    is_legal = [bool(without_legal_form(own)[1]) for own in words]
    is_named = [legal or not _ORGANISATION_WORDS.isdisjoint(own) for legal, own in zip(is_legal, words, strict=True)]
    some = max(len(cut), 1)
    return Profile(
        column.name,
        rows,
        filled / max(rows, 1),
        min(distinct, filled),
        _shares(cut),
        sum(map(len, words)) / some,
        sum(map(len, cut)) / some,
        sum(is_named) / some,
        sum(is_legal) / some,
        sum(not named and _is_person(own) for named, own in zip(is_named, words, strict=True)) / some,
        sum("," in text for text in cut) / some,
        _coded(cut[:_LOOKED_INTO]),
        tuple(dict.fromkeys(value[:60] for value in values[:40]))[:3],
        tuple(cut),
        sources,
    )


def _is_person(words: Sequence[str]) -> bool:
    """Whether a few words hold a given name that is known; very short ones are words as well."""
    return 2 <= len(words) <= 4 and any(len(word) >= 3 and has_nicknames(word.strip(",")) for word in words)


def _coded(values: Sequence[str]) -> float:
    """Share of the values with a model number among their words; 0 where these are mostly digits alone, as postcodes
    and phone numbers are."""
    codes = [
        model_number.clean({"value": text}, DEFAULT_OPTIONS).get("value") for text in filter(_DIGIT.search, values)
    ]
    found = [code.replace(" ", "") for code in codes if code]
    with_letters = sum(not code.isdigit() for code in found)
    return len(found) / max(len(values), 1) if 2 * with_letters > len(found) else 0.0


def _shares(values: Sequence[str]) -> dict[str, float]:
    """Share of the values that each pattern fits. Most patterns ask for a digit: they are not tried on other values."""
    with_digit = list(filter(_DIGIT.search, values))
    return {
        name: _matching(pattern, values if name in _WITHOUT_DIGIT else with_digit) / max(len(values), 1)
        for name, pattern in _PATTERNS.items()
    }


def _matching(pattern: re.Pattern[str], values: Sequence[str]) -> int:
    """How many values the pattern fits from end to end."""
    return len(values) - list(map(pattern.fullmatch, values)).count(None)
