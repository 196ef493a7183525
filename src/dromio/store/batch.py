"""A batch over the records of a domain, published as a new generation in one step.

Until that step readers see the old generation, and a run that fails or is killed leaves nothing behind. Writers wait
only while the result is written; where a record changed while it was worked out, it is worked out again while they
wait.
"""

from __future__ import annotations

from dataclasses import replace

from dromio.store import consent, doubts, sharing
from dromio.store.database import Database, Transaction, only
from dromio.store.identity import name_clusters
from dromio.store.recompute import Expected, expect
from dromio.store.work import Change, Work

_TABLES = ("placements", "keys", "large_blocks", "edges", "redo", "value_names", "shared_values")
_GENERATION = """
INSERT INTO generations (domain_id, model_id, state, started_at, published_at) VALUES (?, ?, 'published', ?, ?)
RETURNING generation
"""
_PLACE = """
INSERT INTO placements (generation, record_id, entity_id, component, digest, cleaned, blocks)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_RETIRED = "SELECT generation FROM generations WHERE domain_id = ? AND state = 'retired'"


def last_change(work: Work) -> int:
    """Number of the latest change of the domain."""
    query = "SELECT coalesce(max(change_id), 0) FROM changes WHERE domain_id = ?"
    return int(only(work.tx.rows(query, work.domain_id)))


def publish(work: Work, model_id: int, expected: Expected, seen: int) -> int:
    """Make what was worked out the generation that readers see, and give its number.

    `work`: that of the current generation, with the model of the new one; `seen`: the latest change that was known when
    it was worked out.
    """
    work.hold_domain()
    if last_change(work) != seen:
        expected = expect(work)
    before: dict[int, int] = dict(
        work.tx.rows("SELECT record_id, entity_id FROM placements WHERE generation = ?", work.generation)
    )
    expected = _with_consent(work, model_id, expected, before)
    generation = int(only(work.tx.rows(_GENERATION, work.domain_id, model_id, work.now, work.now)))
    _write(replace(work, generation=generation, noted={}), expected, before)
    work.tx.run("UPDATE generations SET state = 'retired' WHERE generation = ?", work.generation)
    work.tx.run("UPDATE domains SET generation = ? WHERE domain_id = ?", generation, work.domain_id)
    work.note(Change("published", None, None, generation))
    return generation


def _with_consent(work: Work, model_id: int, expected: Expected, before: dict[int, int]) -> Expected:
    """What was worked out, with the merges held that need a person's consent. Applying another model is consent."""
    query = "SELECT model_id FROM generations WHERE generation = ?"
    if not work.asks_consent or only(work.tx.rows(query, work.generation)) != model_id:
        return expected
    while new := consent.merges(expected.clusters, before, (), expected.positive):
        consent.hold(work, new)
        expected = expect(work)
    return expected


def clear_retired(database: Database, domain_id: int) -> None:
    """Let go of generations that readers no longer see."""

    def clear(transaction: Transaction) -> None:
        for (generation,) in transaction.rows(_RETIRED, domain_id):
            for table in _TABLES:
                transaction.run(f"DELETE FROM {table} WHERE generation = ?", generation)

    database.retry(clear)


def _write(work: Work, expected: Expected, before: dict[int, int]) -> None:
    named = name_clusters(work, expected.clusters, before, ())
    component_of = {record: one[0] for one in expected.components if len(one) > 1 for record in one}
    generation = work.generation
    work.tx.many(
        _PLACE,
        (
            (generation, record, named[record], component_of.get(record), one.digest, one.cleaned_text, one.blocks_text)
            for record, one in sorted(expected.placed.items())
        ),
    )
    keys = ((generation, *row) for row in sorted(expected.keys))
    work.tx.many("INSERT INTO keys (generation, hash, record_id) VALUES (?, ?, ?)", keys)
    large = ((generation, *row) for row in sorted(expected.large.items()))
    work.tx.many("INSERT INTO large_blocks (generation, hash, size) VALUES (?, ?, ?)", large)
    edges = ((generation, *pair, weight) for pair, weight in sorted(expected.edges.items()))
    work.tx.many("INSERT INTO edges (generation, left_id, right_id, weight) VALUES (?, ?, ?, ?)", edges)
    sharing.write(work, expected.sharing)
    held = consent.held(work, expected.placed, expected.positive)
    consent.offer(work, expected.components, held)
    found = doubts.doubts(work, expected.placed, named, expected.compared, expected.lowered, held)
    doubts.offer_exactly(work, found)
    for record, entity in sorted(named.items()):
        if before.get(record) != entity:
            work.note(Change("moved", record, entity, before.get(record)))
