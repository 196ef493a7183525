"""Everything in a generation worked out again from the records and judgements, and each difference named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dromio.store.recompute import Expected, expect
from dromio.store.work import Work


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in the store that is not as its records say. Names ids only, never values."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.what}: {self.where}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and every difference found, up to a limit of each kind."""

    records: int
    entities: int
    edges: int
    waiting: int
    differences: tuple[Difference, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the store is as its records say."""
        return not self.differences


def verify(work: Work, limit: int = 100) -> Verification:
    """Check a generation. While the queue of blocks to be compared again is not empty, edges may be missing."""
    expected = expect(work)
    stored = {row[0]: row[1:] for row in work.tx.rows(_PLACEMENTS, work.generation)}
    found: list[Difference] = []
    for check in (_of_records, _of_index, _of_sharing, _of_edges, _of_clusters, _of_entities):
        found += list(_limited(check(work, expected, stored), limit))
    waiting = int(work.tx.rows("SELECT count(*) FROM redo WHERE generation = ?", work.generation)[0][0])
    entities = len({row[0] for row in stored.values()})
    return Verification(len(expected.placed), entities, len(expected.edges), waiting, tuple(found))


_PLACEMENTS = "SELECT record_id, entity_id, component, digest, cleaned, blocks FROM placements WHERE generation = ?"
Stored = Mapping[int, tuple[int, int | None, int | None, str, str]]


def _of_records(work: Work, expected: Expected, stored: Stored) -> Iterator[Difference]:
    for record in sorted(set(expected.placed) - set(stored)):
        yield Difference("a current record has no place", f"record {record}")
    for record in sorted(set(stored) - set(expected.placed)):
        yield Difference("a record that is not current has a place", f"record {record}")
    for record, one in expected.placed.items():
        if record in stored and stored[record][2:] != (one.digest, one.cleaned_text, one.blocks_text):
            yield Difference("what a record is compared by is out of date", f"record {record}")


def _of_index(work: Work, expected: Expected, stored: Stored) -> Iterator[Difference]:
    rows = set(work.tx.rows("SELECT hash, record_id FROM keys WHERE generation = ?", work.generation))
    for _, record in sorted(expected.keys - rows):
        yield Difference("a record lacks a key in the index", f"record {record}")
    for _, record in sorted(rows - expected.keys):
        yield Difference("a record has a key too many in the index", f"record {record}")
    large: dict[int, int] = dict(
        work.tx.rows("SELECT hash, size FROM large_blocks WHERE generation = ?", work.generation)
    )
    for block in sorted(set(large.items()) ^ set(expected.large.items())):
        yield Difference("a large block is counted wrongly", f"block {block[0]}")


def _of_sharing(work: Work, expected: Expected, stored: Stored) -> Iterator[Difference]:
    query = "SELECT hash, record_id, name FROM value_names WHERE generation = ?"
    rows = set(work.tx.rows(query, work.generation))
    for _, record, _ in sorted(rows ^ expected.sharing.names):
        yield Difference("the names beside a value are out of date", f"record {record}")
    noted = set(work.tx.rows("SELECT hash, people FROM shared_values WHERE generation = ?", work.generation))
    for value, _ in sorted(noted ^ set(expected.sharing.shared.items())):
        yield Difference("it is noted wrongly how many people share a value", f"value {value}")


def _of_edges(work: Work, expected: Expected, stored: Stored) -> Iterator[Difference]:
    rows = work.tx.rows("SELECT left_id, right_id, weight FROM edges WHERE generation = ?", work.generation)
    edges = {(left, right): weight for left, right, weight in rows}
    for pair in sorted(set(expected.edges) - set(edges)):
        yield Difference("an edge is missing", f"records {pair[0]} and {pair[1]}")
    for pair in sorted(set(edges) - set(expected.edges)):
        yield Difference("there is an edge that should not be", f"records {pair[0]} and {pair[1]}")
    for pair in sorted(set(edges) & set(expected.edges)):
        if edges[pair] != expected.edges[pair]:
            yield Difference("an edge has the wrong weight", f"records {pair[0]} and {pair[1]}")


def _of_clusters(work: Work, expected: Expected, stored: Stored) -> Iterator[Difference]:
    entities: dict[int, set[int]] = {}
    for record, row in stored.items():
        entities.setdefault(row[0], set()).add(record)
    wanted = {frozenset(cluster) for cluster in expected.clusters}
    for entity, records in sorted(entities.items()):
        if frozenset(records) not in wanted:
            yield Difference("an entity does not hold the records it should", f"entity {entity}")


def _of_entities(work: Work, expected: Expected, stored: Stored) -> Iterator[Difference]:
    rows = work.tx.rows("SELECT entity_id, state, redirect FROM entities WHERE domain_id = ?", work.domain_id)
    state = {entity: one for entity, one, _ in rows}
    used = {row[0] for row in stored.values()}
    for entity in sorted(used - {one for one, given in state.items() if given == "live"}):
        yield Difference("records are in an entity that is not live", f"entity {entity}")
    for entity in sorted({one for one, given in state.items() if given == "live"} - used):
        yield Difference("a live entity has no records", f"entity {entity}")
    for entity, _, redirect in rows:
        if redirect is not None and state.get(redirect) == "merged":
            yield Difference("a redirect leads to a redirect", f"entity {entity}")


def _limited(found: Iterator[Difference], limit: int) -> Iterator[Difference]:
    for _, one in zip(range(limit), found, strict=False):
        yield one
