"""The answer of a verification as plain JSON values, in the vendor's names and places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from dromio.interchange.reltio.documents import Document, write_document
from dromio.interchange.reltio.evaluate import LeafResult, Result
from dromio.interchange.reltio.groups import Compare, Filter, MatchGroup, Multi
from dromio.interchange.reltio.manual import ManualDecision, ManualMatches
from dromio.interchange.reltio.summary import applicable, common_phrases, summary
from dromio.interchange.reltio.tokens import Phrases
from dromio.interchange.reltio.verify import GroupResult, Verification

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one entity. `is_in_store` says of a token phrase whether it is stored; None for inline ones."""

    generated: Document
    stored: Document | None = None
    entity_version: Any = None
    document_version: Any = None
    is_in_store: Callable[[str], bool] | None = None


Sides: TypeAlias = tuple[Side, Side]


def explain(found: Verification, sides: Sides | None = None, *, is_full: bool = False, time: int | None = None) -> Json:
    """The whole answer. Without sides, as in raw mode, versions and documents are null; `time` is the one simulated."""
    is_raw = found.options.is_raw
    shown = sides if is_full and not is_raw else None
    return {
        "summary": summary(found, time),
        "matchTokensSummary": _tokens_summary(found),
        "applicableMatchGroups": _applicable(found),
        "candidatesDiscovery": None if is_raw else _discovery(found),
        "rules": {one.group.uri: _rule(one, found, sides, is_full) for one in found.explained},
        "manualMatches": None if is_raw or found.manual is None else manual_json(found.manual),
        "versions": shown and _versions(shown),
        "matchDocuments": shown and {"first": _documents(shown[0]), "second": _documents(shown[1])},
    }


def manual_json(manual: ManualMatches) -> Json:
    """All decisions by entity, and those in effect."""
    opposite = {manual.first: manual.second, manual.second: manual.first}
    matches = [one for one in manual.decisions if one.is_match]
    not_matches = [one for one in manual.decisions if not one.is_match]
    effective = {entity: [other] for entity, other in opposite.items()}
    return {
        "notMatches": _decided(not_matches),
        "asMatches": _decided(matches),
        "effectiveNotMatches": effective if manual.is_not_match else {},
        "effectiveAsMatches": effective if manual.is_match else {},
    }


def _decided(decisions: list[ManualDecision]) -> Json:
    """Entity -> decisions with the id of the other entity, both as they were recorded."""
    found: dict[str, list[Json]] = {}
    for one in decisions:
        for entity, other in ((one.first, one.second), (one.second, one.first)):
            entry = {"id": other, "updatedTime": one.updated_time, "updatedBy": one.updated_by}
            found.setdefault(entity, []).append(entry)
    return found


def _tokens_summary(found: Verification) -> Json:
    return {
        "firstTotal": len({phrase for one in found.active for phrase in one.first.phrases}),
        "secondTotal": len({phrase for one in found.active for phrase in one.second.phrases}),
        "common": common_phrases(found),
    }


def _applicable(found: Verification) -> Json:
    names = ("first", "second", "both")
    groups = dict(zip(names, applicable(found.groups), strict=True))
    groups["bypassed"] = [one for one in found.groups if one.is_bypassed]
    return {name: [one.group.uri for one in listed] for name, listed in groups.items()}


def _discovery(found: Verification) -> Json:
    return {
        "globalCandidatesFound": found.is_candidate,
        "matchGroupCandidateDiscoveries": {
            one.group.uri: {"label": one.group.label, "candidatesFound": one.is_candidate}
            for one in applicable(found.groups)[2]
        },
    }


def _rule(one: GroupResult, found: Verification, sides: Sides | None, is_full: bool) -> Json:
    known = {"type": one.group.type or None, "matchAction": one.action, "relevance": one.relevance}
    return {
        "label": one.group.label,
        "matched": one.is_matched,
        "matchedByDocuments": one.is_matched_by_documents,
        "bypassed": one.is_bypassed,
        "useOvOnly": one.group.use_ov_only,
        **{name: value for name, value in known.items() if value is not None},
        "negative": one.group.is_negative,
        "setAsNotMatch": found.is_not_match,
        "alreadySubscribed": False,
        "matchTokens": {
            "first": _tokens(one.first, found, sides and sides[0]),
            "second": _tokens(one.second, found, sides and sides[1]),
            "intersection": {"tokens": list(one.intersection)} if one.intersection else {},
        },
        "rule": _formula(one.result, one.group, is_full),
    }


def _tokens(tokens: Phrases, found: Verification, side: Side | None) -> Json:
    """Zero tokens are all in the store; tokens of raw documents and of inline entities never are."""
    is_known = side.is_in_store if side else None
    stored = all(map(is_known, tokens.phrases)) if is_known else not tokens.phrases
    listed = {"tokens": list(tokens.phrases)} if tokens.phrases else {}
    return {
        "foundInMatchTables": stored and not found.options.is_raw,
        **listed,
        "tokensGenerated": len(tokens.phrases),
    }


def _formula(result: Result, group: MatchGroup, is_full: bool) -> Json:
    """One operator with what is under it: a list for and, or; an object for not; attributes for the others."""
    if isinstance(result, LeafResult):
        return {_operator(result): {_name(result): _leaf(result, group, is_full)}}
    parts = [_formula(part, group, is_full) for part in result.parts]
    return {result.operator: parts[0] if result.operator == "not" else _merged(parts)}


def _merged(parts: list[Json]) -> list[Json]:
    """Neighbours with the same operator on different attributes as one object."""
    merged: list[Json] = []
    for part in parts:
        ((operator, inside),) = part.items()
        last = merged[-1].get(operator) if merged else None
        if isinstance(last, dict) and operator != "not" and not last.keys() & inside.keys():
            last |= inside
        else:
            merged.append(part)
    return merged


def _operator(result: LeafResult) -> str:
    leaf = result.leaf
    if isinstance(leaf, Multi):
        return "multi"
    return leaf.kind.value if isinstance(leaf, Filter) else leaf.operator.value


def _name(result: LeafResult) -> str:
    return ",".join(result.leaf.attributes) if isinstance(result.leaf, Multi) else result.leaf.attribute


def _leaf(result: LeafResult, group: MatchGroup, is_full: bool) -> Json:
    leaf = result.leaf
    attributes = (leaf.attribute,) if isinstance(leaf, Compare | Filter) else leaf.attributes
    judged = {"relevance": result.relevance} if group.is_relevance_based else {"match": result.truth}
    values = {"firstValues": list(result.first), "secondValues": list(result.second)} if is_full else {}
    is_ignored = all(attribute in group.rule.ignored_in_token for attribute in attributes)
    return {**judged, "ignoreInToken": is_ignored, **values}


def _versions(sides: Sides) -> Json:
    first, second = (
        {"EntityVersion": side.entity_version, "MatchDocumentVersion": side.document_version}
        if side.is_in_store
        else None
        for side in sides
    )
    return {"first": first, "second": second}


def _documents(side: Side) -> Json:
    return {
        "areEqual": None if side.stored is None else side.stored == side.generated,
        "databaseDocument": None if side.stored is None else write_document(side.stored),
        "generatedDocument": write_document(side.generated),
    }
