"""Checks replies against the client's own description of them: members, types, ranges and choices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "timestamp": (int, float),
    "boolean": (bool,),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


def check_reply(http_response: Any, parsed: Any, model: Any, **_: Any) -> None:
    """Fail on any reply to a client that its own model of the operation would not allow."""
    assert "content-type" in http_response.headers, model.name
    if http_response.status_code >= 300:
        code = http_response.headers["x-amzn-errortype"]
        assert list(json.loads(http_response.content)) == ["Message"], model.name
        assert (http_response.status_code, code) in ERRORS, (model.name, code)
        return
    body = json.loads(http_response.content)
    faults = list(faults_of(model.output_shape, body, model.name)) if model.output_shape else []
    assert not faults, faults
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 200


ERRORS = {
    (400, "BadRequestException"),
    (403, "AccessDeniedException"),
    (404, "ResourceNotFoundException"),
    (404, "UnknownOperationException"),
    (429, "ThrottlingException"),
    (501, "NotImplementedException"),
}


def faults_of(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Everything in a reply that its shape does not allow."""
    kinds = _TYPES[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{path}: {type(value).__name__} is no {shape.type_name}"
        return
    yield from _bound_faults(shape, value, path)
    if shape.type_name == "structure":
        yield from _member_faults(shape, value, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield from faults_of(shape.member, item, f"{path}.{number}")
    elif shape.type_name == "map":
        for name, item in value.items():
            yield from faults_of(shape.key, name, f"{path} name")
            yield from faults_of(shape.value, item, f"{path}.{name}")


def _member_faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is missing"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{path}.{name} is not known"
        else:
            yield from faults_of(shape.members[name], item, f"{path}.{name}")


def _bound_faults(shape: Any, value: Any, path: str) -> Iterator[str]:
    bounds = shape.metadata
    size = value if isinstance(value, int | float) else len(value)
    bounded = shape.type_name not in ("boolean", "timestamp", "structure")
    if bounded and not bounds.get("min", size) <= size <= bounds.get("max", size):
        yield f"{path}: {size} is out of range"
    if "enum" in bounds and value not in bounds["enum"]:
        yield f"{path}: {value!r} is no choice"
    if "pattern" in bounds and not re.search(bounds["pattern"], value):
        yield f"{path}: {value!r} does not fit {bounds['pattern']}"
