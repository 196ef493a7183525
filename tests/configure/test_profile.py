"""Figures of columns."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.configure import profile as profiling
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


def test_the_sample_of_many_rows_is_drawn_by_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "SAMPLE", 20)
    rows = [(n, None if n % 4 == 0 else f"name {n}") for n in range(3000)]
    samples = []
    for given_rows in (rows, rows[::-1]):
        table = pa.table({"id": [key for key, _ in given_rows], "x": [text for _, text in given_rows]})
        with duckdb.connect(":memory:") as con:
            samples.append(profile_columns(read_records(con, table, id_column="id"))[0].sample)
    assert samples[0] == samples[1]
    assert len(set(samples[0])) == 20
    assert list(samples[0]) != sorted(samples[0], key=lambda text: int(text.split()[1]))


shaped = st.from_regex(r"\A[a-f.:/@ -]{0,6}[0-9\u0663]{0,9}[a-fA-Z./:, -]{0,6}[0-9]{0,4}\Z")
said = st.sampled_from(["True", "a:b:c:d", "www.x", "http://a", "a@b.c", "12 May 2001", "May 12, 2001", "Rue x 12", ""])


@given(st.lists(st.one_of(shaped, said, st.text(max_size=12)), max_size=6))
def test_shares_are_those_of_every_pattern_tried_on_every_value(values: list[str]) -> None:
    found = profiling._shares(values)
    for name, pattern in profiling._PATTERNS.items():
        fitting = [value for value in values if pattern.fullmatch(value)]
        assert found[name] == len(fitting) / max(len(values), 1)


def test_digits_alone_make_no_column_of_model_numbers() -> None:
    """Postcodes and phones in a line of text are shared by households, as no model number is by two products."""
    products = ["Panasonic KX-TS108W phone", "Sony DSC-W55 camera", "Linksys EZXS88W switch", "Article 1234567"]
    assert profile(products).coded == 1.0
    assert profile(["Ann Lee 94560", "Bob Ray 33729 Rome", "Sony DSC-W55"]).coded == 0.0
