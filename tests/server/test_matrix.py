"""Every route × every role × own domain, foreign domain, no domain at all: nobody gets further than granted."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.server.faces import all_faces
from dromio.server.roles import SCOPES, Role, Scope
from dromio.server.routes import Route

from .asking import Rig
from .conftest import new_domain
from .factory import ANN

ROUTES = [route for face in all_faces() if face.name in ("system", "own", "description") for route in face.routes]
PRIVATE = [route for route in ROUTES if not route.is_public]
REFUSED_AFTER = {200, 201, 400, 404, 409, 415, 422, 503}
"""What may come out once a request is allowed; 503: not ready."""


def target(route: Route, domain: str) -> str:
    given = {"domain": domain, "source": "crm", "unique_id": "1"}
    path = route.path
    for name in route.parameters.values():
        path = path.replace(f"{{{name}}}", given.get(name, "1"))
    return path


def body(route: Route) -> Any:
    return {} if route.body else None


@pytest.fixture(scope="module")
def domains(rig: Rig) -> tuple[str, str]:
    own, foreign = new_domain(rig), new_domain(rig)
    for domain in (own, foreign):
        rig.ask("PUT", f"/v1/domains/{domain}/records/crm/1", {"values": ANN})
    return own, foreign


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_its_own_routes_only(rig: Rig, domains: tuple[str, str], role: Role) -> None:
    own, foreign = domains
    key = rig.key_for(f"{own}:{role}")
    for route in PRIVATE:
        allowed = route.scopes <= (SCOPES[role] if route.has_domain else frozenset()) | {Scope.SIGNED_IN}
        answer = rig.ask(route.method, target(route, own), body(route), key=key)
        assert answer.status == 403 or allowed, (role, route.name, answer.status)
        assert answer.status in REFUSED_AFTER or not allowed, (role, route.name, answer.status)
        if route.has_domain:
            for domain in (foreign, "nowhere", "*", "%2A", own.upper(), f"{own}%00", "..", f"{own}%2F..%2F{foreign}"):
                status = rig.ask(route.method, target(route, domain), body(route), key=key).status
                assert status in (400, 404), (role, route.name, domain, status)


def test_a_foreign_domain_answers_like_none(rig: Rig, domains: tuple[str, str]) -> None:
    own, foreign = domains
    key = rig.key_for(*(f"{own}:{role}" for role in Role))
    for route in PRIVATE:
        if route.has_domain:
            one, other = (
                rig.ask(route.method, target(route, domain), body(route), key=key, headers={"x-request-id": "the-same"})
                for domain in (foreign, "nowhere")
            )
            assert (one.status, one.body, one.headers) == (404, other.body, other.headers), route.name


def test_ids_of_a_foreign_domain_are_nothing_here(rig: Rig, domains: tuple[str, str]) -> None:
    """Entities, acts and review items have numbers that anybody can guess: the domain must be part of the question."""
    own, foreign = domains
    for domain in domains:
        rig.ask("PUT", f"/v1/domains/{domain}/records/crm/1", {"values": ANN})
    everything = rig.key_for(*(f"{own}:{role}" for role in Role))
    pair = {"left": {"source": "crm", "unique_id": "1"}, "right": {"source": "crm", "unique_id": "2"}}
    act = rig.ask("POST", f"/v1/domains/{foreign}/judgements", {**pair, "verdict": "negative"}).json["act"]
    entity = rig.service.store.domain(foreign).entity_of("crm", "1")
    base = f"/v1/domains/{own}"
    own_entity = rig.service.store.domain(own).entity_of("crm", "1")
    attempts: list[tuple[str, str, Any]] = [
        ("GET", f"/entities/{entity}", None),
        ("GET", f"/entities/{entity}/history", None),
        ("GET", f"/entities/{entity}/golden", None),
        ("GET", f"/entities/{entity}/export", None),
        ("POST", f"/entities/{entity}/erase", {"reason": "x"}),
        ("POST", f"/entities/{entity}/unmerge", {"records": [{"source": "crm", "unique_id": "1"}]}),
        ("PUT", f"/entities/{entity}/values/email", {"value": "x"}),
        ("DELETE", f"/entities/{entity}/values/email", None),
        ("POST", "/merge", {"entities": [own_entity, entity]}),
        ("POST", f"/acts/{act}/undo", None),
        ("POST", "/review/1/decide", {"accept": True}),
    ]
    for method, path, given in attempts:
        assert rig.ask(method, base + path, given, key=everything).status == 404, path
    assert rig.service.store.domain(foreign).entity_of("crm", "1") == entity
    rig.service.store.domain(foreign).undo(act)


def test_domains_are_listed_to_those_who_may_know_them(rig: Rig, domains: tuple[str, str]) -> None:
    own, foreign = domains
    listed = rig.ask("GET", "/v1/domains", key=rig.key_for(f"{own}:reader")).json
    assert listed == {"domains": [{"name": own}]}
    assert {"name": foreign} in rig.ask("GET", "/v1/domains").json["domains"]


def test_without_a_credential_only_probes_answer(rig: Rig, domains: tuple[str, str]) -> None:
    open_to_all = {
        route.path for route in ROUTES if rig.ask(route.method, target(route, domains[0]), key=None).status != 401
    }
    assert open_to_all == {"/healthz", "/readyz"}


def test_every_route_declares_a_scope() -> None:
    assert all(route.scopes for route in ROUTES)
    assert {scope for route in ROUTES for scope in route.scopes} <= set(Scope)


def test_who_administers_does_not_work_with_data() -> None:
    assert not SCOPES[Role.ADMIN] & {Scope.READ, Scope.WRITE, Scope.JUDGE, Scope.ERASE}
