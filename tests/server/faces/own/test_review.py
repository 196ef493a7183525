"""The review queue and explanations over the own API."""

from __future__ import annotations

import pytest

from ...asking import Rig
from ...factory import ANN, BOB

NAMESAKES = 5


@pytest.fixture
def base(rig: Rig, people: str) -> str:
    """Address of a domain with namesakes, whose pairs are for review."""
    for number in range(NAMESAKES):
        values = ANN | {"email": f"ann{number}@example.org"}
        rig.ask("PUT", f"/v1/domains/{people}/records/crm/{number}", {"values": values})
    return f"/v1/domains/{people}"


def test_pages_hold_every_pair_once(rig: Rig, base: str) -> None:
    whole = rig.ask("GET", f"{base}/review?limit=1000").json
    assert len(whole["items"]) == NAMESAKES * (NAMESAKES - 1) // 2 and whole["next"] is None
    found, cursor = [], ""
    while cursor is not None:
        page = rig.ask("GET", f"{base}/review?limit=3{f'&cursor={cursor}' if cursor else ''}").json
        found += page["items"]
        cursor = page["next"]
    assert found == whole["items"]


def test_a_decision_counts(rig: Rig, base: str) -> None:
    first, second, *_ = rig.ask("GET", f"{base}/review").json["items"]
    assert rig.ask("POST", f"{base}/review/{first['item_id']}/decide", {"accept": True}).json["act"]
    assert rig.ask("POST", f"{base}/review/{second['item_id']}/decide", {"accept": False}).status in (200, 409)
    left = first["left"]["unique_id"], first["right"]["unique_id"]
    entities = {rig.ask("GET", f"{base}/records/crm/{one}").json["entity_id"] for one in left}
    assert len(entities) == 1
    assert rig.ask("POST", f"{base}/review/{first['item_id']}/decide", {"accept": True}).status in (404, 409)


def test_cursors_are_bound_to_their_list_and_caller(rig: Rig, base: str) -> None:
    cursor = rig.ask("GET", f"{base}/review?limit=1").json["next"]
    assert rig.ask("GET", f"{base}/review?limit=1&cursor={cursor}").status == 200
    other = rig.key_for("*:steward", "*:auditor")
    assert rig.ask("GET", f"{base}/review?limit=1&cursor={cursor}", key=other).status == 400
    assert rig.ask("GET", f"/v1/audit?cursor={cursor}").status == 400
    assert rig.ask("GET", f"{base}/review?cursor={cursor[:-2]}AA").status == 400


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "unknown=1", "cursor=", "limit"]
)
def test_queries_that_are_none_are_refused(rig: Rig, base: str, query: str) -> None:
    assert rig.ask("GET", f"{base}/review?{query}").status == 400


def test_an_explanation_says_what_was_decided(rig: Rig, base: str) -> None:
    names = {"left": {"source": "crm", "unique_id": "0"}, "right": {"source": "crm", "unique_id": "1"}}
    assert rig.ask("POST", f"{base}/explain", names).json["decision"] == "review"
    values = {"left": {"source": "crm", "unique_id": "0"}, "right": {"values": BOB}}
    assert rig.ask("POST", f"{base}/explain", values).json["decision"] == "non-match"
    same = {"left": {"values": ANN}, "right": {"values": ANN}}
    assert rig.ask("POST", f"{base}/explain", same).json["decision"] == "match"
    missing = {"left": {"source": "crm", "unique_id": "zzz"}, "right": {"values": ANN}}
    assert rig.ask("POST", f"{base}/explain", missing).status == 404
