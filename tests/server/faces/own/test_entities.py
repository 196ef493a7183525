"""Entities over the own API: merged, taken apart, judged, undone, written to, exported and erased."""

from __future__ import annotations

import pytest

from ...asking import Rig
from ...factory import ANN, BOB


@pytest.fixture
def base(rig: Rig, people: str) -> str:
    """Address of a domain with Ann and Bob."""
    for number, values in (("1", ANN), ("2", BOB)):
        rig.ask("PUT", f"/v1/domains/{people}/records/crm/{number}", {"values": values})
    return f"/v1/domains/{people}"


def entity(rig: Rig, base: str, unique_id: str) -> int:
    return int(rig.ask("GET", f"{base}/records/crm/{unique_id}").json["entity_id"])


def test_merge_and_undo(rig: Rig, base: str) -> None:
    ann, bob = entity(rig, base, "1"), entity(rig, base, "2")
    act = rig.ask("POST", f"{base}/merge", {"entities": [ann, bob], "reason": "same passport"}).json["act"]
    assert entity(rig, base, "1") == entity(rig, base, "2") == ann
    merged = rig.ask("GET", f"{base}/entities/{bob}").json
    assert (merged["asked"], merged["entity_id"], merged["state"]) == (bob, ann, "merged")
    assert [key["unique_id"] for key in merged["records"]] == ["1", "2"]
    assert rig.ask("POST", f"{base}/acts/{act}/undo").json == {"outcome": "undone"}
    assert (entity(rig, base, "1"), entity(rig, base, "2")) == (ann, bob)
    assert rig.ask("POST", f"{base}/acts/{act}/undo").problem == "conflict"


def test_unmerge(rig: Rig, base: str) -> None:
    rig.ask("PUT", f"{base}/records/web/3", {"values": ANN})
    ann = entity(rig, base, "1")
    body = {"records": [{"source": "web", "unique_id": "3"}], "reason": "her daughter"}
    assert rig.ask("POST", f"{base}/entities/{ann}/unmerge", body).json["act"]
    assert rig.ask("GET", f"{base}/records/web/3").json["entity_id"] != ann
    assert rig.ask("POST", f"{base}/entities/{ann}/unmerge", body).problem == "not-possible"


def test_judge_and_withdraw(rig: Rig, base: str) -> None:
    pair = {"left": {"source": "crm", "unique_id": "1"}, "right": {"source": "crm", "unique_id": "2"}}
    assert rig.ask("POST", f"{base}/judgements", {**pair, "verdict": "positive"}).json["act"]
    assert entity(rig, base, "1") == entity(rig, base, "2")
    assert rig.ask("POST", f"{base}/judgements/withdraw", pair).json["act"]
    assert entity(rig, base, "1") != entity(rig, base, "2")
    assert rig.ask("POST", f"{base}/judgements/withdraw", pair).problem == "not-found"
    assert rig.ask("POST", f"{base}/judgements", {**pair, "verdict": "perhaps"}).status == 400


def test_history_tells_what_happened_in_ids(rig: Rig, base: str) -> None:
    ann, bob = entity(rig, base, "1"), entity(rig, base, "2")
    rig.ask("POST", f"{base}/merge", {"entities": [ann, bob]})
    answer = rig.ask("GET", f"{base}/entities/{ann}/history")
    kinds = [event["kind"] for event in answer.json["events"]]
    assert "added" in kinds and "merged" in kinds
    assert "example.org" not in answer.body.decode()


def test_an_entity_as_of_a_moment(rig: Rig, base: str) -> None:
    ann, bob = entity(rig, base, "1"), entity(rig, base, "2")
    merged = rig.ask("POST", f"{base}/merge", {"entities": [ann, bob]})
    assert merged.status == 200
    now = rig.ask("GET", f"{base}/entities/{ann}/history").json["events"][-1]["at"]
    before = rig.ask("GET", f"{base}/entities/{ann}/history").json["events"][0]["at"]
    assert len(rig.ask("GET", f"{base}/entities/{ann}?as_of={now}").json["records"]) == 2
    assert len(rig.ask("GET", f"{base}/entities/{ann}?as_of={before}").json["records"]) == 1
    for wrong in ("yesterday", "2026-01-01", "", "2026-01-01T00:00:00"):
        assert rig.ask("GET", f"{base}/entities/{ann}?as_of={wrong}").status == 400


def test_the_golden_record_with_a_value_written_by_a_person(rig: Rig, base: str) -> None:
    ann = entity(rig, base, "1")
    golden = f"{base}/entities/{ann}/golden"
    assert rig.ask("GET", golden).json["values"]["email"] == ANN["email"]
    assert rig.ask("PUT", f"{base}/entities/{ann}/values/email", {"value": "a@b.example"}).status == 200
    found = rig.ask("GET", golden).json
    assert (found["values"]["email"], found["from"]["email"]) == ("a@b.example", "author everything")
    assert rig.ask("DELETE", f"{base}/entities/{ann}/values/email").status == 200
    assert rig.ask("GET", golden).json["values"]["email"] == ANN["email"]
    assert rig.ask("PUT", f"{base}/entities/{ann}/values/nonsense", {"value": "x"}).problem == "not-possible"


def test_export_holds_everything_about_one_and_nothing_about_another(rig: Rig, base: str) -> None:
    exported = rig.ask("GET", f"{base}/entities/{entity(rig, base, '1')}/export")
    assert ANN["email"] in exported.body.decode() and BOB["email"] not in exported.body.decode()


def test_erased_is_erased(rig: Rig, base: str) -> None:
    ann = entity(rig, base, "1")
    assert rig.ask("POST", f"{base}/entities/{ann}/erase", {}).status == 400  # no reason
    certificate = rig.ask("POST", f"{base}/entities/{ann}/erase", {"reason": "asked for it"}).json
    assert certificate["records"] == 1
    assert rig.ask("GET", f"{base}/records/crm/1").status == 404
    assert rig.ask("GET", f"{base}/entities/{ann}").json["state"] == "erased"
    found = rig.ask("POST", f"{base}/search", {"values": ANN}).json
    assert found["entity_id"] is None


@pytest.mark.parametrize("number", ["0", "-1", "01", "1.0", "1e3", "x", "%31", "9" * 18, "9" * 40, "١"])
def test_numbers_that_are_no_entity_are_not_found(rig: Rig, base: str, number: str) -> None:
    assert rig.ask("GET", f"{base}/entities/{number}").status in (404, 200 if number == "%31" else 404)
