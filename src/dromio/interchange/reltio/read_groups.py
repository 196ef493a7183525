"""Reads match groups from the vendor's JSON; every fault is named with its path."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dromio.errors import Fault
from dromio.interchange.reltio.errors import GroupError
from dromio.interchange.reltio.fields import Fields, shown
from dromio.interchange.reltio.groups import MatchGroup
from dromio.interchange.reltio.read_rules import URI_FORM, RuleReader

TYPES = ("automatic", "suspect", "relevance_based")
SCOPES = ("ALL", "INTERNAL", "EXTERNAL", "NONE")
MEMBERS = (
    "uri",
    "label",
    "type",
    "scope",
    "useOvOnly",
    "rule",
    "negativeRule",
    "scoreStandalone",
    "scoreIncremental",
    "matchActions",
)


def read_groups(document: object, entity_type: str | None = None) -> tuple[MatchGroup, ...]:
    """The groups of a list, in its order; all of one entity type where it is given. Raises GroupError."""
    if not isinstance(document, list):
        raise GroupError([Fault("", f"must be a list of match groups, found {shown(document)}")])
    faults: list[Fault] = []
    groups = [_group(item, str(index), faults, entity_type) for index, item in enumerate(document)]
    first: dict[str, int] = {}
    for index, group in enumerate(groups):
        if group and first.setdefault(group.uri, index) != index:
            faults.append(Fault(f"{index}.uri", f"{group.uri!r} is also the URI of group {first[group.uri]}"))
    if faults:
        raise GroupError(faults)
    return tuple(group for group in groups if group)


def _group(document: object, path: str, faults: list[Fault], entity_type: str | None) -> MatchGroup | None:
    if not isinstance(document, Mapping):
        faults.append(Fault(path, f"must be an object, found {shown(document)}"))
        return None
    fields = Fields(document, path, faults)
    fields.only(MEMBERS)
    uri = _uri(fields, entity_type)
    is_negative = "negativeRule" in fields.values
    if is_negative == ("rule" in fields.values):
        fields.fault("", f"needs exactly one of rule and negativeRule, found {'both' if is_negative else 'none'}")
    kind = fields.text("type", required=not is_negative)
    body = fields.object("negativeRule" if is_negative else "rule")
    settings = (
        fields.text("label"),
        is_negative,
        fields.choice("scope", SCOPES, "ALL"),
        fields.flag("useOvOnly", True),
        fields.number("scoreStandalone"),
        fields.number("scoreIncremental"),
        _match_actions(fields, kind),
    )
    if body is None:
        return None
    rule = RuleReader(faults, uri).rule(body, is_relevance_based=kind == "relevance_based" and not is_negative)
    return MatchGroup(uri, rule, kind, *settings) if uri else None


def _uri(fields: Fields, entity_type: str | None) -> str:
    uri = fields.text("uri", required=True)
    if not uri:
        return ""
    found = URI_FORM.fullmatch(uri)
    if not found:
        fields.fault("uri", f"must be configuration/entityTypes/<type>/matchGroups/<name>, found {shown(uri)}")
        return ""
    if entity_type is not None and found[1] != entity_type:
        fields.fault("uri", f"is a group of {found[1]!r}, not of {entity_type!r}")
    return uri


def _match_actions(fields: Fields, kind: str) -> str | None:
    """Match actions as JSON text; a type of one's own needs them, others may not have them."""
    actions = fields.values.get("matchActions")
    if not kind or (actions is None) == (kind in TYPES):
        return None if actions is None else json.dumps(actions, sort_keys=True)
    if actions is None:
        fields.fault("type", f"must be one of {', '.join(TYPES)}, or have matchActions, found {kind!r}")
    else:
        fields.fault("matchActions", f"is only for types of one's own, not for {kind!r}")
    return None
