"""The OpenAPI 3.1 document, made from the table of routes: a route cannot be missing from it.

Examples are what a server was asked and answered: `openapi_examples.json`, written by `python -m tests.server.record`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dromio import __version__
from dromio.errors import ConflictError, Fault, InputError
from dromio.server import errors
from dromio.server.problems import TABLE, refusal
from dromio.server.routes import DOMAIN, Face, Route
from dromio.server.work import rendered

_REFERENCE = "#/components/schemas/{model}"
_NUMBERS = frozenset({"entity_id", "version", "act", "item_id", "job_id", "pending_id", "review_id"})
"""Parameters of paths that are whole numbers."""
_ERRORS: Mapping[int, Exception] = {
    400: errors.RequestError("the request is not as described", [Fault("limit", "Input should be greater than 0")]),
    401: errors.CredentialError("example"),
    403: errors.ForbiddenError(),
    404: errors.MissingError("there is no such thing"),
    408: errors.TooSlowError("a body must arrive within 30 s"),
    409: ConflictError("it is there already"),
    413: errors.TooLargeError("a body may have 4194304 bytes"),
    415: errors.MediaTypeError("send the body as application/json"),
    422: InputError("the values cannot be taken"),
    429: errors.RateError(1),
    500: Exception(),
    503: errors.OverloadError(),
}
"""An error for each status of a refusal, by which the refusal is shown."""
_HEADERS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
_REQUEST_ID = "4f6d7b0a9c1e2d3f4a5b6c7d"


def document(faces: Iterable[Face]) -> dict[str, Any]:
    """The document for all routes whose callers show bearer credentials or none."""
    shown = [face for face in faces if face.scheme == "bearer"]
    listed = sorted(
        ((face, route) for face in shown for route in face.routes), key=lambda pair: (pair[1].path, pair[1].method)
    )
    paths: dict[str, dict[str, Any]] = {}
    for face, route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(face, route)
    needed = {(face.error.name, status): face for face, route in listed for status in _refusals(route)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Dromio", "version": __version__, "description": "Identity resolution as a service."},
        "paths": paths,
        "components": {
            "schemas": _schemas(route for _, route in listed)
            | {face.error.name: dict(face.error.schema) for face in shown},
            "responses": {f"{name}{status}": _refused(face, status) for (name, status), face in sorted(needed.items())},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


@cache
def examples() -> dict[str, dict[str, Any]]:
    """For every operation an exchange: `path`, `query`, `body`, `status`, `reply` and its `type`."""
    text = files("dromio.server").joinpath("openapi_examples.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def _schemas(routes: Iterable[Route]) -> dict[str, Any]:
    shapes = {(shape, mode) for route in routes for shape, mode in _shapes(route)}
    _, found = models_json_schema(sorted(shapes, key=_key), ref_template=_REFERENCE)  # type: ignore[arg-type]
    definitions: dict[str, Any] = found.get("$defs", {})
    return definitions


def _shapes(route: Route) -> Iterator[tuple[type[BaseModel], str]]:
    if route.body:
        yield route.body, "validation"
    if route.reply:
        yield route.reply, "serialization"


def _key(item: tuple[type[BaseModel], str]) -> tuple[str, str]:
    return item[0].__name__, item[1]


def _operation(face: Face, route: Route) -> dict[str, Any]:
    summary, _, rest = (route.handler.__doc__ or "").strip().partition("\n")
    scopes = ", ".join(sorted(route.scopes))
    example = examples().get(route.name, {})
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": summary,
        "description": f"{' '.join(rest.split())} Needs: {scopes}.".strip(),
        "parameters": [
            *_path_parameters(route, example.get("path", {})),
            *_query_parameters(route, example.get("query", {})),
            *_header_parameters(route),
        ],
        "responses": _responses(face, route, example),
        "security": [] if route.is_public else [{"bearer": []}],
    }
    if route.takes_body:
        found["requestBody"] = {"required": True, "content": _content(route, example)}
    return found


def _content(route: Route, example: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"example": example["body"]} if "body" in example else {}
    if route.body is not None:
        return {"application/json": {"schema": _ref(route.body), **shown}}
    text = {"schema": {"type": "string"}}
    return {media: text | (shown if media == example.get("body_type") else {}) for media in route.uploads}


def _path_parameters(route: Route, example: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
    for name in route.parameters.values():
        schema = number if name in _NUMBERS else {"type": "string", "minLength": 1}
        described = {"description": "The population of records."} if name == DOMAIN else {}
        shown = {"example": example[name]} if name in example else {}
        yield {"name": name, "in": "path", "required": True, "schema": schema, **described, **shown}


def _query_parameters(route: Route, example: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if route.query is None:
        return
    schema = route.query.model_json_schema()
    needed = schema.get("required", [])
    for name, shape in schema.get("properties", {}).items():
        shown = {"example": example[name]} if name in example else {}
        yield {"name": name, "in": "query", "required": name in needed, "schema": shape, **shown}


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    if not route.keeps_replies:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]


def _responses(face: Face, route: Route, example: Mapping[str, Any]) -> dict[str, Any]:
    shape = {"schema": _ref(route.reply)} if route.reply is not None else {}
    media = {**shape, **({"example": example["reply"]} if "reply" in example else {})}
    content = {"content": {example.get("type", "application/json"): media}} if media else {}
    done = {str(status): {"description": "Done.", **content} for status in (route.status, *route.also)}
    refused = {
        str(status): {"$ref": f"#/components/responses/{face.error.name}{status}"} for status in _refusals(route)
    }
    return done | {status: shown for status, shown in refused.items() if status not in done}


def _refusals(route: Route) -> list[int]:
    """Statuses with which a request may be refused."""
    found = {400, 413, 429, 500, 503}
    if not route.is_public:
        found |= {401, 403}
    if route.parameters:
        found |= {404, 409, 422}
    if route.takes_body:
        found |= {408, 409, 415, 422}
    return sorted(found)


def _refused(face: Face, status: int) -> dict[str, Any]:
    titles = dict.fromkeys(problem.title for problem in TABLE.values() if problem.status == status)
    sent = rendered((face.refuse or refusal)(_ERRORS[status], _REQUEST_ID))
    found: dict[str, Any] = {
        "description": f"{'; or: '.join(titles)}.",
        "content": {
            face.error.media_type: {
                "schema": {"$ref": _REFERENCE.format(model=face.error.name)},
                "example": json.loads(sent.body),
            }
        },
    }
    if status in _HEADERS:
        found["headers"] = {_HEADERS[status]: {"required": True, "schema": {"type": "string"}}}
    return found


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}
