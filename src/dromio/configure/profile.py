"""What the values of a column look like: figures of a sample, on which its type is decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import duckdb
import pyarrow as pa

from dromio.clean.organisation import without_legal_form
from dromio.clean.text import fold
from dromio.io.sources import RECORDS, InputColumn, Records

SAMPLE = 2500
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
    comma: float
    examples: tuple[str, ...]
    sample: tuple[str, ...]

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
        figures = [pool.submit(_figures, records.con.cursor(), part) for part in _halves(records.columns)]
        sampled = pool.submit(_sample, records.con.cursor(), records.columns, rows).result()
        counted = {name: value for part in figures for name, value in part.result().items()}
    return [
        _profile(one, sampled[one.inside], rows, counted[f"n_{one.inside}"], counted[f"d_{one.inside}"])
        for one in records.columns
    ]


def _halves(columns: Sequence[InputColumn]) -> list[Sequence[InputColumn]]:
    """The columns in two parts: DuckDB reads a Parquet file of one row group on one thread only."""
    return [part for part in (columns[::2], columns[1::2]) if part]


def _figures(con: duckdb.DuckDBPyConnection, columns: Sequence[InputColumn]) -> dict[str, int]:
    """Filled rows (n_…) and approximate distinct values (d_…) of every column."""
    found: dict[str, int] = con.sql(_summary_query(columns)).to_arrow_table().to_pylist()[0]
    return found


def _summary_query(columns: Sequence[InputColumn]) -> str:
    """A text from "!" on does not begin with a blank, which is told faster than what is left without blanks."""
    parts = []
    for one in columns:
        text = f"array_to_string({one.inside}, ' ')" if one.is_list else one.inside
        parts.append(
            f"count(CASE WHEN {text} >= '!' OR trim({text}) <> '' THEN 1 END) AS n_{one.inside}, "
            f"approx_count_distinct({text}) AS d_{one.inside}"
        )
    return f"SELECT {', '.join(parts)} FROM {RECORDS}"


def _sample(con: duckdb.DuckDBPyConnection, columns: Sequence[InputColumn], rows: int) -> dict[str, list[str]]:
    selected = ", ".join(f"{one.inside}[1] AS {one.inside}" if one.is_list else one.inside for one in columns)
    keep = min(1.0, 3 * SAMPLE / max(rows, 1))
    where = (
        "" if keep == 1.0 else f" WHERE hash(source, CAST(unique_id AS VARCHAR)) % 1000000 < {int(keep * 1_000_000)}"
    )
    query = (
        f"SELECT {selected} FROM {RECORDS}{where} ORDER BY hash(source, CAST(unique_id AS VARCHAR)) LIMIT {3 * SAMPLE}"
    )
    table: pa.Table = con.sql(query).to_arrow_table()
    return {one.inside: _filled(table[one.inside].to_pylist()) for one in columns}


def _filled(texts: Sequence[str | None]) -> list[str]:
    """The first texts that are not blank, without white space around them."""
    stripped = (text.strip() for text in texts if text)
    return list(islice((text for text in stripped if text), SAMPLE))


def _profile(column: InputColumn, values: list[str], rows: int, filled: int, distinct: int) -> Profile:
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
        sum("," in text for text in cut) / some,
        tuple(dict.fromkeys(value[:60] for value in values[:40]))[:3],
        tuple(cut),
    )


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
