"""Every route × every role × own, foreign and erased things: nobody gets further than granted, nothing comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dromio.server.roles import SCOPES, Role, Scope
from dromio.server.routes import Route

from .asking import Answer, Rig
from .described import check_described
from .tour import ROUTES, World

ODD = ("nowhere", "*", "%2A", "..")
GONE = {400, 403, 404, 409, 410, 422}
"""How a request for what is no more may be refused; what names nothing of it is still done."""


@pytest.fixture(scope="module")
def own(rig: Rig) -> World:
    return World(rig)


@pytest.fixture(scope="module")
def foreign(rig: Rig) -> World:
    return World(rig)


def allowed(route: Route, role: Role, *, everywhere: bool) -> bool:
    """Whether a grant in the domain that a route names, or one for everywhere, suffices for it."""
    held = SCOPES[role] if route.has_domain or everywhere else frozenset()
    return route.scopes <= held | {Scope.SIGNED_IN}


def test_every_route_is_in_the_matrix(own: World) -> None:
    assert set(own.requests()) == set(ROUTES)


@pytest.mark.parametrize("role", Role)
def test_a_role_reaches_its_own_routes_only(rig: Rig, role: Role) -> None:
    world = World(rig)
    for everywhere in (False, True):
        key = rig.key_for(f"*:{role}") if everywhere else world.key(role)
        for name, asked in world.requests().items():
            route = ROUTES[name][1]
            if route.is_public or (everywhere and route.has_domain):
                continue
            answer = world.ask(name, asked, key=key)
            check_described(name, answer)
            may = allowed(route, role, everywhere=everywhere)
            if name == "test_matching":  # reads a version that the body names
                may = Scope.READ in SCOPES[role]
            if name == "test_matching" and everywhere:
                continue
            assert answer.status == (route.status if may else 403), (role, name, everywhere, answer.body)


@pytest.mark.parametrize("role", Role)
def test_a_role_in_one_domain_reaches_nothing_of_another(rig: Rig, own: World, foreign: World, role: Role) -> None:
    """Neither by the name of the other domain, nor by ids of the other domain under its own name."""
    before = seen(foreign)
    key = own.key(role)
    mine = own.requests()
    for name, asked in foreign.requests().items():
        route = ROUTES[name][1]
        if route.is_public:
            continue
        answers = [foreign.ask(name, asked, key=key)]
        assert not route.has_domain or answers[0].status == 404, (role, name, answers[0].body)
        if route.has_domain:
            answers.append(foreign.ask(name, asked, domain=mine[name].path["domain"], key=key))
        for answer in answers:
            assert foreign.marker.encode() not in answer.body, (role, name, answer.body)
    assert seen(foreign) == before


def test_ids_of_another_domain_are_nothing_here(own: World, foreign: World) -> None:
    """Entities, acts, review items and jobs have numbers that anybody can guess: the domain is part of the question."""
    key = own.key(*Role)
    mine = own.requests()
    numbered = {"entity_id", "act", "item_id", "job_id", "id", "unique_id", "version_uuid"}
    for name, asked in foreign.requests().items():
        route = ROUTES[name][1]
        if route.has_domain and numbered & set(asked.path) and name not in ("put_record", "delete_record"):
            answer = foreign.ask(name, asked, domain=mine[name].path["domain"], key=key)
            assert answer.status == 404, (name, answer.body)


@pytest.mark.parametrize("role", Role)
def test_nothing_is_told_of_what_is_erased(rig: Rig, role: Role) -> None:
    world = World(rig)
    requests = world.requests()
    world.erase()
    key = rig.key_for(f"*:{role}")
    for name, asked in requests.items():
        answer = world.ask(name, asked, key=key)
        check_described(name, answer)
        assert answer.status in {ROUTES[name][1].status, *GONE}, (role, name, answer.body)
        if ROUTES[name][0].name != "younite":  # rules are not data of anybody
            assert world.marker.encode() not in answer.body, (role, name, answer.body)


def seen(world: World) -> dict[str, Any]:
    """What can be read in a world."""
    return {
        name: json.loads(world.ask(name, asked).body)
        for name, asked in world.requests().items()
        if ROUTES[name][1].method == "GET" and ROUTES[name][1].has_domain
    }


def test_a_foreign_domain_answers_like_none(rig: Rig, own: World, foreign: World) -> None:
    key = own.key(*Role)
    for name, asked in foreign.requests().items():
        if ROUTES[name][1].has_domain:
            one, *others = (foreign.ask(name, asked, domain=domain, key=key) for domain in (asked.path["domain"], *ODD))
            assert one.status == 404
            for other in others:
                assert (other.status, stripped(other)) == (404, stripped(one)), name


def stripped(answer: Answer) -> dict[str, Any]:
    """The body without what is made up for each request."""
    return {name: value for name, value in answer.json.items() if name != "request_id"}


def test_domains_are_listed_to_those_who_may_know_them(rig: Rig, own: World, foreign: World) -> None:
    listed = rig.ask("GET", "/v1/domains", key=rig.key_for(f"{own.people}:reader")).json
    assert listed == {"domains": [{"name": own.people}]}
    assert {"name": foreign.people} in rig.ask("GET", "/v1/domains").json["domains"]


def test_without_a_credential_only_probes_answer(own: World) -> None:
    requests = own.requests().items()
    answers = {name: own.ask(name, asked, key=None, client=name) for name, asked in requests}
    assert {name for name, answer in answers.items() if answer.status != 401} == {"healthz", "readyz"}


def test_every_route_declares_a_scope() -> None:
    assert all(route.scopes and route.scopes <= set(Scope) for _, route in ROUTES.values())


def test_who_administers_does_not_work_with_data() -> None:
    assert not SCOPES[Role.ADMIN] & {Scope.READ, Scope.WRITE, Scope.JUDGE, Scope.ERASE}
