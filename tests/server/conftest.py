"""Servers in process: one on SQLite and one on PostgreSQL for all tests, and new ones with settings of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dromio.server import create_app, load_settings, open_service
from dromio.server.roles import Role, parse_grants
from dromio.server.routes import Face

from ..postgres import place
from .asking import Rig
from .factory import model

Make = Callable[..., Rig]
_numbers = itertools.count(1)


@contextmanager
def rigged(url: str, folder: Path, faces: list[Face] | None = None, **given: Any) -> Iterator[Rig]:
    given.setdefault("key_file", "" if url.startswith("sqlite") else str(_key_file(folder)))
    settings = load_settings(None, {}, store=url, **given)
    service = open_service(settings)
    try:
        _, key = service.keys.create("everything", parse_grants([f"*:{role}" for role in Role]))
        yield Rig(settings, service, create_app(settings, service, faces), key)
    finally:
        service.close()


def _key_file(folder: Path) -> Path:
    path = folder / "master.key"
    path.write_text("5a" * 32)
    path.chmod(0o600)
    return path


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server that all tests share, of each kind."""
    folder = tmp_path_factory.mktemp("rig")
    with place(request.param, folder) as url, rigged(url, folder) as made:
        yield made


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A server on SQLite that all tests share, for what does not touch the store."""
    folder = tmp_path_factory.mktemp("small")
    with place("sqlite", folder) as url, rigged(url, folder) as made:
        yield made


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes servers on SQLite with settings of their own."""
    with ExitStack() as stack:
        yield lambda faces=None, **given: stack.enter_context(
            rigged(f"sqlite:///{tmp_path / f'{next(_numbers)}.db'}", tmp_path, faces, **given)
        )


@pytest.fixture
def people(rig: Rig) -> str:
    """Name of a new, empty domain."""
    return new_domain(rig)


def new_domain(rig: Rig) -> str:
    name = f"people{next(_numbers)}"
    rig.service.store.create_domain(name, model())
    return name
