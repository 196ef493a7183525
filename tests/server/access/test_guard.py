"""Who sends a request, and for how long that is remembered."""

from __future__ import annotations

import pytest

from dromio.server.access.guard import DEVELOPER, Guard
from dromio.server.errors import CredentialError
from dromio.server.messages import Request
from dromio.server.roles import Role, parse_grants

from ..asking import Rig


def request(authorization: str | None = None) -> Request:
    headers = () if authorization is None else ((b"authorization", authorization.encode()),)
    return Request("GET", b"/", b"", headers, "", "")


def guard(rig: Rig, now: list[float], *, dev: bool = False) -> Guard:
    service = rig.service
    return Guard(
        service.keys, service.signing_keys, None, dev=dev, remember_seconds=2, skew_seconds=300, now=lambda: now[0]
    )


def test_a_key_is_remembered_for_its_time_only(small: Rig) -> None:
    now = [100.0]
    own = guard(small, now)
    row, key = small.service.keys.create("ann", parse_grants(["people:reader"]))
    asked = request(f"Bearer {key}")
    assert own.known(asked, "bearer") is None
    assert own.check(asked, "bearer").name == "ann"
    small.service.keys.revoke(row.key_id)
    now[0] = 101.9
    assert own.known(asked, "bearer")
    now[0] = 102.0
    assert own.known(asked, "bearer") is None
    with pytest.raises(CredentialError):
        own.check(asked, "bearer")


def test_a_refusal_is_not_remembered_as_somebody(small: Rig) -> None:
    own = guard(small, [100.0])
    for text in ("Bearer wrong", "Basic x", "dromio_x"):
        with pytest.raises(CredentialError):
            own.check(request(text), "bearer")
        assert own.known(request(text), "bearer") is None


def test_nobody_is_somebody_only_for_a_first_look(small: Rig) -> None:
    with pytest.raises(CredentialError):
        guard(small, [0.0]).check(request(), "bearer")
    assert guard(small, [0.0]).known(request(), "bearer") is None
    assert guard(small, [0.0], dev=True).known(request(), "bearer") is DEVELOPER
    assert DEVELOPER.grants == {"*": frozenset(Role)}


def test_a_bearer_credential_does_not_sign_a_request(small: Rig) -> None:
    for dev in (False, True):
        with pytest.raises(CredentialError):
            guard(small, [0.0], dev=dev).check(request(f"Bearer {small.key}"), "signature")
