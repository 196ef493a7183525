"""Real servers on free ports, one on SQLite and one on PostgreSQL, and stock boto3 clients that sign for them."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from uvicorn import Server

from dromio.server import create_app, load_settings, open_service
from dromio.server.faces.customer_profiles import Clock, Desk, Options, customer_profiles_face, open_desk
from dromio.server.roles import Role, parse_grants
from dromio.server.run import bound, server_config

from ....postgres import place
from .replies import check_reply

HOUR, DAY = 3600, 86_400
_numbers = itertools.count(1)


@dataclass
class Face:
    """A running server: a client, the desk behind it, and its clock."""

    client: Any
    desk: Desk
    clock: Clock
    url: str
    service: Any
    exports: Path
    made: list[str] = field(default_factory=list)

    def domain(self, **given: Any) -> str:
        """A new domain."""
        name = f"d{next(_numbers)}"
        self.client.create_domain(DomainName=name, DefaultExpirationDays=100, **given)
        self.made.append(name)
        return name

    def clear(self) -> None:
        """Take out the domains that a test made."""
        for name in self.made:
            with suppress(self.client.exceptions.ResourceNotFoundException):
                self.client.delete_domain(DomainName=name)
        self.made.clear()

    def later(self, seconds: float) -> None:
        """Let time pass, and what is due be done."""
        self.clock.offset += seconds
        self.desk.tick()

    def profile(self, domain: str, **fields: Any) -> str:
        """A new profile."""
        found: str = self.client.create_profile(DomainName=domain, **fields)["ProfileId"]
        return found

    def run_job(self, domain: str) -> str:
        """A job that was started by hand and has ended."""
        job_id = self.extension("POST", f"domains/{domain}/identity-resolution-jobs")["JobId"]
        self.desk.tick()
        return str(job_id)

    def extension(self, method: str, path: str, body: bytes = b"") -> Any:
        """The answer to a signed request that the client has no operation for."""
        return send(self.client, method, f"{self.url}/_ext/{path}", body)


def send(client: Any, method: str, url: str, body: bytes = b"") -> Any:
    """The answer to a request that is signed as the client signs."""
    import httpx
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest(method, url, {"content-type": "application/json"}, body)
    SigV4Auth(client._get_credentials(), "profile", "us-east-1").add_auth(request)
    answer = httpx.request(method, url, headers=dict(request.headers), content=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@contextmanager
def running(url: str, folder: Path, options: Options, *, dev: bool = False) -> Iterator[Face]:
    """A server that stops with the block."""
    key_file = folder / "master.key"
    key_file.write_text("5a" * 32)
    key_file.chmod(0o600)
    settings = load_settings(None, {}, store=url, key_file=str(key_file), port=0, dev=dev)
    service = open_service(settings)
    clock = Clock()
    desk = open_desk(url, options, clock)
    app = create_app(settings, service, [customer_profiles_face(options, desk)])
    listener = bound(settings)
    server = Server(server_config(settings, lambda: app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    key, secret = service.signing_keys.create("everything", parse_grants([f"*:{role}" for role in Role]))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/customer-profiles"
    try:
        while not server.started:
            time.sleep(0.01)
        client = client_for(address, key.key_id, secret)
        yield Face(client, desk, clock, address, service, Path(options.export_folder))
        client.close()
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


def client_for(address: str, key_id: str, secret: str) -> Any:
    """A stock client, all of whose replies are checked against its own description of them."""
    client = boto3.client(
        "customer-profiles",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("after-call.customer-profiles", check_reply)
    return client


@pytest.fixture
def face(shared_face: Face) -> Iterator[Face]:
    """A server of each kind, without domains."""
    yield shared_face
    shared_face.clear()


@pytest.fixture
def quick(shared_quick: Face) -> Iterator[Face]:
    """The same, where rules can be changed at any time and are evaluated at once."""
    yield shared_quick
    shared_quick.clear()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_face(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """A server that all tests share, of each kind."""
    folder = tmp_path_factory.mktemp("profiles")
    (folder / "bucket").mkdir()
    options = Options(tick_seconds=0, export_folder=str(folder), test_clock=True)
    with place(request.param, folder) as url, running(url, folder, options) as made:
        yield made


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_quick(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """A server whose rules can be changed at any time, and are evaluated at once."""
    folder = tmp_path_factory.mktemp("profiles")
    options = Options(tick_seconds=0, activation_delay=0, change_lock=0)
    with place(request.param, folder) as url, running(url, folder, options) as made:
        yield made
