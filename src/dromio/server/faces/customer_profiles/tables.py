"""Tables of this face, in the database of the identity store, made in numbered steps."""

from __future__ import annotations

from dromio.store.database import Database
from dromio.store.tables import take_steps

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE cp_domains (
            domain_id {serial},
            name TEXT NOT NULL UNIQUE,
            document TEXT NOT NULL,
            created_at {bigint} NOT NULL,
            updated_at {bigint} NOT NULL
        )
        """,
        """
        CREATE TABLE cp_object_types (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            name TEXT NOT NULL,
            document TEXT NOT NULL,
            created_at {bigint} NOT NULL,
            updated_at {bigint} NOT NULL,
            PRIMARY KEY (domain_id, name)
        )
        """,
        """
        CREATE TABLE cp_profiles (
            number {serial},
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            profile_id TEXT NOT NULL,
            document TEXT NOT NULL,
            created_at {bigint} NOT NULL,
            updated_at {bigint} NOT NULL,
            match_id TEXT,
            rule_level INTEGER,
            UNIQUE (domain_id, profile_id)
        )
        """,
        "CREATE INDEX cp_profiles_by_match ON cp_profiles (domain_id, match_id)",
        """
        CREATE TABLE cp_keys (
            number {bigint} NOT NULL REFERENCES cp_profiles,
            domain_id {bigint} NOT NULL,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('field', 'given')),
            PRIMARY KEY (number, name, value, origin)
        )
        """,
        "CREATE INDEX cp_keys_by_value ON cp_keys (domain_id, name, value)",
        """
        CREATE TABLE cp_objects (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            object_type TEXT NOT NULL,
            unique_key TEXT NOT NULL,
            number {bigint},
            content TEXT NOT NULL,
            recency {bigint} NOT NULL,
            received_at {bigint} NOT NULL,
            PRIMARY KEY (domain_id, object_type, unique_key)
        )
        """,
        "CREATE INDEX cp_objects_by_profile ON cp_objects (number)",
        """
        CREATE TABLE cp_level_keys (
            number {bigint} NOT NULL REFERENCES cp_profiles,
            domain_id {bigint} NOT NULL,
            level INTEGER NOT NULL,
            key {bigint} NOT NULL,
            PRIMARY KEY (number, level, key)
        )
        """,
        "CREATE INDEX cp_level_keys_by_key ON cp_level_keys (domain_id, key)",
        """
        CREATE TABLE cp_groups (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            match_id TEXT NOT NULL,
            level INTEGER NOT NULL,
            created_at {bigint} NOT NULL,
            PRIMARY KEY (domain_id, match_id)
        )
        """,
        """
        CREATE TABLE cp_jobs (
            job_id TEXT PRIMARY KEY,
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            status TEXT NOT NULL,
            starts_at {bigint} NOT NULL,
            updated_at {bigint} NOT NULL,
            document TEXT NOT NULL
        )
        """,
        "CREATE INDEX cp_jobs_by_domain ON cp_jobs (domain_id, starts_at)",
        """
        CREATE TABLE cp_matches (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            job_id TEXT NOT NULL,
            place INTEGER NOT NULL,
            match_id TEXT NOT NULL,
            score DOUBLE PRECISION NOT NULL,
            profile_id TEXT NOT NULL,
            PRIMARY KEY (domain_id, job_id, place, profile_id)
        )
        """,
        """
        CREATE TABLE cp_history (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            place {serial},
            profile_id TEXT NOT NULL,
            id TEXT NOT NULL,
            created_at {bigint} NOT NULL,
            action TEXT NOT NULL,
            document TEXT NOT NULL
        )
        """,
        "CREATE INDEX cp_history_by_profile ON cp_history (domain_id, profile_id, place)",
        """
        CREATE TABLE cp_successors (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            profile_id TEXT NOT NULL,
            successor TEXT NOT NULL,
            PRIMARY KEY (domain_id, profile_id)
        )
        """,
    ),
    (
        """
        CREATE TABLE cp_models (
            domain_id {bigint} NOT NULL REFERENCES cp_domains,
            job_id TEXT NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (domain_id, job_id)
        )
        """,
    ),
)
OF_A_DOMAIN = (
    "cp_models",
    "cp_successors",
    "cp_history",
    "cp_matches",
    "cp_jobs",
    "cp_groups",
    "cp_level_keys",
    "cp_objects",
    "cp_keys",
    "cp_profiles",
    "cp_object_types",
    "cp_domains",
)
"""All tables, in an order in which a domain can be deleted from them."""


def prepare_tables(database: Database) -> None:
    """Make what is missing. Raises StoreError for tables of a newer program."""
    take_steps(database, "cp", "profiles", STEPS)
