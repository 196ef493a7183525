"""Work that is due."""

from __future__ import annotations

import time
from pathlib import Path

from dromio.server.faces.customer_profiles import Options, due

from ....postgres import place
from .conftest import Face, running
from .test_conformance import similar_people


def test_a_job_that_was_lost_with_its_process_begins_again(face: Face) -> None:
    name = face.domain(Matching={"Enabled": True})
    similar_people(face, name, 1)
    job_id = face.extension("POST", f"domains/{name}/identity-resolution-jobs")["JobId"]
    due._within(face.desk, name, due._claim)
    face.desk.tick()
    job = {"DomainName": name, "JobId": job_id}
    assert face.client.get_identity_resolution_job(**job)["Status"] == "PREPROCESSING"
    face.later(due.LOST_SECONDS + 1)
    assert face.client.get_identity_resolution_job(**job)["Status"] == "COMPLETED"
    assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 1


def test_the_clock_can_be_set_where_that_is_allowed(face: Face) -> None:
    wanted = face.clock.now() / 1e6 + 100
    answer = face.extension("PUT", "clock", f'{{"Now": {wanted}}}'.encode())
    assert abs(answer["Now"] - wanted) < 5
    assert abs(face.extension("GET", "clock")["Now"] - wanted) < 5


def test_a_running_server_does_by_itself_what_is_due(tmp_path: Path) -> None:
    with place("sqlite", tmp_path) as url, running(url, tmp_path, Options(tick_seconds=0.05)) as face:
        name = face.domain(Matching={"Enabled": True})
        similar_people(face, name, 1)
        job_id = face.extension("POST", f"domains/{name}/identity-resolution-jobs")["JobId"]
        until = time.monotonic() + 20
        while time.monotonic() < until:
            job = face.client.get_identity_resolution_job(DomainName=name, JobId=job_id)
            if job["Status"] == "COMPLETED":
                break
            time.sleep(0.05)
        assert face.client.get_matches(DomainName=name)["PotentialMatches"] == 1
