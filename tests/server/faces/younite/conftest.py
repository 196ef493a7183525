"""A server with the rules face alone, on each kind of store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dromio.server.faces.younite import younite_face
from dromio.server.faces.younite.face import Options

from ....postgres import place
from ...asking import Rig
from ...conftest import rigged

DOMAIN, ZONE, CRM, SHOP = "d-1", "z-1", "crm-1", "shop-1"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def rules(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server with two adaptors in one zone, and a budget of 3 records for rules without an index."""
    folder = tmp_path_factory.mktemp("rules")
    with place(request.param, folder) as url, rigged(url, folder, [younite_face(Options(scan_budget=3))]) as rig:
        for uuid, name in ((CRM, "CRM"), (SHOP, "Shop")):
            assert rig.ask("PUT", f"/younite/zones/{ZONE}/adaptors/{uuid}", {"name": name}).status == 200
        yield rig


@pytest.fixture(scope="session")
def small_rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """The same on SQLite alone, for what touches no table."""
    folder = tmp_path_factory.mktemp("small_rules")
    with place("sqlite", folder) as url, rigged(url, folder, [younite_face()]) as rig:
        yield rig
