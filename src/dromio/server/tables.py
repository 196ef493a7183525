"""Tables of the server itself: keys, the audit log, and replies kept for idempotency keys."""

from __future__ import annotations

from dromio.store.database import Database, only
from dromio.store.errors import StoreError

VERSION = 1
_LOCK = 0x64726F6D7365
_STATEMENTS = (
    """
    CREATE TABLE IF NOT EXISTS api_keys (
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
    CREATE TABLE IF NOT EXISTS signing_keys (
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
    CREATE TABLE IF NOT EXISTS audit_log (
        number {bigint} PRIMARY KEY,
        event TEXT NOT NULL,
        hash TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS kept_replies (
        scope TEXT PRIMARY KEY,
        request TEXT NOT NULL,
        sealed TEXT,
        expires_at {bigint} NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS kept_replies_by_age ON kept_replies (expires_at)",
)
_KEEP_SQLITE = """
CREATE TRIGGER IF NOT EXISTS audit_log_no_{event} BEFORE {event} ON audit_log
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
    with database.write() as transaction:
        transaction.hold([_LOCK])
        transaction.run("CREATE TABLE IF NOT EXISTS server_tables (version INTEGER PRIMARY KEY)")
        found = int(only(transaction.rows("SELECT coalesce(max(version), 0) FROM server_tables")))
        if found > VERSION:
            raise StoreError(f"the server's tables have version {found}; this program knows versions up to {VERSION}")
        if found == VERSION:
            return
        for statement in (*_STATEMENTS, *_append_only(database)):
            transaction.run(statement.replace("{bigint}", database.dialect["bigint"]))
        transaction.run("INSERT INTO server_tables (version) VALUES (?)", VERSION)


def _append_only(database: Database) -> tuple[str, ...]:
    """The database itself refuses to change the audit log."""
    if database.dialect["clustered"]:
        return tuple(_KEEP_SQLITE.format(event=event) for event in ("UPDATE", "DELETE"))
    return _KEEP_POSTGRES
