"""What one transaction of a domain works with, and where its records stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dromio.engines.row_facts import CleanedRecord
from dromio.records import RecordKey
from dromio.store.database import OvertakenError, Row, Transaction, only
from dromio.store.matching import KeyHashes, Matcher, Prepared, cleaned_from, keys_from
from dromio.store.partition import Node, Rules

_GENERATION = "SELECT generation FROM domains WHERE domain_id = ?"
_PLACED = """
SELECT p.record_id, r.source, r.unique_id, p.entity_id, p.component, p.digest, p.cleaned, p.blocks
FROM placements p JOIN records r ON r.record_id = p.record_id
WHERE p.generation = ? AND """
_BY_RECORD = f"{_PLACED} p.record_id IN ??"
_BY_COMPONENT = f"{_PLACED} p.component IN ??"
_LINKED_WITH = f"{_PLACED} (p.record_id IN ?? OR p.component IN ??)"
_LINKED = "SELECT record_id FROM placements WHERE generation = ? AND record_id IN ?? AND component IS NOT NULL"
_HOLD = """
SELECT record_id FROM placements
WHERE generation = ? AND (record_id IN ?? OR component IN ??) ORDER BY record_id {lock}
"""
_HOLD_AT_ONCE = f"{_HOLD} {{at_once}}"


@dataclass
class Placement:
    """Where a record stands: its entity, its component (None when it is linked to no other), what it says.

    `entity_id` is 0 for a record that has no entity yet.
    """

    record_id: int
    key: RecordKey
    entity_id: int
    component: int | None
    digest: int | None
    cleaned_text: str
    blocks_text: str

    @classmethod
    def of(cls, record_id: int, key: RecordKey, prepared: Prepared) -> Placement:
        """A record that is about to be placed."""
        placed = cls(record_id, key, 0, None, prepared.digest, prepared.cleaned_text, prepared.blocks_text)
        placed.cleaned = prepared.cleaned
        placed._blocks = (prepared.joins, prepared.keys)
        return placed

    @cached_property
    def cleaned(self) -> CleanedRecord:
        """Cleaned values."""
        return cleaned_from(self.cleaned_text)

    @cached_property
    def _blocks(self) -> tuple[bool, list[KeyHashes]]:
        return keys_from(self.blocks_text)

    @property
    def group(self) -> int:
        """Number of its component; its own where it is alone."""
        return self.record_id if self.component is None else self.component

    @property
    def joins(self) -> bool:
        """Whether it is one with all that say the same."""
        return self._blocks[0]

    @property
    def keys(self) -> list[KeyHashes]:
        """What it has under every key."""
        return self._blocks[1]

    @property
    def node(self) -> Node:
        """The record as its component sees it."""
        return Node(self.record_id, self.key, self.digest, self.joins)


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the log: what happened to which record or entity."""

    kind: str
    record_id: int | None = None
    entity_id: int | None = None
    other_id: int | None = None


@dataclass
class Work:
    """A transaction on a generation of a domain."""

    tx: Transaction
    domain_id: int
    generation: int
    matcher: Matcher
    rules: Rules
    now: int
    publishes: bool = False
    """Whether changes go to the outbox too."""
    suppresses: bool = False
    """Whether somebody who was erased must not come back."""
    asks_consent: bool = False
    """Whether existing entities are merged only with a person's consent."""
    arriving: dict[int, Placement] = field(default_factory=dict)
    """Records that are in the index already, but have no row of their own yet, or an old one."""
    noted: dict[int, bool] = field(default_factory=dict)
    """Hashes of watched values, and whether they are noted as shared, as the transaction has read or written it."""
    changes: list[Change] = field(default_factory=list)

    @property
    def domain_lock(self) -> int:
        """What all who write to the domain hold: together, or alone for what concerns all of it."""
        return self.matcher.hashed(f"domain\x1f{self.domain_id}")

    def hold_domain(self) -> None:
        """Keep everybody else from writing to the domain until the transaction ends."""
        self.tx.hold([self.domain_lock])
        self.rows_still()

    def rows_still(self, *query: Any) -> list[Row]:
        """All rows of a statement, if there is one, now that the domain is held.

        Where another generation was published while others were waited for, the transaction begins anew.
        """
        if not self.tx.is_shared:
            return self.tx.rows(*query) if query else []
        generation, *rows = self.tx.together((_GENERATION, self.domain_id), *([query] if query else []))
        if only(generation) != self.generation:
            raise OvertakenError
        return rows[0] if rows else []

    def placed(self, records: Iterable[int]) -> dict[int, Placement]:
        """Placements of those records that have one."""
        wanted = list(records)
        return _placements(self.tx.rows(_BY_RECORD, self.generation, wanted)) if wanted else {}

    def linked_among(self, records: Iterable[int]) -> set[int]:
        """Those of the records that are linked to others."""
        wanted = list(records)
        return {row[0] for row in self.tx.rows(_LINKED, self.generation, wanted)} if wanted else set()

    def components_of(self, seeds: Iterable[int], known: Mapping[int, Placement]) -> dict[int, Placement]:
        """Placements of all records in the components of the seeds, held until the transaction ends. `known`: as they
        have been read already in this transaction.

        Where others may write, a component can grow until all of it is held, so it is read until it stays. What it grew
        by is not waited for, as others may wait the other way round: the transaction begins anew.
        """
        wanted = set(seeds)
        found = {record: known[record] for record in wanted if record in known}
        found |= self.placed(wanted.difference(found))
        components = _components(found)
        if not self.tx.is_shared:
            rows = self.tx.rows(_BY_COMPONENT, self.generation, list(components)) if components else []
            return found | _placements(rows)
        hold, held = _HOLD, set[int]()
        while not (held.issuperset(wanted) and components.issuperset(_components(found))):
            components |= _components(found)
            values = (self.generation, sorted(wanted), sorted(components))
            holds, read = self.tx.together((hold, *values), (_LINKED_WITH, *values))
            held |= wanted.union(row[0] for row in holds)
            found = _placements(read)
            hold, wanted = _HOLD_AT_ONCE, wanted.union(found)
        return found

    def note(self, change: Change) -> None:
        """Put a line into the log when the transaction ends."""
        self.changes.append(change)

    def write_log(self) -> None:
        """Write the lines noted, and hand them to the outbox of a domain that has readers."""
        rows = [
            (self.domain_id, self.now, one.kind, one.record_id, one.entity_id, one.other_id) for one in self.changes
        ]
        insert = "INSERT INTO changes (domain_id, at, kind, record_id, entity_id, other_id) VALUES (?, ?, ?, ?, ?, ?)"
        if self.publishes:
            ids = [self.tx.rows(f"{insert} RETURNING change_id", *row)[0] for row in rows]
            self.tx.many("INSERT INTO outbox (change_id) VALUES (?)", ids)
        elif len(rows) == 1:
            self.tx.run(insert, *rows[0])
        else:
            self.tx.many(insert, rows)
        self.changes.clear()


def _components(found: Mapping[int, Placement]) -> set[int]:
    return {one.component for one in found.values() if one.component is not None}


def _placements(rows: Sequence[Row]) -> dict[int, Placement]:
    return {
        record: Placement(record, RecordKey(source, unique_id), entity, component, digest, cleaned, blocks)
        for record, source, unique_id, entity, component, digest, cleaned, blocks in rows
    }
