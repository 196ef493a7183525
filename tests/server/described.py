"""Whether an answer is one that the OpenAPI document tells of."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema

from dromio.server.faces import all_faces
from dromio.server.openapi import document

from .asking import Answer

DOCUMENT = document(all_faces())
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()
}


def check_described(name: str, answer: Answer) -> None:
    """Assert that an operation may answer with this status, in this media type, with these headers and this body."""
    responses = OPERATIONS[name]["responses"]
    assert str(answer.status) in responses, (name, answer.status, answer.body[:300])
    response = resolved(responses[str(answer.status)])
    for header in response.get("headers", {}):
        assert header.lower() in answer.headers, (name, answer.status, header)
    content = response.get("content", {})
    media = answer.headers.get("content-type")
    assert media in content, (name, answer.status, media)
    if "schema" in content[media]:
        fault = next(validator(name, str(answer.status), media).iter_errors(json.loads(answer.body)), None)
        assert fault is None, (name, answer.status, fault)


def resolved(described: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for, or the thing itself."""
    reference = described.get("$ref")
    if reference is None:
        return described
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


@cache
def validator(name: str, status: str, media: str) -> jsonschema.Draft202012Validator:
    """Checks bodies of one kind of answer."""
    schema = resolved(OPERATIONS[name]["responses"][status])["content"][media]["schema"]
    return validator_of(schema)


def validator_of(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Checks values by a schema of the document."""
    return jsonschema.Draft202012Validator({"allOf": [schema], "components": DOCUMENT["components"]})
