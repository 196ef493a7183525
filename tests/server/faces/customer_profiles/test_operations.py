"""The tables of operations, compared with the service model that the stock client brings."""

from __future__ import annotations

import re

import botocore.session
import pytest

from dromio.server.faces.customer_profiles.operations import EXTENSIONS, OPERATIONS, Operation
from dromio.server.faces.customer_profiles.outside import OUTSIDE
from dromio.server.roles import Scope

SERVICE = botocore.session.get_session().get_service_model("customer-profiles")
PATCHED = {"UpdateRecommender"}
"""Operations of methods that the server does not take at all."""


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_method_and_path_of_an_operation_are_those_of_the_service_model(operation: Operation) -> None:
    http = SERVICE.operation_model(operation.name).http
    assert (operation.method, operation.path) == (http["method"], http["requestUri"])
    assert http.get("responseCode", 200) == 200


def test_operations_are_offered_or_known_to_be_outside() -> None:
    offered = {operation.name for operation in OPERATIONS}
    assert not offered & set(OUTSIDE)
    # A client that is newer than this server may know more.
    assert offered | set(OUTSIDE) | PATCHED >= set(SERVICE.operation_names)


@pytest.mark.parametrize("name", sorted(set(OUTSIDE) & set(SERVICE.operation_names)))
def test_method_and_path_of_an_operation_outside_are_those_of_the_service_model(name: str) -> None:
    http = SERVICE.operation_model(name).http
    method, path = OUTSIDE[name]
    assert (method, re.sub(r"{\w+}", "{}", path)) == (http["method"], re.sub(r"{\w+}", "{}", http["requestUri"]))


def test_operations_that_read_need_no_scope_to_write() -> None:
    readers = [one for one in (*OPERATIONS, *EXTENSIONS) if not one.writes]
    assert {one.scope for one in readers} == {Scope.READ, Scope.SIGNED_IN}
    assert {one.name for one in readers if one.name.startswith(("Put", "Create", "Update", "Delete"))} == set()
