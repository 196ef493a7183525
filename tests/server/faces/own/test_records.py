"""Records over the own API: what is put is found, said to be whose, and gone when deleted."""

from __future__ import annotations

import pytest

from ...asking import Rig
from ...factory import ANN, BOB


def test_put_get_delete(rig: Rig, people: str) -> None:
    path = f"/v1/domains/{people}/records/crm/42"
    assert rig.ask("PUT", path, {"values": ANN}).json == {"outcome": "added"}
    assert rig.ask("PUT", path, {"values": ANN}).json == {"outcome": "unchanged"}
    found = rig.ask("GET", path).json
    assert (found["source"], found["unique_id"], found["version"]["values"]) == ("crm", "42", ANN)
    assert rig.ask("DELETE", path).json == {"outcome": "deleted"}
    assert rig.ask("DELETE", path).json == {"outcome": "missing"}
    assert rig.ask("GET", path).problem == "not-found"


def test_versions_are_listed_and_older_ones_ignored(rig: Rig, people: str) -> None:
    path = f"/v1/domains/{people}/records/crm/42"
    rig.ask("PUT", path, {"values": ANN, "version": 5})
    assert rig.ask("PUT", path, {"values": BOB, "version": 4}).json == {"outcome": "ignored"}
    assert rig.ask("PUT", path, {"values": BOB, "version": 6}).json == {"outcome": "updated"}
    versions = rig.ask("GET", f"{path}/versions").json["versions"]
    assert [(one["version"], one["values"]) for one in versions] == [(5, ANN), (6, BOB)]
    conflict = rig.ask("PUT", path, {"values": ANN, "version": 6})
    assert (conflict.status, conflict.problem) == (409, "conflict")


def test_keys_with_slashes_and_other_scripts_are_one_segment(rig: Rig, people: str) -> None:
    for raw, unique_id in (("a%2Fb", "a/b"), ("%C3%A9%20x", "é x"), ("%2E%2E", ".."), ("a+b", "a+b")):
        path = f"/v1/domains/{people}/records/crm/{raw}"
        assert rig.ask("PUT", path, {"values": ANN}).status == 200
        assert rig.ask("GET", path).json["unique_id"] == unique_id


def test_resolve_says_whose_a_record_is_and_why(rig: Rig, people: str) -> None:
    path = f"/v1/domains/{people}/resolve"
    first = rig.ask("POST", path, {"source": "crm", "unique_id": "1", "values": ANN}).json
    second = rig.ask("POST", path, {"source": "web", "unique_id": "9", "values": ANN}).json
    assert (first["decision"], second["decision"]) == ("new", "match")
    assert first["entity_id"] == second["entity_id"]
    assert [(one["source"], one["decision"]) for one in second["candidates"]] == [("crm", "match")]


def test_search_writes_nothing(rig: Rig, people: str) -> None:
    rig.ask("PUT", f"/v1/domains/{people}/records/crm/1", {"values": ANN})
    found = rig.ask("POST", f"/v1/domains/{people}/search", {"values": ANN}).json
    assert found["outcome"] == "searched" and found["entity_id"]
    nobody = rig.ask("POST", f"/v1/domains/{people}/search", {"values": BOB}).json
    assert nobody["entity_id"] is None and nobody["candidates"] == []
    assert rig.service.store.domain(people).partition().keys() == {found["entity_id"]}


def test_many_records_each_count_on_their_own(rig: Rig, people: str) -> None:
    rig.ask("PUT", f"/v1/domains/{people}/records/crm/1", {"values": ANN, "version": 3})
    records = [
        {"source": "crm", "unique_id": "1", "values": BOB, "version": 3},
        {"source": "crm", "unique_id": "2", "values": BOB},
        {"source": "crm", "unique_id": "2", "values": BOB},
    ]
    results = rig.ask("POST", f"/v1/domains/{people}/records", {"records": records}).json["results"]
    assert [one["outcome"] for one in results] == ["refused", "added", "unchanged"]
    assert [one["problem"] for one in results] == ["conflict", None, None]


def test_too_many_records_are_refused_whole(rig: Rig, people: str) -> None:
    records = [{"source": "crm", "unique_id": str(number), "values": {}} for number in range(1_001)]
    answer = rig.ask("POST", f"/v1/domains/{people}/records", {"records": records})
    assert (answer.status, answer.json["faults"][0]["path"]) == (400, "records")
    assert rig.service.store.domain(people).partition() == {}


def test_a_writer_learns_nothing_of_others(rig: Rig, people: str) -> None:
    """Somebody who may only deliver records must not find out who is there already."""
    rig.ask("PUT", f"/v1/domains/{people}/records/crm/1", {"values": ANN})
    key = rig.key_for(f"{people}:ingest")
    path = f"/v1/domains/{people}/records/web/7"
    assert rig.ask("PUT", path, {"values": ANN}, key=key).json == {"outcome": "added"}
    for method, target, body in (
        ("GET", path, None),
        ("POST", f"/v1/domains/{people}/search", {"values": ANN}),
        ("POST", f"/v1/domains/{people}/resolve", {"source": "web", "unique_id": "7", "values": ANN}),
    ):
        assert rig.ask(method, target, body, key=key).status == 403


@pytest.mark.parametrize(
    "values",
    [
        {"given": {"first": "x"}},
        {"given": [["x"]]},
        {"given": "a\x00b"},
        {"a\x00": "b"},
        {"": "b"},
        {"given": 2**70},
        {"given": [1, {"a": 2}]},
        "text",
        None,
        [],
        {str(number): "x" for number in range(1_001)},
        {"given": ["x"] * 1_001},
        {"given": "x" * 100_001},
    ],
)
def test_values_that_are_none_are_refused(rig: Rig, people: str, values: object) -> None:
    answer = rig.ask("PUT", f"/v1/domains/{people}/records/crm/1", {"values": values})
    assert (answer.status, answer.problem) == (400, "invalid-request")
    assert rig.service.store.domain(people).partition() == {}


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"nul", b"\xff", b"[" * 100_000, b'{"values":' * 5_000,
        b'{"values":{"a":NaN}}', b'{"values":{"a":1e999}}', b'{"values":{"a":"\\ud800"}}',
        b'{"values":{"a":' + b"9" * 6_000 + b"}}", b'{"values":{},"version":-1}', b'{"values":{},"version":1.5}',
        b'{"values":{},"version":9223372036854775808}', b'{"values":{},"admin":true}',
    ],
)  # fmt: skip
def test_bodies_that_are_none_are_refused(rig: Rig, people: str, raw: bytes) -> None:
    answer = rig.ask(
        "PUT", f"/v1/domains/{people}/records/crm/1", raw=raw, headers={"content-type": "application/json"}
    )
    assert (answer.status, answer.problem) == (400, "invalid-request")


@pytest.mark.parametrize(
    "key", ["x" * 101 + "/1", "crm/" + "x" * 501, "/1", "crm/", "crm/%00", "crm/%FF", "%ED%A0%80/1"]
)
def test_record_keys_that_are_none_are_refused(rig: Rig, people: str, key: str) -> None:
    assert rig.ask("PUT", f"/v1/domains/{people}/records/{key}", {"values": ANN}).status == 400


def test_longest_record_keys_are_taken(rig: Rig, people: str) -> None:
    for letter in ("x", "%F0%9F%98%80"):
        path = f"/v1/domains/{people}/records/{letter * 100}/{letter * 500}"
        assert rig.ask("PUT", path, {"values": ANN}).json == {"outcome": "added"}
        assert rig.ask("GET", path).status == 200
