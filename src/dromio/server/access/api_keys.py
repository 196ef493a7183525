"""API keys: random, shown once, kept as digests.

A key is `dromio_ID_SECRET`. The identifier finds the row and may be shown; the secret has 256 bits, so a fast keyed
digest protects it.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from dromio.errors import UnknownError, UsageError
from dromio.server.errors import CredentialError
from dromio.server.roles import Grants, Principal, grant_texts, parse_grants
from dromio.server.vault import Vault
from dromio.store import clock
from dromio.store.database import Database

_USE = "api key"
_FORM = re.compile(r"dromio_([a-z2-7]{16})_([0-9a-f]{64})")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_COLUMNS = "key_id, name, grants, created_at, expires_at, revoked_at"
_MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What may be told of a key."""

    key_id: str
    name: str
    grants: Grants
    created_at: int
    expires_at: int | None
    revoked_at: int | None

    def principal(self, kind: str) -> Principal:
        """Who calls with this key."""
        return Principal(self.name, f"{kind}:{self.key_id}", self.grants)

    def is_valid(self, now: int) -> bool:
        """Whether the key may still be used."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class ApiKeys:
    """The API keys of a server."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], int] = clock.now) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def create(self, name: str, grants: Grants, expires_at: int | None = None) -> tuple[KeyRow, str]:
        """A new key and its text, which cannot be had again."""
        key_id, secret = new_id(), secrets.token_hex(32)
        row = new_row(key_id, name, grants, self._now(), expires_at)
        digest = self._vault.digest(_USE, key_id, secret).hex()
        insert = "INSERT INTO api_keys (key_id, name, digest, grants, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
        with self._database.write() as transaction:
            transaction.run(insert, key_id, name, digest, json.dumps(grant_texts(grants)), row.created_at, expires_at)
        return row, f"dromio_{key_id}_{secret}"

    def check(self, text: str) -> Principal:
        """Who the key belongs to. Raises CredentialError."""
        match = _FORM.fullmatch(text)
        if not match:
            raise CredentialError("malformed key")
        key_id, secret = match.groups()
        query = f"SELECT {_COLUMNS}, digest FROM api_keys WHERE key_id = ?"
        with self._database.read() as transaction:
            rows = transaction.rows(query, key_id)
        expected = rows[0][6] if rows else "0" * 64
        found = self._vault.digest(_USE, key_id, secret).hex()
        if not hmac.compare_digest(found, expected) or not rows:
            raise CredentialError("unknown key")
        row = as_row(rows[0][:6])
        if not row.is_valid(self._now()):
            raise CredentialError("revoked key" if row.revoked_at else "expired key")
        return row.principal("key")

    def rows(self) -> list[KeyRow]:
        """All keys there ever were, by age."""
        return all_rows(self._database, "api_keys")

    def revoke(self, key_id: str) -> None:
        """End a key. Raises UnknownError."""
        revoke(self._database, "api_keys", key_id, self._now())


def new_id() -> str:
    """A random identifier of 80 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


def new_row(key_id: str, name: str, grants: Grants, now: int, expires_at: int | None) -> KeyRow:
    """A row for a new key. Raises UsageError for one that nobody could use or tell apart."""
    if not 0 < len(name) <= _MOST_NAME or not name.isprintable():
        raise UsageError(f"a key needs a name of 1 to {_MOST_NAME} printable characters")
    if not grants:
        raise UsageError("a key needs at least one grant")
    if expires_at is not None and expires_at <= now:
        raise UsageError("a key must expire in the future")
    return KeyRow(key_id, name, grants, now, expires_at, None)


def as_row(row: tuple[object, ...]) -> KeyRow:
    """What is stored of a key, in the order of its columns."""
    key_id, name, grants, created_at, expires_at, revoked_at = row
    return KeyRow(
        str(key_id),
        str(name),
        parse_grants(json.loads(str(grants))),
        int(str(created_at)),
        None if expires_at is None else int(str(expires_at)),
        None if revoked_at is None else int(str(revoked_at)),
    )


def all_rows(database: Database, table: str) -> list[KeyRow]:
    """All rows of one of the two tables of keys, by age."""
    with database.read() as transaction:
        return [as_row(row) for row in transaction.rows(f"SELECT {_COLUMNS} FROM {table} ORDER BY created_at, key_id")]


def revoke(database: Database, table: str, key_id: str, now: int) -> None:
    """End a key of one of the two tables; ending it again changes nothing. Raises UnknownError."""
    update = f"UPDATE {table} SET revoked_at = coalesce(revoked_at, ?) WHERE key_id = ? RETURNING key_id"
    with database.write() as transaction:
        if not transaction.rows(update, now, key_id):
            raise UnknownError("there is no such key")
