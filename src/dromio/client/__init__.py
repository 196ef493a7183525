"""A server from Python: the calls of its API as methods, its refusals as errors.

from dromio.client import Client

with Client("http://127.0.0.1:8080", key="dromio_…") as client:
    people = client.domain("people")
    found = people.resolve("crm", "42", {"given": "Ann", "family": "Lee"})

Nothing but the standard library is imported.
"""

from __future__ import annotations

from dromio.client.client import Client
from dromio.client.domain import Domain
from dromio.client.errors import (
    AccessError,
    RefusedInputError,
    RefusedModelError,
    RefusedUsageError,
    ServerError,
    UnavailableError,
    UncertainError,
)

__all__ = [
    "AccessError",
    "Client",
    "Domain",
    "RefusedInputError",
    "RefusedModelError",
    "RefusedUsageError",
    "ServerError",
    "UnavailableError",
    "UncertainError",
]
