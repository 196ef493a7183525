"""When jobs run, and what becomes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.interchange.customer_profiles.domain import DAYS
from dromio.server.faces.customer_profiles import batch
from dromio.server.faces.customer_profiles.jobs import next_run

from .conftest import DAY, Face
from .test_conformance import CONSOLIDATION, code_of, similar_people

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("SATURDAY", "00:00", datetime(2026, 11, 21, tzinfo=UTC)),
        ("MONDAY", "12:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("MONDAY", "12:01", datetime(2026, 11, 16, 12, 1, tzinfo=UTC)),
        ("SUNDAY", "9:30", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
    ],
)
def test_next_run_is_the_first_moment_of_the_schedule_after_now(day: str, time: str, expected: datetime) -> None:
    schedule = {"JobSchedule": {"DayOfTheWeek": day, "Time": time}}
    assert next_run(schedule, micros(MONDAY)) == micros(expected)


@given(st.integers(0, 10**10), st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59))
def test_next_run_is_within_a_week_and_on_its_day(second: int, day: str, hour: int, minute: int) -> None:
    schedule = {"JobSchedule": {"DayOfTheWeek": day, "Time": f"{hour}:{minute:02d}"}}
    now = second * 1_000_000
    found = next_run(schedule, now)
    assert 0 < found - now <= 7 * DAY * 1_000_000
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found)
    assert moment.strftime("%A").upper() == day and (moment.hour, moment.minute) == (hour, minute)


def jobs(face: Face, name: str) -> list[str]:
    found = face.client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]
    return [job["Status"] for job in found]


def test_a_planned_job_runs_when_it_is_due_and_plans_the_next(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 1)
    face.later(7 * DAY)
    assert jobs(face, name) == ["PENDING", "COMPLETED"]
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 1


def test_only_one_job_of_a_domain_is_started_by_hand_at_a_time(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    path = f"domains/{name}/identity-resolution-jobs"
    face.extension("POST", path)
    with pytest.raises(AssertionError, match="at work"):
        face.extension("POST", path)


def test_a_job_that_fails_says_so_and_keeps_the_matches_there_are(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 1)
    face.run_job(name)

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(batch, "find_groups", broken)
    job = face.client.get_identity_resolution_job(DomainName=name, JobId=face.run_job(name))
    assert (job["Status"], job["Message"]) == ("FAILED", "finding matches failed: MemoryError")
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 1


def test_matches_are_exported_and_the_manifest_names_them(face: Face) -> None:
    exporting = {"S3Exporting": {"S3BucketName": "bucket", "S3KeyName": "found/here"}}
    name = face.domain(Matching={"Enabled": True, "ExportingConfig": exporting})
    similar_people(face, name, 2)
    job_id = face.run_job(name)
    job = face.client.get_identity_resolution_job(DomainName=name, JobId=job_id)
    folder = f"found/here/{name}/ML/{job_id}"
    assert job["ExportingLocation"]["S3Exporting"] == {"S3BucketName": "bucket", "S3KeyName": folder}
    written = face.exports / "bucket" / folder
    manifest = json.loads((written / "_manifest.json").read_text())
    assert manifest["counts"] == {"groups": 2}
    lines = (written / manifest["files"][0]["name"]).read_text().splitlines()
    groups = face.client.get_matches(DomainName=name)["Matches"]
    assert [json.loads(line)["MatchId"] for line in lines] == [group["MatchId"] for group in groups]


def test_an_export_that_fails_leaves_a_partial_success_with_readable_matches(face: Face) -> None:
    bucket = face.exports / "fading"
    bucket.mkdir()
    exporting = {"S3Exporting": {"S3BucketName": "fading"}}
    name = face.domain(Matching={"Enabled": True, "ExportingConfig": exporting})
    similar_people(face, name, 1)
    (bucket / ".writable").unlink()
    bucket.rmdir()
    job = face.client.get_identity_resolution_job(DomainName=name, JobId=face.run_job(name))
    assert job["Status"] == "PARTIAL_SUCCESS" and "no such bucket" in job["Message"]
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 1
    given = {"DomainName": name, "Matching": {"Enabled": True, "ExportingConfig": exporting}}
    assert code_of(face.client.update_domain, **given) == "BadRequestException"


def test_a_group_below_the_least_score_is_not_merged(face: Face) -> None:
    conflicts = {"ConflictResolvingModel": "RECENCY"}
    merging = {
        "Enabled": True,
        "Consolidation": CONSOLIDATION,
        "ConflictResolution": conflicts,
        "MinAllowedConfidenceScoreForMerging": 1.0,
    }
    name = face.domain(Matching={"Enabled": True, "AutoMerging": merging})
    similar_people(face, name, 1)
    job = face.client.get_identity_resolution_job(DomainName=name, JobId=face.run_job(name))
    assert job["JobStats"]["NumberOfMergesDone"] == 0


def test_a_match_is_explained_pair_by_pair(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 1)
    face.run_job(name)
    (match,) = face.client.get_matches(DomainName=name)["Matches"]
    explained = face.extension("GET", f"domains/{name}/matches/{match['MatchId']}")
    (pair,) = explained["Pairs"]
    assert pair["ProfileIds"] == match["ProfileIds"]
    assert pair["Explanation"]["decision"] == "match"


def test_another_schedule_moves_the_planned_job(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    (before,) = face.client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]
    schedule = {"DayOfTheWeek": "SUNDAY", "Time": "1:00"}
    face.client.update_domain(DomainName=name, Matching={"Enabled": True, "JobSchedule": schedule})
    (after,) = face.client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]
    assert after["JobId"] == before["JobId"]
    assert after["JobStartTime"].astimezone(UTC).strftime("%A %H:%M") == "Sunday 01:00"
