"""Real servers on real sockets: under uvicorn in a thread, and as the command with worker processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from uvicorn import Server

from dromio.errors import UsageError
from dromio.server.access.guard import DEVELOPER
from dromio.server.errors import CredentialError
from dromio.server.faces import all_faces
from dromio.server.messages import Reply
from dromio.server.roles import Role, Scope
from dromio.server.routes import Face, Route
from dromio.server.run import bound, server_config
from dromio.server.service import Call

from .asking import Rig
from .conftest import Make, new_domain
from .factory import ANN, document


@contextmanager
def served(rig: Rig) -> Iterator[int]:
    """Port on which the application is served by uvicorn."""
    with bound(rig.settings.model_copy(update={"port": 0})) as listener:
        server = Server(server_config(rig.settings, lambda: _Unclosed(rig.app)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


class _Unclosed:
    """The application without its end, which the fixture of the test sees to."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def ask(port: int, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    response = connection.getresponse()
    raw = response.read()
    connection.close()
    return response.status, json.loads(raw) if raw.startswith((b"{", b"[")) else raw


def raw(port: int, sent: bytes, *, seconds: float = 10) -> bytes:
    """What comes back for some bytes, until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(sent)
        got = b""
        while part := connection.recv(65_536):
            got += part
        return got


def test_records_over_http_on_each_store(rig: Rig) -> None:
    people = new_domain(rig)
    with served(rig) as port:
        path = f"/v1/domains/{people}/records/crm/a%2Fb"
        assert ask(port, "PUT", path, {"values": ANN}, rig.key) == (200, {"outcome": "added"})
        assert ask(port, "GET", path, None, rig.key)[1]["unique_id"] == "a/b"
        assert ask(port, "GET", path)[0] == 401
        assert ask(port, "GET", "/healthz")[0] == 200


def test_replies_leave_at_once(make: Make) -> None:
    """Without care for it, every reply on a kept connection waits 40 ms for an acknowledgement."""
    with served(make()) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        durations = []
        for _ in range(10):
            began = time.monotonic()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            durations.append(time.monotonic() - began)
        connection.close()
    assert min(durations[1:]) < 0.03


def test_tls_with_a_certificate_of_its_own(make: Make, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    rig = make(tls_certificate=str(certificate), tls_key=str(key))
    with served(rig) as port:
        trusting = ssl.create_default_context(cafile=str(certificate))
        connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=trusting)
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        assert response.status == 200 and response.read()
        assert "max-age" in (response.headers["strict-transport-security"] or "")
        assert connection.sock.version() in ("TLSv1.2", "TLSv1.3")
        connection.close()
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(port, "GET", "/healthz")


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Files of a certificate for localhost, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "tls.pem", folder / "tls.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def test_dawdling_connections_are_closed(make: Make) -> None:
    rig = make(header_seconds=0.3, body_seconds=0.3, keep_alive_seconds=1)
    with served(rig) as port:
        began = time.monotonic()
        assert raw(port, b"") == b""
        assert raw(port, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-a: ") == b""
        slow = b"POST /v1/models/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        slow += b"content-length: 100\r\nauthorization: Bearer " + rig.key.encode() + b"\r\n\r\n{"
        assert raw(port, slow).startswith(b"HTTP/1.1 408")
        whole = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
        assert raw(port, whole + whole[:20]).count(b"HTTP/1.1 200") == 1
        assert time.monotonic() - began < 8
        assert ask(port, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: a\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil\r\nconnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\n folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    ],
)
def test_broken_requests_get_an_answer_or_the_end(make: Make, sent: bytes) -> None:
    rig = make(header_seconds=0.5, keep_alive_seconds=1)
    with served(rig) as port:
        got = raw(port, sent)
        assert not got or 400 <= int(got[9:12]) < 500, got[:80]
        assert ask(port, "GET", "/healthz")[0] == 200


def toy() -> Face:
    """Two operations of the foreign protocol, enough for its stock client."""

    def list_domains(call: Call) -> Reply:
        """List."""
        return Reply({"Items": [{"DomainName": call.principal.name, "CreatedAt": 1.0, "LastUpdatedAt": 1.0}]})

    def put_profile_object(call: Call) -> Reply:
        """Put."""
        return Reply({"ProfileObjectUniqueKey": json.loads(call.request.body)["Object"]})

    def refuse(error: Exception, request_id: str) -> Reply:
        code = "AccessDeniedException" if isinstance(error, CredentialError) else "BadRequestException"
        headers = {"x-amzn-errortype": code}
        return Reply({"Message": "no"}, 403 if isinstance(error, CredentialError) else 400, headers)

    scopes = frozenset({Scope.SIGNED_IN})
    put = "/toy/domains/{domain}/profiles/objects"
    routes = (
        Route("GET", "/toy/domains", list_domains, scopes),
        Route("PUT", put, put_profile_object, frozenset({Scope.WRITE})),
    )
    return Face("toy", routes, "signature", refuse, prefix="/toy")


def stock_client(port: int, key: str, secret: str) -> Any:
    return boto3.client(
        "customer-profiles",
        endpoint_url=f"http://localhost:{port}/toy",
        region_name="eu-west-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}),
    )


@pytest.mark.filterwarnings("ignore")
def test_the_stock_client_signs_in(make: Make) -> None:
    rig = make([*all_faces(), toy()])
    row, secret = rig.service.signing_keys.create("profiles", {"people": frozenset({Role.INGEST})})
    with served(rig) as port:
        client = stock_client(port, row.key_id, secret)
        assert client.list_domains(MaxResults=5)["Items"][0]["DomainName"] == "profiles"
        text = json.dumps({"name": "Zoë / +1 %2F"})
        put = client.put_profile_object(ObjectTypeName="t", Object=text, DomainName="people")
        assert put["ProfileObjectUniqueKey"] == text
        for wrong in (stock_client(port, row.key_id, "x" * 40), stock_client(port, "AKIDNOBODY", secret)):
            with pytest.raises(ClientError) as caught:
                wrong.list_domains()
            assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        with pytest.raises(ClientError):
            client.put_profile_object(ObjectTypeName="t", Object="{}", DomainName="others")
        with pytest.raises(ClientError) as caught:
            client.get_domain(DomainName="people")
        assert caught.value.response["Error"]["Code"] == "BadRequestException"


@pytest.mark.filterwarnings("ignore")
def test_for_a_first_look_any_well_formed_signature_is_taken(make: Make) -> None:
    rig = make([toy()], dev=True)
    with served(rig) as port:
        client = stock_client(port, "anything", "goes")
        assert client.list_domains()["Items"][0]["DomainName"] == DEVELOPER.name
        assert ask(port, "GET", "/toy/domains")[0] == 403


def test_a_port_that_is_taken_is_named(make: Make) -> None:
    rig = make()
    with bound(rig.settings.model_copy(update={"port": 0})) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1 port {port}"):
            bound(rig.settings.model_copy(update={"port": port}))


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path, subprocess.Popen[str]]]:
    """`dromio serve --dev` with two workers: its port, its folder, and the process."""
    folder = tmp_path_factory.mktemp("served")
    program = "from dromio.cli.serve import command; command()"
    arguments = ["--store", f"sqlite:///{folder / 'x.db'}", "--port", "0", "--workers", "2", "--dev"]
    with (folder / "log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert started.stdout
    port = int(started.stdout.readline().rpartition(":")[2])
    for _ in range(200):
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                break
        except OSError:
            time.sleep(0.1)
    yield port, folder, started
    started.send_signal(signal.SIGTERM)
    assert started.wait(30) in (0, -signal.SIGTERM)
    started.stdout.close()
    with pytest.raises(OSError):
        ask(port, "GET", "/healthz")


def test_the_command_serves_and_survives_a_killed_worker(process: tuple[int, Path, subprocess.Popen[str]]) -> None:
    port, _, started = process
    assert ask(port, "POST", "/v1/domains", {"name": "people", "model": document()})[0] == 201
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
    workers = [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    assert len(workers) == 2
    acknowledged = []
    for number in range(30):
        if number == 10:
            os.kill(workers[0], signal.SIGKILL)
        try:
            path = f"/v1/domains/people/records/crm/{number}"
            if ask(port, "PUT", path, {"values": {"email": f"x{number}@example.org"}})[0] == 200:
                acknowledged.append(number)
        except OSError:
            continue
    assert len(acknowledged) >= 20
    for number in acknowledged:
        assert ask(port, "GET", f"/v1/domains/people/records/crm/{number}")[0] == 200
    assert ask(port, "GET", "/v1/audit/verify")[1]["holds"]


def test_counts_of_all_workers_are_added_up(process: tuple[int, Path, subprocess.Popen[str]]) -> None:
    port, _, _ = process
    for _ in range(20):
        ask(port, "GET", "/healthz")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = ask(port, "GET", "/metrics")[1].decode()
        counts = [one for one in text.splitlines() if one.startswith('dromio_requests_total{route="healthz"')]
        if counts and float(counts[0].rpartition(" ")[2]) >= 20:
            return
        time.sleep(0.2)
    pytest.fail("the counts of all workers do not come to 20")


def test_files_and_logs_of_the_command_show_nothing_to_others(
    process: tuple[int, Path, subprocess.Popen[str]],
) -> None:
    port, folder, _ = process
    marker = "quagga4711"
    path = f"/v1/domains/people/records/{marker}/{marker}"
    ask(port, "PUT", path, {"values": {"given": marker, marker: marker}})
    ask(port, "GET", path)
    ask(port, "POST", "/v1/domains/people/search", {"values": {"given": marker}})
    ask(port, "GET", f"/{marker}?{marker}={marker}", None, marker)
    raw(port, f"BAD {marker}\r\n\r\n".encode())
    log = (folder / "log").read_text()
    lines = [line for line in log.splitlines() if line.startswith("{")]
    assert len(lines) > 10 and all("event" in json.loads(line) for line in lines)
    assert marker not in log
    assert marker not in ask(port, "GET", "/metrics")[1].decode()
    stored = b"".join(file.read_bytes() for file in folder.glob("x.server.db*"))
    assert marker.encode() not in stored
    assert marker.encode() in b"".join(file.read_bytes() for file in folder.glob("x.db*"))  # it would be found
    assert {file.name: file.stat().st_mode & 0o077 for file in folder.glob("x.*")} == {
        file.name: 0 for file in folder.glob("x.*")
    }
