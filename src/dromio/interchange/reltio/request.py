"""What a call of the vendor's API asks for: mode, sides and switches, checked; without HTTP, store or tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.errors import UsageError
from dromio.interchange.reltio.documents import Document
from dromio.interchange.reltio.fields import flag_of, shown
from dromio.interchange.reltio.groups import MatchGroup

ENTITIES = "entities/"
ENTITY_SIDES = ("first", "second")
DOCUMENT_SIDES = ("firstDocument", "secondDocument")
SHOWN = ("brief", "full")
STORED_NAMES = ("documentsFromDatabase", "db")
OVERCOLLISIONED_NAMES = ("checkOvercollisionedTokens", "checkOverCollisionTokens")


class RequestError(UsageError):
    """A call is not valid; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Body:
    """The two sides as given, and the ad hoc match groups, None where the configured ones are meant."""

    is_raw: bool
    first: Any
    second: Any
    match_groups: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """The switches of a call. `rules` are URIs, None for all; `time` in milliseconds since 1970, None for now."""

    rules: tuple[str, ...] | None = None
    is_full: bool = False
    documents_from_database: bool = False
    check_overcollisioned: bool = True
    time: int | None = None


def read_body(body: object) -> Body:
    """The two sides of one mode. Raises RequestError for a mixture, a missing side, or neither mode."""
    if not isinstance(body, Mapping):
        raise RequestError(f"the body must be an object, found {shown(body)}")
    entities = [name for name in ENTITY_SIDES if name in body]
    documents = [name for name in DOCUMENT_SIDES if name in body]
    if entities and documents:
        raise RequestError(f"{' and '.join((*entities, *documents))} are of two modes; give entities or documents")
    names = DOCUMENT_SIDES if documents else ENTITY_SIDES
    missing = [name for name in names if body.get(name) is None]
    if missing:
        alternative = "" if entities or documents else f", or {' and '.join(DOCUMENT_SIDES)}"
        raise RequestError(f"{' and '.join(missing)} must be given{alternative}")
    return Body(bool(documents), body[names[0]], body[names[1]], body.get("matchGroups"))


def read_query(query: Mapping[str, str]) -> Query:
    """The switches of a call; a time given turns stored documents off. Raises RequestError."""
    is_stored = _flag(query, STORED_NAMES, False)
    time = _time(query)
    show = query.get("show", "brief")
    if show not in SHOWN:
        raise RequestError(f"show must be one of {', '.join(SHOWN)}, found {shown(show)}")
    rules = tuple(uri.strip() for uri in query.get("rules", "").split(",") if uri.strip())
    return Query(
        rules or None, show == "full", is_stored and time is None, _flag(query, OVERCOLLISIONED_NAMES, True), time
    )


def entity_id(side: object) -> str | None:
    """Id of a stored entity that a side refers to, by its URI or an object with nothing else; None when inline."""
    if isinstance(side, Mapping):
        if set(side) != {"uri"}:
            return None
        side = side["uri"]
    if not isinstance(side, str) or not side.startswith(ENTITIES) or side == ENTITIES:
        raise RequestError(f'an entity must be an object or "entities/<id>", found {shown(side)}')
    return side.removeprefix(ENTITIES)


def select(groups: Sequence[MatchGroup], rules: Sequence[str] | None) -> frozenset[str] | None:
    """URIs of the groups to explain, None for all. Raises RequestError for a URI that no group has."""
    if rules is None:
        return None
    known = {group.uri for group in groups}
    unknown = [uri for uri in rules if uri not in known]
    if unknown:
        raise RequestError(f"rules: {', '.join(unknown)} not known; known are {', '.join(sorted(known)) or 'none'}")
    return frozenset(rules)


def groups_of(groups: Sequence[MatchGroup], entity_type: str) -> tuple[MatchGroup, ...]:
    """The groups of an entity type, in order."""
    return tuple(group for group in groups if group.entity_type == entity_type)


def same_type(first: Document, second: Document) -> str:
    """The entity type of both documents. Raises RequestError where they differ."""
    if first.type != second.type:
        raise RequestError(f"both sides must be of one entity type, found {first.type!r} and {second.type!r}")
    return first.type


def _flag(query: Mapping[str, str], names: Sequence[str], default: bool) -> bool:
    given = {name: query[name] for name in names if name in query}
    flags = {name: flag_of(text) for name, text in given.items()}
    for name, flag in flags.items():
        if flag is None:
            raise RequestError(f"{name} must be true or false, found {shown(given[name])}")
    if len(set(flags.values())) > 1:
        raise RequestError(f"{' and '.join(flags)} mean the same and differ")
    return default if not flags else bool(next(iter(flags.values())))


def _time(query: Mapping[str, str]) -> int | None:
    text = query.get("time")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18 and int(text) > 0):
        raise RequestError(f"time must be a positive whole number of milliseconds, found {shown(text)}")
    return int(text)
