"""What operations take, compared with the service model that the stock client brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from dromio.server.faces.customer_profiles.constraints import (
    Choice,
    Entries,
    Flag,
    Items,
    Members,
    Number,
    Shape,
    Text,
    Whole,
)
from dromio.server.faces.customer_profiles.operations import EXTENSIONS, OPERATIONS
from dromio.server.faces.customer_profiles.shapes import SHAPES

SERVICE = botocore.session.get_session().get_service_model("customer-profiles")
_NO_MOST = 2**31 - 1


def differences(ours: Shape, theirs: Any, path: str) -> Iterator[str]:
    """Where one of our shapes differs from the model's."""
    bounds = theirs.metadata
    least, most = bounds.get("min", 0), bounds.get("max")
    match ours:
        case Text():
            pattern = bounds.get("pattern", "").removeprefix("^").removesuffix("$")
            # The model's pattern for ARNs is for their beginning.
            ours_is = (ours.least, ours.most, ours.pattern.removesuffix(".*") if pattern != ".*" else ours.pattern)
            if theirs.type_name != "string" or ours_is != (least, most, pattern):
                yield f"{path}: {ours} is not {theirs.type_name} {bounds}"
        case Choice():
            if sorted(ours.values) != sorted(bounds.get("enum", ())):
                yield f"{path}: {ours} is not {bounds}"
        case Whole():
            if theirs.type_name != "integer" or (ours.least, ours.most) != (least, most):
                yield f"{path}: {ours} is not {theirs.type_name} {bounds}"
        case Number():
            if theirs.type_name != "double" or (ours.least, ours.most) != (least, most):
                yield f"{path}: {ours} is not {theirs.type_name} {bounds}"
        case Flag():
            if theirs.type_name != "boolean":
                yield f"{path}: is {theirs.type_name}"
        case Items():
            if theirs.type_name != "list" or (ours.least, ours.most) != (least, most):
                yield f"{path}: {least} to {most} items in the model"
            yield from differences(ours.of, theirs.member, f"{path}[]")
        case Entries():
            if theirs.type_name != "map" or (ours.least, ours.most) != (least, most):
                yield f"{path}: {least} to {most} entries in the model"
            yield from differences(ours.name, theirs.key, f"{path} name")
            yield from differences(ours.value, theirs.value, f"{path} value")
        case Members():
            yield from _member_differences(ours, theirs, path)


def _member_differences(ours: Members, theirs: Any, path: str) -> Iterator[str]:
    if set(ours.members) != set(theirs.members):
        yield f"{path}: members differ by {set(ours.members) ^ set(theirs.members)}"
    if set(ours.required) != set(theirs.required_members):
        yield f"{path}: required are {theirs.required_members}"
    for name in set(ours.members) & set(theirs.members):
        yield from differences(ours.members[name], theirs.members[name], f"{path}.{name}")


@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS])
def test_shape_of_an_operation_is_that_of_the_service_model(name: str) -> None:
    assert list(differences(SHAPES[name], SERVICE.operation_model(name).input_shape, name)) == []


def test_every_operation_has_a_shape_and_every_shape_an_operation() -> None:
    assert {operation.name for operation in (*OPERATIONS, *EXTENSIONS)} == set(SHAPES)
