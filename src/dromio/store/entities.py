"""Reading entities, records and what happened to them, now or as of an earlier moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dromio.errors import UnknownError
from dromio.records import RecordKey
from dromio.store.clock import as_text
from dromio.store.database import Database
from dromio.store.delivered import Delivered, from_canonical
from dromio.store.work import Work


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity id and what it stands for.

    `state`: live, merged (then `entity_id` is the entity it was merged into, `asked` the id asked for), ended (its last
    record was deleted), erased. `records` are in order; there are none unless it is live.
    """

    asked: int
    entity_id: int
    state: str
    records: tuple[RecordKey, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        records = [{"source": key.source, "unique_id": key.unique_id} for key in self.records]
        return {"asked": self.asked, "entity_id": self.entity_id, "state": self.state, "records": records}


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log: when, what, and the ids concerned. Never a value."""

    change_id: int
    at: str
    kind: str
    record: RecordKey | None
    entity_id: int | None
    other_id: int | None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        record = None if self.record is None else list(self.record)
        plain = {"change_id": self.change_id, "at": self.at, "kind": self.kind, "record": record}
        return plain | {"entity_id": self.entity_id, "other_id": self.other_id}


_ENTITY = "SELECT state, redirect FROM entities WHERE entity_id = ? AND domain_id = ?"
_LIVE = """
SELECT r.source, r.unique_id FROM entities e JOIN domains d ON d.domain_id = e.domain_id
JOIN placements p ON p.entity_id = e.entity_id AND p.generation = d.generation
JOIN records r ON r.record_id = p.record_id
WHERE e.entity_id = ? AND e.domain_id = ? AND e.state = 'live' ORDER BY r.source, r.unique_id
"""
_KEYS = """
SELECT r.source, r.unique_id FROM placements p JOIN records r ON r.record_id = p.record_id
WHERE p.entity_id = ? AND p.generation = ? ORDER BY r.source, r.unique_id
"""
_FATE = """
SELECT kind, other_id FROM changes
WHERE entity_id = ? AND at <= ? AND record_id IS NULL AND kind IN ('merged', 'revived', 'ended', 'erased')
ORDER BY change_id DESC LIMIT 1
"""
_ONCE_THERE = "SELECT DISTINCT record_id FROM changes WHERE entity_id = ? AND at <= ? AND record_id IS NOT NULL"
_LAST = """
SELECT c.kind, c.entity_id, r.source, r.unique_id FROM changes c JOIN records r ON r.record_id = c.record_id
WHERE c.record_id = ? AND c.at <= ? ORDER BY c.change_id DESC LIMIT 1
"""
_EVENTS = """
SELECT c.change_id, c.at, c.kind, r.source, r.unique_id, c.entity_id, c.other_id
FROM changes c LEFT JOIN records r ON r.record_id = c.record_id
WHERE c.domain_id = ? AND (c.entity_id = ? OR (c.other_id = ? AND c.kind IN ('merged', 'split', 'moved')))
ORDER BY c.change_id
"""
_VERSIONS = """
SELECT v.number, v.version, v.content, v.accepted_at FROM record_versions v JOIN records r ON r.record_id = v.record_id
WHERE r.domain_id = ? AND r.source = ? AND r.unique_id = ?
UNION ALL SELECT number, version, content, accepted_at FROM records
WHERE domain_id = ? AND source = ? AND unique_id = ? AND state IN ('current', 'deleted')
ORDER BY accepted_at, number
"""


def live_entity(database: Database, domain_id: int, entity_id: int) -> Entity | None:
    """An entity that is live now, found with a single statement; None for every other id."""
    rows = database.once(_LIVE, entity_id, domain_id)
    return Entity(entity_id, entity_id, "live", tuple(RecordKey(*row) for row in rows)) if rows else None


def read_entity(work: Work, entity_id: int, moment: int | None = None) -> Entity:
    """What an id stands for, now or at a moment. Raises UnknownError for one that was never given."""
    rows = work.tx.rows(_ENTITY, entity_id, work.domain_id)
    if not rows:
        raise UnknownError(f"there is no entity {entity_id}, and there never was")
    if moment is not None:
        return _as_of(work, entity_id, moment)
    state, redirect = rows[0]
    current = entity_id if redirect is None else redirect
    if redirect is not None:
        ended = work.tx.rows(_ENTITY, redirect, work.domain_id)[0][0]
        state = "merged" if ended == "live" else ended
    keys = tuple(RecordKey(*row) for row in work.tx.rows(_KEYS, current, work.generation))
    return Entity(entity_id, current, state, keys)


def _as_of(work: Work, entity_id: int, moment: int) -> Entity:
    state, current = "live", entity_id
    while fate := work.tx.rows(_FATE, current, moment):
        kind, other = fate[0]
        if kind != "merged":
            state = state if kind == "revived" else kind
            break
        state, current = "merged", other
    records = []
    for (record,) in work.tx.rows(_ONCE_THERE, current, moment):
        kind, entity, source, unique_id = work.tx.rows(_LAST, record, moment)[0]
        if entity == current and kind != "deleted":
            records.append(RecordKey(source, unique_id))
    return Entity(entity_id, current, state, tuple(sorted(records)))


def events_of(work: Work, entity_id: int) -> list[Event]:
    """All that happened to an entity and its records, oldest first."""
    rows = work.tx.rows(_EVENTS, work.domain_id, entity_id, entity_id)
    return [
        Event(change, as_text(at), kind, None if source is None else RecordKey(source, unique_id), entity, other)
        for change, at, kind, source, unique_id, entity, other in rows
    ]


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """What a source said of a record at a time; `values` is None where it was deleted."""

    number: int
    version: int | None
    values: Delivered | None
    accepted_at: str

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {name: getattr(self, name) for name in ("number", "version", "values", "accepted_at")}


def versions_of(work: Work, key: RecordKey) -> list[RecordVersion]:
    """All that was ever accepted for a record, oldest first, unless it was erased."""
    rows = work.tx.rows(_VERSIONS, work.domain_id, *key, work.domain_id, *key)
    return [
        RecordVersion(number, version, None if content is None else from_canonical(content), as_text(at))
        for number, version, content, at in rows
    ]
