"""A domain: one population of records under one model at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dromio.engines.row_facts import CleanedRecord
from dromio.errors import BusyError, UsageError
from dromio.model.files import parse_model
from dromio.model.schema import Model
from dromio.records import RecordKey
from dromio.store import (
    batch,
    clock,
    entities,
    erase,
    export,
    golden,
    ingest,
    judgements,
    outbox,
    parts,
    redo,
    review,
    sharing,
    tombstones,
    versions,
)
from dromio.store.bulk import without_collection
from dromio.store.database import Transaction, only
from dromio.store.delivered import Delivery, canonical, delivered, parts_of
from dromio.store.entities import Entity, Event, RecordVersion
from dromio.store.erase import Certificate
from dromio.store.feed import Feed
from dromio.store.golden import GoldenRecord
from dromio.store.ingest import Arrival
from dromio.store.ingest_many import Coming, accept_all
from dromio.store.judgements import Author
from dromio.store.matching import Matcher
from dromio.store.proposal import SHOWN, Proposal, propose
from dromio.store.recompute import expect
from dromio.store.resolution import Resolution
from dromio.store.review import ReviewItem, Settings
from dromio.store.session import Session, add_model, check_model
from dromio.store.tombstones import ErasedAgain, Tombstones
from dromio.store.verify import Verification, verify
from dromio.store.versions import ModelVersion
from dromio.store.work import Work

_UNSWEPT = "others were reading, so old rows may stand in the write-ahead log until it is next emptied"
Step = Callable[[str], None]
"""Told what comes next in work that takes a while; what it raises ends the work, and nothing has been changed."""


class Domain(Session):
    """One population of records: resolve, search, delete, judge and read them.

    A record's values are a mapping of column to text (or number, date, list of texts), as the model names them;
    columns that the model does not use are kept too.
    """

    _feed: Feed | None = None

    @property
    def model(self) -> Model:
        """The model by which records are resolved."""
        return self._read(lambda own: own.matcher.model)

    def resolve(
        self, source: str, unique_id: str, values: Mapping[str, Any], *, version: int | None = None
    ) -> Resolution:
        """Add or replace a record, durably, and say to whom it belongs.

        `version` orders what the source says of the record: what is older than the stored version is ignored. Raises
        InputError, ConflictError (other values under the stored version), BusyError.
        """
        key = self._key(source, unique_id)
        content = delivered(values)
        self._know_source(source)

        def work(transaction: Transaction) -> Resolution:
            own = self._work(transaction)
            resolution = ingest.accept(own, arrival(own.matcher))
            own.write_log()
            return resolution

        made: dict[int, Arrival] = {}

        def arrival(matcher: Matcher) -> Arrival:
            if id(matcher) not in made:
                made[id(matcher)] = Arrival(key, canonical(content), matcher.prepare(key, content), version)
            return made[id(matcher)]

        if self._loaded:
            arrival(self._loaded.matcher)
        return self._database.retry(work)

    def resolve_many(self, records: Iterable[Delivery], *, at_once: int = 20_000) -> list[Resolution]:
        """Add or replace many records, `at_once` of them in each durable transaction, as `resolve` would.

        More at once take less time for each, and keep other writers waiting for longer. The answers have no candidates.
        Raises what `resolve` raises; then the transactions before have been accepted.
        """
        answers: list[Resolution] = []
        for part in parts_of(records, at_once):
            keys = [self._key(one.source, one.unique_id) for one in part]
            self._know_sources(keys)
            coming = [Coming(key, delivered(one.values), one.version) for key, one in zip(keys, part, strict=True)]
            with without_collection():
                answers += self._change(lambda own, coming=coming: accept_all(own, coming))  # type: ignore[misc]
        return answers

    def search(self, values: Mapping[str, Any]) -> Resolution:
        """To whom a record with these values would belong; writes nothing."""
        key = RecordKey("", "")
        content = delivered(values)
        return self._read(lambda own: ingest.search(own, key, own.matcher.prepare(key, content)))

    def delete(self, source: str, unique_id: str, *, version: int | None = None) -> bool:
        """Delete a record as if it had never been there; gives whether it was.

        With a version what is not newer stays away, even where it comes only after this.
        """
        key = self._key(source, unique_id)
        if version is not None:
            self._know_source(source)
        return self._change(lambda own: ingest.delete(own, key, version))

    def entity_of(self, source: str, unique_id: str) -> int | None:
        """Entity of a record; None for one that is not there."""
        query = """
        SELECT p.entity_id FROM placements p JOIN records r ON r.record_id = p.record_id
        JOIN domains d ON d.domain_id = r.domain_id
        WHERE r.domain_id = ? AND r.source = ? AND r.unique_id = ? AND p.generation = d.generation
        """
        with self._database.read() as transaction:
            rows = transaction.rows(query, self._domain_id, source, unique_id)
        return int(only(rows)) if rows else None

    def partition(self) -> dict[int, list[RecordKey]]:
        """Record keys of every entity, in order."""
        query = """
        SELECT p.entity_id, r.source, r.unique_id FROM placements p JOIN records r ON r.record_id = p.record_id
        JOIN domains d ON d.generation = p.generation WHERE d.domain_id = ? ORDER BY r.source, r.unique_id
        """
        found: dict[int, list[RecordKey]] = {}
        with self._database.read() as transaction:
            for entity, source, unique_id in transaction.rows(query, self._domain_id):
                found.setdefault(entity, []).append(RecordKey(source, unique_id))
        return found

    def parts(self, name: str, entity_id: int | None = None) -> dict[int, list[list[RecordKey]]]:
        """Entity -> its parts in a stricter partition that the model names, of all entities or of one.

        Raises UnknownError for a partition that the model does not name, and for an entity that is not live.
        """
        return self._read(lambda own: parts.parts_of(own, name, entity_id))

    def judge(
        self, left: tuple[str, str], right: tuple[str, str], verdict: str, *, author: str, reason: str = ""
    ) -> int:
        """Judge a pair of records (source, unique_id), for ever; gives the number of the act, by which it is undone.

        `verdict`: positive (one entity), negative (never one), unsure. Raises UsageError, ConflictError.
        """
        pair = RecordKey(*left), RecordKey(*right)
        self._know_sources(pair)
        return self._change(lambda own: judgements.judge(own, *pair, verdict, Author(author, reason)))

    def withdraw(self, left: tuple[str, str], right: tuple[str, str], *, author: str, reason: str = "") -> int:
        """Take back the judgement on a pair of records; gives the number of the act. Raises UnknownError."""
        pair = RecordKey(*left), RecordKey(*right)
        self._know_sources(pair)
        return self._change(lambda own: judgements.withdraw(own, *pair, Author(author, reason)))

    def merge(self, *entities: int, author: str, reason: str = "") -> int:
        """Make entities one by judging their records; gives the number of the act. Raises UsageError, ConflictError."""
        return self._change(lambda own: judgements.merge(own, entities, Author(author, reason)))

    def unmerge(self, entity: int, records: Iterable[tuple[str, str]], *, author: str, reason: str = "") -> int:
        """Take records (source, unique_id) out of an entity for ever; gives the number of the act."""
        keys = [RecordKey(*one) for one in records]
        return self._change(lambda own: judgements.unmerge(own, entity, keys, Author(author, reason)))

    def undo(self, act: int) -> None:
        """Undo an act of a person; what was judged before counts again. Raises UnknownError, ConflictError."""
        self._change(lambda own: judgements.undo(own, act))

    def redo(self, limit: int | None = None) -> int:
        """Work off the queue of what is to be compared again, up to a limit; gives how many still wait.

        Review items that are too old by the domain's settings expire too.
        """
        self._change(review.expire_old)
        done = 0
        while (limit is None or done < limit) and self._change(redo.redo_one):
            done += 1
        return self._read(redo.waiting)

    def entity(self, entity_id: int, *, as_of: datetime | None = None) -> Entity:
        """What an entity id stands for, now or at an earlier moment. Raises UnknownError for one never given."""
        live = entities.live_entity(self._database, self._domain_id, entity_id) if as_of is None else None
        if live is not None:
            return live
        moment = None if as_of is None else clock.from_datetime(as_of)
        return self._read(lambda own: entities.read_entity(own, entity_id, moment))

    def history(self, entity_id: int) -> list[Event]:
        """All that happened to an entity and its records, oldest first."""
        return self._read(lambda own: entities.events_of(own, entity_id))

    def versions(self, source: str, unique_id: str) -> list[RecordVersion]:
        """All that was ever accepted for a record, oldest first."""
        return self._read(lambda own: entities.versions_of(own, RecordKey(source, unique_id)))

    def golden(self, entity_id: int) -> GoldenRecord:
        """The golden record of a live entity, each value with its origin. Raises UnknownError."""
        return self._read(lambda own: golden.golden_record(own, entity_id))

    def write_value(self, entity_id: int, name: str, value: str | None, *, author: str) -> None:
        """Let a value win over those of all records. Raises UnknownError, UsageError for a column the model lacks."""
        self._change(lambda own: golden.write_value(own, entity_id, name, value, Author(author)))

    def clear_value(self, entity_id: int, name: str) -> None:
        """Let the records decide again about a value."""
        self._change(lambda own: golden.clear_value(own, entity_id, name))

    def review(self, limit: int = 100, after: int = 0) -> list[ReviewItem]:
        """Pairs for a person to decide on, oldest first, from the item after `after`."""
        return self._read(lambda own: review.open_items(own, limit, after))

    def decide(self, item_id: int, *, accept: bool, author: str, reason: str = "") -> int:
        """Decide on a review item, for ever; gives the number of the act. Raises UnknownError, ConflictError."""
        return self._change(lambda own: review.decide(own, item_id, accept=accept, author=Author(author, reason)))

    def expire_review(self, before: datetime) -> int:
        """Close review items opened before a moment; gives their number."""
        return self._change(lambda own: review.expire(own, clock.from_datetime(before)))

    def people_sharing(self, *records: CleanedRecord) -> dict[tuple[int, str], int]:
        """How many people share each value of cleaned records that too many do, by the place of the watched field in
        the model and the value."""
        return self._read(lambda own: sharing.people_of(own, records))

    def settings(self) -> Settings:
        """The settings of the domain."""
        return self._read(review.settings_of)

    def ask_consent(self, *, wanted: bool = True) -> None:
        """From now on merge existing entities only when a person has accepted it in review, or no longer ask.

        Where nobody is asked any more, the merges that waited are made.
        """
        self._change(lambda own: review.ask_consent(own, wanted=wanted))

    def keep_review(self, days: int | None) -> None:
        """Let review items expire when they are older than some days (1 to 36,500); None: never. Raises UsageError."""
        self._change(lambda own: review.keep_for(own, days))

    def erase(self, entity_id: int, *, suppress: bool = False) -> Certificate:
        """Erase all that is held about an entity, and prove it where the database's bytes can be read.

        With `suppress` the same record keys, emails, phones and identifiers are refused from now on. Raises
        UnknownError when there is nothing to erase.
        """
        erased = self._change(lambda own: erase.erase_entity(own, entity_id, suppress=suppress))
        scanned, found, notes = self._sweep(erased.texts)
        return replace(erased.certificate, scanned=scanned, found=found, notes=(*erased.certificate.notes, *notes))

    def erased(self) -> Tombstones:
        """A list of all that was erased, which names nobody: keep it outside, for the day a backup is restored."""
        return self._read(tombstones.tombstones)

    def erase_again(self, told: Tombstones) -> ErasedAgain:
        """Erase in a restored store what a later list of `erased` names; safe to do again.

        Raises ConflictError for the list of another store or domain.
        """
        done, erased = self._change(lambda own: tombstones.erase_again(own, told))
        scanned, found, notes = self._sweep([] if erased is None else erased.texts)
        own_notes = () if erased is None else erased.certificate.notes
        return replace(done, scanned=scanned, found=found, notes=(*own_notes, *notes))

    def _sweep(self, texts: list[str]) -> tuple[int | None, int | None, tuple[str, ...]]:
        """Let go of the bytes of what was erased: (texts looked for, texts found, what is out of reach)."""
        batch.clear_retired(self._database, self._domain_id)
        try:
            notes = self._database.sweep()
        except BusyError:
            notes = (_UNSWEPT,)
        files = self._database.files()
        scanned, found = erase.scan(files, texts) if files else (None, None)
        return scanned, found, notes

    def export(self, entity_id: int) -> dict[str, Any]:
        """Everything held about one entity, and nothing about another, as plain values. Raises UnknownError."""
        return self._read(lambda own: export.export_entity(own, entity_id))

    def subscribe(self, *, wanted: bool = True) -> None:
        """From now on keep every change in the outbox until it is acknowledged, or no longer."""
        self._change(lambda own: outbox.subscribe(own, wanted=wanted))

    def outgoing(self, limit: int = 1000) -> list[Event]:
        """Changes in the outbox, oldest first."""
        return self._read(lambda own: outbox.outgoing(own, limit))

    def acknowledge(self, changes: Iterable[int]) -> None:
        """Take changes (by their numbers) out of the outbox."""
        self._change(lambda own: outbox.acknowledge(own, changes))

    def changes(self, after: int = 0, limit: int = 1000, *, wait_seconds: float = 0) -> list[Event]:
        """All that happened behind the change of a number, oldest first, in ids only; each once, none left out.

        Where there is nothing, waits some seconds (20 at most) for something to happen.
        """
        if self._feed is None:
            self._feed = Feed(self._database, self._domain_id, self._read(lambda own: own.domain_lock))
        return self._feed.read(after, limit, wait_seconds)

    def resolve_all(self, *, step: Step | None = None) -> int:
        """Work all clusters out again in a batch and publish them in one step; gives the number of entities."""
        return self._publish(None, step)

    def add_model(self, model: Model) -> int:
        """Keep a model as the next version and give its number; nothing changes until it is applied."""
        check_model(model)
        with self._database.write() as transaction:
            model_id = add_model(transaction, self._domain_id, model)
            return int(only(transaction.rows("SELECT version FROM models WHERE model_id = ?", model_id)))

    def models(self) -> list[ModelVersion]:
        """All versions of the model, the oldest first."""
        with self._database.read() as transaction:
            return versions.model_versions(transaction, self._domain_id)

    def model_version(self, version: int) -> Model:
        """A version of the model, whatever became of it. Raises UnknownError."""
        with self._database.read() as transaction:
            return parse_model(versions.document_of_version(transaction, self._domain_id, version))

    def drop_model(self, version: int) -> None:
        """Put a version aside that was never applied. Raises UnknownError, ConflictError."""
        self._database.retry(lambda transaction: versions.drop_model(transaction, self._domain_id, version))

    def check_version(self, version: int) -> None:
        """Raise UnknownError for a version that is not there, ConflictError for one that was dropped."""
        with self._database.read() as transaction:
            versions.model_of(transaction, self._domain_id, version)

    def propose_version(self, version: int, *, shown: int = SHOWN) -> Proposal:
        """What a version that was kept would change, as of now. Raises UnknownError, ConflictError."""
        return self._read(lambda own: self._proposal(own, versions.model_of(own.tx, self._domain_id, version), shown))

    def propose_model(self, model: Model, *, shown: int = SHOWN) -> Proposal:
        """Keep a model as the next version, and say what it would change; nothing changes until it is applied.

        `shown`: how many joined clusters, split entities and golden values are listed; all are counted.
        """
        if shown < 0:
            raise UsageError(f"shown must be 0 or more, found {shown}")
        check_model(model)
        with self._database.write() as transaction:
            model_id = add_model(transaction, self._domain_id, model)
        return self._read(lambda own: self._proposal(own, model_id, shown))

    def apply_model(self, version: int, *, step: Step | None = None) -> int:
        """Resolve all records by a model that was proposed, in one step; gives the number of entities."""
        return self._publish(version, step)

    def _proposal(self, own: Work, model_id: int, shown: int) -> Proposal:
        loaded = self._load(own.tx, model_id)
        version = only(own.tx.rows("SELECT version FROM models WHERE model_id = ?", model_id))
        new = replace(own, matcher=loaded.matcher, rules=loaded.rules)
        return propose(own, new, version, expect(new), shown=shown)

    def _publish(self, version: int | None, step: Step | None = None) -> int:
        tell = step or (lambda phase: None)

        def loaded(own: Work) -> tuple[int, Work]:
            if version is None:
                query = "SELECT model_id FROM generations WHERE generation = ?"
                return int(only(own.tx.rows(query, own.generation))), own
            model = self._load(own.tx, versions.model_of(own.tx, self._domain_id, version))
            return model.model_id, replace(own, matcher=model.matcher, rules=model.rules)

        tell("compare")
        expected, seen = self._read(lambda own: (expect(loaded(own)[1]), batch.last_change(own)))
        tell("publish")

        def publish(own: Work) -> int:
            model_id, new = loaded(own)
            batch.publish(new, model_id, expected, seen)
            query = "SELECT count(DISTINCT p.entity_id) FROM placements p JOIN domains d ON d.generation = p.generation"
            found = int(only(own.tx.rows(f"{query} WHERE d.domain_id = ?", self._domain_id)))
            tell("commit")
            return found

        entities_now = self._change(publish)
        batch.clear_retired(self._database, self._domain_id)
        return entities_now

    def verify(self) -> Verification:
        """Work everything out again from the records and judgements, and name each difference."""
        return self._read(verify)
