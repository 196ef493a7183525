"""The OpenAPI 3.1 document, made from the table of routes: a route cannot be missing from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dromio import __version__
from dromio.server.problems import MEDIA_TYPE
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route

_REFERENCE = "#/components/schemas/{model}"
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:dromio:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def document(faces: Iterable[Face]) -> dict[str, Any]:
    """The document for all routes whose callers show bearer credentials or none."""
    routes = [route for face in faces if face.scheme == "bearer" for route in face.routes]
    schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dromio", "version": __version__, "description": "Identity resolution as a service."},
        "paths": paths,
        "components": {
            "schemas": schemas | {"Problem": _PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    ins = [(route.body, "validation") for route in routes if route.body]
    outs = [(route.reply, "serialization") for route in routes if route.reply]
    _, found = models_json_schema(sorted({*ins, *outs}, key=_key), ref_template=_REFERENCE)  # type: ignore[arg-type]
    definitions: dict[str, Any] = found.get("$defs", {})
    return definitions


def _key(item: tuple[type[BaseModel] | None, str]) -> tuple[str, str]:
    return getattr(item[0], "__name__", ""), item[1]


def _operation(route: Route) -> dict[str, Any]:
    summary, _, rest = (route.handler.__doc__ or "").strip().partition("\n")
    scopes = ", ".join(sorted(route.scopes))
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": summary,
        "description": f"{' '.join(rest.split())} Needs: {scopes}.".strip(),
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_header_parameters(route)],
        "responses": _responses(route),
        "security": [] if route.is_public else [{"bearer": []}],
    }
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.body)}}}
    elif route.uploads:
        text = {"schema": {"type": "string"}}
        found["requestBody"] = {"required": True, "content": dict.fromkeys(route.uploads, text)}
    return found


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in route.parameters.values()
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": shape}
        for name, shape in schema.get("properties", {}).items()
    ]


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    if not route.keeps_replies:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]


def _responses(route: Route) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if route.reply is not None:
        done["content"] = {"application/json": {"schema": _ref(route.reply)}}
    problem = {
        "description": "Refused, as problem details.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    found = {str(route.status): done, "default": problem}
    if route.scopes == {Scope.PUBLIC}:
        found["503"] = {"description": "Not now."}
    return found


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}
