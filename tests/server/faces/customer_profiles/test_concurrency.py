"""Many callers at once, and callers who ask again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from dromio.server.faces.customer_profiles import Desk

from .conftest import Face
from .test_conformance import CUSTOMER, put, search, similar_people


def test_the_same_object_from_many_callers_is_one_object_and_one_profile(face: Face) -> None:
    name = face.domain()
    face.client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **CUSTOMER)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: put(face, name, id="1", first=f"Ann{number}"), range(16)))
    stats = face.client.get_domain(DomainName=name)["Stats"]
    assert (stats["ProfileCount"], stats["ObjectCount"]) == (1, 1)


def test_merges_that_cross_end_with_one_survivor_and_lose_no_key(face: Face) -> None:
    name = face.domain()
    ids = [face.profile(name, EmailAddress=f"e{number}@example.org") for number in range(6)]

    def merge(pair: tuple[str, str]) -> None:
        try:
            face.client.merge_profiles(DomainName=name, MainProfileId=pair[0], ProfileIdsToBeMerged=[pair[1]])
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(merge, [(one, other) for one in ids for other in ids if one != other]))
    assert face.client.get_domain(DomainName=name)["Stats"]["ProfileCount"] == 1
    left = {search(face, name, "_email", f"e{number}@example.org")[0]["ProfileId"] for number in range(6)}
    assert len(left) == 1
    gone = (face.extension("GET", f"domains/{name}/profiles/{one}/successor") for one in set(ids) - left)
    assert {one["Successor"] for one in gone} == left


def test_a_merge_that_is_sent_again_is_done_once(face: Face) -> None:
    name = face.domain()
    main, other = face.profile(name, FirstName="Ann"), face.profile(name, LastName="Lee")
    for _ in range(2):
        face.client.merge_profiles(DomainName=name, MainProfileId=main, ProfileIdsToBeMerged=[other])
    history = face.client.list_profile_history_records(DomainName=name, ProfileId=main, ActionType="MERGED")
    assert len(history["ProfileHistoryRecords"]) == 1


def test_one_domain_of_a_name_is_made_by_many_who_try(face: Face) -> None:
    def make(_: int) -> str:
        try:
            face.client.create_domain(DomainName="contested", DefaultExpirationDays=1)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(make, range(6)))
    assert outcomes == ["BadRequestException"] * 5 + ["made"]


def test_servers_that_look_at_the_same_time_run_a_job_once(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 2)
    face.extension("POST", f"domains/{name}/identity-resolution-jobs")
    desks = [Desk(face.desk.database, face.desk.options, face.clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda desk: desk.tick(), desks))
    jobs = face.client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]
    assert [job["Status"] for job in jobs] == ["PENDING", "COMPLETED"]
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 2
