"""A store of either kind for every test, empty and its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from dromio import store
from dromio.store.domain import Domain
from dromio.store.migrations import steps

from ..postgres import KINDS, place
from .factory import model
from .indexed import KNOWN

Open = Callable[[], store.Store]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with place(request.param, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def schema() -> Iterator[str]:
    """URL of a schema on the server that tests use one after another: making one takes longer than most tests."""
    with place("postgresql", Path()) as url:
        yield url


@pytest.fixture(params=KINDS)
def used_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a store without domains."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("schema")
    clear(url)
    return url


def clear(url: str) -> None:
    """Empty all tables and begin all numbers anew."""
    store.open(url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        tables = [
            statement.split()[2]
            for step in reversed(steps())
            for statement in step.down
            if statement.startswith("DROP TABLE")
        ]
        connection.execute("; ".join(f"DELETE FROM {table}" for table in tables))  # type: ignore[call-overload]
        sequences = connection.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
        for (name,) in sequences.fetchall():
            connection.execute("SELECT setval(%s, 1, false)", [name])


@pytest.fixture
def opened(used_url: str) -> Iterator[Open]:
    """Opens the same store again and again; all are closed in the end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(store.open(used_url))


@pytest.fixture
def empty(opened: Open) -> store.Store:
    return opened()


ANN = {"given": "Ann", "family": "Lee", "email": "ann@x.org", "phone": "4711"}
BOB = {"given": "Bob", "family": "Ray", "email": "bob@x.org", "phone": "4712"}


@pytest.fixture
def people(empty: store.Store) -> store.Domain:
    """A domain without records."""
    return empty.create_domain("people", model())


@pytest.fixture(scope="module", params=[2, 3, 4])
def indexed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    """A domain of known records under keys with blocks of at most 2, 3 or 4."""
    folder: Path = tmp_path_factory.mktemp("index")
    with store.open(f"sqlite:///{folder / 'store.db'}") as opened:
        made = opened.create_domain("people", model(max_block=request.param))
        made.resolve_many([store.Delivery("known", str(number), one) for number, one in enumerate(KNOWN)])
        yield made
