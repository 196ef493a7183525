"""The OpenAPI document: complete, valid, and what replies really look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from dromio.server.faces import all_faces
from dromio.server.faces.own import own_face
from dromio.server.faces.system import system_face
from dromio.server.openapi import examples

from .asking import Rig
from .conftest import Make
from .described import OPERATIONS, resolved, validator_of
from .record import recorded


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
    assert found and all(resolved({"$ref": one}) for one in found)


def test_every_operation_has_an_example_that_fits() -> None:
    assert set(examples()) == set(OPERATIONS)
    for name, operation in OPERATIONS.items():
        for parameter in operation["parameters"]:
            if "example" in parameter:
                validator_of(parameter["schema"]).validate(parameter["example"])
            assert "example" in parameter or not parameter["required"], (name, parameter["name"])
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        shown = [one for one in bodies if "example" in one]
        assert bool(shown) == bool(bodies), name
        done = operation["responses"][str(examples()[name]["status"])]["content"]
        for one in (*shown, *done.values()):
            validator_of(one.get("schema", {})).validate(one["example"])


def test_every_refusal_has_an_example_that_fits() -> None:
    for operation in OPERATIONS.values():
        for status, response in operation["responses"].items():
            if "$ref" in response:
                shown = resolved(response)
                (content,) = shown["content"].values()
                validator_of(content["schema"]).validate(content["example"])
                assert shown["description"] and (status != "429" or "Retry-After" in shown["headers"])


def test_examples_are_what_a_server_answers(make: Make) -> None:
    """Where this fails: python -m tests.server.record"""
    assert recorded(make()) == examples()


def test_the_documentation_has_every_route() -> None:
    page = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
    for face in (system_face(), own_face()):
        for route in face.routes:
            assert f"| {route.method} | `{route.path}` | {', '.join(sorted(route.scopes))} |" in page
