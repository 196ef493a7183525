"""A domain of a server, as the commands of `dromio store` use one: the answers of the client as those of a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from dromio.client import Client, RefusedInputError
from dromio.client import answers as told
from dromio.errors import UsageError
from dromio.records import RecordKey
from dromio.store import Candidate, Resolution
from dromio.store.entities import Entity, Event
from dromio.store.erase import Certificate
from dromio.store.golden import GoldenRecord, GoldenValue
from dromio.store.review import ReviewItem

_MOST_PER_PAGE = 1000


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


def _event(found: told.Change) -> Event:
    record = None if found["record"] is None else RecordKey(*found["record"])
    numbers = found["entity_id"], found["other_id"]
    return Event(found["change_id"], found["at"], found["kind"], record, *numbers)


def _item(found: told.ReviewItem) -> ReviewItem:
    keys = {"left": _key(found["left"]), "right": _key(found["right"])}
    return ReviewItem(**{name: value for name, value in found.items() if name in _ITEM} | keys)  # type: ignore[arg-type]


_ITEM = frozenset(ReviewItem.__dataclass_fields__)
