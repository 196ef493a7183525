"""What operations work on: one transaction, the domain that the request names, and the moment."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dromio.server.faces.customer_profiles.errors import NotFoundError
from dromio.server.faces.customer_profiles.options import Options
from dromio.server.roles import Principal
from dromio.store.database import Transaction

Given = Mapping[str, Any]
Answer = dict[str, Any]
SECOND = 1_000_000
"""Moments are kept in microseconds."""


@dataclass
class DomainRow:
    """A domain as it is kept. `document`: config, tags, and where matching stands."""

    id: int
    name: str
    document: dict[str, Any]
    created_at: int
    updated_at: int

    @property
    def config(self) -> dict[str, Any]:
        """What the caller configured, in the vendor's words."""
        found: dict[str, Any] = self.document["config"]
        return found


@dataclass(frozen=True)
class Pages:
    """How lists are cut: tokens are made and read by the server's signed cursors, bound to operation and filter."""

    make: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass
class Context:
    """One operation at work."""

    tx: Transaction
    now: int
    options: Options
    principal: Principal
    pages: Pages
    row: DomainRow | None = None
    changed: set[int] = field(default_factory=set)
    """Numbers of profiles whose place in groups must be found again before the transaction ends."""

    @property
    def domain(self) -> DomainRow:
        """The domain that the request names. Raises NotFoundError."""
        if self.row is None:
            raise NotFoundError("the domain does not exist")
        return self.row

    def save_domain(self) -> None:
        """Keep the domain's document."""
        update = "UPDATE cp_domains SET document = ?, updated_at = ? WHERE domain_id = ?"
        self.tx.run(update, dumped(self.domain.document), self.domain.updated_at, self.domain.id)

    def page(
        self, given: Given, name: str, fetch: Callable[[Any, int], Sequence[tuple[Any, Any]]], size: int = 100
    ) -> Answer:
        """One page of a list under a name. `fetch(after, n)` gives at most n (position, item) behind a position."""
        token = given.get("NextToken")
        after = None if token is None else self.pages.read(token)
        count = given.get("MaxResults", size)
        found = list(fetch(after, count + 1))
        answer: Answer = {name: [item for _, item in found[:count]]}
        if len(found) > count:
            answer["NextToken"] = self.pages.make(found[count - 1][0])
        return answer


def domain_row(tx: Transaction, name: str, *, locked: bool = False) -> DomainRow | None:
    """The domain of a name; `locked` holds it against all who would change anything in it."""
    clause = " {lock}" if locked else ""
    rows = tx.rows(
        f"SELECT domain_id, name, document, created_at, updated_at FROM cp_domains WHERE name = ?{clause}", name
    )
    return DomainRow(rows[0][0], rows[0][1], json.loads(rows[0][2]), *rows[0][3:]) if rows else None


def dumped(document: Any) -> str:
    """JSON for the database."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def new_id() -> str:
    """A new id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


def seconds(moment: int) -> float:
    """A moment as the protocol has it: seconds since 1970."""
    return moment / SECOND


def without_none(answer: Mapping[str, Any]) -> Answer:
    """The members that are there; empty tags are none."""
    return {name: value for name, value in answer.items() if value is not None and (name != "Tags" or value)}


def batches(items: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    """The items in lists of at most a size."""
    yield from (items[at : at + size] for at in range(0, len(items), size))


def behind(names: Sequence[tuple[Any, Any]], after: Any, count: int) -> list[tuple[Any, Any]]:
    """The first of (position, item) pairs in order of position that come behind one."""
    return [pair for pair in names if after is None or pair[0] > after][:count]
