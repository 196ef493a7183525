"""Parse, plan and explain: pure functions from a body to an answer."""

from __future__ import annotations

from typing import Any

from dromio.language import (
    Algorithm,
    explain_algorithm,
    plan_candidates,
    plan_to_document,
    print_algorithm,
    to_document,
    to_json,
)
from dromio.server.faces.younite.members import Members
from dromio.server.faces.younite.versions import read_algorithm, warning_list


def parse_text(body: object) -> dict[str, Any]:
    """The algorithm of a text, its canonical text, and warnings. Raises MalformedError."""
    members = Members(body, "", [])
    members.text("text", required=True)
    members.done()
    algorithm = read_algorithm(members, "text")
    members.done()
    if algorithm is None:  # pragma: no cover - a text is either an algorithm or has faults
        return {}
    return {
        "algorithm": to_json(algorithm),
        "canonicalText": print_algorithm(algorithm),
        "warnings": warning_list(algorithm),
    }


def plan_of(body: object) -> dict[str, Any]:
    """How candidates are found, for one source or for any. Raises MalformedError."""
    members = Members(body, "", [])
    algorithm, keys, schema = _rules(members)
    source = members.object("sourceDrKey") if members.any("sourceDrKey") is not None else None
    members.done()
    return plan_to_document(plan_candidates(algorithm, source, key_properties=keys, schema=schema))


def explanation_of(body: object) -> dict[str, Any]:
    """Value, measure and truth of every step, and the points of every line. Raises MalformedError."""
    members = Members(body, "", [])
    algorithm, keys, schema = _rules(members)
    source, destination = (members.object(name, required=True) for name in ("source", "destination"))
    members.done()
    found = explain_algorithm(algorithm, source, destination, key_properties=keys, schema=schema)
    document: dict[str, Any] = to_document(found)
    return document


def _rules(members: Members) -> tuple[Algorithm | None, tuple[str, ...], dict[str, Any] | None]:
    """The algorithm, and the key properties and schema where they are given; without an algorithm the keys count."""
    schema = members.object("modelSchema") or None
    names = members.list("drKeyProperties", required=members.any("algorithm") is None)
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            members.fault(f"drKeyProperties[{index}]", "WRONG_TYPE", "must be a text that is not empty")
    members.done()
    algorithm = read_algorithm(members, "algorithm", tuple(names) or None, schema)
    return algorithm, tuple(names), schema
