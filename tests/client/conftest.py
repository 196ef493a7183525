"""A real server of each kind on a socket, and a client for it."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from uvicorn import Server

from dromio.client import Client, Domain
from dromio.server import Service, Settings, create_app, load_settings, open_service
from dromio.server.roles import Role, parse_grants
from dromio.server.run import bound, server_config

from .factory import document

POSTGRES = os.environ.get("DROMIO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@contextmanager
def place(kind: str, folder: Path) -> Iterator[str]:
    """URL of an empty store, which goes with the block."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
        return
    schema = f"client_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES, connect_timeout=5, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def served(settings: Settings, service: Service) -> Iterator[str]:
    """Address of a server in a thread; the service is closed with it."""
    with bound(settings.model_copy(update={"port": 0})) as listener:
        server = Server(server_config(settings, lambda: create_app(settings, service)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client that may do everything."""
    folder = tmp_path_factory.mktemp("client")
    key_file = folder / "master.key"
    key_file.write_text("5a" * 32)
    key_file.chmod(0o600)
    with place(request.param, folder) as url:
        settings = load_settings(None, {}, store=url, key_file=str(key_file))
        service = open_service(settings)
        _, key = service.keys.create("everything", parse_grants([f"*:{role}" for role in Role]))
        with served(settings, service) as address, Client(address, key) as made:
            yield made


@pytest.fixture
def people(client: Client) -> Domain:
    """A new, empty domain."""
    return client.create_domain(f"people-{uuid.uuid4().hex[:12]}", document())
