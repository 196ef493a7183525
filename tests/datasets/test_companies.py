"""Made-up organisations: repeatable, with branches, legal forms and abbreviations."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

from dromio.datasets import Dataset, organisations
from dromio.errors import UsageError


@pytest.fixture(scope="module")
def firms() -> Dataset:
    return organisations(20_000)


def test_equal_arguments_give_equal_tables() -> None:
    assert organisations(300, seed=3).records.equals(organisations(300, seed=3).records)
    assert not organisations(300, seed=3).records.equals(organisations(300, seed=4).records)


@pytest.mark.parametrize("records", [0, 1, 5])
def test_any_number_of_records_has_one_truth_row_each(records: int) -> None:
    made = organisations(records)
    assert made.records["unique_id"].to_pylist() == made.truth["unique_id"].to_pylist() == list(range(records))


def test_branches_of_a_company_share_its_website(firms: Dataset) -> None:
    rows = firms.truth.append_column("website", firms.records["website"]).filter(
        pc.match_substring_regex(firms.records["website"], r"^www\.")
    )
    sites = rows.group_by("household").aggregate([("website", "count_distinct"), ("cluster_id", "count_distinct")])
    assert pc.max(sites["website_count_distinct"]).as_py() == 1
    assert pc.max(sites["cluster_id_count_distinct"]).as_py() >= 3


@pytest.mark.parametrize(
    "pattern", [r" Inc\.$", r" Incorporated$", r" LLC$", " & ", "Svcs", "^The ", r"^[A-Z]{2,5}$", " - "]
)
def test_forms_of_names_occur(firms: Dataset, pattern: str) -> None:
    assert pc.sum(pc.match_substring_regex(firms.records["name"], pattern)).as_py() > 5


def test_negative_number_of_records_is_refused() -> None:
    with pytest.raises(UsageError, match="records must not be negative, got -2"):
        organisations(-2)
