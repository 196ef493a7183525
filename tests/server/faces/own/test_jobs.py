"""Jobs, imports and schedules over the own API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dromio.jobs import Worker

from ...asking import Answer, Rig
from ...factory import ANN, BOB

Row = dict[str, Any]


@pytest.fixture
def worker(rig: Rig) -> Iterator[Worker]:
    """Runs what waits when it is told to."""
    made = Worker(rig.settings.store)
    made.run_all()
    yield made
    made.run_all()


def upload(rig: Rig, people: str, rows: list[Row], **given: Any) -> Answer:
    raw = "\n".join(json.dumps(row) for row in rows).encode()
    return send(rig, people, raw, "application/x-ndjson", **given)


def send(rig: Rig, people: str, raw: bytes, media: str, query: str = "source=crm&id=id", **given: Any) -> Answer:
    headers = {"content-type": media} | given.pop("headers", {})
    return rig.ask("POST", f"/v1/domains/{people}/imports?{query}", raw=raw, headers=headers, **given)


def test_a_job_is_asked_for_done_and_read(rig: Rig, people: str, worker: Worker) -> None:
    base = f"/v1/domains/{people}"
    rig.ask("PUT", f"{base}/records/crm/1", {"values": ANN})
    made = rig.ask("POST", f"{base}/jobs", {"kind": "resolve"})
    assert (made.status, made.json["state"], made.json["progress"]) == (201, "waiting", 0)
    worker.run_all()
    job = rig.ask("GET", f"{base}/jobs/{made.json['job_id']}").json
    assert (job["state"], job["result"], job["progress"], job["attempt"]) == ("done", {"entities": 1}, 1, 1)
    assert job["created_at"] <= job["started_at"] <= job["ended_at"]
    verified = rig.ask("POST", f"{base}/jobs", {"kind": "verify"}).json["job_id"]
    worker.run_all()
    assert rig.ask("GET", f"{base}/jobs/{verified}").json["result"]["is_sound"] is True


def test_jobs_are_listed_in_pages_the_latest_first(rig: Rig, people: str) -> None:
    base = f"/v1/domains/{people}/jobs"
    numbers = [rig.ask("POST", base, {"kind": "redo"}).json["job_id"] for _ in range(3)]
    first = rig.ask("GET", f"{base}?limit=2").json
    second = rig.ask("GET", f"{base}?limit=2&cursor={first['next']}").json
    assert [job["job_id"] for job in first["jobs"] + second["jobs"]] == numbers[::-1]
    assert second["next"] is None


def test_a_job_that_waits_is_cancelled_and_not_done(rig: Rig, people: str, worker: Worker) -> None:
    base = f"/v1/domains/{people}/jobs"
    number = rig.ask("POST", base, {"kind": "resolve"}).json["job_id"]
    assert rig.ask("POST", f"{base}/{number}/cancel").json["state"] == "cancelled"
    assert rig.ask("POST", f"{base}/{number}/cancel").json["state"] == "cancelled"
    worker.run_all()
    assert rig.ask("GET", f"{base}/{number}").json["attempt"] == 0
    done = rig.ask("POST", base, {"kind": "redo"}).json["job_id"]
    worker.run_all()
    refused = rig.ask("POST", f"{base}/{done}/cancel")
    assert (refused.status, refused.problem) == (409, "conflict")


def test_an_import_takes_lines_of_json(rig: Rig, people: str, worker: Worker) -> None:
    made = upload(rig, people, [{"id": 1} | ANN, {"id": "2"} | BOB, {"id": "1"} | ANN])
    assert made.status == 201, made.body
    worker.run_all()
    job = rig.ask("GET", f"/v1/domains/{people}/jobs/{made.json['job_id']}").json
    assert (job["state"], job["result"]) == ("done", {"added": 2, "unchanged": 1})
    assert rig.ask("GET", f"/v1/domains/{people}/records/crm/1").json["version"]["values"] == ANN


def test_an_import_takes_a_table(rig: Rig, people: str, worker: Worker) -> None:
    table = 'id,given,family,email\r\n1,Ann,Lee,\r\n2,Bob,"Ray, jr",b@x.org\r\n'.encode("utf-8-sig")
    assert send(rig, people, table, "text/csv; charset=utf-8").status == 201
    worker.run_all()
    found = rig.ask("GET", f"/v1/domains/{people}/records/crm/2").json["version"]["values"]
    assert found == {"given": "Bob", "family": "Ray, jr", "email": "b@x.org"}


@pytest.mark.parametrize(
    ("raw", "media", "status"),
    [
        (b"", "text/csv", 422),
        (b"id,name\n", "text/csv", 422),
        (b"id,name\n1\n", "text/csv", 422),
        (b"id,name\n1,2,3\n", "text/csv", 422),
        (b"id,id\n1,2\n", "text/csv", 422),
        (b"id,name\n,Ann\n", "text/csv", 422),
        (b'{"id": 1}\n{', "application/x-ndjson", 422),
        (b'{"id": NaN}', "application/x-ndjson", 422),
        (b"[1]", "application/x-ndjson", 422),
        (b'{"name": "Ann"}', "application/x-ndjson", 422),
        (b'{"id": true}', "application/x-ndjson", 422),
        (b'{"id": 1, "name": {"deep": 1}}', "application/x-ndjson", 422),
        (b'{"id": 1, "name": "\\u0000"}', "application/x-ndjson", 422),
        (b'{"id": 1, "name": "\\ud800"}', "application/x-ndjson", 422),
        (b'{"id": "\\u0000"}', "application/x-ndjson", 422),
        (b"\xff\xfe", "text/csv", 422),
        (b'{"id": 1}', "application/json", 415),
        (b'{"id": 1}', "text/plain", 415),
    ],
)
def test_uploads_that_cannot_be_taken_are_refused(rig: Rig, people: str, raw: bytes, media: str, status: int) -> None:
    answer = send(rig, people, raw, media)
    assert answer.status == status, answer.body
    assert b"Ann" not in answer.body
    assert rig.ask("GET", f"/v1/domains/{people}/jobs").json["jobs"] == []


def test_an_import_is_made_once_under_its_idempotency_key(rig: Rig, people: str) -> None:
    headers = {"idempotency-key": "load-1"}
    one, two = (upload(rig, people, [{"id": 1} | ANN], headers=headers) for _ in range(2))
    assert one.body == two.body and two.headers["idempotency-replayed"] == "true"
    assert len(rig.ask("GET", f"/v1/domains/{people}/jobs").json["jobs"]) == 1


def test_who_may_only_deliver_imports_and_cancels_imports_only(rig: Rig, people: str) -> None:
    key = rig.key_for(f"{people}:ingest")
    base = f"/v1/domains/{people}"
    number = upload(rig, people, [{"id": 1} | ANN], key=key).json["job_id"]
    assert rig.ask("POST", f"{base}/jobs", {"kind": "resolve"}, key=key).status == 403
    assert rig.ask("POST", f"{base}/jobs/{number}/cancel", key=key).status == 403
    other = rig.ask("POST", f"{base}/jobs", {"kind": "redo"}).json["job_id"]
    assert rig.ask("POST", f"{base}/imports/{other}/cancel", key=key).status == 404
    assert rig.ask("POST", f"{base}/imports/{number}/cancel", key=key).json["state"] == "cancelled"


def test_a_job_of_another_domain_is_nothing_here(rig: Rig, people: str) -> None:
    from ...conftest import new_domain

    number = rig.ask("POST", f"/v1/domains/{new_domain(rig)}/jobs", {"kind": "redo"}).json["job_id"]
    assert rig.ask("GET", f"/v1/domains/{people}/jobs/{number}").status == 404
    assert rig.ask("POST", f"/v1/domains/{people}/jobs/{number}/cancel").status == 404
    assert rig.ask("POST", f"/v1/domains/{people}/imports/{number}/cancel").status == 404


@pytest.mark.parametrize("body", [{"kind": "import"}, {"kind": "apply"}, {"kind": "x"}, {}, {"kind": "redo", "x": 1}])
def test_jobs_that_are_none_are_refused(rig: Rig, people: str, body: Row) -> None:
    assert rig.ask("POST", f"/v1/domains/{people}/jobs", body).status == 400


def test_a_schedule_is_made_changed_listed_and_taken_out(rig: Rig, people: str) -> None:
    base = f"/v1/domains/{people}/schedules"
    made = rig.ask("PUT", f"{base}/nightly", {"kind": "resolve", "every": "day", "at": "03:30"}).json
    assert made["next_at"] > datetime.now(UTC).isoformat()[:19] and made["next_at"].endswith("T03:30:00Z")
    changed = rig.ask("PUT", f"{base}/nightly", {"kind": "verify", "every": "sunday", "at": "00:00"}).json
    assert rig.ask("GET", base).json == {"schedules": [changed]}
    assert datetime.fromisoformat(changed["next_at"]).weekday() == 6
    assert rig.ask("DELETE", f"{base}/nightly").json == {"outcome": "deleted"}
    assert rig.ask("DELETE", f"{base}/nightly").json == {"outcome": "missing"}


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("x", {"kind": "resolve", "every": "day", "at": "24:00"}, 400),
        ("x", {"kind": "resolve", "every": "day", "at": "3:30"}, 400),
        ("x", {"kind": "resolve", "every": "month", "at": "03:30"}, 400),
        ("x", {"kind": "apply", "every": "day", "at": "03:30"}, 400),
        ("X%20y", {"kind": "resolve", "every": "day", "at": "03:30"}, 404),
    ],
)
def test_schedules_that_are_none_are_refused(rig: Rig, people: str, name: str, body: Row, status: int) -> None:
    assert rig.ask("PUT", f"/v1/domains/{people}/schedules/{name}", body).status == status
