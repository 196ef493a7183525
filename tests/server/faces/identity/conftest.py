"""A server with the contact-centre surface on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dromio.contact_centre import Options
from dromio.contact_centre.tables import TABLES
from dromio.server.faces.identity import identity_face
from dromio.server.faces.identity.desk import Desk

from ....postgres import place
from ...asking import Rig
from ...conftest import rigged


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Desk]]:
    folder = tmp_path_factory.mktemp("identity")
    desk = Desk(Options())
    with place(request.param, folder) as url, rigged(url, folder, [identity_face(desk=desk)]) as made:
        yield made, desk
        desk.close(made.service)


@pytest.fixture
def rig(shared_rig: tuple[Rig, Desk]) -> Rig:
    """A server without contacts."""
    made, desk = shared_rig
    with desk.centre(made.service).database.write() as transaction:
        for table in TABLES:
            transaction.run(f"DELETE FROM {table}")
    return made
