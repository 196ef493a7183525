"""Versions and trials in few words."""

from __future__ import annotations

from typing import Any

from ...asking import Rig
from .conftest import CRM, DOMAIN, SHOP, ZONE

TESTING = f"/younite/zones/{ZONE}/adaptors/{CRM}/matching-testing"
VERSIONS = f"/younite/domains/{DOMAIN}/versions"


def schema(keys: list[str]) -> dict[str, Any]:
    """A schema in which `active` is a truth value and everything else a text."""
    return {"properties": {key: {"type": "boolean" if key == "active" else "string"} for key in keys}}


def version_of(rig: Rig, algorithm: Any, keys: list[str]) -> str:
    """Uuid of a new version."""
    body = {"modelSchema": schema(keys), "drKeyProperties": keys}
    answer = rig.ask("POST", VERSIONS, body | ({} if algorithm is None else {"matchingAlgorithm": algorithm}))
    assert answer.status == 201, answer.body
    return str(answer.json["uuid"])


def tried(
    rig: Rig,
    algorithm: Any,
    source: dict[str, Any],
    *destinations: dict[str, Any],
    adaptor: str = SHOP,
    keys: list[str] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """The answer of a trial of an algorithm, by a new version."""
    names = keys or sorted({*source, *(name for one in destinations for name in one)})
    body = {
        "domainVersionUuid": version_of(rig, algorithm, names),
        "drKey": source,
        "testDrKeys": [{"adaptorUuid": adaptor, "drKey": one} for one in destinations],
    }
    answer = rig.ask("POST", TESTING + query, body)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found
