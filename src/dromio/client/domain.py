"""A domain of a server: its records, entities, judgements and review queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal
from urllib.parse import quote

from dromio.client import answers
from dromio.client.calls import Call, Caller, Repeat
from dromio.client.errors import RefusedInputError
from dromio.client.jobs import Work
from dromio.client.pages import items
from dromio.errors import UsageError

Values = Mapping[str, Any]
Key = tuple[str, str]
Delivery = tuple[str, str, Values] | tuple[str, str, Values, int | None]
"""Source, unique id, values, and the version of what the source says."""
Verdict = Literal["positive", "negative", "unsure"]


class Domain:
    """One domain, by its name; nothing is asked before a method is called. All methods raise ServerError."""

    def __init__(self, caller: Caller, name: str) -> None:
        self._caller = caller
        self.name = name
        self._path = f"/v1/domains/{quote(name, safe='')}"

    def __repr__(self) -> str:
        return f"Domain({self.name!r})"

    @property
    def work(self) -> Work:
        """What is done later, and what happens: jobs, imports, schedules, versions of the model, events."""
        return Work(self._caller, self._path)

    def exists(self) -> bool:
        """Whether there is such a domain, of which this caller may know."""
        try:
            self._get("")
        except RefusedInputError:
            return False
        return True

    def model(self) -> dict[str, Any]:
        """The model by which records are resolved, as in a model file."""
        found: dict[str, Any] = self._get("/model")
        return found

    def settings(self) -> answers.Settings:
        """The settings of the domain."""
        found: answers.Settings = self._get("/settings")
        return found

    def ask_consent(self, *, wanted: bool = True) -> None:
        """From now on merge existing entities only when a person has accepted it in review, or no longer ask."""
        self._ask("PATCH", "/settings", "safe", {"asks_consent": wanted})

    def keep_review(self, days: int | None) -> None:
        """Let review items expire when they are older than some days (1 to 36,500); None: never."""
        self._ask("PATCH", "/settings", "safe", {"review_days": days})

    def put(self, source: str, unique_id: str, values: Values, *, version: int | None = None) -> str:
        """What adding or replacing a record did: added, updated, unchanged, ignored. Tells nothing of others."""
        body = {"values": dict(values)} | _version(version)
        return str(self._ask("PUT", _record(source, unique_id), "keyed", body)["outcome"])

    def put_many(self, records: Iterable[Delivery], *, per_request: int = 500) -> list[answers.BulkItem]:
        """What was done with each record, in their order; one that is refused does not keep the others from counting.

        They are sent in several requests, each taken for itself. Raises UsageError for a `per_request` below 1.
        """
        if per_request < 1:
            raise UsageError(f"per_request must be at least 1, found {per_request}")
        done: list[answers.BulkItem] = []
        waiting = iter(records)
        while part := list(islice(waiting, per_request)):
            done += self._post("/records", {"records": [_named(*one) for one in part]})["results"]
        return done

    def get(self, source: str, unique_id: str) -> answers.StoredRecord:
        """A record as its source last delivered it, and its entity."""
        found: answers.StoredRecord = self._get(_record(source, unique_id))
        return found

    def versions(self, source: str, unique_id: str) -> list[answers.Version]:
        """All that a source ever said of a record, oldest first."""
        found: list[answers.Version] = self._get(f"{_record(source, unique_id)}/versions")["versions"]
        return found

    def delete(self, source: str, unique_id: str, *, version: int | None = None) -> bool:
        """Whether the record was there; it is as if it had never been."""
        query = {name: str(value) for name, value in _version(version).items()}
        call = Call("DELETE", self._path + _record(source, unique_id), "safe", query=query)
        return bool(self._caller.json(call)["outcome"] == "deleted")

    def resolve(self, source: str, unique_id: str, values: Values, *, version: int | None = None) -> answers.Resolution:
        """To whom a record that is added or replaced belongs, and on what evidence."""
        found: answers.Resolution = self._post("/resolve", _named(source, unique_id, values, version))
        return found

    def search(self, values: Values) -> answers.Resolution:
        """To whom a record with these values would belong; nothing is written."""
        found: answers.Resolution = self._ask("POST", "/search", "safe", {"values": dict(values)})
        return found

    def explain(self, left: Key | Values, right: Key | Values) -> dict[str, Any]:
        """Why two records are or are not one, step by step; each is a (source, unique id) or given by its values."""
        found: dict[str, Any] = self._ask("POST", "/explain", "safe", {"left": _side(left), "right": _side(right)})
        return found

    def entity(self, entity_id: int, *, as_of: datetime | None = None) -> answers.Entity:
        """What an entity id stands for, now or at an earlier moment. Raises UsageError for one without a time zone."""
        if as_of is not None and as_of.tzinfo is None:
            raise UsageError("as_of needs a time zone")
        query = {} if as_of is None else {"as_of": as_of.isoformat()}
        found: answers.Entity = self._caller.json(Call("GET", self._path + _entity(entity_id), "safe", query=query))
        return found

    def history(self, entity_id: int) -> list[answers.Change]:
        """All that happened to an entity and its records, oldest first, in ids only."""
        found: list[answers.Change] = self._get(f"{_entity(entity_id)}/history")["events"]
        return found

    def golden(self, entity_id: int) -> answers.Golden:
        """The golden record of a live entity, and where each value is from."""
        found: answers.Golden = self._get(f"{_entity(entity_id)}/golden")
        return found

    def write_value(self, entity_id: int, name: str, value: str | None) -> None:
        """Let a value win over those of all records, until it is cleared."""
        self._ask("PUT", _value(entity_id, name), "safe", {"value": value})

    def clear_value(self, entity_id: int, name: str) -> None:
        """Let the records decide again about a value."""
        self._ask("DELETE", _value(entity_id, name), "safe")

    def merge(self, *entities: int, reason: str = "") -> int:
        """Number of the act that makes entities one, by which it is undone."""
        return self._act("/merge", {"entities": list(entities), "reason": reason})

    def unmerge(self, entity_id: int, records: Iterable[Key], *, reason: str = "") -> int:
        """Number of the act that takes records out of an entity for ever, by which it is undone."""
        return self._act(f"{_entity(entity_id)}/unmerge", {"records": [_key(one) for one in records], "reason": reason})

    def judge(self, left: Key, right: Key, verdict: Verdict, *, reason: str = "") -> int:
        """Number of the act that judges a pair of records for ever: positive (one entity), negative, unsure."""
        return self._act(
            "/judgements", {"left": _key(left), "right": _key(right), "verdict": verdict, "reason": reason}
        )

    def withdraw(self, left: Key, right: Key, *, reason: str = "") -> int:
        """Number of the act that takes back the judgement on a pair of records."""
        return self._act("/judgements/withdraw", {"left": _key(left), "right": _key(right), "reason": reason})

    def undo(self, act: int) -> None:
        """Undo what a person did; what was judged before counts again."""
        self._ask("POST", f"/acts/{act}/undo", "never")

    def review(self, *, per_page: int = 100) -> Iterator[answers.ReviewItem]:
        """Pairs for a person to decide on, oldest first; pages are asked for as they are needed."""
        return items(self._caller, f"{self._path}/review", "items", per_page)

    def decide(self, item_id: int, *, accept: bool, reason: str = "") -> int:
        """Number of the act that decides on a pair of the review queue for ever, by which it is undone."""
        return self._act(f"/review/{item_id}/decide", {"accept": accept, "reason": reason})

    def export(self, entity_id: int) -> answers.Export:
        """Everything held about one entity, and nothing about another."""
        found: answers.Export = self._get(f"{_entity(entity_id)}/export")
        return found

    def erase(self, entity_id: int, *, reason: str, suppress: bool = False) -> answers.Certificate:
        """The certificate that all held about an entity is erased; with `suppress` its people are to stay out."""
        body = {"reason": reason, "suppress": suppress}
        found: answers.Certificate = self._ask("POST", f"{_entity(entity_id)}/erase", "never", body)
        return found

    def _get(self, path: str) -> Any:
        return self._ask("GET", path, "safe")

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, "keyed", body)

    def _act(self, path: str, body: Mapping[str, Any]) -> int:
        return int(self._post(path, body)["act"])

    def _ask(self, method: str, path: str, repeat: Repeat, body: Mapping[str, Any] | None = None) -> Any:
        return self._caller.json(Call(method, self._path + path, repeat, body))


def _record(source: str, unique_id: str) -> str:
    return f"/records/{quote(source, safe='')}/{quote(unique_id, safe='')}"


def _entity(entity_id: int) -> str:
    return f"/entities/{entity_id}"


def _value(entity_id: int, name: str) -> str:
    return f"{_entity(entity_id)}/values/{quote(name, safe='')}"


def _key(key: Sequence[str]) -> dict[str, str]:
    source, unique_id = key
    return {"source": source, "unique_id": unique_id}


def _named(source: str, unique_id: str, values: Values, version: int | None = None) -> dict[str, Any]:
    return {"source": source, "unique_id": unique_id, "values": dict(values)} | _version(version)


def _version(version: int | None) -> dict[str, int]:
    return {} if version is None else {"version": version}


def _side(side: Key | Values) -> dict[str, Any]:
    return {"values": dict(side)} if isinstance(side, Mapping) else _key(side)
