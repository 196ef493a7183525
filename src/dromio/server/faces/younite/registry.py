"""What is kept: versions of data domains, and adaptors with their zones. Settings only, never a record."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from dromio.server.faces.younite.errors import UnknownError
from dromio.server.faces.younite.versions import Version, kept_version
from dromio.store import clock
from dromio.store.database import Database, Transaction, only
from dromio.store.tables import take_steps

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE younite_versions (
            number {serial},
            uuid TEXT NOT NULL UNIQUE,
            domain TEXT NOT NULL,
            document TEXT NOT NULL,
            updated_at {bigint} NOT NULL
        )
        """,
        "CREATE INDEX younite_versions_by_domain ON younite_versions (domain, number)",
        """
        CREATE TABLE younite_adaptors (
            uuid TEXT PRIMARY KEY,
            zone TEXT NOT NULL,
            name TEXT NOT NULL
        )
        """,
    ),
)
"""Statements of each step of the tables."""


@dataclass(frozen=True, slots=True)
class Adaptor:
    """A system that holds records, in its zone."""

    uuid: str
    zone: str
    name: str

    def to_dict(self) -> dict[str, str]:
        """The adaptor as it is answered."""
        return {"uuid": self.uuid, "zone": self.zone, "name": self.name}


class Registry:
    """Versions and adaptors in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        prepare_tables(database)

    def add_version(self, domain: str, version: Version) -> str:
        """Keep a new version, and give its uuid."""
        name = str(uuid.uuid4())
        insert = "INSERT INTO younite_versions (uuid, domain, document, updated_at) VALUES (?, ?, ?, ?)"
        with self._database.write() as transaction:
            transaction.run(insert, name, domain, _text(version), clock.now())
        return name

    def replace_version(self, domain: str, name: str, version: Version) -> None:
        """Replace a version. Raises UnknownError."""
        update = "UPDATE younite_versions SET document = ?, updated_at = ? WHERE uuid = ? RETURNING uuid"
        with self._database.write() as transaction:
            if _domain_of(transaction, name) != domain:
                raise _no_version(name)
            transaction.rows(update, _text(version), clock.now(), name)

    def version(self, domain: str, name: str) -> Version:
        """A version of a domain. Raises UnknownError."""
        found_domain, version = self.any_version(name)
        if found_domain != domain:
            raise _no_version(name)
        return version

    def any_version(self, name: str, path: str = "") -> tuple[str, Version]:
        """A version of any domain, and the domain. Raises UnknownError."""
        with self._database.read() as transaction:
            rows = transaction.rows("SELECT domain, document FROM younite_versions WHERE uuid = ?", name)
        if not rows:
            raise _no_version(name, path)
        return rows[0][0], kept_version(json.loads(rows[0][1]))

    def versions(self, domain: str) -> list[str]:
        """Uuids of the versions of a domain, oldest first."""
        select = "SELECT uuid FROM younite_versions WHERE domain = ? ORDER BY number"
        with self._database.read() as transaction:
            return [row[0] for row in transaction.rows(select, domain)]

    def put_adaptor(self, adaptor: Adaptor) -> None:
        """Keep an adaptor; one of the same uuid is replaced."""
        insert = """
        INSERT INTO younite_adaptors (uuid, zone, name) VALUES (?, ?, ?)
        ON CONFLICT (uuid) DO UPDATE SET zone = excluded.zone, name = excluded.name
        """
        with self._database.write() as transaction:
            transaction.run(insert, adaptor.uuid, adaptor.zone, adaptor.name)

    def adaptor(self, zone: str, name: str) -> Adaptor:
        """An adaptor of a zone. Raises UnknownError that says whether zone or adaptor is not known."""
        with self._database.read() as transaction:
            zones = transaction.rows("SELECT 1 FROM younite_adaptors WHERE zone = ? LIMIT 1", zone)
            rows = transaction.rows("SELECT uuid, zone, name FROM younite_adaptors WHERE uuid = ?", name)
        if not zones:
            raise UnknownError("UNKNOWN_ZONE", f"there is no zone {zone!r}")
        if not rows or rows[0][1] != zone:
            raise UnknownError("UNKNOWN_ADAPTOR", f"there is no adaptor {name!r} in zone {zone!r}")
        return Adaptor(*rows[0])

    def adaptor_names(self, names: list[str]) -> dict[str, str]:
        """Uuid -> name of each adaptor, in any zone. Raises UnknownError for the first that is not known."""
        with self._database.read() as transaction:
            known: dict[str, str] = dict(transaction.rows("SELECT uuid, name FROM younite_adaptors"))
        for index, name in enumerate(names):
            if name not in known:
                path = f"testDrKeys[{index}].adaptorUuid"
                raise UnknownError("UNKNOWN_ADAPTOR", f"there is no adaptor {name!r}", path)
        return {name: known[name] for name in names}


def prepare_tables(database: Database) -> None:
    """Make what is missing. Raises StoreError for tables of a newer program."""
    take_steps(database, "younite", "rules", STEPS)


def _domain_of(transaction: Transaction, name: str) -> str | None:
    rows = transaction.rows("SELECT domain FROM younite_versions WHERE uuid = ?", name)
    return str(only(rows)) if rows else None


def _no_version(name: str, path: str = "") -> UnknownError:
    return UnknownError("UNKNOWN_VERSION", f"there is no version {name!r}", path)


def _text(version: Version) -> str:
    return json.dumps(version.to_dict(), ensure_ascii=False, separators=(",", ":"))
