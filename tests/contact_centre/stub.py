"""A platform on a free port: signs clients in, keeps attributes of participants, and fails as it is told to."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PATH = re.compile(
    r"^/api/v2/conversations/(?:(?P<media>calls|callbacks|emails|messages)/)?"
    r"(?P<conversation>[^/]+)/participants/(?P<participant>[^/]+)/attributes$"
)


@dataclass
class Stub:
    """What the platform was asked and has. `failures`: (status, headers) of the next answers to changes."""

    url: str = ""
    calls: list[tuple[str, int]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    attributes: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    failures: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str], Any]:
        if (method, path) == ("POST", "/oauth/token"):
            return self._token(headers, body)
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {}, {"code": "bad.credentials"}
        match = _PATH.match(path)
        if method != "PATCH" or not match:
            return 404, {}, {"code": "not.found"}
        if self.failures:
            return (*self.failures.pop(0), {"code": "failure"})
        given = json.loads(body)
        texts = given.get("attributes")
        if set(given) != {"attributes"} or not all(isinstance(one, str) for pair in texts.items() for one in pair):
            return 400, {}, {"code": "bad.request"}
        if match["conversation"] in self.gone:
            return 404, {}, {"code": "not.found"}
        kept = self.attributes.setdefault((match["conversation"], match["participant"]), {})
        kept.update(texts)
        return (200, {}, {"attributes": kept}) if match["media"] else (204, {}, None)

    def _token(self, headers: Any, body: bytes) -> tuple[int, dict[str, str], Any]:
        wanted = base64.b64encode(b"client:secret").decode()
        if headers.get("authorization") != f"Basic {wanted}" or b"grant_type=client_credentials" not in body:
            return 401, {}, {"error": "invalid_client"}
        self.tokens.append(f"token-{len(self.calls)}")
        return 200, {}, {"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 86399}


@contextmanager
def platform() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, answer = stub.answer(self.command, self.path, self.headers, body)
            stub.calls.append((f"{self.command} {self.path}", status))
            raw = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**headers, "content-type": "application/json", "content-length": len(raw)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_PATCH = do_GET = _do

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
