"""Figures of columns."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from dromio.configure.profile import Profile, profile_columns
from dromio.io.sources import read_records


def profile(values: list[str | None]) -> Profile:
    table = pa.table({"id": list(range(len(values))), "x": pa.array(values, pa.string())})
    with duckdb.connect(":memory:") as con:
        (found,) = profile_columns(read_records(con, table, id_column="id"))
    return found


def test_profile_counts_filled_and_distinct() -> None:
    found = profile(["a b", "a b", None, "c"])
    assert found.filled == 0.75
    assert found.distinct == 2
    assert found.words == pytest.approx(5 / 3)


@pytest.mark.parametrize(
    ("share", "values"),
    [
        ("email", ["a@example.com", "b.c@example.org"]),
        ("date", ["2001-02-03", "3.2.2001"]),
        ("integer", ["12", "-7"]),
        ("decimal", ["1.50", "2,5"]),
        ("phone", ["(212) 555-0100", "+44 20 7946 0000"]),
        ("postcode", ["12345", "SW1A 1AA"]),
    ],
)
def test_profile_knows_the_shape_of_values(share: str, values: list[str]) -> None:
    assert profile(values).shares[share] == 1.0


def test_profile_sees_legal_forms_and_words_of_organisations() -> None:
    found = profile(["Acme Ltd", "Northern University", "Anna Meyer", "Bob Kurz"])
    assert found.legal == 0.25
    assert found.organisation == 0.5


def test_profile_does_not_depend_on_the_order_of_rows() -> None:
    values = [f"name {n % 7} {n}" for n in range(50)]
    assert profile(values).words == profile(values[::-1]).words
