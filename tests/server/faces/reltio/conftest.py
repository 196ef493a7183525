"""A server with the Verify Matches face, on each kind of store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dromio.server.faces.own import own_face
from dromio.server.faces.reltio import reltio_face

from ....postgres import place
from ...asking import Rig
from ...conftest import rigged
from .factory import Tenancy


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def verifier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server that all tests share, of each kind."""
    folder = tmp_path_factory.mktemp("verifier")
    with place(request.param, folder) as url, rigged(url, folder, [own_face(), reltio_face()]) as rig:
        yield rig


@pytest.fixture
def tenancy(verifier: Rig) -> Tenancy:
    """A new tenant without any entity, its groups those of the base pair."""
    return Tenancy(verifier)
