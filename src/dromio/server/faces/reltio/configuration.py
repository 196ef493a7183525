"""Configuration of entity types, every version kept: attributes, match groups, and the skip list."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from dromio.errors import Fault
from dromio.interchange.reltio import DocumentError, MatchGroup, RequestError, Types, read_groups, write_groups
from dromio.interchange.reltio.entities import TYPE_PREFIX
from dromio.store import clock
from dromio.store.database import Transaction

Kind = Literal["attributes", "groups", "skipped"]
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class TypeConfiguration:
    """What is configured for one entity type. `attributes` are paths, None where they are not declared."""

    attributes: tuple[str, ...] | None = None
    groups: tuple[MatchGroup, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """Short name of an entity type -> what is configured for it."""

    types: Mapping[str, TypeConfiguration]

    @property
    def groups(self) -> tuple[MatchGroup, ...]:
        """All match groups, type by type."""
        return tuple(group for one in self.types.values() for group in one.groups)

    @property
    def skipped(self) -> frozenset[str]:
        """URIs of all groups on skip lists."""
        return frozenset(uri for one in self.types.values() for uri in one.skipped)

    def of(self, entity_type: str) -> TypeConfiguration:
        """What is configured for a type; nothing for one that is not known."""
        return self.types.get(entity_type, TypeConfiguration())

    def check_types(self, entity_type: object, more: Collection[str] = ()) -> Types | None:
        """What an entity is to be checked by: its attributes where they are declared, the known types where not.

        None where the type is known, and its attributes are not declared. `more` are types that are known too.
        """
        name = entity_type.removeprefix(TYPE_PREFIX) if isinstance(entity_type, str) else ""
        if (attributes := self.of(name).attributes) is not None:
            return {name: attributes}
        if name in self.types or name in more:
            return None
        return dict.fromkeys((*self.types, *more), ())


def configuration_at(transaction: Transaction, domain: str, moment: int | None = None) -> Configuration:
    """What counted at a moment, now by default; nothing before the first version."""
    select = """
    SELECT entity_type, kind, document FROM reltio_configurations
    WHERE domain = ? AND valid_from <= ? ORDER BY version
    """
    rows = transaction.rows(select, domain, 2**62 if moment is None else moment)
    last = {(entity_type, kind): json.loads(document) for entity_type, kind, document in rows}
    types: dict[str, TypeConfiguration] = {}
    for (entity_type, kind), document in last.items():
        types[entity_type] = _with(types.get(entity_type, TypeConfiguration()), kind, document)
    return Configuration(types)


def write_configuration(transaction: Transaction, domain: str, entity_type: str, kind: Kind, document: Any) -> None:
    """Keep a new version, which counts from now on."""
    insert = """
    INSERT INTO reltio_configurations (domain, entity_type, kind, document, valid_from) VALUES (?, ?, ?, ?, ?)
    """
    transaction.run(insert, domain, entity_type, kind, json.dumps(document, ensure_ascii=False), clock.now())


def read_match_groups(body: object, entity_type: str) -> tuple[MatchGroup, ...]:
    """The groups of a body: a list, or an object with one. Raises GroupError."""
    return read_groups(body["matchGroups"] if isinstance(body, dict) and "matchGroups" in body else body, entity_type)


def read_skip_list(body: object, groups: Collection[MatchGroup]) -> list[str]:
    """URIs to skip: a list, or an object with one. Raises RequestError for what is no group of the type."""
    listed = body.get("matchGroups") if isinstance(body, dict) else body
    known = {group.uri for group in groups}
    if not isinstance(listed, list):
        raise RequestError("the skip list must be a list of URIs of match groups")
    if unknown := [uri for uri in listed if not isinstance(uri, str) or uri not in known]:
        raise RequestError(f"no match groups of this type are: {', '.join(map(str, unknown[:10]))}")
    return list(dict.fromkeys(listed))


def read_attributes(body: object) -> list[str]:
    """Paths of the attributes that a body declares, by name or URI, nested ones within. Raises DocumentError."""
    listed = body.get("attributes") if isinstance(body, dict) else None
    faults: list[Fault] = []
    found = list(_paths(listed, "attributes", "", faults)) if listed is not None else []
    if listed is None:
        faults.append(Fault("attributes", "must be a list of attributes"))
    if faults:
        raise DocumentError("the entity type", faults)
    return list(dict.fromkeys(found))


def _paths(listed: object, place: str, prefix: str, faults: list[Fault]) -> Iterator[str]:
    if not isinstance(listed, list) or prefix.count(".") > _DEEPEST:
        faults.append(Fault(place, f"must be a list of attributes, at most {_DEEPEST} deep"))
        return
    for index, one in enumerate(listed):
        here = f"{place}.{index}"
        name = (one.get("name") or one.get("uri")) if isinstance(one, dict) else None
        if not isinstance(name, str) or not name:
            faults.append(Fault(here, "must be an object with a name or a uri"))
            continue
        short = name.split("/")[-1]
        yield prefix + short
        if isinstance(one, dict) and one.get("attributes") is not None:
            yield from _paths(one["attributes"], f"{here}.attributes", f"{prefix}{short}.", faults)


def _with(known: TypeConfiguration, kind: Kind, document: Any) -> TypeConfiguration:
    if kind == "groups":
        return replace(known, groups=read_groups(document))
    if kind == "skipped":
        return replace(known, skipped=tuple(document))
    return replace(known, attributes=tuple(document))


def groups_document(groups: tuple[MatchGroup, ...]) -> list[dict[str, Any]]:
    """Groups as they are kept and answered."""
    return write_groups(groups)
