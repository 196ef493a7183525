"""Every operation for every role, and for domains that are another's or not there."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from dromio.server.faces.customer_profiles.operations import EXTENSIONS, OPERATIONS, Operation
from dromio.server.faces.customer_profiles.outside import OUTSIDE
from dromio.server.roles import SCOPES, Role, Scope, parse_grants

from .conftest import Face

ALL = (*OPERATIONS, *EXTENSIONS)
IN_DOMAIN = [(one.method, one.path.replace("{DomainName}", "{domain}")) for one in ALL if "{DomainName}" in one.path]
IN_DOMAIN += [(method, path) for method, path in OUTSIDE.values() if "{domain}" in path]


@pytest.fixture(scope="module")
def http() -> Any:
    with httpx.Client() as client:
        yield client


def asked(http: httpx.Client, face: Face, key: tuple[str, str], method: str, path: str) -> httpx.Response:
    """The answer to a signed request whose parameters are all made up."""
    url = face.url + re.sub(r"\{\w+\}", "0" * 32, path)
    headers = {"content-type": "application/json", "host": url.split("/")[2]}
    request = AWSRequest(method, url, headers, b"")
    SigV4Auth(Credentials(*key), "profile", "us-east-1").add_auth(request)
    return http.request(method, url, headers=dict(request.headers))


def signing_key(face: Face, *grants: str) -> tuple[str, str]:
    key, secret = face.service.signing_keys.create("somebody", parse_grants(grants))
    return key.key_id, secret


def test_no_operation_tells_another_domain_from_one_that_is_not_there(face: Face, http: httpx.Client) -> None:
    mine, other = face.domain(), face.domain()
    key = signing_key(face, *(f"{mine}:{role}" for role in Role))
    for method, path in IN_DOMAIN:
        answers = [asked(http, face, key, method, path.replace("{domain}", name)) for name in (other, "missing")]
        seen = {(one.status_code, one.headers["x-amzn-errortype"], one.content) for one in answers}
        assert len(seen) == 1 and answers[0].status_code == 404, (method, path, seen)


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_exactly_the_operations_of_its_scopes(face: Face, http: httpx.Client, role: Role) -> None:
    name = face.domain()
    key = signing_key(face, f"{name}:{role}")

    def may(operation: Operation) -> bool:
        return operation.scope in SCOPES[role] | {Scope.SIGNED_IN}

    for operation in sorted(ALL, key=lambda one: one.name == "DeleteDomain"):
        if "{DomainName}" in operation.path:
            answer = asked(http, face, key, operation.method, operation.path.replace("{DomainName}", name))
            assert (answer.status_code != 403) == may(operation), (role, operation.name, answer.content)
