"""Cleaning in steps gives every row the fields that the cleaner gives it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clean import DEFAULT_OPTIONS, CleanOptions, clean_value
from dromio.engines import steps
from dromio.engines.columns import Column
from dromio.engines.steps import joined, looked_up, mended, read_in_bulk
from dromio.io.sources import Records, read_records

Texts = list[str | None]
OWN = CleanOptions(day_first=True, placeholders=frozenset({"main st", "springfield", "12345"}))
STREETS: Texts = [
    "12 Main Street", "12 main st.", "12B Oak Avenue Apt 4", "Oak Avenue unit 12b", "north road", "12 North Road",
    "12 Main Street North", "Main Floor Apt 3", "12 Flat 5", "12 Main Flat 5th", "12 Main Flat 5th Apt 3",
    "12 Apt 3rd Street", "Level A Street", "12 Shop Street", "Shop", "Lot Lane Unit 7", "Unit 3 12 Main Street",
    "Hauptstrasse 5", "Box Hill Road", "PO Box 12", "Main Street", "street", "N/A", "", " ", "Av Foch", "Place d'Armes",
    "12 O'Neil Ct", "Straße 3", "12  Main   Street", "x" * 1200, "12 Main Street, Apt 4", "5th Avenue", "12 5th Avenue",
    "12 5th flat 5th", "e street", "flat", "12 flat", None,
]  # fmt: skip
CITIES: Texts = ["Springfield", "saint paul", "St. Paul", "Chicago, IL", "unknown", "Zürich", "", None, "Fort Worth"]
GIVEN: Texts = [
    "Ann", "ann ", "Mary Jane", "Dr. Bob", "unknown", "Unknown Ann", "J.", "Zoë", "", " ", None, "O'Brien", "Lee", "van"
]  # fmt: skip
FAMILY: Texts = ["Lee", "van Dyke", "Smith Jr", "n/a", "O'Brien", "Müller", "Ann", "", None, "Smith-Jones", "Dr Lee"]
FULL: Texts = [
    "Ann Lee", "Lee, Ann", "Ann Marie Lee", "Lee, Ann Marie", "Ann B. Lee", "Lee", "unknown", "Dr Ann Lee", "", " ",
    None, "Zoë Müller", "Ann unknown", "Mary Jane van Dyke", "Ann Marie Lee Jr", "ann  lee", "Bob Marie O'Brien",
]  # fmt: skip
CODES: Texts = ["12345", "12345-6789", "123456789", "SW1A 1AA", "00000", "n/a", "", None, "1234.0", "é1"]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        yield connection


def records_of(con: duckdb.DuckDBPyConnection, columns: dict[str, Texts]) -> Records:
    return read_records(con, pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()}))


def drawn(values: Texts, rows: int, seed: int) -> Texts:
    return [values[at] for at in np.random.default_rng(seed).integers(0, len(values), rows)]


def check(con: duckdb.DuckDBPyConnection, type_name: str, columns: dict[str, Texts], options: CleanOptions) -> int:
    """Asserts that exact rows have the fields of the cleaner; the number of exact rows."""
    records = records_of(con, columns)
    roles = {role: records.column(role).inside for role in columns}
    read = read_in_bulk(records, type_name, roles, options, frozenset())
    assert read is not None
    fields = {name: own.texts().to_pylist() for name, own in read.fields.items()}
    rows = [dict(zip(columns, texts, strict=True)) for texts in zip(*columns.values(), strict=True)]
    for at, row in enumerate(rows):
        if read.exact[at]:
            parts = {role: text for role, text in row.items() if text is not None}
            wanted = clean_value(type_name, parts, options) if parts else {}
            found = {name: texts[at] for name, texts in fields.items() if texts[at] is not None}
            assert found == wanted, parts
    return int(read.exact.sum())


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of records counts as many."""
    monkeypatch.setattr(steps, "FEW", 0)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("options", [DEFAULT_OPTIONS, OWN])
def test_addresses_in_steps_are_those_of_the_cleaner(con: duckdb.DuckDBPyConnection, options: CleanOptions) -> None:
    rows = 1500
    columns = {"street": drawn(STREETS, rows, 1), "city": drawn(CITIES, rows, 2), "postcode": drawn(CODES, rows, 3)}
    assert check(con, "address", columns, options) > rows / 4


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("columns", [["street"], ["city"], ["postcode"], ["city", "postcode"], ["street", "line2"]])
def test_parts_of_addresses_need_no_other_parts(con: duckdb.DuckDBPyConnection, columns: list[str]) -> None:
    values = {"street": STREETS, "city": CITIES, "postcode": CODES, "line2": ["apt 4", "rear", None, "x1"]}
    assert check(con, "address", {role: drawn(values[role], 400, 4) for role in columns}, DEFAULT_OPTIONS) > 100


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("options", [DEFAULT_OPTIONS, CleanOptions(placeholders=frozenset({"ann", "marie", "lee"}))])
@pytest.mark.parametrize("columns", [["given", "family", "full"], ["given", "family"], ["full", "family", "given"]])
def test_names_in_steps_are_read_as_by_the_query_of_all_parts(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, columns: list[str], options: CleanOptions
) -> None:
    rows = [parts for parts in product(GIVEN, FAMILY, FULL) if any(parts)]
    values = dict(zip(("given", "family", "full"), zip(*rows, strict=True), strict=True))
    records = records_of(con, {role: list(values[role]) for role in columns})
    roles = {role: records.column(role).inside for role in columns}
    at_once = steps._row_by_row(records, "person_name", roles, options, frozenset())
    monkeypatch.setattr(steps, "_row_by_row", None)
    in_steps = read_in_bulk(records, "person_name", roles, options, frozenset())
    assert in_steps is not None and at_once is not None
    assert in_steps.exact.tolist() == at_once.exact.tolist()
    for name in ("given", "middle", "family"):
        found, wanted = (read.fields[name].texts().filter(pa.array(read.exact)) for read in (in_steps, at_once))
        assert found.to_pylist() == wanted.to_pylist(), name
    assert in_steps.exact.sum() > len(rows) / 10


@pytest.mark.usefixtures("many")
def test_every_street_is_read_as_by_the_query_of_all_parts(con: duckdb.DuckDBPyConnection) -> None:
    """The two ways are exact for the same rows, so that speed alone depends on the number of records."""
    records = records_of(con, {"street": STREETS})
    in_steps = read_in_bulk(records, "address", {"street": "c0"}, DEFAULT_OPTIONS, frozenset())
    at_once = steps._row_by_row(records, "address", {"street": "c0"}, DEFAULT_OPTIONS, frozenset())
    assert in_steps is not None and at_once is not None
    assert in_steps.exact.tolist() == at_once.exact.tolist()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("type_name", "values"),
    [
        ("date", ["1950-01-02", "3/4/1951", "13/4/1951", "n/a", "", None, "1900-01-01", "May 3, 1950"]),
        ("email", ["Ann.B+x@gmail.com", "test@test.com", "none", "", None, "noreply@web.de", "a@test.com"]),
        ("phone", ["(212) 555-0134", "2125550134", "0000000000", "", None, "+44 20 7946 0000"]),
        ("identifier", ["A-12", "a12", "000000", "", None, "ß1"]),
        ("category", ["Red", " red ", "unknown", "", None, "Grün"]),
    ],
)
def test_values_that_repeat_are_those_of_the_cleaner(
    con: duckdb.DuckDBPyConnection, type_name: str, values: Texts
) -> None:
    assert check(con, type_name, {"value": drawn(values, 300, 5)}, DEFAULT_OPTIONS) > 50


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(("different", "way"), [(700, "_once_per_value"), (900, "_row_by_row")])
def test_values_are_cleaned_once_each_where_a_quarter_repeats(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, different: int, way: str
) -> None:
    other = "_row_by_row" if way == "_once_per_value" else "_once_per_value"
    monkeypatch.setattr(steps, other, None)
    mails: Texts = [f"Ann.{at % different}+x@web.de" for at in range(1000)]
    assert check(con, "email", {"value": [*mails, None]}, DEFAULT_OPTIONS) == 1001


@pytest.mark.usefixtures("many")
def test_unused_fields_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    records = records_of(con, {"street": drawn(STREETS, 100, 6), "email": drawn(["a@b.co"], 100, 6)})
    home = read_in_bulk(records, "address", {"street": "c0"}, DEFAULT_OPTIONS, {"unit"})
    mail = read_in_bulk(records, "email", {"value": "c1"}, DEFAULT_OPTIONS, {"domain"})
    assert home is not None and set(home.fields) == {"number", "street"}
    assert mail is not None and set(mail.fields) == {"address", "local"}


def test_types_without_a_bulk_path_are_left_to_python(con: duckdb.DuckDBPyConnection) -> None:
    records = records_of(con, {"ip": ["127.0.0.1"] * 40})
    for few in (0, 50):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(steps, "FEW", few)
            assert read_in_bulk(records, "ip", {"value": "c0"}, DEFAULT_OPTIONS, frozenset()) is None


def test_mailboxes_and_domains_are_joined_where_both_are_there() -> None:
    first, second = (
        Column.encode(pa.array(texts, pa.string()))
        for texts in (["a", "b", "a", None, "a"], ["x", "x", "x", "y", None])
    )
    found = joined(first, "@", second)
    assert found.texts().to_pylist() == ["a@x", "b@x", "a@x", None, None]
    assert found.values.to_pylist() == ["a@x", "b@x"] and found.codes.dtype == np.int32
    nothing = Column.encode(pa.array([None] * 5, pa.string()))
    assert joined(first, "@", nothing).texts().to_pylist() == [None] * 5


def test_figures_of_columns_that_are_known_are_not_counted_again(con: duckdb.DuckDBPyConnection) -> None:
    records = records_of(con, {"email": ["a@b.co", "c@d.org"] * 3})
    assert steps._repeats(records, "c0") and records.counted["c0"] == (2, 6)
    records.counted["c0"] = (6, 6)
    assert not steps._repeats(records, "c0")


SHORT = st.lists(st.none() | st.sampled_from(["a", "b", "c", "d", ""]), min_size=1, max_size=8)


@given(SHORT, st.data())
def test_mending_changes_the_wanted_rows_only_and_keeps_no_value_without_a_row(
    texts: Texts, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), unique=True).map(sorted))
    others = [data.draw(st.none() | st.sampled_from(["a", "x", "y"])) for _ in rows]
    found = mended(Column.encode(pa.array(texts, pa.string())), np.array(rows, np.int64), pa.array(others, pa.string()))
    wanted = list(texts)
    for row, other in zip(rows, others, strict=True):
        wanted[row] = other
    assert found.texts().to_pylist() == wanted
    values = found.values.to_pylist()
    assert len(set(values)) == len(values)
    assert not rows or set(values) == {text for text in wanted if text is not None}


def test_looking_up_no_row_gives_no_value() -> None:
    own = Column.encode(pa.array(["a", None, "b"]))
    assert looked_up(own, np.array([2, -1, 0, 1], np.int32)).texts().to_pylist() == ["b", None, "a", None]
