"""Writes the examples of the OpenAPI document: `python -m tests.server.record`.

A server is asked for everything in turn; what differs from run to run is put in a form that does not.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import dromio.server

from .asking import Rig
from .conftest import rigged
from .tour import ROUTES, Asked, World

FILE = Path(dromio.server.__file__).with_name("openapi_examples.json")
_MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "2026-11-21T03:30:00.004512Z"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "9f" * 32),
    (re.compile(r"\b[0-9a-f]{24}\b"), "4f6d7b0a9c1e2d3f4a5b6c7d"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "4f6d7b0a9c1e2d3f"),
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def recorded(rig: Rig) -> dict[str, Any]:
    """An exchange for every operation, the same from every new server."""
    world = World(rig, "lee", "people")
    known: dict[str, str] = {}
    return {name: _exchange(world, name, asked, known) for name, asked in world.requests().items()}


def _exchange(world: World, name: str, asked: Asked, known: dict[str, str]) -> dict[str, Any]:
    answer = world.ask(name, asked)
    assert answer.status == ROUTES[name][1].status, (name, answer.body)
    found: dict[str, Any] = {"path": asked.path, "query": asked.query}
    if asked.raw is not None:
        found |= {"body": asked.raw.decode(), "body_type": "application/x-ndjson"}
    elif asked.body is not None:
        found["body"] = asked.body
    found |= {"status": answer.status, "type": answer.headers["content-type"], "reply": _reply(name, answer.body)}
    plain: dict[str, Any] = _steady(found, known)
    return plain


def _reply(name: str, body: bytes) -> Any:
    if name == "metrics":
        return 'dromio_requests_total{route="resolve",method="POST",status="200"} 3\n'
    plain = json.loads(body)
    return {"openapi": plain["openapi"], "info": plain["info"], "paths": {}} if name == "openapi" else plain


def _steady(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _steady(_hidden(name, inner), known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_steady(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    for pattern, shown in _MASKS:
        value = pattern.sub(shown, value)
    return _UUID.sub(lambda found: known.setdefault(found[0], f"{len(known) + 1:08}-0000-4000-8000-{0:012}"), value)


def _hidden(name: str, value: Any) -> Any:
    """What stands for a text that is made up anew each time; every other value as it is."""
    if name == "key_id":
        return "DROMK2M4N6P2Q4R6S2T4" if value.startswith("DROM") else "k2m4n6p2q4r6s2t4"
    made_up = {"credential": "key:k2m4n6p2q4r6s2t4", "secret": "…", "next": "…"}
    return made_up.get(name, value) if isinstance(value, str) else value


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder, rigged(f"sqlite:///{folder}/store.db", Path(folder)) as rig:
        text = json.dumps(recorded(rig), indent=1, ensure_ascii=False, sort_keys=True)
        FILE.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
