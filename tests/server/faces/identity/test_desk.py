from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dromio.contact_centre import Options
from dromio.contact_centre.platform import Answered, PlatformError
from dromio.server.faces.identity import desk as desk_module
from dromio.server.faces.identity.desk import Desk

from ....postgres import place
from ...conftest import rigged
from ...contact import started


def test_tags_are_sent_in_the_background_until_the_server_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    arrived = threading.Event()

    class Fake:
        def __init__(self, options: Options) -> None:
            self.failures: list[Exception] = [PlatformError("away")]

        def patch(self, path: str, body: Any) -> Answered:
            if self.failures:
                raise self.failures.pop(0)
            sent.append(body["attributes"]["resolvedCustomerId"])
            if len(sent) == 3:
                arrived.set()
            return Answered(200)

        def refresh(self) -> None:
            raise AssertionError

    monkeypatch.setattr(desk_module, "HttpPlatform", Fake)
    with place("sqlite", tmp_path) as url, rigged(url, tmp_path, []) as rig:
        desk = Desk(Options(api_url="https://api.example", tick_seconds=0.01))
        end = desk.begin(rig.service)
        centre = desk.centre(rig.service)
        found = [centre.take_event(started(f"c{number}"))["customerId"] for number in range(3)]
        assert arrived.wait(10)
        end()
    assert set(sent) == set(found)


def test_a_service_has_one_contact_centre(tmp_path: Path) -> None:
    with place("sqlite", tmp_path) as url, rigged(url, tmp_path, []) as rig:
        desk = Desk(Options())
        assert desk.centre(rig.service) is desk.centre(rig.service)
        end = desk.begin(rig.service)
        end()
        end()
