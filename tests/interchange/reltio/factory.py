"""Match groups and entities in few words."""

from collections.abc import Collection
from typing import Any

from dromio.interchange.reltio import (
    Document,
    MatchGroup,
    Options,
    Verification,
    document_of,
    read_document,
    read_groups,
    verify,
)


def attribute(path: str, kind: str = "HCP") -> str:
    """URI of the attribute at a path such as "LastName" or "Address.City"."""
    return f"configuration/entityTypes/{kind}/attributes/" + path.replace(".", "/attributes/")


def uri(name: str, kind: str = "HCP") -> str:
    """URI of the match group of a name."""
    return f"configuration/entityTypes/{kind}/matchGroups/{name}"


def group_json(name: str, rule: dict[str, Any], type_: str = "suspect", **members: Any) -> dict[str, Any]:
    """A match group as JSON."""
    return {"uri": uri(name), "label": f"by {name}", "type": type_, "rule": rule, **members}


def group(name: str, rule: dict[str, Any], type_: str = "suspect", **members: Any) -> MatchGroup:
    """A match group."""
    (found,) = read_groups([group_json(name, rule, type_, **members)])
    return found


def negative(name: str, rule: dict[str, Any], **members: Any) -> MatchGroup:
    """A match group with a negative rule."""
    (found,) = read_groups([{"uri": uri(name), "negativeRule": rule, **members}])
    return found


def exact(*paths: str) -> dict[str, Any]:
    """The rule that some attributes are exact."""
    return {"exact": [attribute(path) for path in paths]}


def scored(*paths: str, weights: tuple[Any, ...] = (), thresholds: dict[str, str] | None = None) -> dict[str, Any]:
    """The relevance rule that some attributes are exact; a score from 0.6 on is a potential match unless said."""
    return exact(*paths) | {
        "weights": [
            {"attribute": attribute(path), "weight": weight} for path, weight in zip(paths, weights, strict=False)
        ],
        "actionThresholds": [
            {"type": type_, "threshold": text} for type_, text in (thresholds or {"potential_match": "0.6-1.0"}).items()
        ],
    }


def listed(value: Any) -> list[Any]:
    """A value, or each of a list of them, as the API writes them; an object is a nested value; (value, ov) says ov."""
    values = value if isinstance(value, list) else [value]
    return [
        {"value": nested(item[0]), "ov": item[1]} if isinstance(item, tuple) else {"value": nested(item)}
        for item in values
    ]


def nested(value: Any) -> Any:
    """The members of a nested value as lists."""
    return {name: listed(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def entity_json(id_: str = "", kind: str = "HCP", **attributes: Any) -> dict[str, Any]:
    """An entity as JSON."""
    named = {"uri": f"entities/{id_}"} if id_ else {}
    members = {name: listed(value) for name, value in attributes.items()}
    return {**named, "type": f"configuration/entityTypes/{kind}", "attributes": members}


def document(id_: str = "", kind: str = "HCP", **attributes: Any) -> Document:
    """The match document of an entity."""
    return document_of(entity_json(id_, kind, **attributes))


def raw(kind: str = "HCP", **lists: list[str]) -> Document:
    """A raw match document; `__` in a name stands for "."."""
    return read_document(
        {"$$_entity_type_$$": [kind]} | {name.replace("__", "."): texts for name, texts in lists.items()}
    )


def matches(one: MatchGroup, first: Document, second: Document) -> bool:
    """Whether the formula of a group holds for two documents."""
    return verify([one], first, second).groups[0].is_matched_by_documents


def judged(groups: list[MatchGroup], first: Document, second: Document, **options: Any) -> Verification:
    """The verification of two documents."""
    return verify(groups, first, second, Options(**options))


def names(uris: Collection[str]) -> list[str]:
    """Names of groups by their URIs."""
    return [one.split("/")[-1] for one in uris]
