"""Settings of all tests, and people to resolve."""

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

# No time limits: they fail at random on a busy machine. On CI the examples are the same in every run; elsewhere new
# ones are tried every time, and what they find becomes a test of its own.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

People = Callable[..., list[dict[str, Any]]]
_GIVEN = ("Anna", "Bernd", "Carla", "Dieter", "Eva", "Frank", "Gina", "Hans", "Iris", "Jörg")
_FAMILY = ("Müller", "Schmidt", "Meier", "Weber", "Wagner", "Becker", "Hoffmann", "Koch", "Richter", "Klein", "Wolf")


@pytest.fixture(scope="session")
def people() -> People:
    """Makes rows of people; each has with probability `repeated` a second row that differs in its city at most."""

    def made(records: int = 60, *, repeated: float = 0.4) -> list[dict[str, Any]]:
        chance = random.Random(1)
        rows: list[dict[str, Any]] = []
        while len(rows) < records:
            row = {
                "first_name": chance.choice(_GIVEN),
                "last_name": chance.choice(_FAMILY),
                "email": f"x{chance.randrange(10**6)}@mail.example",
                "city": chance.choice(["Köln", "Bonn", "Ulm"]),
                "dob": f"{chance.randrange(1940, 2005)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 28):02d}",
            }
            rows.append(row)
            if chance.random() < repeated:
                rows.append(row | {"city": chance.choice(["Köln", "Bonn", None])})
        return [{"id": number} | row for number, row in enumerate(rows[:records], 1)]

    return made
