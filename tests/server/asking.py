"""Asks an application in process, over the ASGI protocol itself: every byte of the request is the test's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from dromio.server import App, Service, Settings


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """Tag of the problem."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        return str(self.json["type"]).removeprefix("urn:dromio:problem:")


@dataclass(frozen=True)
class Rig:
    """A server in process with a key for everything."""

    settings: Settings
    service: Service
    app: App
    key: str

    def ask(self, method: str, target: str, body: Any = None, **given: Any) -> Answer:
        """One request, by default with the key for everything."""
        return asyncio.run(self.asked(method, target, body, **given))

    async def asked(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        key: str | None = "all",
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        raw: bytes | None = None,
        chunks: Sequence[bytes] | None = None,
        client: str = "127.0.0.1",
    ) -> Answer:
        sent = chunks if chunks is not None else [_raw(body) if raw is None else raw]
        pairs = [*headers.items()] if isinstance(headers, Mapping) else [*headers]
        names = {name.lower() for name, _ in pairs}
        if "host" not in names:
            pairs.append(("host", "localhost"))
        if key is not None and "authorization" not in names:
            pairs.append(("authorization", f"Bearer {self.key if key == 'all' else key}"))
        if any(sent) and "content-type" not in names:
            pairs.append(("content-type", "application/json"))
        if chunks is None and any(sent) and "content-length" not in names:
            pairs.append(("content-length", str(len(sent[0]))))
        return await _exchange(self.app, method, target, pairs, sent, client)

    def key_for(self, *grants: str) -> str:
        """A new key with grants."""
        from dromio.server.roles import parse_grants

        return self.service.keys.create("a test", parse_grants(grants))[1]


async def _exchange(
    app: App, method: str, target: str, headers: Sequence[tuple[str, str]], chunks: Sequence[bytes], client: str
) -> Answer:
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": (client, 1),
    }
    waiting = [{"type": "http.request", "body": part, "more_body": True} for part in chunks]
    waiting[-1]["more_body"] = False
    got: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Mapping[str, Any]) -> None:
        got.append(message)

    await app(scope, receive, send)
    start, *parts = got
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(part["body"] for part in parts))


def _raw(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()
