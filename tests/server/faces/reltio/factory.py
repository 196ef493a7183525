"""Tenants, match groups and entities over HTTP, in few words."""

from __future__ import annotations

import itertools
import time
from typing import Any
from urllib.parse import quote

from ...asking import Answer, Rig

HCP = "configuration/entityTypes/HCP"
_numbers = itertools.count(1)
Json = dict[str, Any]


def attribute(path: str) -> str:
    """URI of the attribute at a path."""
    return f"{HCP}/attributes/" + path.replace(".", "/attributes/")


def uri(name: str) -> str:
    """URI of the match group of a name."""
    return f"{HCP}/matchGroups/{name}"


def group(name: str, rule: Json, type_: str = "suspect", **members: Any) -> Json:
    """A match group."""
    return {"uri": uri(name), "label": f"by {name}", "type": type_, "rule": rule, **members}


def exact(*paths: str, **members: Any) -> Json:
    """The rule that some attributes are exact."""
    return {"exact": [attribute(path) for path in paths], **members}


def scored(*paths: str, weights: tuple[Any, ...] = (), thresholds: dict[str, str] | None = None) -> Json:
    """The relevance rule of some attributes; a score from 0.6 on is a potential match unless said."""
    actions = thresholds or {"potential_match": "0.6-1.0"}
    return exact(
        *paths,
        weights=[
            {"attribute": attribute(path), "weight": weight} for path, weight in zip(paths, weights, strict=False)
        ],
        actionThresholds=[{"type": name, "threshold": text} for name, text in actions.items()],
    )


def entity(*, crosswalk: str | None = None, **attributes: Any) -> Json:
    """An entity; a value may be a list, an object is a nested value, (value, ov) says whether it is operational."""
    found: Json = {"type": HCP, "attributes": {name: _listed(value) for name, value in attributes.items()}}
    if crosswalk:
        found["crosswalks"] = [{"type": "configuration/sources/CRM", "value": crosswalk}]
    return found


def _listed(value: Any) -> list[Json]:
    values = value if isinstance(value, list) else [value]
    pairs = (one if isinstance(one, tuple) else (one, None) for one in values)
    return [{"value": _nested(inner)} | ({} if ov is None else {"ov": ov}) for inner, ov in pairs]


def _nested(value: Any) -> Any:
    return {name: _listed(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def document(kind: str = "HCP", values: Json | None = None) -> Json:
    """A raw match document."""
    return {"$$_entity_type_$$": [kind]} | (values or {})


R = group("R", scored("FirstName", "LastName", weights=("1", "1")), "relevance_based")
F = group("F", scored("FirstName", weights=("1",)), "relevance_based")
M = group("M", exact("MiddleName"))
STARK = entity(
    FirstName="Ronald", LastName="Stark", Address={"City": "winterfell", "Region": "north", "Country": "westeros"}
)


class Tenancy:
    """One tenant of a server."""

    def __init__(self, rig: Rig, groups: tuple[Json, ...] = (R, F, M), skipped: tuple[Json, ...] = ()) -> None:
        self.rig = rig
        self.name = f"tenant{next(_numbers)}"
        self.base = f"/reltio/api/{self.name}"
        self.configure(*groups)
        self.skip(*skipped)

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> Answer:
        """One request below the tenant."""
        return self.rig.ask(method, f"{self.base}/{path}", body, **given)

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """What a request gives that must succeed."""
        answer = self.ask(method, path, body)
        assert answer.status == 200, answer.body
        return answer.json

    def configure(self, *groups: Json) -> None:
        """Set the match groups."""
        self.done("PUT", f"{HCP}/matchGroups", list(groups))

    def skip(self, *groups: Json) -> None:
        """Set the skip list."""
        self.done("PUT", f"{HCP}/_skipMatchGroups", [one["uri"] for one in groups])

    def put(self, *entities: Json) -> list[str]:
        """URIs of entities, after they were added or replaced."""
        return [one["object"]["uri"] for one in self.done("POST", "entities", list(entities))]

    def one(self, **attributes: Any) -> str:
        """URI of a new entity."""
        return self.put(entity(**attributes))[0]

    def verify(self, first: Any, second: Any, *, query: str = "", **more: Any) -> Any:
        """The answer on two entities."""
        return self.done("POST", f"entities/_verifyMatches{query}", {"first": first, "second": second, **more})

    def verify_raw(self, first: Any, second: Any, *, query: str = "", **more: Any) -> Any:
        """The answer on two documents."""
        body = {"firstDocument": first, "secondDocument": second, **more}
        return self.done("POST", f"entities/_verifyMatches{query}", body)

    def set(self, verb: str, first: str, second: str, method: str = "POST") -> Any:
        """Set or reset a pair."""
        return self.done(method, f"{first}/{verb}?uri={quote(second, safe='')}")


def names(uris: Any) -> list[str]:
    """Names of groups by their URIs."""
    return [one.split("/")[-1] for one in uris]


def moment_now() -> int:
    """This millisecond, once it is over."""
    moment = time.time_ns() // 1_000_000
    time.sleep(0.003)
    return moment
