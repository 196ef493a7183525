from __future__ import annotations

from typing import Any

import pytest

from dromio.errors import ModelError
from dromio.interchange.customer_profiles import AutoMerging, Matching, read_matching


def test_a_domain_that_names_no_schedule_runs_on_saturday_at_midnight() -> None:
    assert read_matching({"Enabled": True}) == Matching(True, "SATURDAY", "00:00")


def test_every_member_is_read() -> None:
    found = read_matching(
        {
            "Enabled": True,
            "JobSchedule": {"DayOfTheWeek": "MONDAY", "Time": "7:05"},
            "AutoMerging": {
                "Enabled": True,
                "Consolidation": {"MatchingAttributesList": [["EmailAddress", "FirstName"], ["PhoneNumber"]]},
                "ConflictResolution": {"ConflictResolvingModel": "SOURCE", "SourceName": "crm"},
                "MinAllowedConfidenceScoreForMerging": 0.5,
            },
            "ExportingConfig": {"S3Exporting": {"S3BucketName": "abc"}},
        }
    )
    assert (found.day, found.time) == ("MONDAY", "7:05")
    assert found.auto_merging is not None
    assert found.auto_merging.criteria == (("EmailAddress", "FirstName"), ("PhoneNumber",))
    assert found.auto_merging.min_score == 0.5
    assert found.exporting is not None
    assert found.exporting.bucket == "abc"


@pytest.mark.parametrize("time", ["0:00", "00:00", "9:59", "19:30", "23:59"])
def test_times_of_day_are_taken(time: str) -> None:
    assert read_matching({"Enabled": True, "JobSchedule": {"DayOfTheWeek": "SUNDAY", "Time": time}}).time == time


def test_merging_that_is_off_needs_no_criteria() -> None:
    assert read_matching({"Enabled": True, "AutoMerging": {"Enabled": False}}).auto_merging == AutoMerging(False)


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"Enabled": None}, "Enabled: must be true or false, found None"),
        (
            {"JobSchedule": {"DayOfTheWeek": "FUNDAY", "Time": "0:00"}},
            "JobSchedule.DayOfTheWeek: must be one of SUNDAY",
        ),
        ({"JobSchedule": {"DayOfTheWeek": "SUNDAY", "Time": "24:00"}}, "JobSchedule.Time: '24:00' does not fit"),
        ({"JobSchedule": {"DayOfTheWeek": "SUNDAY"}}, "JobSchedule.Time: is missing"),
        ({"AutoMerging": {"Enabled": True}}, "AutoMerging.Consolidation: is missing"),
        (
            {"AutoMerging": {"Enabled": True, "Consolidation": {"MatchingAttributesList": [["A"]] * 11}}},
            "AutoMerging.Consolidation.MatchingAttributesList: has 11 items; allowed are 1 to 10",
        ),
        (
            {"AutoMerging": {"Enabled": True, "Consolidation": {"MatchingAttributesList": [["A"] * 21]}}},
            "AutoMerging.Consolidation.MatchingAttributesList.0: has 21 items; allowed are 1 to 20",
        ),
        (
            {"AutoMerging": {"Enabled": False, "MinAllowedConfidenceScoreForMerging": 1.5}},
            "AutoMerging.MinAllowedConfidenceScoreForMerging: must be a number from 0 to 1, found 1.5",
        ),
        (
            {"AutoMerging": {"Enabled": False, "ConflictResolution": {"ConflictResolvingModel": "SOURCE"}}},
            "AutoMerging.ConflictResolution.SourceName: is missing",
        ),
        ({"Schedule": {}}, "Schedule: is not known"),
    ],
)
def test_a_constraint_that_is_not_kept_is_the_one_fault(members: dict[str, Any], fault: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_matching({"Enabled": True, **members})
    found = [str(one) for one in caught.value.faults]
    assert len(found) == 1, found
    assert found[0].startswith(fault)
