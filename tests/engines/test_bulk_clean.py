"""Wherever the SQL says that it is exact, it gives the fields of the Python cleaner."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from dromio.clean import DEFAULT_OPTIONS, TYPES, CleanOptions, clean_value
from dromio.clean.placeholders import listed
from dromio.engines.bulk_clean import BULK, bulk_queries, bulk_query
from dromio.engines.bulk_clean.base import among
from dromio.engines.sql import column, render, table

Row = dict[str, str | None]

MARKS = [
    "a.b",
    "n/a",
    "",
    "(blank)",
    "[x]",
    "^",
    "$",
    "*",
    "a|b",
    "\\",
    "?",
    "{2}",
    "é",
    "-",
    "'",
    "<null>",
    "x y",
    "_",
]
"""Texts that would mean something else in a regular expression."""

OWN = CleanOptions(day_first=True, placeholders=frozenset({"abc", "n.k.", "smith", "12", "o brien", "main st"}))


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@cache
def sql(type_name: str, roles: tuple[str, ...], options: CleanOptions) -> str:
    """The bulk query over the table "delivered", as text."""
    query = bulk_query(type_name, "delivered", "rid", {role: column(role) for role in roles}, options)
    assert query is not None
    return f"SELECT * FROM ({render(query)}) ORDER BY rid"


def answers(con: duckdb.DuckDBPyConnection, type_name: str, rows: list[Row], options: CleanOptions) -> list[Row]:
    """One row of `exact` and fields per row given, in order."""
    roles = tuple(sorted({role for row in rows for role in row}))
    texts = {role: pa.array([row.get(role) for row in rows], pa.string()) for role in roles}
    con.register("delivered", pa.table({"rid": list(range(len(rows))), **texts}))
    found = con.execute(sql(type_name, roles, options))
    names = [entry[0] for entry in found.description]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def check(con: duckdb.DuckDBPyConnection, type_name: str, rows: list[Row], options: CleanOptions) -> int:
    """Asserts that exact rows equal the Python cleaner; the number of exact rows."""
    exact = 0
    for row, answer in zip(rows, answers(con, type_name, rows, options), strict=True):
        assert answer["exact"] in (True, False)
        if answer["exact"]:
            exact += 1
            parts = {role: text for role, text in row.items() if text is not None}
            fields = {name: answer[name] for name in TYPES[type_name].fields if answer.get(name) is not None}
            assert fields == clean_value(type_name, parts, options), parts
    return exact


WORDS = {
    "person_name": "bob smith robert j. dr jr van de la o'brien smith-jones unknown test mary ann a6b, "
    "x Smith, n/a al st",
    "organisation": "the acme & and intl inc. ltd co gmbh kg sa de cv ooo smith sons, + pty limited ctr company n/a kk",
    "email": "bob bob.s a+b @ gmail.com g.mail.com gmial.com test noreply example.com x.de @@ .b mailto: "
    "bücher.de a@b.c",
    "phone": "555 010 0000 5550100000 +1 1 - ( ) . (555) 555-010-0000 3865286 386-5286 2222222222 tel: 123 ext",
    "date": "1986-10-24 19861024 3/4/2001 13/4/2001 1900-01-01 1986-71-17 10:00 may 1971 00 9 0 1986 n/a 31",
    "address": "12 12a main street st. apt 4 4b # north n avenue ave 5th 5/12 po box unit "
    "o'connell hauptstrasse, flat b "
    "saint mount 60601 60601-1234 wr11 7qp illinois nsw usa unknown highway 66 springs 1234",
    "number": "1 12 1.50 1,234 1,234.50 -3 0 007 0.5 -0 1e3 5. $ ( ) 1.234",
    "boolean": "yes no Y 1 0 maybe true off",
}
"""Words to make values of, so that chance finds the interesting shapes."""

ODD = ["", " ", "\t", "é", "K", "İ", "ß", "王", "x" * 1100, "\x01", '"', "'", "`", "\\", "%", "_", "🙂", "'; --"]
COMMON = ["unknown", "N/A", "-", "none", "abc", "n.k.", "Main St", "12", "a", "B"]


def values(type_name: str) -> st.SearchStrategy[str | None]:
    words = WORDS.get(type_name, "a b-1 Ab, 000 99999 don't n/a nan").split()
    phrases = st.builds(
        lambda chosen, gap, case: getattr(gap.join(chosen), case)(),
        st.lists(st.sampled_from(words), min_size=1, max_size=5),
        st.sampled_from([" ", " ", " ", "", "  ", ", "]),
        st.sampled_from(["lower", "upper", "title", "strip"]),
    )
    odd = st.builds(lambda text, extra: text + extra, phrases, st.sampled_from(ODD))
    anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
    return st.one_of(phrases, phrases, odd, anything, st.sampled_from(ODD + COMMON), st.none())


ROLES = {
    "person_name": [("given", "family", "full"), ("given", "middle", "family"), ("full",), ("family", "full")],
    "address": [
        ("street", "city", "postcode"),
        ("number", "street", "unit", "line2"),
        ("full",),
        ("region", "country", "full", "line2"),
    ],
    "date": [("value",), ("value", "year", "month", "day")],
}
"""Combinations of roles to compare; ("value",) for the other types."""


@pytest.mark.parametrize("options", [DEFAULT_OPTIONS, OWN], ids=["default", "own"])
@pytest.mark.parametrize(
    ("type_name", "roles"), [(name, roles) for name in sorted(BULK) for roles in ROLES.get(name, [("value",)])]
)
def test_exact_rows_equal_the_python_cleaner(
    con: duckdb.DuckDBPyConnection, type_name: str, roles: tuple[str, ...], options: CleanOptions
) -> None:
    rows = st.fixed_dictionaries({role: values(type_name) for role in roles})

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(rows, min_size=20, max_size=60))
    def compare(delivered: list[Row]) -> None:
        check(con, type_name, delivered, options)

    compare()


PLAIN: dict[str, list[Row]] = {
    "person_name": [
        {"given": "Bob", "family": "Smith", "full": "Smith, Robert James"},
        {"given": "Mary Ann", "family": "O'Brien-Smith", "full": "MARY ANN O'BRIEN SMITH"},
        {"given": None, "family": "Shone", "full": "Shone, S"},
        {"given": "bob", "family": None, "full": "Robert J. Smith"},
        {"given": None, "family": None, "full": "Robert Smith"},
        {"given": "unknown", "family": ".", "full": "N/A"},
        {"given": "Al", "middle": "B. Al C", "family": "van der Berg"},
        {"given": "Robert", "family": "Smith", "full": "Smith Robert J"},
    ],
    "organisation": [
        {"value": "The Acme Widgets Intl., Inc."},
        {"value": "Smith & Sons Co"},
        {"value": "AT&T"},
        {"value": "n/a"},
        {"value": "Chicago Commons"},
    ],
    "email": [
        {"value": "J.Doe+x@GMail.com"},
        {"value": "john_doe@anycompany.com "},
        {"value": "test@test.com"},
        {"value": "n/a"},
    ],
    "phone": [{"value": text} for text in ("555-010-0000", "+15550100000", "(555) 010.0000", "386 5286", "2222222222")],
    "date": [
        {"value": "1862-71-17"},
        {"value": " 19560449"},
        {"value": "13/4/2001"},
        {"value": "1900-01-01"},
        {"value": None, "year": "1967", "month": "9", "day": "1"},
        {"value": "n/a", "year": "1967", "month": None},
    ],
    "address": [
        {"street": "12 Main Street Apt 4", "city": "Saint Louis", "postcode": "60601-1234", "region": "Illinois"},
        {"street": "9 North 51st St.", "number": "n/a", "unit": "4B", "line2": None, "country": "USA"},
        {"street": "wallaby place", "number": "7", "line2": "sunny farm", "city": "cleveland"},
        {"street": "General Delivery", "city": "N/A", "postcode": "00000"},
    ],
    "identifier": [{"value": "ab-12 c"}, {"value": "000-00"}, {"value": "999"}],
    "number": [{"value": text} for text in ("12", "007", "1,234", "-12.500", "0", "n/a")],
    "text": [{"value": "Don't  panic!"}, {"value": "N/A"}],
    "category": [{"value": " Fe  Male"}, {"value": "nan"}],
    "boolean": [{"value": "Yes"}, {"value": "2"}],
    "folded": [{"value": " A  b "}, {"value": " "}],
    "raw": [{"value": " É "}, {"value": ""}],
}


@pytest.mark.parametrize("type_name", sorted(BULK))
def test_plain_and_missing_rows_are_exact(con: duckdb.DuckDBPyConnection, type_name: str) -> None:
    rows = PLAIN[type_name]
    missing: list[Row] = [dict.fromkeys(rows[0]), {role: "" for role in rows[0] if role not in ("year", "full")}]
    assert check(con, type_name, [*rows, *missing], DEFAULT_OPTIONS) == len(rows) + len(missing)


def test_line_that_is_but_a_street_is_exact(con: duckdb.DuckDBPyConnection) -> None:
    rows: list[Row] = [{"full": "224 N. Central"}, {"full": "12 Main St"}, {"full": "-"}]
    assert check(con, "address", rows, DEFAULT_OPTIONS) == 3


@pytest.mark.parametrize("section", ["any", "person_name", "organisation", "address"])
def test_placeholders_equal_the_python_cleaner(con: duckdb.DuckDBPyConnection, section: str) -> None:
    texts = sorted(listed(section))
    for type_name in ("person_name", "organisation", "address", "category", "text", "email"):
        for role in ("full", "given", "value", "street", "city", "postcode"):
            if role in TYPES[type_name].roles:
                check(con, type_name, [{role: text.upper()} for text in texts], DEFAULT_OPTIONS)


def test_text_beyond_ascii_is_left_to_python(con: duckdb.DuckDBPyConnection) -> None:
    for type_name in sorted(set(BULK) - {"raw"}):
        role = "full" if type_name in ("person_name", "address") else "value"
        assert [row["exact"] for row in answers(con, type_name, [{role: "é1"}], DEFAULT_OPTIONS)] == [False]


def test_phone_of_another_region_has_no_bulk_path() -> None:
    options = CleanOptions(default_region="GB")
    assert bulk_query("phone", "people", "rid", {"value": column("phone")}, options) is None


def test_type_without_bulk_path_gives_none() -> None:
    assert bulk_query("ip", "people", "rid", {"value": column("ip")}, DEFAULT_OPTIONS) is None


def test_several_attributes_are_cleaned_in_one_query(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE people AS SELECT 7 AS id, 'Bob' AS given, '12 Main Street' AS line")
    query = bulk_queries(
        {
            "name_": ("person_name", {"given": column("given")}),
            "alias_": ("person_name", {"full": column("given")}),
            "ip_": ("ip", {"value": column("line")}),
            "home_": ("address", {"street": column("line")}),
        },
        "people",
        "id",
        DEFAULT_OPTIONS,
    )
    assert query is not None
    found = con.execute(render(query))
    row = dict(zip([entry[0] for entry in found.description], found.fetchall()[0], strict=True))
    assert row["id"] == 7
    assert (row["name_exact"], row["name_given"], row["alias_given"]) == (True, "bob", "bob")
    assert (row["home_exact"], row["home_number"], row["home_street"]) == (True, "12", "main st")
    assert "ip_exact" not in row


def test_column_that_is_no_text_is_cleaned_as_text(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE numbers AS SELECT 1 AS id, DATE '1986-10-24' AS born")
    query = bulk_query("date", "numbers", "id", {"value": column("born")}, DEFAULT_OPTIONS)
    assert query is not None
    assert con.execute(render(query)).fetchall() == [(1, True, "1986-10-24")]


@pytest.mark.parametrize("size", [0, 2, len(MARKS)])
def test_being_among_texts_does_not_depend_on_how_many_they_are(con: duckdb.DuckDBPyConnection, size: int) -> None:
    con.register("marks", pa.table({"mark": pa.array([*MARKS, None, "zz", "a", "ab", "xyz", "N/A"])}))
    found = con.execute(render(exp.select(among(column("mark"), MARKS[:size])).from_(table("marks")))).fetchall()
    assert [row[0] for row in found[: len(MARKS)]] == [text in MARKS[:size] for text in MARKS]
    assert [row[0] for row in found[len(MARKS) :]] == [None if size else False] + [False] * 5
