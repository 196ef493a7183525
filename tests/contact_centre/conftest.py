"""A contact centre on either database for every test, empty and its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dromio.contact_centre import Centre, Options, open_centre
from dromio.contact_centre.tables import TABLES

from ..postgres import KINDS, place

Open = Callable[..., Centre]


@pytest.fixture(scope="session")
def schema() -> Iterator[str]:
    """URL of a schema on the server that tests use one after another."""
    with place("postgresql", Path()) as url:
        yield url


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without contacts."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    return emptied(request.getfixturevalue("schema"))


@pytest.fixture
def postgres(schema: str) -> str:
    """URL of an empty schema on the server."""
    return emptied(schema)


def emptied(url: str) -> str:
    open_centre(url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("; ".join(f"DELETE FROM {table}" for table in TABLES))  # type: ignore[call-overload]
    return url


@pytest.fixture
def opened(url: str) -> Iterator[Open]:
    """Opens centres on one database, with options; all are closed in the end."""
    with ExitStack() as stack:

        def make(now: Callable[[], int] | None = None, **given: Any) -> Centre:
            centre = open_centre(url, Options(**given), **({"now": now} if now else {}))
            stack.callback(centre.close)
            return centre

        yield make


@pytest.fixture
def centre(opened: Open) -> Centre:
    return opened()
