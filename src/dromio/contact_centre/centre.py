"""The contact centre: one customer over all channels, on the database of the identity store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from dromio.contact_centre import (
    conversations,
    erasure,
    guard,
    identities,
    intake,
    merging,
    pending,
    tombstones,
    views,
)
from dromio.contact_centre.contacts import Contact, Told, contact_of
from dromio.contact_centre.events import read_event
from dromio.contact_centre.identities import Case
from dromio.contact_centre.options import Options
from dromio.contact_centre.scoring import Scorer
from dromio.contact_centre.tables import are_there, prepare_tables
from dromio.errors import BusyError, ConflictError, InputError
from dromio.store import clock
from dromio.store.database import Database, connect, only
from dromio.store.erase import scan

Done = TypeVar("Done")
Answer = dict[str, Any]


class NobodyError(InputError):
    """Nothing was told by which a customer could be found."""


class _DryRun(Exception):
    """Carries an answer out of a transaction whose writes must not count."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__()


class Centre:
    """Close it when it is no longer needed. All answers are plain values."""

    def __init__(self, database: Database, options: Options, now: Callable[[], int] = clock.now) -> None:
        self.database = database
        self.options = options
        self.now = now
        with database.write() as transaction:
            insert = "INSERT INTO cc_settings (name, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING"
            transaction.run(insert, secrets.token_hex(32))
            secret = only(transaction.rows("SELECT value FROM cc_settings WHERE name = 'secret'"))
        self._scorer = Scorer(options, bytes.fromhex(secret))

    def take_event(self, raw: Any) -> Answer:
        """What is decided on an event of the platform's bus; nothing is done twice. Raises InputError, BusyError."""
        event = read_event(raw, self.options)
        if event is None:
            return {"eventKey": None, "customerId": None, "decision": "IGNORED"}
        return self._change(lambda case: conversations.take(case, event))

    def resolve(
        self, told: Told, *, seen_at: int | None = None, idempotency_key: str | None = None, dry_run: bool = False
    ) -> Answer:
        """To whom a contact belongs; it is added to what is known, unless it is a dry run.

        Under an idempotency key a contact counts once. Raises NobodyError when nothing told identifies anybody.
        """
        contact = contact_of(told, self.options)
        if contact.is_nobody:
            raise NobodyError("at least one phone, email, cookie or external id that identifies somebody is needed")

        def work(case: Case) -> Answer:
            return _resolve(case, contact, seen_at or case.now, idempotency_key, dry_run)

        try:
            return self._change(work)
        except _DryRun as done:
            return done.answer

    def customer(self, customer_id: str) -> Answer:
        """A customer with all that is known; what it was merged into, or the tombstone. Raises UnknownError."""
        return self._read(lambda case: views.customer(case, customer_id))

    def lookup(self, told: Told) -> list[Answer]:
        """Customers who have one of the identifiers told. Raises NobodyError."""
        contact = contact_of(told, self.options)
        if contact.is_nobody:
            raise NobodyError("at least one phone, email, cookie or external id that identifies somebody is needed")
        return self._read(lambda case: views.holders(case, contact))

    def merge(self, customer_id: str, other_id: str, *, author: str, reason: str = "") -> Answer:
        """Make two customers one; gives the survivor. Raises UnknownError, ConflictError."""

        def work(case: Case) -> Answer:
            rows = [identities.living(case, one) for one in (customer_id, other_id)]
            identities.held(case, [row.identity for row in rows])
            left, right = (identities.living(case, one).identity for one in (customer_id, other_id))
            survivor = merging.merge_by_hand(case, left, right, author, reason)
            pending.tidy(case, survivor)
            return views.customer(case, identities.read(case, survivor).customer_id)

        return self._change(work)

    def unmerge(self, customer_id: str, *, author: str) -> Answer:
        """Undo the last merge of a customer, or into it; gives both. Raises UnknownError, ConflictError."""

        def work(case: Case) -> Answer:
            identities.held(case, [identities.living(case, customer_id).identity])
            row = identities.find(case, customer_id)
            if row.state == "ERASED":
                raise ConflictError("the customer was erased; nothing can be undone")
            pair = merging.unmerge(case, row.identity, author)
            return {"customers": [views.customer(case, identities.read(case, one).customer_id) for one in pair]}

        return self._change(work)

    def erase(self, customer_id: str) -> Answer:
        """Erase a customer, and prove it where the bytes of the database can be read; gives the certificate.

        Raises UnknownError.
        """
        certificate, texts = self._change(lambda case: erasure.erase(case, customer_id))
        if not texts:
            return certificate
        proof = self._proof(texts)
        return self._change(lambda case: erasure.note_proof(case, customer_id, proof))

    def erased(self) -> Answer:
        """A list of all who were erased, which names nobody: keep it outside, for the day a backup is restored."""
        return self._read(tombstones.tombstones)

    def erase_again(self, told: Any) -> Answer:
        """Erase in a restored centre whom a later list of `erased` names; safe to do again.

        Raises InputError, ConflictError for the list of another centre.
        """
        done, texts = self._change(lambda case: tombstones.erase_again(case, told))
        return done | (self._proof(texts) if texts else {})

    def pending(self, after: int = 0, limit: int = 100) -> list[Answer]:
        """Open pending merges, oldest first."""
        self._change(pending.expire)
        return self._read(lambda case: pending.open_items(case, after, limit))

    def request_consent(self, item: int, *, channel: str, consent_text: str) -> Answer:
        """Note that the customer is asked; `consent_text` is the version of the question. Raises UnknownError,
        ConflictError."""
        return self._change(
            lambda case: pending.request_consent(case, item, channel=channel, consent_text=consent_text)
        )

    def decide(self, item: int, *, approve: bool, author: str, channel: str | None = None) -> Answer:
        """Merge a pending pair, or keep it apart for ever. Raises UnknownError, ConflictError."""
        return self._change(lambda case: pending.decide(case, item, approve=approve, author=author, channel=channel))

    def review(self, after: int = 0, limit: int = 100) -> list[Answer]:
        """Identities and identifiers that seem to be shared, for a person to look at, oldest first."""
        return self._read(lambda case: guard.open_items(case, after, limit))

    def resolve_review(self, item: int, *, clear: bool, author: str) -> Answer:
        """Let what was flagged count again, or confirm that it is shared. Raises UnknownError, ConflictError."""
        return self._change(lambda case: guard.resolve_item(case, item, clear=clear, author=author))

    def close(self) -> None:
        """Let the database go."""
        self.database.close()

    def __enter__(self) -> Centre:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _proof(self, texts: list[str]) -> Answer:
        """How many texts are still found in the bytes of the database."""
        try:
            notes = self.database.sweep()
        except BusyError:
            notes = ("others were reading, so that old rows may stand in the write-ahead log until it is next emptied",)
        files = self.database.files()
        scanned, found = scan(files, texts) if files else (None, None)
        return {"scanned": scanned, "found": found, "notes": list(notes)}

    def _change(self, work: Callable[[Case], Done]) -> Done:
        return self.database.retry(lambda tx: work(Case(tx, self.now(), self.options, self._scorer)))

    def _read(self, work: Callable[[Case], Done]) -> Done:
        with self.database.read() as tx:
            return work(Case(tx, self.now(), self.options, self._scorer))


def open_centre(url: str, options: Options | None = None, now: Callable[[], int] = clock.now) -> Centre:
    """The contact centre on the database at a URL, its tables made. Raises StoreError."""
    database = connect(url)
    try:
        prepare_tables(database)
        return Centre(database, options or Options(), now)
    except BaseException:
        database.close()
        raise


def opened_if_there(url: str) -> Centre | None:
    """The contact centre on the database at a URL; None where there never was one. Raises StoreError."""
    database = connect(url)
    try:
        if are_there(database):
            return Centre(database, Options())
    except BaseException:
        database.close()
        raise
    database.close()
    return None


def _resolve(case: Case, contact: Contact, seen_at: int, given: str | None, dry_run: bool) -> Answer:
    key = f"resolve {given}"
    if given is not None:
        case.tx.hold([case.scorer.hashed_text(key)])
        if (known := conversations.replayed(case, key)) is not None:
            return known
    found = intake.resolve_contact(case, contact, seen_at)
    if dry_run:
        raise _DryRun(_dry(case, found))
    conversations.append(case, found.identity, contact, seen_at)
    if given is not None:
        conversations.remember(case, key, found.identity, found.answer, found.compared)
    return {"customerId": identities.read(case, found.identity).customer_id, **found.answer}


def _dry(case: Case, found: intake.Resolved) -> Answer:
    """The answer without what would have been made."""
    answer: Mapping[str, Any] = {key: value for key, value in found.answer.items() if key != "pendingId"}
    matched = answer["decision"] == "MATCHED"
    return {"customerId": identities.read(case, found.identity).customer_id if matched else None, **answer}
