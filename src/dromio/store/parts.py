"""Stricter partitions beside the entities: what of an entity holds together by more evidence.

Nothing is kept for them: the pairs inside an entity are there, and its parts follow from these when they are read. So
they are always those of the entities, and every part lies in one entity.
"""

from __future__ import annotations

from dromio.errors import UnknownError
from dromio.plan import bound_of
from dromio.records import RecordKey
from dromio.store.partition import parts
from dromio.store.settle import Pair, judged, nodes_of
from dromio.store.work import Work

_RECORDS = "SELECT entity_id, record_id FROM placements WHERE generation = ? ORDER BY entity_id, record_id"
_EDGES = "SELECT left_id, right_id, weight FROM edges WHERE generation = ? AND left_id IN ??"


def parts_of(work: Work, name: str, entity_id: int | None = None) -> dict[int, list[list[RecordKey]]]:
    """Entity -> its parts in a partition of the model, of all entities or of one; in the order of records.

    Raises UnknownError for a partition that the model does not name, and for an entity that is not live.
    """
    bound = bound_of(work.matcher.plan, name)
    entities: dict[int, list[int]] = {}
    for entity, record in work.tx.rows(_RECORDS, work.generation):
        if entity_id in (None, entity):
            entities.setdefault(entity, []).append(record)
    if entity_id is not None and not entities:
        raise UnknownError(f"there is no live entity {entity_id}")
    placed = work.placed([record for records in entities.values() for record in records])
    positive, negative = judged(work, placed)
    inside: dict[int, dict[Pair, int]] = {}
    for left, right, weight in work.tx.rows(_EDGES, work.generation, list(placed)) if placed else []:
        if right in placed and placed[left].entity_id == placed[right].entity_id:
            inside.setdefault(placed[left].entity_id, {})[left, right] = weight
    return {
        entity: [
            [placed[record].key for record in part]
            for part in parts(
                nodes_of(work, records, placed), inside.get(entity, {}), positive, negative, work.rules, bound
            )
        ]
        for entity, records in entities.items()
    }
