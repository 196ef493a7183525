"""Entities of the store in the terms of this face, now or at an earlier moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dromio import errors as store_errors
from dromio.errors import Fault
from dromio.interchange.reltio import Document, DocumentError, document_of
from dromio.interchange.reltio.request import ENTITIES
from dromio.records import RecordKey
from dromio.server.faces.reltio.columns import columns_of, entity_in
from dromio.server.faces.reltio.configuration import Configuration
from dromio.server.faces.reltio.errors import UnknownError
from dromio.store import Delivery, Domain

OWN_SOURCE = "configuration/sources/Reltio"
"""Source of entities that come without a crosswalk."""
_LONGEST_SOURCE, _LONGEST_VALUE = 100, 500
_LAST_MICROSECOND = timedelta(microseconds=999)
Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """An entity as the store has it, or had it: its id after all merges, its records, the merged JSON, its version."""

    entity_id: int
    keys: tuple[RecordKey, ...]
    document: Entity
    version: int

    @property
    def uri(self) -> str:
        """URI of the entity."""
        return f"{ENTITIES}{self.entity_id}"


def moment_of(time: int | None) -> datetime | None:
    """The end of a millisecond since 1970, so that what happened in it has happened. Raises UnknownError."""
    if time is None:
        return None
    try:
        return datetime.fromtimestamp(time // 1000, UTC) + timedelta(milliseconds=time % 1000) + _LAST_MICROSECOND
    except (OverflowError, ValueError, OSError):
        raise UnknownError(f"there is nothing at the time {time}") from None


def read_stored(domain: Domain, name: str, known: Configuration, at: datetime | None = None) -> StoredEntity:
    """The entity of an id, which is followed through merges. Raises UnknownError."""
    missing = UnknownError(f"there is no entity {ENTITIES}{name}" + (" at that time" if at else ""))
    if not (name.isascii() and name.isdecimal() and len(name) <= 18):
        raise missing
    try:
        found = domain.entity(int(name), as_of=at)
    except store_errors.UnknownError:
        raise missing from None
    states = [_state(domain, key, at) for key in found.records]
    entities = [entity_in(values, _only_type(known)) for values, _ in states if values is not None]
    if not entities:
        raise missing
    merged = {"uri": f"{ENTITIES}{found.entity_id}", **_merged(entities)}
    return StoredEntity(found.entity_id, found.records, merged, sum(number for _, number in states))


def generated(stored: StoredEntity, known: Configuration, *, in_memory: bool) -> Document:
    """The match document of an entity, made for the groups of its type."""
    return document_of(stored.document, known.groups, in_memory=in_memory)


def read_posted(body: object, known: Configuration) -> list[tuple[Entity, Document]]:
    """The entities of a body, one or a list, with their documents. Raises DocumentError that names every fault."""
    listed = body if isinstance(body, list) else [body]
    made: list[tuple[Entity, Document]] = []
    faults: list[Fault] = []
    for index, one in enumerate(listed):
        try:
            document = document_of(one, types=_types_of(one, known), in_memory=False)
        except DocumentError as error:
            faults += [Fault(f"{index}.{fault.path}", fault.message) for fault in error.faults]
            continue
        faults += _crosswalk_faults(one, index)
        made.append((dict(one), document))
    if not listed:
        faults.append(Fault("", "there must be at least one entity"))
    if faults:
        raise DocumentError("the body", faults)
    return made


def deliveries(domain: Domain, posted: Iterable[tuple[Entity, Document]], known: Configuration) -> list[Delivery]:
    """The records of entities. One that is named by a URI or a crosswalk which is there is replaced."""
    return [Delivery(*_key(domain, entity, known), columns_of(document, _kept(entity))) for entity, document in posted]


def _state(domain: Domain, key: RecordKey, at: datetime | None) -> tuple[Mapping[str, Any] | None, int]:
    """Values of a record at a moment, None where it was not there, and the number of its version."""
    versions = domain.versions(*key)
    if at is not None:
        versions = [one for one in versions if datetime.fromisoformat(one.accepted_at) <= at]
    return (versions[-1].values, versions[-1].number) if versions else (None, 0)


def _only_type(known: Configuration) -> str:
    """The type of records that do not name one: the only type there is."""
    return next(iter(known.types)) if len(known.types) == 1 else "Entity"


def _merged(entities: Sequence[Entity]) -> Entity:
    """Attribute values and crosswalks of all, each once, in order; the type of the first."""
    attributes: dict[str, list[Any]] = {}
    crosswalks: list[Any] = []
    for entity in entities:
        for name, values in (entity.get("attributes") or {}).items():
            kept = attributes.setdefault(name, [])
            kept += [value for value in values or () if value not in kept]
        crosswalks += [one for one in entity.get("crosswalks") or () if one not in crosswalks]
    return {"type": entities[0]["type"], "attributes": attributes, "crosswalks": crosswalks}


def _kept(entity: Entity) -> Entity:
    return {name: entity[name] for name in ("type", "attributes", "crosswalks") if entity.get(name) is not None}


def _types_of(entity: object, known: Configuration) -> Any:
    return known.check_types(entity.get("type") if isinstance(entity, dict) else None)


def _crosswalk_faults(entity: Entity, index: int) -> list[Fault]:
    given = entity.get("crosswalks") or []
    if not isinstance(given, list):
        return [Fault(f"{index}.crosswalks", "must be a list of crosswalks")]
    limits = (("type", _LONGEST_SOURCE), ("value", _LONGEST_VALUE))
    return [
        Fault(f"{index}.crosswalks.{place}.{name}", f"must be a text of 1 to {most} characters")
        for place, one in enumerate(given)
        for name, most in limits
        if not isinstance(one, dict) or not isinstance(one.get(name), str) or not 1 <= len(one[name]) <= most
    ]


def _key(domain: Domain, entity: Entity, known: Configuration) -> tuple[str, str]:
    """The record of an entity: that of its URI, of the first crosswalk that is there, or a new one."""
    crosswalks = [(one["type"], one["value"]) for one in entity.get("crosswalks") or ()]
    there = next((key for key in crosswalks if domain.entity_of(*key) is not None), None)
    if there or crosswalks:
        return there or crosswalks[0]
    if not entity.get("uri"):
        return OWN_SOURCE, uuid.uuid4().hex
    return read_stored(domain, str(entity["uri"]).removeprefix(ENTITIES), known).keys[0]
