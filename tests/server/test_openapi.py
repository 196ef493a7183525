"""The OpenAPI document: complete, valid, and what replies really look like."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from dromio.server.faces import all_faces
from dromio.server.faces.own import own_face
from dromio.server.faces.system import system_face

from .asking import Rig
from .factory import ANN


@pytest.fixture(scope="module")
def document(small: Rig) -> dict:  # type: ignore[type-arg]
    found: dict = small.ask("GET", "/v1/openapi.json").json  # type: ignore[type-arg]
    return found


def test_every_route_is_in_it_and_nothing_else(document: dict) -> None:  # type: ignore[type-arg]
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {
        (route.method, route.path) for face in all_faces() if face.scheme == "bearer" for route in face.routes
    }


def test_operations_have_names_of_their_own_and_descriptions(document: dict) -> None:  # type: ignore[type-arg]
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"].endswith((".", ";")) for operation in operations)
    assert all("Needs: " in operation["description"] for operation in operations)


def test_every_reference_leads_somewhere(document: dict) -> None:  # type: ignore[type-arg]
    def references(item: object) -> set[str]:
        if isinstance(item, dict):
            own = {item["$ref"]} if isinstance(item.get("$ref"), str) else set()
            return own.union(*map(references, item.values()))
        return set().union(*map(references, item)) if isinstance(item, list) else set()

    found = references(document)
    assert found and all(
        name.removeprefix("#/components/schemas/") in document["components"]["schemas"] for name in found
    )


def test_replies_are_as_described(rig: Rig, people: str, document: dict) -> None:  # type: ignore[type-arg]
    base = f"/v1/domains/{people}"
    record = {"source": "crm", "unique_id": "1", "values": ANN}
    entity = rig.ask("POST", f"{base}/resolve", record).json["entity_id"]
    rig.ask("PUT", f"{base}/records/crm/2", {"values": ANN | {"email": "other@example.org"}})
    attempts = [
        ("PUT", "/records/{source}/{unique_id}", "/records/crm/1", {"values": ANN}),
        ("GET", "/records/{source}/{unique_id}", "/records/crm/1", None),
        ("GET", "/records/{source}/{unique_id}/versions", "/records/crm/1/versions", None),
        ("POST", "/records", "/records", {"records": [record]}),
        ("POST", "/resolve", "/resolve", record),
        ("POST", "/search", "/search", {"values": ANN}),
        ("GET", "/entities/{entity_id}", f"/entities/{entity}", None),
        ("GET", "/entities/{entity_id}/history", f"/entities/{entity}/history", None),
        ("GET", "/entities/{entity_id}/golden", f"/entities/{entity}/golden", None),
        ("GET", "/entities/{entity_id}/export", f"/entities/{entity}/export", None),
        ("GET", "/review", "/review", None),
        ("POST", "/explain", "/explain", {"left": {"values": ANN}, "right": {"values": ANN}}),
        ("POST", "/entities/{entity_id}/erase", f"/entities/{entity}/erase", {"reason": "x"}),
    ]
    for method, template, path, body in attempts:
        answer = rig.ask(method, base + path, body)
        operation = document["paths"]["/v1/domains/{domain}" + template][method.lower()]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer.status == 200, (path, answer.body)
        validate(answer.json, schema, document)
    problem = rig.ask("GET", f"{base}/entities/999999").json
    validate(problem, {"$ref": "#/components/schemas/Problem"}, document)


def validate(body: object, schema: object, document: dict) -> None:  # type: ignore[type-arg]
    jsonschema.validate(body, {"allOf": [schema], "components": document["components"]})


def test_the_documentation_has_every_route() -> None:
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    for face in (system_face(), own_face()):
        for route in face.routes:
            assert f"| {route.method} | `{route.path}` | {', '.join(sorted(route.scopes))} |" in page
