"""The identity store: domains of records that are resolved one at a time and kept for good."""

from __future__ import annotations

import secrets
from types import TracebackType

from dromio.errors import ConflictError, UnknownError, UsageError
from dromio.model.schema import Model
from dromio.store import clock
from dromio.store.database import Database, Transaction, connect, only
from dromio.store.domain import Domain
from dromio.store.migrations import migrate
from dromio.store.session import add_model, check_model


class Store:
    """An open store. Close it, or use it in a `with` block."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._domains: dict[str, Domain] = {}
        with database.write() as transaction:
            self._secret = bytes.fromhex(_secret(transaction))

    def create_domain(self, name: str, model: Model) -> Domain:
        """A new domain under a trained model. Raises ConflictError where there is one of that name."""
        if not name.strip():
            raise UsageError("a domain needs a name that is not empty")
        check_model(model)
        with self._database.write() as transaction:
            if name in _names(transaction):
                raise ConflictError(f"there is a domain {name!r} already")
            insert = "INSERT INTO domains (name, created_at) VALUES (?, ?) RETURNING domain_id"
            domain_id = int(only(transaction.rows(insert, name, clock.now())))
            model_id = add_model(transaction, domain_id, model)
            generation = first_generation(transaction, domain_id, model_id)
            transaction.run("UPDATE domains SET generation = ? WHERE domain_id = ?", generation, domain_id)
        return self.domain(name)

    def domain(self, name: str) -> Domain:
        """The domain of that name. Raises UnknownError that lists the names there are."""
        if name not in self._domains:
            with self._database.read() as transaction:
                rows = transaction.rows("SELECT domain_id FROM domains WHERE name = ?", name)
                names = _names(transaction)
            if not rows:
                raise UnknownError(f"there is no domain {name!r}; domains are {', '.join(map(repr, names)) or 'none'}")
            self._domains[name] = Domain(self._database, int(only(rows)), name, self._secret)
        return self._domains[name]

    def domains(self) -> list[str]:
        """Names of all domains, sorted."""
        with self._database.read() as transaction:
            return _names(transaction)

    def scrub(self) -> tuple[str, ...]:
        """Make the bytes of all that was erased go, as far as the database can; gives notes on what is out of reach.

        On PostgreSQL every table of the store's schema is written anew, and others wait meanwhile.
        """
        return self._database.scrub()

    def close(self) -> None:
        """Let the database go."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str) -> Store:
    """The store at `sqlite:///FILE` or `postgresql://…`, made where there is none, its schema brought up to date.

    Raises StoreError where the database cannot be trusted to keep what it is given, or is newer than this program.
    """
    database = connect(url)
    try:
        migrate(database)
        return Store(database)
    except BaseException:
        database.close()
        raise


def first_generation(transaction: Transaction, domain_id: int, model_id: int) -> int:
    """A published generation without any record."""
    insert = """
    INSERT INTO generations (domain_id, model_id, state, started_at, published_at)
    VALUES (?, ?, 'published', ?, ?) RETURNING generation
    """
    moment = clock.now()
    return int(only(transaction.rows(insert, domain_id, model_id, moment, moment)))


def _names(transaction: Transaction) -> list[str]:
    return sorted(row[0] for row in transaction.rows("SELECT name FROM domains"))


def _secret(transaction: Transaction) -> str:
    """The key of all hashes in the store, made with it."""
    insert = "INSERT INTO settings (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING"
    transaction.run(insert, secrets.token_hex(32))
    return str(only(transaction.rows("SELECT value FROM settings WHERE name = 'secret'")))
