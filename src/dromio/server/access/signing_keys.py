"""Keys for signed requests. The server must know their secrets to check a signature, so it keeps them encrypted.

The key of the encryption is the master key, which is never in the database.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from dromio.server.access.api_keys import KeyRow, all_rows, as_row, new_id, new_row, revoke
from dromio.server.errors import CredentialError
from dromio.server.roles import Grants, Principal, grant_texts
from dromio.server.vault import Vault
from dromio.store import clock
from dromio.store.database import Database

_USE = "signing key"
_COLUMNS = "key_id, name, grants, created_at, expires_at, revoked_at, sealed"


class SigningKeys:
    """The signing keys of a server."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], int] = clock.now) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def create(self, name: str, grants: Grants, expires_at: int | None = None) -> tuple[KeyRow, str]:
        """A new key and its secret, which is not shown again."""
        key_id, secret = f"DROM{new_id().upper()}", secrets.token_urlsafe(30)
        row = new_row(key_id, name, grants, self._now(), expires_at)
        sealed = self._vault.seal(_USE, secret.encode(), key_id)
        insert = """
        INSERT INTO signing_keys (key_id, name, sealed, grants, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)
        """
        with self._database.write() as transaction:
            transaction.run(insert, key_id, name, sealed, json.dumps(grant_texts(grants)), row.created_at, expires_at)
        return row, secret

    def find(self, key_id: str) -> tuple[Principal, str]:
        """Who signs with this key, and its secret. Raises CredentialError."""
        with self._database.read() as transaction:
            rows = transaction.rows(f"SELECT {_COLUMNS} FROM signing_keys WHERE key_id = ?", key_id)
        if not rows:
            raise CredentialError("unknown signing key")
        row = as_row(rows[0][:6])
        if not row.is_valid(self._now()):
            raise CredentialError("revoked signing key" if row.revoked_at else "expired signing key")
        return row.principal("signing-key"), self._vault.open(_USE, str(rows[0][6]), key_id).decode()

    def rows(self) -> list[KeyRow]:
        """All keys there ever were, by age."""
        return all_rows(self._database, "signing_keys")

    def revoke(self, key_id: str) -> None:
        """End a key. Raises UnknownError."""
        revoke(self._database, "signing_keys", key_id, self._now())
