"""A small model with every part, as plain data."""

from __future__ import annotations

import copy
from typing import Any

_DOCUMENT: dict[str, Any] = {
    "format": "dromio/1",
    "name": "customers",
    "link_type": "link_and_dedupe",
    "attributes": [
        {"name": "name", "type": "person_name", "inputs": [{"columns": {"given": "first", "family": "last"}}]},
        {
            "name": "mail",
            "type": "email",
            "inputs": [
                {"columns": {"value": "e-mail"}, "label": "home"},
                {"columns": {"value": "e-mail 2"}, "label": "work"},
            ],
            "placeholders": ["to be advised"],
        },
    ],
    "keys": [{"fields": ["name.family", "prefix(name.given, 1)"], "max_block": 50, "split_by": ["name.middle"]}],
    "comparisons": [
        {
            "name": "given name",
            "attribute": "name",
            "null_when": "missing(given)",
            "levels": [
                {"label": "same", "when": "equal(given)", "m": 0.9, "u": 0.01, "term_frequency": "given"},
                {"label": "else", "m": 0.1, "u": 0.99},
            ],
            "shared": 0.05,
        }
    ],
    "prior": {"match": 0.001, "related": 0.0001},
    "frequencies": {"name.given": {"mean": 0.01, "other": 0.001, "values": {"anna": 0.02}}},
    "words": {"name.family": {"other": 9.5, "values": {"smith": 3.0}}},
    "guards": [{"field": "mail.address", "values": ["info@example.com"], "reason": "shared by 900 records"}],
    "thresholds": {"match": 1.5, "review": -2.0},
    "clustering": {"method": "average_link", "unseen": -1.5, "one_to_one": True},
    "survivorship": [{"attribute": "name", "rules": ["most_frequent", "smallest"]}],
    "source_rank": ["crm", "shop"],
    "recency": "updated",
}


def document() -> dict[str, Any]:
    """A fresh copy."""
    return copy.deepcopy(_DOCUMENT)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with one thing set, by dotted path; added where it is not there."""
    made: Any = document()
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    inside = made
    for part in parents:
        inside = inside[part]
    inside[last] = value
    return made  # type: ignore[no-any-return]
