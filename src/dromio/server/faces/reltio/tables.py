"""Tables of this face, in the database of the identity store, made in numbered steps.

What is kept for an entity goes in the same transaction in which the store ends or erases it.
"""

from __future__ import annotations

from dromio.store.database import Database
from dromio.store.tables import take_steps

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE reltio_tenants (
            domain TEXT PRIMARY KEY
        )
        """,
        """
        CREATE TABLE reltio_configurations (
            version {serial},
            domain TEXT NOT NULL,
            entity_type TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('attributes', 'groups', 'skipped')),
            document TEXT NOT NULL,
            valid_from {bigint} NOT NULL
        )
        """,
        "CREATE INDEX reltio_configurations_by_domain ON reltio_configurations (domain, version)",
        """
        CREATE TABLE reltio_documents (
            domain TEXT NOT NULL,
            entity_id {bigint} NOT NULL,
            version {bigint} NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (domain, entity_id)
        )
        """,
        """
        CREATE TABLE reltio_tokens (
            domain TEXT NOT NULL,
            phrase TEXT NOT NULL,
            entity_id {bigint} NOT NULL,
            match_group TEXT NOT NULL,
            PRIMARY KEY (domain, phrase, entity_id, match_group)
        )
        """,
        "CREATE INDEX reltio_tokens_by_entity ON reltio_tokens (domain, entity_id)",
        """
        CREATE TABLE reltio_overcollisioned (
            domain TEXT NOT NULL,
            phrase TEXT NOT NULL,
            PRIMARY KEY (domain, phrase)
        )
        """,
    ),
)
"""Statements of each step."""
_OF_ENTITY = "".join(
    f"""
    DELETE FROM {table} WHERE entity_id = NEW.entity_id
    AND domain = (SELECT name FROM domains WHERE domain_id = NEW.domain_id);
    """
    for table in ("reltio_documents", "reltio_tokens")
)
_FOLLOW_SQLITE = (
    f"""
    CREATE TRIGGER IF NOT EXISTS reltio_follows AFTER UPDATE OF state ON entities WHEN NEW.state IN ('ended', 'erased')
    BEGIN {_OF_ENTITY} END
    """,
)
_FOLLOW_POSTGRES = (
    f"""
    CREATE OR REPLACE FUNCTION reltio_follow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {_OF_ENTITY} RETURN NULL; END $$
    """,
    """
    CREATE OR REPLACE TRIGGER reltio_follows AFTER UPDATE OF state ON entities FOR EACH ROW
    WHEN (NEW.state IN ('ended', 'erased')) EXECUTE FUNCTION reltio_follow()
    """,
)


def prepare_tables(database: Database) -> None:
    """Make what is missing. Raises StoreError for tables of a newer program."""
    follow = _FOLLOW_SQLITE if database.dialect["clustered"] else _FOLLOW_POSTGRES
    take_steps(database, "reltio", "match groups", (*STEPS, follow))
