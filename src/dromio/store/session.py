"""Transactions of a domain: each works with the generation that readers see, and with its model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from dromio.errors import InputError, UnknownError, UsageError
from dromio.model.files import document_of, parse_model
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.records import RecordKey
from dromio.store import clock
from dromio.store.database import Database, Transaction, only
from dromio.store.matching import Matcher
from dromio.store.partition import Rules
from dromio.store.work import Work

Done = TypeVar("Done")

_STATE = """
SELECT d.generation, d.publishes, g.model_id, EXISTS (SELECT 1 FROM suppressions s WHERE s.domain_id = d.domain_id),
d.asks_consent
FROM domains d JOIN generations g ON g.generation = d.generation
WHERE d.domain_id = ?
"""


@dataclass(frozen=True)
class _Loaded:
    """The model of a domain, ready to work."""

    model_id: int
    matcher: Matcher
    rules: Rules


class Session:
    """A domain of an open store; what is done with it is in `Domain`."""

    def __init__(self, database: Database, domain_id: int, name: str, secret: bytes) -> None:
        self.name = name
        self._database = database
        self._domain_id = domain_id
        self._secret = secret
        self._loaded: _Loaded | None = None
        self._sources: set[str] = set()

    def _read(self, read: Callable[[Work], Done]) -> Done:
        with self._database.read() as transaction:
            return read(self._work(transaction))

    def _change(self, change: Callable[[Work], Done]) -> Done:
        def work(transaction: Transaction) -> Done:
            own = self._work(transaction)
            done = change(own)
            own.write_log()
            return done

        return self._database.retry(work)

    def _work(self, transaction: Transaction) -> Work:
        """What a transaction works with; the model is read again when another one has been published."""
        rows = transaction.rows(_STATE, self._domain_id)
        if not rows:
            raise UnknownError(f"domain {self.name!r} has no model yet; add one with set_model")
        generation, publishes, model_id, suppresses, asks_consent = rows[0]
        if self._loaded is None or self._loaded.model_id != model_id:
            self._loaded = self._load(transaction, model_id)
        loaded = self._loaded
        flags = bool(publishes), bool(suppresses), bool(asks_consent)
        return Work(transaction, self._domain_id, generation, loaded.matcher, loaded.rules, clock.now(), *flags)

    def _load(self, transaction: Transaction, model_id: int) -> _Loaded:
        document = only(transaction.rows("SELECT document FROM models WHERE model_id = ?", model_id))
        model = parse_model(document)
        return _Loaded(model_id, Matcher(model, self._secret), Rules.of(model))

    def _key(self, source: str, unique_id: str) -> RecordKey:
        for name, text in (("source", source), ("unique_id", unique_id)):
            if not isinstance(text, str) or not text:
                raise InputError(f"{name} must be a text that is not empty, found {text!r}")
        return RecordKey(source, unique_id)

    def _know_sources(self, keys: Iterable[RecordKey]) -> None:
        for key in keys:
            self._know_source(self._key(*key).source)

    def _know_source(self, name: str) -> None:
        if name in self._sources:
            return
        insert = "INSERT INTO sources (domain_id, name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        with self._database.write() as transaction:
            transaction.run(insert, self._domain_id, name, clock.now())
        self._sources.add(name)


def check_model(model: Model) -> None:
    """Raise UsageError for a model by which a store cannot find everything that a batch would."""
    if not model.trained:
        raise UsageError("the model is not trained; resolve a sample of records in a batch and take its model")
    scans = make_plan(model).scans
    if scans:
        raise UsageError(
            f"no key serves {' and '.join(map(str, scans))}; a store looks records up by keys and compares none with "
            "all others: add an equality to the clause, or resolve these records in batches"
        )


def add_model(transaction: Transaction, domain_id: int, model: Model) -> int:
    """Keep a model as the next version of its domain, and give its id."""
    last = "SELECT coalesce(max(version), 0) + 1 FROM models WHERE domain_id = ?"
    version = only(transaction.rows(last, domain_id))
    document = json.dumps(document_of(model), ensure_ascii=False)
    insert = "INSERT INTO models (domain_id, version, document, created_at) VALUES (?, ?, ?, ?) RETURNING model_id"
    return int(only(transaction.rows(insert, domain_id, version, document, clock.now())))
