"""A client covers the table of routes, and its address and key are handled with care."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

from dromio.client import AccessError, Client, Domain, RefusedModelError, answers
from dromio.client.client import Caller
from dromio.client.connections import NoAnswerError
from dromio.client.jobs import Work
from dromio.errors import ModelError, UsageError
from dromio.server.faces import all_faces
from dromio.server.faces.own import answers as given
from dromio.server.faces.own import job_shapes
from dromio.server.messages import Request
from dromio.server.routes import Route, Router

from .factory import Script, answer, caller, document

ROUTER = Router(all_faces())
SAMPLES: dict[str, Any] = {
    "days": 30,
    "act": 1,
    "accept": True,
    "after": 0,
    "at": "03:30",
    "body": b"{}",
    "entities": 1,
    "entity_id": 1,
    "every": "day",
    "expires_at": None,
    "grants": ["*:reader"],
    "item_id": 1,
    "job_id": 1,
    "key_id": "k",
    "kind": "resolve",
    "left": ("a", "1"),
    "model": {},
    "name": "n",
    "reason": "r",
    "records": [("a", "1")],
    "right": ("b", "2"),
    "rows": [{"a": "1"}],
    "source": "a",
    "unique_id": "1",
    "value": "v",
    "values": {},
    "verdict": "unsure",
    "version": 1,
}
ANYTHING = {
    **{name: [] for name in ("domains", "items", "entries", "keys", "results", "versions", "events", "jobs")},
    **{"schedules": [], "next": None, "act": 1, "outcome": "added", "state": "done", "version": 1},
}
LOCAL = {"close", "domain"}
"""Methods of a client that ask nothing."""


def _methods(kind: type) -> list[str]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return [name for name, _ in found if not name.startswith("_") and name not in LOCAL]


def _call(bound: Callable[..., Any]) -> None:
    named: dict[str, Any] = {}
    placed: list[Any] = []
    for one in inspect.signature(bound).parameters.values():
        if one.kind is one.VAR_POSITIONAL:
            placed += [1, 2]
        elif one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD:
            placed.append([("a", "1", {})] if bound.__name__ == "put_many" else SAMPLES[one.name])
        elif one.default is one.empty:
            named[one.name] = SAMPLES[one.name]
    found = bound(*placed, **named)
    if isinstance(found, Iterator):
        list(found)


def _subject(client: Client, kind: type) -> Any:
    domain = client.domain("people")
    return {Client: client, Domain: domain, Work: domain.work}[kind]


def _asked(name: str, kind: type) -> tuple[Route, dict[str, str], Caller]:
    """The route that a method asks for, the headers it sends, and the caller that it used."""
    script = Script(answer(ANYTHING))
    client = Client("http://127.0.0.1")
    client._caller = caller(script, [])
    _call(getattr(_subject(client, kind), name))
    ((method, target, headers, _),) = script.sent
    request = Request(method, target.partition("?")[0].encode(), b"", {}, "", "r")
    return ROUTER.find(request).route, headers, client._caller


METHODS = [(kind, name) for kind in (Client, Domain, Work) for name in _methods(kind)]


def test_every_route_has_a_method_and_every_method_a_route() -> None:
    asked = {_asked(name, kind)[0] for kind, name in METHODS}
    mine = {route for face in ROUTER.faces for route in face.routes if face.name in ("system", "own", "description")}
    assert {f"{one.method} {one.path}" for one in asked} == {f"{one.method} {one.path}" for one in mine}


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_an_idempotency_key_is_sent_where_the_server_keeps_replies(kind: type, name: str) -> None:
    route, headers, _ = _asked(name, kind)
    assert ("idempotency-key" in headers) == route.keeps_replies


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_only_what_may_be_done_twice_is_sent_twice(kind: type, name: str) -> None:
    """All but POST, and POST that only reads; others only under an idempotency key. Probes are asked once."""
    route = _asked(name, kind)[0]
    script = Script(*[NoAnswerError("gone")] * 4)
    client = Client("http://127.0.0.1")
    client._caller = caller(script, [])
    try:
        _call(getattr(_subject(client, kind), name))
    except Exception as error:  # noqa: BLE001 - what matters is how often it was sent
        assert type(error).__name__ == "UncertainError"
    repeatable = route.only_reads or route.keeps_replies or route.method != "POST"
    assert len(script.sent) == (4 if repeatable and not route.is_public else 1)


PAIRS: list[tuple[Any, type[BaseModel]]] = [
    (answers.RecordKey, given.RecordKeyOut),
    (answers.Candidate, given.CandidateOut),
    (answers.Resolution, given.ResolutionOut),
    (answers.BulkItem, given.BulkItem),
    (answers.Version, given.VersionOut),
    (answers.StoredRecord, given.RecordOut),
    (answers.Entity, given.EntityOut),
    (answers.Change, given.ChangeOut),
    (answers.Golden, given.GoldenOut),
    (answers.Export, given.ExportOut),
    (answers.Certificate, given.CertificateOut),
    (answers.ReviewItem, given.ReviewOut),
    (answers.ModelCheck, given.CheckOut),
    (answers.Settings, given.SettingsOut),
    (answers.Job, job_shapes.JobOut),
    (answers.Schedule, job_shapes.ScheduleOut),
    (answers.ModelVersion, job_shapes.ModelVersionOut),
    (answers.Key, given.KeyOut),
    (answers.NewKey, given.NewKeyOut),
    (answers.AuditVerdict, given.AuditVerdict),
]


@pytest.mark.parametrize(("mine", "theirs"), PAIRS, ids=lambda one: one.__name__)
def test_typed_answers_have_the_members_that_the_server_gives(mine: Any, theirs: type[BaseModel]) -> None:
    named = {field.alias or name: field.annotation for name, field in theirs.model_fields.items()}
    hints = get_type_hints(mine)
    assert set(hints) == set(named)
    plain = {str, int, float, bool, int | None, str | None, list[str], list[int], dict[str, Any], dict[str, int]}
    assert {name: hints[name] for name in named if named[name] in plain} == {
        name: kind for name, kind in named.items() if kind in plain
    }


def test_every_typed_answer_is_compared_with_the_server() -> None:
    mine = {value for value in vars(answers).values() if isinstance(value, type) and hasattr(value, "__total__")}
    assert mine == {one for one, _ in PAIRS}


def test_keys_are_made_listed_and_revoked(client: Client) -> None:
    for create, listed, revoke in (
        (client.create_key, client.keys, client.revoke_key),
        (client.create_signing_key, client.signing_keys, client.revoke_signing_key),
    ):
        made = create("nightly load", ["people:ingest"])
        assert made["secret"] and made["grants"] == ["people:ingest"]
        revoke(made["key_id"])
        found = next(one for one in listed() if one["key_id"] == made["key_id"])
        assert found["revoked_at"] and "secret" not in found


def test_the_audit_log_is_one_list_and_holds(client: Client) -> None:
    client.domains()
    client.domains()
    entries = list(islice(client.audit(per_page=1), 3))
    assert len(entries) == 3
    assert client.verify_audit()["holds"]


def test_a_model_is_checked_with_all_its_faults(client: Client) -> None:
    assert client.check_model(document()) == {"attributes": 2, "keys": 2, "comparisons": 2, "trained": True}
    broken = document() | {"keys": [{"fields": ["email.nothing"]}], "thresholds": {"match": "high"}}
    with pytest.raises(ModelError) as caught:
        client.check_model(broken)
    assert isinstance(caught.value, RefusedModelError) and caught.value.faults


def test_the_server_tells_of_itself(client: Client) -> None:
    assert client.is_alive() and client.is_ready()
    assert "/v1/domains" in client.openapi()["paths"]
    assert "dromio" in client.metrics()


def test_nobody_is_neither_alive_nor_ready() -> None:
    client = Client("http://127.0.0.1:9", timeout_seconds=2)
    assert not client.is_alive() and not client.is_ready()


def test_a_wrong_key_is_refused(client: Client) -> None:
    stranger = Client(f"{client._url}:{client._caller.connections._port}", key="dromio_no")
    with stranger, pytest.raises(AccessError) as caught:
        stranger.domains()
    assert caught.value.problem.status == 401 and caught.value.problem.request_id


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8080",
        "ftp://a.example",
        "http://",
        "http://a.example:port",
        "http://me:word@a.example",
        "http://a/?b",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Client(url)
    assert "word" not in str(caught.value)


def test_a_key_does_not_cross_the_network_in_clear_unless_asked() -> None:
    with pytest.raises(UsageError, match="unencrypted"):
        Client("http://db.example", "dromio_secret")
    Client("http://db.example")
    Client("http://db.example", "dromio_secret", plain_http=True)
    Client("https://db.example", "dromio_secret")
    Client("http://[::1]:8080", "dromio_secret")


@pytest.mark.parametrize("wrong", [{"timeout_seconds": 0}, {"attempts": 0}])
def test_patience_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Client("http://127.0.0.1", **wrong)


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Client("https://a.example", "dromio_secret"))


def test_a_path_of_the_address_comes_before_all_others() -> None:
    client = Client("https://a.example/dromio/")
    script = Script(answer(ANYTHING))
    client._caller.connections = script  # type: ignore[assignment]
    client.domains()
    assert script.sent[0][1] == "/dromio/v1/domains"


def test_the_end_of_a_key_is_sent_with_its_zone() -> None:
    client = Client("https://a.example")
    script = Script(answer(ANYTHING))
    client._caller.connections = script  # type: ignore[assignment]
    client.create_key("n", ["*:reader"], expires_at=datetime(2030, 1, 2, tzinfo=UTC))
    assert b"2030-01-02T00:00:00+00:00" in (script.sent[0][3] or b"")


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_every_method_is_in_the_documents(kind: type, name: str) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "client.md"
    assert f"`{name}`" in page.read_text(encoding="utf-8")
