"""Tables of the contact centre, in the database of the identity store, made in numbered steps.

What tells of a person stands in `cc_identifiers`, `cc_interactions` and the masked texts of the queues, and nowhere
else: keys, flags and evidence are keyed hashes.
"""

from __future__ import annotations

from dromio.store.database import Database
from dromio.store.tables import steps_taken, take_steps

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE cc_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        # `root`: the identity that a merged one has become; its own number while it lives.
        """
        CREATE TABLE cc_identities (
            identity {serial},
            customer_id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('LIVE', 'MERGED', 'ERASED')),
            root {bigint} NOT NULL,
            shared INTEGER NOT NULL DEFAULT 0,
            most_names INTEGER NOT NULL,
            version INTEGER NOT NULL DEFAULT 1,
            interactions INTEGER NOT NULL DEFAULT 0,
            first_seen {bigint} NOT NULL,
            last_seen {bigint} NOT NULL,
            certificate TEXT
        )
        """,
        "CREATE INDEX cc_identities_by_root ON cc_identities (root)",
        """
        CREATE TABLE cc_identifiers (
            identity {bigint} NOT NULL REFERENCES cc_identities,
            type TEXT NOT NULL,
            value TEXT NOT NULL,
            shown TEXT NOT NULL,
            quality TEXT NOT NULL,
            channel TEXT NOT NULL,
            first_seen {bigint} NOT NULL,
            last_seen {bigint} NOT NULL,
            seen INTEGER NOT NULL,
            PRIMARY KEY (identity, type, value)
        )
        """,
        "CREATE INDEX cc_identifiers_by_value ON cc_identifiers (type, value)",
        """
        CREATE TABLE cc_keys (
            hash {bigint} NOT NULL,
            identity {bigint} NOT NULL REFERENCES cc_identities,
            PRIMARY KEY (hash, identity)
        )
        """,
        "CREATE INDEX cc_keys_by_identity ON cc_keys (identity)",
        """
        CREATE TABLE cc_flags (
            hash {bigint} NOT NULL PRIMARY KEY,
            flagged INTEGER NOT NULL,
            most_names INTEGER NOT NULL,
            item {bigint}
        )
        """,
        """
        CREATE TABLE cc_interactions (
            interaction {serial},
            identity {bigint} REFERENCES cc_identities,
            conversation_id TEXT,
            participant_id TEXT,
            media TEXT NOT NULL,
            started_at {bigint} NOT NULL,
            ended_at {bigint},
            told TEXT NOT NULL,
            tag TEXT,
            UNIQUE (conversation_id, participant_id)
        )
        """,
        "CREATE INDEX cc_interactions_by_identity ON cc_interactions (identity)",
        """
        CREATE TABLE cc_events (
            event_key TEXT PRIMARY KEY,
            identity {bigint},
            compared {bigint},
            answer TEXT NOT NULL,
            at {bigint} NOT NULL
        )
        """,
        "CREATE INDEX cc_events_by_identity ON cc_events (identity)",
        "CREATE INDEX cc_events_by_compared ON cc_events (compared)",
        """
        CREATE TABLE cc_merges (
            merge_id {serial},
            survivor {bigint} NOT NULL,
            loser {bigint} NOT NULL,
            members TEXT NOT NULL,
            author TEXT NOT NULL,
            reason TEXT NOT NULL,
            merged_at {bigint} NOT NULL,
            undone_at {bigint}
        )
        """,
        "CREATE INDEX cc_merges_by_loser ON cc_merges (loser)",
        "CREATE INDEX cc_merges_by_survivor ON cc_merges (survivor)",
        """
        CREATE TABLE cc_apart (
            left_id {bigint} NOT NULL,
            right_id {bigint} NOT NULL,
            author TEXT NOT NULL,
            at {bigint} NOT NULL,
            PRIMARY KEY (left_id, right_id)
        )
        """,
        "CREATE INDEX cc_apart_by_right ON cc_apart (right_id)",
        """
        CREATE TABLE cc_pending (
            item {serial},
            left_id {bigint} NOT NULL REFERENCES cc_identities,
            right_id {bigint} NOT NULL REFERENCES cc_identities,
            score DOUBLE PRECISION NOT NULL,
            reason TEXT NOT NULL,
            evidence TEXT NOT NULL,
            status TEXT NOT NULL CHECK (
                status IN ('OPEN', 'CONSENT_REQUESTED', 'APPROVED', 'DECLINED', 'EXPIRED', 'CANCELLED')
            ),
            created_at {bigint} NOT NULL,
            decided_at {bigint},
            decided_by TEXT,
            channel TEXT,
            consent_text TEXT,
            CHECK (left_id < right_id)
        )
        """,
        """
        CREATE UNIQUE INDEX cc_pending_open ON cc_pending (left_id, right_id)
        WHERE status IN ('OPEN', 'CONSENT_REQUESTED')
        """,
        "CREATE INDEX cc_pending_by_right ON cc_pending (right_id)",
        """
        CREATE TABLE cc_review (
            item {serial},
            kind TEXT NOT NULL CHECK (kind IN ('IDENTITY', 'IDENTIFIER')),
            identity {bigint},
            hash {bigint},
            subject TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('OPEN', 'CLEARED', 'CONFIRMED', 'CANCELLED')),
            created_at {bigint} NOT NULL,
            decided_at {bigint},
            decided_by TEXT
        )
        """,
        "CREATE INDEX cc_review_open ON cc_review (item) WHERE status = 'OPEN'",
        """
        CREATE TABLE cc_outbox (
            tag_id {serial},
            conversation_id TEXT NOT NULL,
            participant_id TEXT NOT NULL,
            media TEXT NOT NULL,
            attributes TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('WAITING', 'SENT', 'DROPPED', 'DEAD')),
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at {bigint} NOT NULL,
            last_status INTEGER,
            created_at {bigint} NOT NULL
        )
        """,
        "CREATE INDEX cc_outbox_waiting ON cc_outbox (due_at) WHERE state = 'WAITING'",
        "CREATE INDEX cc_outbox_by_conversation ON cc_outbox (conversation_id)",
    ),
)
TABLES = (
    "cc_outbox",
    "cc_review",
    "cc_pending",
    "cc_apart",
    "cc_merges",
    "cc_events",
    "cc_interactions",
    "cc_flags",
    "cc_keys",
    "cc_identifiers",
    "cc_identities",
)
"""All tables with data, in an order in which they can be emptied."""


def prepare_tables(database: Database) -> None:
    """Make what is missing. Raises StoreError for tables of a newer program."""
    take_steps(database, "cc", "the contact centre", STEPS)


def are_there(database: Database) -> bool:
    """Whether there has ever been a contact centre in the database."""
    return steps_taken(database, "cc")
