"""Keys and the audit log over the own API."""

from __future__ import annotations

import pytest

from ...asking import Rig
from ...conftest import Make


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/signing-keys"])
def test_a_key_is_shown_once_and_revoked(rig: Rig, path: str) -> None:
    made = rig.ask("POST", path, {"name": "load", "grants": ["people:ingest"], "expires_at": "2099-01-01T00:00:00Z"})
    assert made.status == 201
    key_id, secret = made.json["key_id"], made.json["secret"]
    listed = rig.ask("GET", path)
    own = next(one for one in listed.json["keys"] if one["key_id"] == key_id)
    assert own["grants"] == ["people:ingest"] and secret not in listed.body.decode()
    assert rig.ask("DELETE", f"{path}/{key_id}").json == {"outcome": "revoked"}
    own = next(one for one in rig.ask("GET", path).json["keys"] if one["key_id"] == key_id)
    assert own["revoked_at"]
    assert rig.ask("DELETE", f"{path}/nobody").status == 404


def test_a_made_key_works_for_what_it_was_granted(rig: Rig, people: str) -> None:
    key = rig.ask("POST", "/v1/keys", {"name": "load", "grants": [f"{people}:reader"]}).json["secret"]
    assert rig.ask("GET", f"/v1/domains/{people}", key=key).status == 200
    assert rig.ask("GET", "/v1/keys", key=key).status == 403


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "grants": []},
        {"name": "x", "grants": ["people"]},
        {"name": "x", "grants": ["people:root"]},
        {"name": "", "grants": ["people:reader"]},
        {"name": "x\n", "grants": ["people:reader"]},
        {"name": "x", "grants": ["people:reader"], "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "x", "grants": ["people:reader"], "expires_at": "soon"},
        {"name": "x", "grants": ["people:reader"], "secret": "mine"},
    ],
)
def test_keys_that_nobody_should_have_are_refused(rig: Rig, body: object) -> None:
    assert rig.ask("POST", "/v1/keys", body).status in (400, 422)


def test_an_administrator_of_one_domain_makes_no_keys(rig: Rig, people: str) -> None:
    key = rig.key_for(f"{people}:admin")
    for path in ("/v1/keys", "/v1/signing-keys", "/v1/domains"):
        assert rig.ask("POST", path, {"name": "x", "grants": ["*:admin"]}, key=key).status == 403


def test_the_audit_log_is_paged_and_verified(rig: Rig) -> None:
    for _ in range(5):
        rig.ask("GET", "/v1/domains")
    first = rig.ask("GET", "/v1/audit?limit=2").json
    second = rig.ask("GET", f"/v1/audit?limit=2&cursor={first['next']}").json
    assert [entry["number"] for entry in first["entries"] + second["entries"]] == [1, 2, 3, 4]
    verdict = rig.ask("GET", "/v1/audit/verify").json
    assert verdict["holds"] and verdict["entries"] >= 5 and len(verdict["hash"]) == 64


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_audit_log_ends_though_every_page_adds_an_entry(make: Make, limit: int) -> None:
    rig = make()
    for _ in range(3):
        rig.ask("GET", "/v1/domains")
    page = rig.ask("GET", f"/v1/audit?limit={limit}").json
    numbers = [entry["number"] for entry in page["entries"]]
    while page["next"] and len(numbers) < 20:
        page = rig.ask("GET", f"/v1/audit?limit={limit}&cursor={page['next']}").json
        numbers += [entry["number"] for entry in page["entries"]]
    assert numbers == [1, 2, 3]
