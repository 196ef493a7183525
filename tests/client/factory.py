"""A small trained model, people for it, and a server that is a script."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dromio.client.calls import Caller
from dromio.client.connections import Answer

ANN = {"given": "Ann", "family": "Lee", "email": "ann.lee@example.org"}
ANN_ELSEWHERE = ANN | {"email": "ann@work.example"}
BOB = {"given": "Bob", "family": "Ray", "email": "bob.ray@example.org"}


def document() -> dict[str, Any]:
    """A model: an equal email makes a match, an equal name alone a pair for review."""
    return {
        "format": "dromio/1",
        "attributes": [
            {
                "name": "name",
                "type": "person_name",
                "inputs": [{"columns": {"given": "given", "family": "family"}}],
            },
            {"name": "email", "type": "email", "inputs": [{"columns": {"value": "email"}}]},
        ],
        "keys": [{"fields": ["email.address"]}, {"fields": ["name.given", "name.family"]}],
        "comparisons": [
            _comparison("name", "family", "equal(given, family)", 0.8, 0.01),
            _comparison("email", "address", "equal(address)", 0.6, 0.0001),
        ],
        "prior": {"match": 0.005},
        "thresholds": {"match": 0.5, "review": -3},
    }


def _comparison(attribute: str, field: str, when: str, m: float, u: float) -> dict[str, Any]:
    levels = [{"label": when, "when": when, "m": m, "u": u}, {"label": "else", "m": 1 - m, "u": 1 - u}]
    return {
        "name": attribute,
        "attribute": attribute,
        "null_when": f"missing({field})",
        "levels": levels,
        "shared": 0.9,
    }


class Script:
    """In the place of connections: gives what it is told, one after another, and keeps what was sent."""

    def __init__(self, *given: Answer | Exception) -> None:
        self.given = list(given)
        self.sent: list[tuple[str, str, dict[str, str], bytes | None]] = []

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        self.sent.append((method, target, dict(headers), body))
        one = self.given.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    def close(self) -> None:
        """Nothing is open."""


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode())


def refusal(status: int, tag: str, *, faults: Iterable[Mapping[str, str]] = (), **headers: str) -> Answer:
    body = {"type": f"urn:dromio:problem:{tag}", "title": "No", "status": status, "request_id": "r1"}
    media = {"content_type": "application/problem+json"}
    return answer(body | ({"faults": list(faults)} if faults else {}), status, **(media | headers))


def caller(script: Script, waits: list[float], attempts: int = 4) -> Caller:
    """A caller that talks to a script, and notes how long it would wait."""
    return Caller(script, "", "dromio_secret", attempts, waits.append)  # type: ignore[arg-type]
