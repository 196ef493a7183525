"""Made-up customers: repeatable, of the shape promised, and dirty in the ways promised."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest

from dromio.datasets import Dataset, Rates, customers
from dromio.errors import UsageError

COLUMNS = [
    "unique_id",
    "source",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "birth_date",
    "street",
    "city",
    "postcode",
]
CLEAN = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))


@pytest.fixture(scope="module")
def crowd() -> Dataset:
    return customers(20_000)


def test_equal_arguments_give_equal_tables(crowd: Dataset) -> None:
    again = customers(20_000)
    assert crowd.records.equals(again.records)
    assert crowd.truth.equals(again.truth)


def test_another_seed_gives_other_records() -> None:
    assert not customers(50, seed=1).records.equals(customers(50, seed=2).records)


@pytest.mark.parametrize("records", [0, 1, 2, 3, 17, 1000])
def test_any_number_of_records_has_one_truth_row_each(records: int) -> None:
    made = customers(records)
    assert made.records.column_names == COLUMNS
    assert made.records["unique_id"].to_pylist() == list(range(records))
    assert made.truth["unique_id"].equals(made.records["unique_id"])
    assert made.truth.column_names == ["unique_id", "cluster_id", "household"]


def test_records_hold_no_truth(crowd: Dataset) -> None:
    assert not {"cluster", "cluster_id", "household"} & set(crowd.records.column_names)


def test_a_person_lives_in_one_household_and_households_hold_several(crowd: Dataset) -> None:
    pairs = crowd.truth.select(["cluster_id", "household"]).group_by(["cluster_id", "household"]).aggregate([])
    assert len(pairs) == len(crowd.truth["cluster_id"].unique())
    assert pc.max(pairs["household"].value_counts().field("counts")).as_py() >= 4


def test_a_third_of_people_have_several_records(crowd: Dataset) -> None:
    counts = np.bincount(crowd.truth["cluster_id"].to_numpy())
    assert 1.5 < counts.mean() < 1.65
    assert counts.max() == 6


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("phone", "0000000000"),
        ("phone", "(800) 555-0199"),
        ("email", "test@test.com"),
        ("first_name", "unknown"),
        ("birth_date", "1900-01-01"),
        ("street", "unknown"),
        ("postcode", "00000"),
    ],
)
def test_placeholders_recur(crowd: Dataset, column: str, value: str) -> None:
    assert pc.sum(pc.equal(crowd.records[column], value)).as_py() > 5


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        ("email", r"\+\w+@"),
        ("phone", r"^\(\d{3}\) \d{3}-\d{4}$"),
        ("phone", r"^\d{10}$"),
        ("phone", r"^\+1\d{10}$"),
        ("birth_date", r"^\d{4}-\d\d-\d\d$"),
        ("birth_date", r"^\d\d/\d\d/\d{4}$"),
        ("full_name", r"^[^,]+, "),
        ("full_name", r" (Jr|Sr)$"),
        ("first_name", r"^[A-Z]$"),
        ("first_name", r"[áéíóúëèçñ]"),
        ("last_name", r"^[A-Z]{4,}$"),
        ("last_name", r"^[a-z]{4,}$"),
        ("last_name", r"\w-\w"),
    ],
)
def test_forms_occur(crowd: Dataset, column: str, pattern: str) -> None:
    assert pc.sum(pc.match_substring_regex(crowd.records[column], pattern)).as_py() > 5


@pytest.mark.parametrize("column", COLUMNS[2:])
def test_every_attribute_has_gaps(crowd: Dataset, column: str) -> None:
    assert 0.02 < crowd.records[column].null_count / 20_000 < 0.5


def test_common_names_are_common_and_rare_ones_many(crowd: Dataset) -> None:
    counts = crowd.records["last_name"].value_counts()
    by_name = dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    assert by_name["Smith"] > 40
    assert len(by_name) > 5_000


def test_without_damage_all_records_of_a_person_share_the_birth_date() -> None:
    made = customers(3_000, rates=CLEAN)
    iso = pc.match_substring_regex(made.records["birth_date"], r"^\d{4}-")
    rows = made.truth.append_column("birth_date", made.records["birth_date"]).filter(iso)
    dates = rows.group_by("cluster_id").aggregate([("birth_date", "count_distinct")])
    assert dates["birth_date_count_distinct"].to_pylist() == [1] * len(dates)
    assert pc.sum(iso).as_py() > 2_000


def test_sources_are_named_and_beyond_four_numbered() -> None:
    assert set(customers(500, sources=1).records["source"].to_pylist()) == {"crm"}
    names = {"crm", "shop", "billing", "support", "crm_2"}
    assert set(customers(500, sources=5).records["source"].to_pylist()) == names


def test_arguments_out_of_range_are_refused() -> None:
    with pytest.raises(UsageError, match="records must not be negative, got -1"):
        customers(-1)
    with pytest.raises(UsageError, match="sources must be between 1 and 99, got 0"):
        customers(1, sources=0)
    with pytest.raises(UsageError, match=r"rate typo must be between 0 and 1, got 1\.5"):
        Rates(typo=1.5)
