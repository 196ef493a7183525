"""A server process for benchmarks, and a client that costs next to nothing, so that the server is what is measured."""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from dromio.server.access.api_keys import ApiKeys
from dromio.server.roles import Role, parse_grants
from dromio.server.service import open_access
from dromio.server.settings import PREFIX, load_settings

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_SHUT = re.compile(rb"\r\nconnection: close\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Where a store and the files of its server are; in PostgreSQL, the schema and the URL of the whole database."""

    url: str
    folder: Path
    schema: str = ""
    database: str = ""

    def cpu_seconds(self) -> dict[int, float]:
        """Processor time of every PostgreSQL process that serves the store, where it runs on this machine."""
        if not self.schema:
            return {}
        import psycopg

        query = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"
        with psycopg.connect(self.database, autocommit=True) as connection:
            return {pid: _cpu(pid) for (pid,) in connection.execute(query, [self.schema]).fetchall()}


@contextmanager
def place(database: str) -> Iterator[Place]:
    """An empty store in a file (`sqlite`) or on a PostgreSQL server, which goes with the block."""
    folder = Path(tempfile.mkdtemp(prefix="dromio-bench-"))
    try:
        if database == "sqlite":
            yield Place(f"sqlite:///{folder}/bench.db", folder)
            return
        import psycopg

        schema = f"bench_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
            try:
                options = f"options=-csearch_path%3D{schema}&application_name={schema}"
                yield Place(f"{database}?{options}", folder, schema, database)
            finally:
                connection.execute(f"DROP SCHEMA {schema} CASCADE")
    finally:
        shutil.rmtree(folder)


@dataclass
class Served:
    """A running server, and a key for everything."""

    process: subprocess.Popen[bytes]
    port: int
    key: str
    log: Path

    def workers(self) -> list[int]:
        """Process ids of the workers: the children that run the application, or the server itself."""
        found = [one for one in _children(self.process.pid) if b"spawn_main" in _command(one)]
        return found or [self.process.pid]

    def memory_mb(self) -> float:
        """Resident memory of the server and all its processes, in MB."""
        return sum(_resident(one) for one in [self.process.pid, *_children(self.process.pid)])

    def cpu_seconds(self) -> float:
        """Processor time that the server and all its living processes have used."""
        return sum(_cpu(one) for one in [self.process.pid, *_children(self.process.pid)])


@contextmanager
def served(where: Place, **settings: Any) -> Iterator[Served]:
    """A server process over a store, with a key for everything; stopped with the block."""
    master = where.folder / "master.key"
    if not master.exists():
        master.write_text(os.urandom(32).hex())
        master.chmod(0o600)
    given: dict[str, Any] = {"store": where.url, "key_file": str(master), "port": 0, "log_level": "WARNING"} | settings
    access, vault = open_access(load_settings(None, {}, **given))
    key = ApiKeys(access, vault).create("bench", parse_grants([f"*:{role}" for role in Role]))[1]
    access.close()
    environment = os.environ | {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items()}
    shared = Path(tempfile.mkdtemp(dir=where.folder))
    environment["TMPDIR"] = str(shared)
    log = where.folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "dromio.cli", "serve"], stdout=subprocess.PIPE, stderr=errors, env=environment
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        if not line:
            raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
        running = Served(process, int(line.rpartition(":")[2]), key, log)
        wait_until_ready(running, shared, given.get("workers", 1))
        yield running
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server, with force where it does not listen."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()


def wait_until_ready(server: Served, shared: Path, workers: int, seconds: float = 300) -> None:
    """Return once requests are answered, and every worker has left its counts where the others find them."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            ready = ask(server, "GET", "/readyz")[0] == 200
            if ready and (workers == 1 or len(list(shared.glob("*/worker-*.json"))) >= workers):
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError("the server does not become ready")


def request(
    server: Served, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"authorization: Bearer {server.key}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def ask(server: Served, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and body of one request on a connection of its own."""
    sent = request(server, method, path, body, {"connection": "close"})
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(sent)
        got = b""
        while part := connection.recv(65_536):
            got += part
    head, _, content = got.partition(b"\r\n\r\n")
    if not head:
        raise ConnectionResetError
    return int(head[9:12]), json.loads(content) if content.startswith((b"{", b"[")) else content


@dataclass
class Answered:
    """What came back: for every answer the second at which it came, its status and its duration; broken connections."""

    times: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    broken: int = 0
    bad: int = 0

    def __len__(self) -> int:
        return len(self.times)


Next = Callable[[], bytes | None]
Check = Callable[[int, bytes, bytes, bytes], None]
"""Takes the status, the head and the body of an answer, and the request."""


def drive(port: int, connections: int, following: Next, check: Check | None = None, depth: int = 1) -> Answered:
    """Keep so many connections busy, each with so many requests at a time, until `following` gives no more."""
    found = Answered()
    selector = selectors.DefaultSelector()
    lines = [_Line(port, found, check, depth) for _ in range(connections)]
    try:
        for line in lines:
            line.go(selector, following)
        while selector.get_map():
            for key, _ in selector.select(1.0):
                key.data.read(selector, following)
    finally:
        for line in lines:
            line.close(selector)
        selector.close()
    return found


class _Line:
    """One kept connection."""

    def __init__(self, port: int, found: Answered, check: Check | None, depth: int) -> None:
        self._port, self._found, self._check, self._depth = port, found, check, depth
        self._socket: socket.socket | None = None
        self._asked: deque[bytes] = deque()
        self._got = b""
        self._began = 0.0

    def go(self, selector: selectors.BaseSelector, following: Next) -> None:
        """Send the next requests, or end."""
        self._asked, self._got = deque(islice(iter(following, None), self._depth)), b""
        if not self._asked:
            self.close(selector)
            return
        sent = b"".join(self._asked)
        while True:
            try:
                if self._socket is None:
                    self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
                    self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(self._socket, selectors.EVENT_READ, self)
                self._began = time.perf_counter()
                self._socket.sendall(sent)
                return
            except OSError:
                self._break(selector)
                time.sleep(0.01)

    def read(self, selector: selectors.BaseSelector, following: Next) -> None:
        """Take what came; go on once all answers are whole."""
        assert self._socket is not None
        try:
            part = self._socket.recv(262_144)
        except OSError:
            part = b""
        if not part:
            self._break(selector)
            self.go(selector, following)
            return
        self._got += part
        while self._asked and self._take(selector):
            pass
        if not self._asked:
            self.go(selector, following)

    def _take(self, selector: selectors.BaseSelector) -> bool:
        """Whether a whole answer has come, which is then noted."""
        end = self._got.find(b"\r\n\r\n") + 4
        head = self._got[:end]
        length = _LENGTH.search(head)
        whole = end + (int(length[1]) if length else 0)
        if end < 4 or len(self._got) < whole:
            return False
        now, status = time.perf_counter(), int(head[9:12])
        self._found.times.append(now)
        self._found.statuses.append(status)
        self._found.durations.append(now - self._began)
        if self._check:
            self._check(status, head, self._got[end:whole], self._asked[0])
        self._asked.popleft()
        self._got = self._got[whole:]
        if _SHUT.search(head):
            self._asked.clear()
            self.close(selector)
        return True

    def _break(self, selector: selectors.BaseSelector) -> None:
        self._found.broken += 1
        self.close(selector)

    def close(self, selector: selectors.BaseSelector) -> None:
        """Let the connection go."""
        if self._socket is not None:
            selector.unregister(self._socket)
            self._socket.close()
            self._socket = None


def spread(name: str, durations: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile in milliseconds."""
    ordered = sorted(durations) or [float("nan")]
    return {
        f"{name}_p50_ms": ordered[len(ordered) // 2] * 1e3,
        f"{name}_p99_ms": ordered[int(len(ordered) * 0.99)] * 1e3,
    }


def _children(process: int) -> list[int]:
    """All processes below one, of Linux."""
    try:
        own = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [one for child in map(int, own) for one in (child, *_children(child))]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
