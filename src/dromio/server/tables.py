"""Tables of the server itself: keys, the audit log, and replies kept for idempotency keys."""

from __future__ import annotations

from dromio.store.database import Database
from dromio.store.tables import take_steps

_STATEMENTS = (
    """
    CREATE TABLE api_keys (
        key_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        grants TEXT NOT NULL,
        created_at {bigint} NOT NULL,
        expires_at {bigint},
        revoked_at {bigint}
    )
    """,
    """
    CREATE TABLE signing_keys (
        key_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        sealed TEXT NOT NULL,
        grants TEXT NOT NULL,
        created_at {bigint} NOT NULL,
        expires_at {bigint},
        revoked_at {bigint}
    )
    """,
    """
    CREATE TABLE audit_log (
        number {bigint} PRIMARY KEY,
        event TEXT NOT NULL,
        hash TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE kept_replies (
        scope TEXT PRIMARY KEY,
        request TEXT NOT NULL,
        sealed TEXT,
        expires_at {bigint} NOT NULL
    )
    """,
    "CREATE INDEX kept_replies_by_age ON kept_replies (expires_at)",
)
_KEEP_SQLITE = """
CREATE TRIGGER audit_log_no_{event} BEFORE {event} ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END
"""
_KEEP_POSTGRES = (
    """
    CREATE OR REPLACE FUNCTION audit_log_keeps() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append only'; END $$
    """,
    """
    CREATE OR REPLACE TRIGGER audit_log_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_keeps()
    """,
)


def prepare_tables(database: Database) -> None:
    """Make the tables where they are missing. Raises StoreError for tables of a newer program."""
    take_steps(database, "server", "the server", ((*_STATEMENTS, *_append_only(database)),))


def _append_only(database: Database) -> tuple[str, ...]:
    """The database itself refuses to change the audit log."""
    if database.dialect["clustered"]:
        return tuple(_KEEP_SQLITE.format(event=event) for event in ("UPDATE", "DELETE"))
    return _KEEP_POSTGRES
