"""One call of the endpoint: inputs resolved, match groups judged, the answer made. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dromio.interchange.reltio import (
    Body,
    Document,
    MatchGroup,
    Options,
    Query,
    Side,
    document_of,
    entity_id,
    explain,
    groups_of,
    read_body,
    read_document,
    read_groups,
    read_query,
    same_type,
    select,
    verify,
)
from dromio.server.faces.reltio.configuration import Configuration
from dromio.server.faces.reltio.decisions import decisions_on
from dromio.server.faces.reltio.desk import Tenant
from dromio.server.faces.reltio.entities import StoredEntity, generated, moment_of, read_stored
from dromio.server.faces.reltio.errors import UnknownError
from dromio.server.faces.reltio.match_tables import is_overcollisioned, kept_document, kept_phrases, spelled
from dromio.store import clock


@dataclass(frozen=True, slots=True)
class Resolved:
    """One side: the document to judge, what is known of it, and the entity of the store where it is one."""

    document: Document
    side: Side
    stored: StoredEntity | None = None


def verify_matches(tenant: Tenant, body: object, query: Mapping[str, str]) -> tuple[dict[str, Any], list[int]]:
    """The answer, and the ids of the entities that were read. Raises RequestError and its like, UnknownError."""
    asked, sides = read_query(query), read_body(body)
    at = moment_of(asked.time)
    known = tenant.configuration(None if at is None else clock.from_datetime(at))
    ad_hoc = None if sides.match_groups is None else read_groups(sides.match_groups)
    if sides.is_raw:
        return _raw(tenant, sides, asked, known, ad_hoc), []
    effective = known if ad_hoc is None else _with_groups(known, ad_hoc)
    first, second = (
        _resolved(tenant, given, name, asked, effective)
        for given, name in ((sides.first, "first"), (sides.second, "second"))
    )
    kind = same_type(first.document, second.document)
    if asked.time is not None and kind not in known.types:
        raise UnknownError(f"{kind!r} was not configured at that time")
    groups = _groups(effective.groups, ad_hoc, sides, kind)
    return _explained(tenant, asked, known, groups, first, second), [
        one.stored.entity_id for one in (first, second) if one.stored
    ]


def _raw(
    tenant: Tenant, sides: Body, asked: Query, known: Configuration, ad_hoc: tuple[MatchGroup, ...] | None
) -> dict[str, Any]:
    first, second = read_document(sides.first, "firstDocument"), read_document(sides.second, "secondDocument")
    kind = same_type(first, second)
    if asked.time is not None and kind not in known.types:
        raise UnknownError(f"{kind!r} was not configured at that time")
    groups = _groups(known.groups, ad_hoc, sides, kind)
    options = replace(_options(tenant, asked, known, groups), is_raw=True)
    return explain(verify(groups, first, second, options), time=asked.time)


def _explained(
    tenant: Tenant,
    asked: Query,
    known: Configuration,
    groups: tuple[MatchGroup, ...],
    first: Resolved,
    second: Resolved,
) -> dict[str, Any]:
    at = moment_of(asked.time)
    moment = None if at is None else clock.from_datetime(at)
    manual = None
    if first.stored and second.stored:
        one, other = first.stored, second.stored
        manual = tenant.read(lambda tx: decisions_on(tx, tenant.name, one, other, moment))
    options = replace(_options(tenant, asked, known, groups), built_only=asked.documents_from_database)
    found = verify(groups, first.document, second.document, options, manual)
    return explain(found, (first.side, second.side), is_full=asked.is_full, time=asked.time)


def _groups(
    groups: tuple[MatchGroup, ...], ad_hoc: tuple[MatchGroup, ...] | None, sides: Body, kind: str
) -> tuple[MatchGroup, ...]:
    """The groups of the type. Raises GroupError for groups given with the call that are of another type."""
    return groups_of(groups, kind) if ad_hoc is None else read_groups(sides.match_groups, kind)


def _options(tenant: Tenant, asked: Query, known: Configuration, groups: tuple[MatchGroup, ...]) -> Options:
    return Options(
        selected=select(groups, asked.rules),
        skipped=known.skipped,
        check_overcollisioned=asked.check_overcollisioned,
        is_overcollisioned=lambda phrase: tenant.read(lambda tx: is_overcollisioned(tx, tenant.name, phrase)),
        token_limit=tenant.desk.options.token_limit,
    )


def _resolved(tenant: Tenant, given: Any, name: str, asked: Query, known: Configuration) -> Resolved:
    identifier = entity_id(given)
    if identifier is None:
        kind = given.get("type") if isinstance(given, Mapping) else None
        later = () if asked.time is None else tenant.configuration().types
        types = known.check_types(kind, {*later, *(group.entity_type for group in known.groups)})
        document = document_of(given, known.groups, types=types, what=name)
        return Resolved(document, Side(document))
    stored = read_stored(tenant.domain, identifier, known, moment_of(asked.time))
    fresh = generated(stored, known, in_memory=True)
    kept = tenant.read(lambda tx: kept_document(tx, tenant.name, stored.entity_id))
    phrases = tenant.read(lambda tx: kept_phrases(tx, tenant.name, stored.entity_id))
    side = Side(
        fresh,
        kept.document if kept else None,
        stored.version,
        kept.version if kept else None,
        lambda phrase: spelled(phrase) in phrases,
    )
    use_kept = asked.documents_from_database and kept is not None
    return Resolved(side.stored if use_kept and side.stored else fresh, side, stored)


def _with_groups(known: Configuration, groups: tuple[MatchGroup, ...]) -> Configuration:
    """The configuration with the groups of the call in place of those configured."""
    names = {*known.types, *(group.entity_type for group in groups)}
    return Configuration({name: replace(known.of(name), groups=groups_of(groups, name)) for name in names})
