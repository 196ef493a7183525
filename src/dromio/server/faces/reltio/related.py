"""The endpoints around verification: match documents, tokens in detail, potential matches, overcollisioned tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dromio.interchange.reltio import (
    MatchGroup,
    Options,
    RequestError,
    Rule,
    View,
    phrases_of,
    read_query,
    verify,
    view_of,
    write_document,
)
from dromio.interchange.reltio.groups import All, AnyOf, Compare, Expression, Filter, Multi, Not
from dromio.server.faces.reltio.configuration import Configuration
from dromio.server.faces.reltio.decisions import decisions_on
from dromio.server.faces.reltio.desk import Tenant
from dromio.server.faces.reltio.entities import StoredEntity, generated, moment_of, read_stored
from dromio.server.faces.reltio.errors import UnknownError
from dromio.server.faces.reltio.match_tables import (
    entities_sharing,
    is_overcollisioned,
    kept_document,
    overcollisioned,
)
from dromio.store import clock

Json = dict[str, Any]
_MOST = 1_000


def match_document(tenant: Tenant, name: str, query: Mapping[str, str]) -> Json:
    """The generated document, the kept one, whether they are equal, and the tokens of the one asked for."""
    asked = read_query(query)
    known, stored = _looked_up(tenant, name, asked.time)
    fresh = generated(stored, known, in_memory=True)
    kept = tenant.read(lambda tx: kept_document(tx, tenant.name, stored.entity_id))
    shown = kept.document if kept and asked.documents_from_database else fresh
    groups = known.of(fresh.type).groups
    limit = tenant.desk.options.token_limit
    return {
        "generatedDocument": write_document(fresh),
        "databaseDocument": write_document(kept.document) if kept else None,
        "areEqual": None if kept is None else kept.document == fresh,
        "tokens": {group.uri: list(phrases_of(group.rule, view_of(shown, group), limit).phrases) for group in groups},
        "version": {"EntityVersion": stored.version, "MatchDocumentVersion": kept.version if kept else None},
    }


def tokens_detailed(tenant: Tenant, name: str, query: Mapping[str, str]) -> Json:
    """Tokens of every group of the entity's type, operand by operand."""
    known, stored = _looked_up(tenant, name, read_query(query).time)
    document = generated(stored, known, in_memory=True)
    limit = tenant.desk.options.token_limit
    return {
        group.uri: {"label": group.label} | _operand(group.rule.formula, group.rule, view_of(document, group), limit)
        for group in known.of(document.type).groups
    }


def potential_matches(tenant: Tenant, name: str) -> Json:
    """URI of each group that matches -> the entities that it matches, in order."""
    known, stored = _looked_up(tenant, name, None)
    candidates = tenant.read(
        lambda tx: entities_sharing(tx, tenant.name, stored.entity_id, known.skipped, tenant.desk.options.most_matches)
    )
    found: dict[str, list[Json]] = {}
    for candidate in candidates:
        try:
            other = read_stored(tenant.domain, str(candidate), known)
        except UnknownError:
            continue
        if other.entity_id == candidate:
            for group, match in _matched(tenant, known, stored, other):
                found.setdefault(group.uri, []).append(match)
    return found


def search_overcollisioned(tenant: Tenant, body: object) -> Json:
    """Token phrases that too many entities share, in order. Raises RequestError."""
    given = body if isinstance(body, dict) else {}
    most, after = given.get("max", _MOST), given.get("offset", 0)
    if not isinstance(body, dict) or not _is_count(most, 1, _MOST) or not _is_count(after, 0, 10**9):
        raise RequestError(f"the body may have max, 1 to {_MOST}, and offset, 0 or more")
    rows = tenant.read(lambda tx: overcollisioned(tx, tenant.name, most, after))
    listed = [{"token": phrase, "entities": count, "matchGroups": groups} for phrase, count, groups in rows]
    return {"threshold": tenant.desk.options.overcollision_limit, "tokens": listed}


def _is_count(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _looked_up(tenant: Tenant, name: str, time: int | None) -> tuple[Configuration, StoredEntity]:
    at = moment_of(time)
    known = tenant.configuration(None if at is None else clock.from_datetime(at))
    return known, read_stored(tenant.domain, name, known, at)


def _matched(
    tenant: Tenant, known: Configuration, stored: StoredEntity, other: StoredEntity
) -> list[tuple[MatchGroup, Json]]:
    """Groups that match a pair, and the pair as the list shows it."""
    one, two = (generated(each, known, in_memory=True) for each in (stored, other))
    if one.type != two.type:
        return []
    options = Options(
        skipped=known.skipped,
        is_overcollisioned=lambda phrase: tenant.read(lambda tx: is_overcollisioned(tx, tenant.name, phrase)),
        token_limit=tenant.desk.options.token_limit,
    )
    manual = tenant.read(lambda tx: decisions_on(tx, tenant.name, stored, other))
    verified = verify(known.of(one.type).groups, one, two, options, manual)
    shown = {"object": {"uri": other.uri, "type": other.document["type"]}, "matchScore": verified.score}
    return [
        (found.group, shown | _reasons(found.action, found.relevance))
        for found in verified.groups
        if found.is_matched and not found.group.is_negative
    ]


def _reasons(action: str | None, relevance: float | None) -> Json:
    return {"matchAction": action} | ({} if relevance is None else {"relevance": relevance})


def _operand(expression: Expression, rule: Rule, view: View, limit: int) -> Json:
    """One operand with its tokens, and those of its parts."""
    whole = expression if isinstance(expression, All | AnyOf) else All((expression,))
    phrases = phrases_of(replace(rule, formula=whole), view, limit).phrases
    counted: Json = {"operand": _name(expression), "tokensTotal": len(phrases), "tokens": list(phrases)}
    if isinstance(expression, Compare | Filter):
        return {"attribute": expression.attribute} | counted
    if isinstance(expression, Multi):
        return {"attributes": list(expression.attributes)} | counted
    parts = (expression.part,) if isinstance(expression, Not) else expression.parts
    return counted | {"operands": [_operand(part, rule, view, limit) for part in parts]}


def _name(expression: Expression) -> str:
    if isinstance(expression, Compare):
        return expression.operator.value
    if isinstance(expression, Filter):
        return expression.kind.value
    return {All: "and", AnyOf: "or", Not: "not", Multi: "multi"}[type(expression)]
