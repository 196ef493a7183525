"""No request, however odd, makes the server fail: every answer is one of the protocol's own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from dromio.server.faces.customer_profiles import Options, customer_profiles_face, open_desk

from ....postgres import place
from ...asking import Rig
from ...conftest import rigged
from .fuzzing import SERVICE, Fuzzer
from .replies import ERRORS, faults_of

SIGNED = {
    "authorization": "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/profile/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64,
    "x-amz-date": "20260101T000000Z",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def dev(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """A server that takes any well-formed signature."""
    with place(request.param, tmp_path) as url:
        desk = open_desk(url, Options(tick_seconds=0, activation_delay=0, change_lock=0))
        with rigged(url, tmp_path, [customer_profiles_face(desk=desk)], dev=True) as rig:
            yield rig
        desk.close()


def test_answers_to_random_requests_are_those_of_the_protocol(dev: Rig) -> None:
    fuzzer = Fuzzer(random.Random(1))
    for _ in range(400):
        method, target, body, name = fuzzer.request()
        if "%00" in target:  # refused before it is known which protocol is spoken
            continue
        answer = dev.ask(method, target, headers=SIGNED, raw=body)
        said = (method, target[:300], body[:300], answer.body[:300])
        if answer.status == 200:
            shape = SERVICE.operation_model(name).output_shape if name in SERVICE.operation_names else None
            assert not shape or not list(faults_of(shape, answer.json, name)), said
            fuzzer.learn(answer.json)
        else:
            assert (answer.status, answer.headers.get("x-amzn-errortype")) in ERRORS, said
