"""What operations work on: one tenant's domain of the store, and this face's own tables beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

from dromio import errors as store_errors
from dromio.interchange.reltio import Document
from dromio.model.files import document_of
from dromio.model.schema import Model
from dromio.server.faces.reltio.columns import model_of
from dromio.server.faces.reltio.configuration import Configuration, Kind, configuration_at, write_configuration
from dromio.server.faces.reltio.entities import Entity, StoredEntity, deliveries, read_stored
from dromio.server.faces.reltio.errors import UnknownError
from dromio.server.faces.reltio.match_tables import forget, gone, keep, kept_phrases, last_change, mark, marked
from dromio.server.faces.reltio.options import Options
from dromio.server.faces.reltio.tables import prepare_tables
from dromio.server.service import Service
from dromio.store import Domain, Store
from dromio.store.database import Database, Transaction, connect

Done = TypeVar("Done")
ATTEMPTS = 10
"""How often an entity is read again that others change at the same time."""


@dataclass(frozen=True)
class Desk:
    """The tables of this face in the database of a store."""

    store: Store
    database: Database
    options: Options

    def tenant(self, name: str) -> Tenant:
        """The tenant of a name. Raises UnknownError."""
        try:
            return Tenant(self, self.store.domain(name))
        except store_errors.UnknownError:
            raise UnknownError(f"there is no tenant {name!r}") from None


@dataclass(frozen=True)
class Tenant:
    """A domain of the store with what this face keeps for it."""

    desk: Desk
    domain: Domain

    @property
    def name(self) -> str:
        """Name of the domain."""
        return self.domain.name

    def read(self, work: Callable[[Transaction], Done]) -> Done:
        """What a look at this face's tables gives."""
        with self.desk.database.read() as transaction:
            return work(transaction)

    def configuration(self, moment: int | None = None) -> Configuration:
        """What was configured at a moment, now by default."""
        return self.read(lambda tx: configuration_at(tx, self.name, moment))

    def post(self, posted: Sequence[tuple[Entity, Document]], known: Configuration) -> list[int]:
        """Add or replace entities, durably, and give the id of each; documents and tokens follow."""
        records = deliveries(self.domain, posted, known)
        before = [self.domain.entity_of(one.source, one.unique_id) for one in records]
        after = [one.entity_id for one in self.domain.resolve_many(records)]
        self.refresh(entity for entity in (*before, *after) if entity is not None)
        return [entity for entity in after if entity is not None]

    def delete(self, entity_id: int) -> None:
        """Delete all records of an entity."""
        phrases = self.read(lambda tx: kept_phrases(tx, self.name, entity_id))
        for key in self.domain.entity(entity_id).records:
            self.domain.delete(*key)
        self.refresh([entity_id])
        self._mark(phrases)

    def refresh(self, entities: Iterable[int]) -> None:
        """Make documents and tokens of entities anew, and of those that became one with them or were split off."""
        wanted = set(entities)
        for entity in sorted(wanted):
            changes = [one for one in self.domain.history(entity) if one.kind in ("merged", "split", "moved")]
            wanted |= {each for one in changes for each in (one.entity_id, one.other_id) if each is not None}
        for entity in sorted(wanted):
            self._keep(entity)

    def rebuild(self) -> int:
        """Make documents and tokens of all entities anew; gives their number."""
        self.sweep()
        live = sorted(self.domain.partition())
        for entity in live:
            self._keep(entity)
        self._mark(self.read(lambda tx: marked(tx, self.name)))
        return len(live)

    def sweep(self) -> None:
        """Take away what is kept for entities that are no more."""
        live = self.domain.partition()
        for entity in self.read(lambda tx: gone(tx, self.name, live)):
            self._keep(entity)

    def _mark(self, phrases: Collection[str]) -> None:
        self.desk.database.retry(lambda tx: mark(tx, self.name, phrases, self.desk.options))

    def _keep(self, entity_id: int) -> None:
        """Make document and tokens of one entity anew, of the state that it has when they are written.

        The entity is read before the transaction, as the store and this face must not wait for each other; where it
        has changed meanwhile, it is read again. Whoever keeps changing it keeps it after that.
        """
        for _ in range(ATTEMPTS):
            seen = self.read(lambda tx: last_change(tx, entity_id))
            known = self.configuration()
            try:
                stored = read_stored(self.domain, str(entity_id), known)
            except UnknownError:
                stored = None
            if stored is not None and stored.entity_id != entity_id:
                stored = None
            if self.desk.database.retry(partial(self._write, entity_id, stored, known, seen)):
                return

    def _write(
        self, entity_id: int, stored: StoredEntity | None, known: Configuration, seen: int, tx: Transaction
    ) -> bool:
        """Keep or forget an entity, unless it has changed since; gives whether it was done."""
        tx.rows("SELECT state FROM entities WHERE entity_id = ? {lock}", entity_id)
        if last_change(tx, entity_id) != seen:
            return False
        if stored is None:
            forget(tx, self.name, entity_id, self.desk.options)
        else:
            keep(tx, self.name, stored, known, self.desk.options)
        return True


def configure(desk: Desk, name: str, entity_type: str, kind: Kind, document: object) -> tuple[str, ...]:
    """Keep a new version of a configuration. Gives notes on groups that the store's model cannot say.

    The first configuration makes the tenant's domain. The model of a domain made here follows the match groups, and
    its entities are resolved anew; match documents stay as they are until an entity is written, or all are rebuilt.
    """
    with desk.database.read() as transaction:
        is_own = bool(transaction.rows("SELECT 1 FROM reltio_tenants WHERE domain = ?", name))
    is_new = name not in desk.store.domains()
    with desk.database.write() as transaction:
        if is_new:
            transaction.run("INSERT INTO reltio_tenants (domain) VALUES (?) ON CONFLICT DO NOTHING", name)
        write_configuration(transaction, name, entity_type, kind, document)
        known = configuration_at(transaction, name)
    model, notes = model_of(known.groups)
    if is_new:
        desk.store.create_domain(name, model)
    elif is_own and kind == "groups":
        _follow(desk.tenant(name), model)
    return notes if kind == "groups" else ()


def _follow(tenant: Tenant, model: Model) -> None:
    """Resolve the entities of a tenant by another model, if it is another one."""
    if document_of(tenant.domain.model) != document_of(model):
        tenant.domain.apply_model(tenant.domain.propose_model(model).model_version)
        tenant.sweep()


@dataclass(frozen=True)
class Desks:
    """One desk for each store, opened when the server starts or when it is first needed."""

    options: Options = field(default_factory=Options)
    _open: WeakKeyDictionary[Store, Database] = field(default_factory=WeakKeyDictionary)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def of(self, service: Service) -> Desk:
        """The desk beside the store of a service. Raises StoreError."""
        with self._turn:
            if service.store not in self._open:
                self._open[service.store] = _opened(service.settings.store)
            return Desk(service.store, self._open[service.store], self.options)

    def begin(self, service: Service) -> Callable[[], None]:
        """Open the desk of a service, and give what closes it."""
        self.of(service)

        def end() -> None:
            with self._turn:
                database = self._open.pop(service.store)
            database.close()

        return end


def _opened(url: str) -> Database:
    database = connect(url)
    try:
        prepare_tables(database)
    except BaseException:
        database.close()
        raise
    return database
