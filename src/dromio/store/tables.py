"""Tables that others keep beside those of the store: made step by step, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from dromio.errors import StoreError
from dromio.store.database import Database, only


def take_steps(database: Database, name: str, what: str, steps: Sequence[Sequence[str]]) -> None:
    """Take the steps that a database has not taken yet, each a list of statements in the store's dialect.

    `name` keeps them apart from those of others. Raises StoreError, naming `what`, for steps of a newer program.
    """
    with database.write() as transaction:
        transaction.hold([int.from_bytes(blake2b(f"steps of {name}".encode(), digest_size=7).digest(), "big")])
        transaction.run(f"CREATE TABLE IF NOT EXISTS {name}_steps (step INTEGER PRIMARY KEY)")
        found = int(only(transaction.rows(f"SELECT coalesce(max(step), 0) FROM {name}_steps")))
        if found > len(steps):
            raise StoreError(f"the tables of {what} have step {found}; this program knows {len(steps)}")
        for number in range(found, len(steps)):
            for statement in steps[number]:
                for word, spelled in database.dialect.items():
                    statement = statement.replace("{" + word + "}", spelled)
                transaction.run(statement)
            transaction.run(f"INSERT INTO {name}_steps (step) VALUES (?)", number + 1)


def steps_taken(database: Database, name: str) -> bool:
    """Whether any step of that name was ever taken; writes nothing."""
    in_file = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    on_server = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
    with database.read() as transaction:
        return bool(transaction.rows(in_file if database.files() else on_server, f"{name}_steps"))
