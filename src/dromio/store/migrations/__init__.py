"""The schema of a store, as numbered steps forward and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

from dromio.errors import StoreError
from dromio.store.database import Database, Transaction, only

_TABLE = "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL)"
_LOCK = 0x64726F6D696F
_FILE = re.compile(r"^(\d{4})_(\w+)\.up\.sql$")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the schema: its number, its name, and the statements of both directions."""

    version: int
    name: str
    up: tuple[str, ...]
    down: tuple[str, ...]


def steps() -> list[Step]:
    """All steps in their order, numbered from 1."""
    names = sorted(one.name for one in files(__name__).iterdir())
    return [_step(int(match[1]), match[2]) for match in map(_FILE.match, names) if match]


def migrate(database: Database, target: int | None = None) -> int:
    """Bring the schema to a version, the newest by default, and give the version it had.

    Raises StoreError for a store that is newer than this program, and for a target that does not exist.
    """
    known = steps()
    target = len(known) if target is None else target
    if not 0 <= target <= len(known):
        raise StoreError(f"there is no schema version {target}; allowed are 0 to {len(known)}")
    with database.write() as transaction:
        transaction.hold([_LOCK])
        transaction.run(_TABLE)
        before = _version(transaction)
    if before > len(known):
        raise StoreError(f"the store has schema version {before}; this program knows versions up to {len(known)}")
    while (now := version_of(database)) != target:
        _take(database, now, known[now] if now < target else known[now - 1], forward=now < target)
    return before


def version_of(database: Database) -> int:
    """Version of the schema of a store."""
    with database.read() as transaction:
        return _version(transaction)


def _version(transaction: Transaction) -> int:
    return int(only(transaction.rows("SELECT coalesce(max(version), 0) FROM schema_versions")))


def _take(database: Database, now: int, step: Step, *, forward: bool) -> None:
    """One step, together with the note that it was taken; none where somebody else has just taken it."""
    with database.write() as transaction:
        transaction.hold([_LOCK])
        if _version(transaction) != now:
            return
        for statement in step.up if forward else step.down:
            transaction.run(_spelled(statement, database))
        if forward:
            transaction.run("INSERT INTO schema_versions (version, name) VALUES (?, ?)", step.version, step.name)
        else:
            transaction.run("DELETE FROM schema_versions WHERE version = ?", step.version)


def _spelled(statement: str, database: Database) -> str:
    for name, word in database.dialect.items():
        statement = statement.replace("{" + name + "}", word)
    return statement


def _step(version: int, name: str) -> Step:
    stem = f"{version:04d}_{name}"
    return Step(version, name, _statements(f"{stem}.up.sql"), _statements(f"{stem}.down.sql"))


def _statements(name: str) -> tuple[str, ...]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return tuple(one.strip() for one in plain.split(";") if one.strip())
