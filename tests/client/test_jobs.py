"""Jobs, schedules, models and events through the client, run by the server's own thread."""

from __future__ import annotations

import threading

import pytest

from dromio.client import Client, Domain, RefusedInputError, RefusedUsageError
from dromio.client.jobs import _UPLOAD_BYTES, _bodies
from dromio.errors import InputError, UsageError

from .factory import ANN, BOB, document


def test_records_are_imported_and_resolved_later(people: Domain) -> None:
    work = people.work
    (job,) = work.import_rows("crm", [{"id": "1"} | ANN, {"id": "2"} | ANN, {"id": "3"} | BOB], id_column="id")
    ended = work.wait(job["job_id"], seconds=60, every_seconds=0.1)
    assert (ended["state"], ended["result"]) == ("done", {"added": 3})
    resolved = work.wait(work.start("resolve")["job_id"], seconds=60, every_seconds=0.1)
    assert resolved["result"] == {"entities": 2}
    assert [one["kind"] for one in work.jobs(per_page=1)] == ["resolve", "import"]
    table = b"id,given\n4,Zoe\n"
    assert work.import_lines("crm", table, media_type="text/csv", id_column="id")["state"] == "waiting"


def test_a_model_goes_from_a_proposal_to_being_current(people: Domain) -> None:
    work = people.work
    people.put("crm", "1", ANN)
    version = work.add_model(document() | {"thresholds": {"match": 20, "review": -3}})
    assert work.check_model(version)["passed"] and work.model_version(version)["thresholds"]["match"] == 20
    proposed = work.wait(work.propose_model(version)["job_id"], seconds=60, every_seconds=0.1)
    assert proposed["result"] and proposed["result"]["entities_after"] == 1
    assert work.wait(work.apply_model(version)["job_id"], seconds=60, every_seconds=0.1)["state"] == "done"
    assert [one["state"] for one in work.models()] == ["replaced", "current"]
    work.drop_model(work.add_model(document()))
    assert work.models()[-1]["state"] == "dropped"
    with pytest.raises(RefusedUsageError):
        work.apply_model(3)


def test_schedules_are_kept(people: Domain) -> None:
    made = people.work.put_schedule("weekly", "verify", every="sunday", at="04:00")
    assert people.work.schedules() == [made]
    assert people.work.delete_schedule("weekly") and not people.work.delete_schedule("weekly")


def test_what_has_ended_is_not_cancelled_and_what_is_not_there_is_unknown(people: Domain) -> None:
    job = people.work.start("redo")["job_id"]
    people.work.wait(job, seconds=60, every_seconds=0.1)
    with pytest.raises(RefusedUsageError):
        people.work.cancel(job)
    with pytest.raises(RefusedInputError):
        people.work.cancel_import(job)
    with pytest.raises(RefusedInputError):
        people.work.job(10**9)


def test_events_come_in_pages_and_as_they_happen(people: Domain) -> None:
    for number in range(3):
        people.put("crm", str(number), BOB | {"email": f"p{number}@example.org"})
    events = list(people.work.events(per_page=2))
    assert [one["record"] for one in events if one["kind"] == "added"] == [["crm", str(number)] for number in range(3)]
    last = events[-1]["change_id"]
    assert people.work.poll(last) == []
    threading.Timer(0.2, lambda: people.delete("crm", "0")).start()
    found = people.work.poll(last, wait_seconds=15)
    assert "deleted" in {one["kind"] for one in found}


def test_the_audit_log_ends_however_short_its_pages_are(client: Client) -> None:
    entries = list(client.audit(per_page=7))
    numbers = [one["number"] for one in entries]
    assert numbers == list(range(1, len(numbers) + 1))


def test_rows_are_sent_in_bodies_that_a_server_takes() -> None:
    rows = [{"id": number, "text": "é" * 400_000} for number in range(10)]
    bodies = list(_bodies(rows))
    assert max(map(len, bodies)) <= _UPLOAD_BYTES and sum(body.count(b"\n") + 1 for body in bodies) == 10
    assert list(_bodies([])) == []
    with pytest.raises(InputError, match="cannot be sent as JSON"):
        list(_bodies([{"x": float("nan")}]))


def test_waiting_has_an_end(people: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dromio.client.jobs.Work.job", lambda self, number: {"state": "waiting"})
    with pytest.raises(UsageError, match="job 1 has not ended after 0 s: it is waiting"):
        people.work.wait(1, seconds=0)
