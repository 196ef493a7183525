"""Versions of a domain's model over the own API: kept, checked, proposed, applied, dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dromio.jobs import Worker
from dromio.model.files import model_from

from ...asking import Rig
from ...factory import ANN, document


@pytest.fixture
def worker(rig: Rig) -> Iterator[Worker]:
    """Runs what waits when it is told to."""
    made = Worker(rig.settings.store)
    made.run_all()
    yield made
    made.run_all()


def stricter() -> dict[str, object]:
    """A model under which an equal email is no longer enough."""
    return document() | {"thresholds": {"match": 20, "review": -3}}


def test_a_model_is_proposed_and_applied(rig: Rig, people: str, worker: Worker) -> None:
    base = f"/v1/domains/{people}"
    for number in (1, 2):
        rig.ask("PUT", f"{base}/records/crm/{number}", {"values": ANN | {"given": f"A{number}"}})
    assert rig.ask("GET", f"{base}/entities/1").status in (200, 404)
    made = rig.ask("POST", f"{base}/models", {"model": stricter()})
    assert (made.status, made.json["version"], made.json["state"]) == (201, 2, "proposed")
    assert model_from(rig.ask("GET", f"{base}/models/2").json) == model_from(stricter())
    assert rig.ask("GET", f"{base}/models/2/check").json["passed"] is True
    proposed = rig.ask("POST", f"{base}/models/2/propose").json["job_id"]
    worker.run_all()
    result = rig.ask("GET", f"{base}/jobs/{proposed}").json["result"]
    assert (result["entities_before"], result["entities_after"], result["split_count"]) == (1, 2, 1)
    assert rig.ask("GET", f"{base}/model").json["thresholds"]["match"] == 0.5
    applied = rig.ask("POST", f"{base}/models/2/apply").json["job_id"]
    worker.run_all()
    assert rig.ask("GET", f"{base}/jobs/{applied}").json["result"] == {"entities": 2, "version": 2}
    assert rig.ask("GET", f"{base}/model").json["thresholds"]["match"] == 20
    states = [one["state"] for one in rig.ask("GET", f"{base}/models").json["versions"]]
    assert states == ["replaced", "current"]


def test_what_a_proposal_tells_of_records_is_for_readers(rig: Rig, people: str, worker: Worker) -> None:
    base = f"/v1/domains/{people}"
    for number in (1, 2):
        rig.ask("PUT", f"{base}/records/crm/{number}", {"values": ANN | {"given": f"A{number}"}})
    rig.ask("POST", f"{base}/models", {"model": stricter()})
    job = rig.ask("POST", f"{base}/models/2/propose").json["job_id"]
    worker.run_all()
    admin, reader = rig.key_for(f"{people}:admin"), rig.key_for(f"{people}:reader")
    told = rig.ask("GET", f"{base}/jobs/{job}", key=admin).json["result"]
    assert told["split_count"] == 1 and not {"split", "merged", "golden"} & set(told)
    assert rig.ask("GET", f"{base}/jobs/{job}", key=reader).json["result"]["split"]
    assert "split" not in str(
        rig.ask("GET", f"{base}/jobs", key=admin).json["jobs"][0]["result"].keys() - {"split_count"}
    )


def test_erasing_takes_what_proposals_told(rig: Rig, people: str, worker: Worker) -> None:
    base = f"/v1/domains/{people}"
    for number in (1, 2):
        rig.ask("PUT", f"{base}/records/crm/{number}", {"values": ANN | {"given": f"A{number}"}})
    rig.ask("POST", f"{base}/models", {"model": stricter()})
    job = rig.ask("POST", f"{base}/models/2/propose").json["job_id"]
    worker.run_all()
    entity = rig.ask("GET", f"{base}/records/crm/1").json["entity_id"]
    assert rig.ask("POST", f"{base}/entities/{entity}/erase", {"reason": "asked"}).status == 200
    assert rig.ask("GET", f"{base}/jobs/{job}").json["result"] is None


def test_a_model_is_dropped_unless_it_was_applied(rig: Rig, people: str) -> None:
    base = f"/v1/domains/{people}/models"
    rig.ask("POST", base, {"model": stricter()})
    assert rig.ask("DELETE", f"{base}/2").json == {"outcome": "dropped"}
    assert rig.ask("DELETE", f"{base}/2").status == 200
    for attempt in ("propose", "apply"):
        assert rig.ask("POST", f"{base}/2/{attempt}").status == 409
        assert rig.ask("POST", f"{base}/3/{attempt}").status == 404
    assert rig.ask("DELETE", f"{base}/1").status == 409
    assert rig.ask("POST", base, {"model": document()}).json["version"] == 3


def test_a_model_that_a_store_cannot_take_is_refused(rig: Rig, people: str) -> None:
    base = f"/v1/domains/{people}/models"
    untrained = document()
    del untrained["prior"]
    assert rig.ask("POST", base, {"model": untrained}).status == 422
    assert rig.ask("POST", base, {"model": {"link_type": "x"}}).status == 422
    assert [one["version"] for one in rig.ask("GET", base).json["versions"]] == [1]
