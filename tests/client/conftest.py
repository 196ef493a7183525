"""A real server of each kind on a socket, and a client for it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from uvicorn import Server

from dromio.client import Client, Domain
from dromio.server import Service, Settings, create_app, load_settings, open_service
from dromio.server.roles import Role, parse_grants
from dromio.server.run import bound, server_config

from ..postgres import KINDS, place
from .factory import document


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


@pytest.fixture(scope="session", params=KINDS)
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
