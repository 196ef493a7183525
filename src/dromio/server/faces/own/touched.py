"""How the audit log names what was touched: entity ids as they are, record keys as keyed hashes.

The key of a record may be an e-mail address, and the log is for ever; who knows a key can still find its entries.
"""

from __future__ import annotations

from collections.abc import Iterable

from dromio.server.service import Call

_USE = "record in the audit log"
_DIGITS = 24


def record_token(call: Call, source: str, unique_id: str) -> str:
    """The name of a record in the audit log."""
    return f"record:{call.service.vault.digest(_USE, call.domain.name, source, unique_id).hex()[:_DIGITS]}"


def entity_tokens(*entities: int | None) -> tuple[str, ...]:
    """The names of entities in the audit log."""
    return tuple(f"entity:{entity}" for entity in entities if entity is not None)


def record_tokens(call: Call, keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names of records in the audit log."""
    return tuple(record_token(call, *key) for key in keys)
