"""A domain of a server, as the commands of `dromio store` use one: the answers of the client as those of a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from dromio.client import Client, RefusedInputError
from dromio.client import answers as told
from dromio.errors import UsageError
from dromio.model.files import document_of
from dromio.model.schema import Model
from dromio.records import RecordKey
from dromio.store import Candidate, Resolution
from dromio.store.entities import Entity, Event
from dromio.store.erase import Certificate
from dromio.store.golden import GoldenRecord, GoldenValue
from dromio.store.proposal import GoldenChange, Proposal, Regrouped
from dromio.store.review import ReviewItem, Settings
from dromio.store.verify import Difference, Verification

_MOST_PER_PAGE = 1000
_LOOK_SECONDS = 0.2


class RemoteDomain:
    """A domain of a server. What a person does is done in the name of the key, whatever author is named.

    All methods raise ServerError.
    """

    def __init__(self, client: Client, name: str, reason: str = "") -> None:
        self._domain = client.domain(name)
        self._reason = reason

    def resolve(self, source: str, unique_id: str, values: Mapping[str, Any]) -> Resolution:
        """Add or replace a record, and say to whom it belongs."""
        return _resolution(self._domain.resolve(source, unique_id, values))

    def search(self, values: Mapping[str, Any]) -> Resolution:
        """To whom a record with these values would belong."""
        return _resolution(self._domain.search(values))

    def entity(self, entity_id: int, *, as_of: datetime | None = None) -> Entity:
        """What an entity id stands for, now or at an earlier moment, in UTC where it has no time zone."""
        moment = as_of.replace(tzinfo=UTC) if as_of is not None and as_of.tzinfo is None else as_of
        found = self._domain.entity(entity_id, as_of=moment)
        return Entity(found["asked"], found["entity_id"], found["state"], tuple(map(_key, found["records"])))

    def entity_of(self, source: str, unique_id: str) -> int | None:
        """Entity of a record; None for one that is not there."""
        try:
            return self._domain.get(source, unique_id)["entity_id"]
        except RefusedInputError:
            return None

    def golden(self, entity_id: int) -> GoldenRecord:
        """The golden record of a live entity, each value with its origin."""
        found = self._domain.golden(entity_id)
        values = {name: _golden(value, found["from"].get(name)) for name, value in found["values"].items()}
        return GoldenRecord(found["entity_id"], tuple(RecordKey(*key) for key in found["records"]), values)

    def history(self, entity_id: int) -> list[Event]:
        """All that happened to an entity and its records, oldest first."""
        return [_event(one) for one in self._domain.history(entity_id)]

    def merge(self, *entities: int, author: str, reason: str = "") -> int:
        """Make entities one; gives the number of the act."""
        return self._domain.merge(*entities, reason=reason)

    def unmerge(self, entity: int, records: Iterable[tuple[str, str]], *, author: str, reason: str = "") -> int:
        """Take records out of an entity for ever; gives the number of the act."""
        return self._domain.unmerge(entity, records, reason=reason)

    def undo(self, act: int) -> None:
        """Undo an act of a person."""
        self._domain.undo(act)

    def erase(self, entity_id: int, *, suppress: bool = False) -> Certificate:
        """Erase all that is held about an entity. Raises UsageError without a reason, which a server keeps."""
        if not self._reason:
            raise UsageError("a server wants to know why somebody is erased: give --reason")
        found = self._domain.erase(entity_id, reason=self._reason, suppress=suppress)
        counts = found["scanned"], found["found"]
        return Certificate(
            found["entity_id"],
            found["erased_at"],
            found["records"],
            found["rows"],
            found["suppressed"],
            *counts,
            tuple(found["notes"]),
        )

    def review(self, limit: int = 100) -> list[ReviewItem]:
        """Pairs for a person to decide on, oldest first."""
        return [_item(one) for one in islice(self._domain.review(per_page=min(limit, _MOST_PER_PAGE)), limit)]

    def decide(self, item_id: int, *, accept: bool, author: str) -> int:
        """Decide on a review item; gives the number of the act."""
        return self._domain.decide(item_id, accept=accept)

    def export(self, entity_id: int) -> dict[str, Any]:
        """Everything held about one entity."""
        return dict(self._domain.export(entity_id))

    def settings(self) -> Settings:
        """The settings of the domain."""
        return Settings(**self._domain.settings())

    def ask_consent(self, *, wanted: bool = True) -> None:
        """Hold merges of existing entities for a person's consent, or no longer."""
        self._domain.ask_consent(wanted=wanted)

    def keep_review(self, days: int | None) -> None:
        """Let review items expire after some days; None: never."""
        self._domain.keep_review(days)

    def redo(self) -> int:
        """Work off what is to be compared again; a server always works off all, so nothing waits."""
        self._result(self._domain.work.start("redo"))
        return 0

    def verify(self) -> Verification:
        """Everything worked out again, and each difference, up to a limit."""
        found = self._result(self._domain.work.start("verify"))
        differences = tuple(Difference(*text.split(": ", 1)) for text in found["differences"])
        counts = {name: found[name] for name in ("records", "entities", "edges", "waiting")}
        return Verification(**counts, differences=differences)

    def resolve_all(self) -> int:
        """All records resolved again in a batch; gives the number of entities."""
        return int(self._result(self._domain.work.start("resolve"))["entities"])

    def propose_model(self, model: Model, *, shown: int) -> Proposal:
        """Keep a model as the next version, and say what it would change; a server lists the first hundred."""
        version = self._domain.work.add_model(document_of(model))
        return _proposal(self._result(self._domain.work.propose_model(version)), shown)

    def apply_model(self, version: int) -> int:
        """All records resolved by a version of the model; gives the number of entities."""
        return int(self._result(self._domain.work.apply_model(version))["entities"])

    def _result(self, job: told.Job) -> dict[str, Any]:
        """What came of a job. Raises UsageError for one that failed, or was cancelled."""
        ended = self._domain.work.wait(job["job_id"], every_seconds=_LOOK_SECONDS)
        if ended["state"] != "done":
            raise UsageError(f"job {job['job_id']} is {ended['state']}: {ended['error'] or 'it was cancelled'}")
        return ended["result"] or {}


def _key(found: told.RecordKey) -> RecordKey:
    return RecordKey(found["source"], found["unique_id"])


def _resolution(found: told.Resolution) -> Resolution:
    candidates = tuple(
        Candidate(_key(one), one["entity_id"], one["weight"], one["decision"], one["reason"], tuple(one["levels"]))
        for one in found["candidates"]
    )
    return Resolution(found["entity_id"], found["decision"], found["outcome"], candidates)


def _golden(value: Any, origin: Any) -> GoldenValue:
    if isinstance(origin, str):
        return GoldenValue(value, author=origin.removeprefix("author "))
    return GoldenValue(value, RecordKey(*origin) if isinstance(origin, Sequence) else None)


def _proposal(found: dict[str, Any], shown: int) -> Proposal:
    """A proposal; its lists are empty for a key that may not read records."""
    plain = dict(found)
    for name in ("merged", "split"):
        listed = found.get(name, ())[:shown]
        keys = ((tuple(RecordKey(*key) for key in one["records"]), tuple(one["entities"])) for one in listed)
        plain[name] = tuple(Regrouped(*one) for one in keys)
    plain["golden"] = tuple(GoldenChange(**one) for one in found.get("golden", ())[:shown])
    return Proposal(**plain)


def _event(found: told.Change) -> Event:
    record = None if found["record"] is None else RecordKey(*found["record"])
    numbers = found["entity_id"], found["other_id"]
    return Event(found["change_id"], found["at"], found["kind"], record, *numbers)


def _item(found: told.ReviewItem) -> ReviewItem:
    keys = {"left": _key(found["left"]), "right": _key(found["right"])}
    return ReviewItem(**{name: value for name, value in found.items() if name in _ITEM} | keys)  # type: ignore[arg-type]


_ITEM = frozenset(ReviewItem.__dataclass_fields__)
