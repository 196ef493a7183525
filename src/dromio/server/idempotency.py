"""Idempotency keys: asking again with the same key gives the same reply, and does nothing twice.

Replies are kept once work has begun, whatever came out of it; a request that was refused before, or that says that
nothing was done, may be sent again. A request whose process died in its middle is done again: what it does must
bear that, as all writes of records do.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from dromio.server.errors import KeyBusyError, KeyReuseError, RequestError
from dromio.server.vault import Vault
from dromio.store import clock
from dromio.store.database import Database

_USE = "kept reply"
LONGEST = 255
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply as it was sent."""

    status: int
    body: bytes
    media_type: str


class KeptReplies:
    """Replies by key and by who asked for what, for a while."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        keep_seconds: float,
        work_seconds: float,
        now: Callable[[], int] = clock.now,
    ) -> None:
        self._database = database
        self._vault = vault
        self._keep = int(keep_seconds * _SECOND)
        self._work = int(work_seconds * _SECOND)
        self._now = now

    def scope(self, key: str, *asked: str) -> str:
        """What a key counts for: one principal, one address. Raises RequestError for a key that is none."""
        if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
            raise RequestError(f"Idempotency-Key must be 1 to {LONGEST} printable ASCII characters")
        return self._vault.digest(_USE, key, *asked).hex()

    def begin(self, scope: str, request: bytes) -> Kept | None:
        """The reply of the same request before; None where it is to be done now, and then ended or dropped.

        Raises KeyReuseError for another request, KeyBusyError while the first one is being worked on.
        """
        digest = self._vault.digest(_USE, request).hex()
        now = self._now()
        with self._database.write() as transaction:
            transaction.run("DELETE FROM kept_replies WHERE expires_at < ?", now)
            insert = """
            INSERT INTO kept_replies (scope, request, expires_at) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING scope
            """
            if transaction.rows(insert, scope, digest, now + self._work):
                return None
            rows = transaction.rows("SELECT request, sealed FROM kept_replies WHERE scope = ?", scope)
        if not rows:
            raise KeyBusyError
        found, sealed = rows[0]
        if found != digest:
            raise KeyReuseError
        if sealed is None:
            raise KeyBusyError
        return _kept(self._vault.open(_USE, sealed, scope))

    def end(self, scope: str, reply: Kept) -> None:
        """Keep the reply."""
        content = [reply.status, base64.b64encode(reply.body).decode(), reply.media_type]
        sealed = self._vault.seal(_USE, json.dumps(content).encode(), scope)
        update = "UPDATE kept_replies SET sealed = ?, expires_at = ? WHERE scope = ?"
        with self._database.write() as transaction:
            transaction.run(update, sealed, self._now() + self._keep, scope)

    def drop(self, scope: str) -> None:
        """Forget a request of which nothing was done."""
        with self._database.write() as transaction:
            transaction.run("DELETE FROM kept_replies WHERE scope = ?", scope)


def _kept(content: bytes) -> Kept:
    status, body, media_type = json.loads(content)
    return Kept(int(status), base64.b64decode(body), str(media_type))
