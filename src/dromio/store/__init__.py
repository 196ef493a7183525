"""The identity store: records resolved in real time, in any order, and undone.

from dromio import store

with store.open("sqlite:///customers.db") as customers:
    people = customers.create_domain("people", model)
    people.resolve("crm", "42", {"first_name": "Ann", "email": "ann@example.org"}).entity_id
"""

from __future__ import annotations

from dromio.errors import BusyError, ConflictError, StoreError, UnknownError
from dromio.store.delivered import Delivery
from dromio.store.domain import Domain
from dromio.store.resolution import Candidate, Resolution
from dromio.store.store import Store
from dromio.store.store import open_store as open
from dromio.store.tombstones import Tombstones

__all__ = [
    "BusyError",
    "Candidate",
    "ConflictError",
    "Delivery",
    "Domain",
    "Resolution",
    "Store",
    "StoreError",
    "Tombstones",
    "UnknownError",
    "open",
]
