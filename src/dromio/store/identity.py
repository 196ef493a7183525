"""Which entity id a cluster has. An id once given answers for ever.

An entity stays with its core: the earliest of its records, those that have just changed coming last. The entity of a
cluster that holds the cores of several is the earliest of these; the others are merged into it. A cluster that holds no
core takes back the id of an entity that was merged away and whose core it holds, or else is a new entity.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from dromio.store.database import only
from dromio.store.work import Change, Work

Clusters = Sequence[Sequence[int]]

_CREATE = "INSERT INTO entities (domain_id, state, created_at) VALUES (?, 'live', ?) RETURNING entity_id"
_MERGE = "UPDATE entities SET state = 'merged', redirect = ?, core_id = ? WHERE entity_id = ?"
_FOLLOW = "UPDATE entities SET redirect = ? WHERE redirect = ?"
_REVIVE = "UPDATE entities SET state = 'live', redirect = NULL WHERE entity_id = ?"
_MERGED_INTO = "SELECT entity_id, core_id FROM entities WHERE redirect IN ?? ORDER BY entity_id"
_POINT = "UPDATE entities SET redirect = ? WHERE entity_id = ?"
_END = "UPDATE entities SET state = 'ended' WHERE entity_id IN ?? AND state = 'live'"


def create_entity(work: Work) -> int:
    """A new entity."""
    return int(only(work.tx.rows(_CREATE, work.domain_id, work.now)))


def name_clusters(
    work: Work, clusters: Clusters, before: Mapping[int, int], changed: Collection[int]
) -> dict[int, int]:
    """Entity of every record. `before`: the entity that records had, also of such as have just gone."""
    cluster_of = _cluster_of(clusters)
    cores = cores_of(cluster_of, before, changed)
    heirs = _heirs(cluster_of, cores)
    named = {number: min(entities) for number, entities in heirs.items()}
    for number, entities in heirs.items():
        for entity in entities:
            if entity != named[number]:
                _merge(work, entity, named[number], cores[entity])
    spread = _spread(cluster_of, before)
    if spread:
        _take_back(work, spread, cluster_of, named)
    for number in range(len(clusters)):
        if number not in named:
            named[number] = create_entity(work)
            _note_split(work, clusters[number], before, named[number])
    if spread:
        _point_again(work, spread, cluster_of, named)
    ended = sorted(set(before.values()) - set(cores))
    if ended:
        work.tx.run(_END, ended)
        for entity in ended:
            work.note(Change("ended", None, entity))
    return {record: named[number] for record, number in cluster_of.items()}


def heirs_of(clusters: Clusters, before: Mapping[int, int]) -> list[int | None]:
    """The entity that every cluster would go on; None for those that hold no core, which get another id."""
    cluster_of = _cluster_of(clusters)
    heirs = _heirs(cluster_of, cores_of(cluster_of, before, ()))
    return [min(heirs[number]) if number in heirs else None for number in range(len(clusters))]


def _cluster_of(clusters: Clusters) -> dict[int, int]:
    return {record: number for number, cluster in enumerate(clusters) for record in cluster}


def _heirs(cluster_of: Mapping[int, int], cores: Mapping[int, int]) -> dict[int, list[int]]:
    """Cluster -> entities whose core it holds."""
    heirs: dict[int, list[int]] = {}
    for entity, core in cores.items():
        heirs.setdefault(cluster_of[core], []).append(entity)
    return heirs


def cores_of(cluster_of: Mapping[int, int], before: Mapping[int, int], changed: Collection[int]) -> dict[int, int]:
    """Entity -> its earliest record that is still there."""
    cores: dict[int, int] = {}
    for record in sorted(cluster_of, key=lambda one: (one in changed, one)):
        if record in before:
            cores.setdefault(before[record], record)
    return cores


def _spread(cluster_of: Mapping[int, int], before: Mapping[int, int]) -> list[int]:
    """Entities whose records are now in several clusters."""
    clusters: dict[int, set[int]] = {}
    for record, number in cluster_of.items():
        if record in before:
            clusters.setdefault(before[record], set()).add(number)
    return sorted(entity for entity, numbers in clusters.items() if len(numbers) > 1)


def _merge(work: Work, entity: int, survivor: int, core: int) -> None:
    work.tx.run(_MERGE, survivor, core, entity)
    work.tx.run(_FOLLOW, survivor, entity)
    work.note(Change("merged", None, entity, survivor))


def _take_back(work: Work, spread: list[int], cluster_of: Mapping[int, int], named: dict[int, int]) -> None:
    """Give clusters without a name the id of an entity that was merged away and whose core they hold."""
    for entity, core in work.tx.rows(_MERGED_INTO, spread):
        number = cluster_of.get(core)
        if number is not None and number not in named:
            named[number] = entity
            work.tx.run(_REVIVE, entity)
            work.note(Change("revived", None, entity))


def _point_again(work: Work, spread: list[int], cluster_of: Mapping[int, int], named: Mapping[int, int]) -> None:
    """Let entities that were merged away follow their cores."""
    for entity, core in work.tx.rows(_MERGED_INTO, spread):
        number = cluster_of.get(core)
        if number is not None and named[number] not in spread:
            work.tx.run(_POINT, named[number], entity)


def _note_split(work: Work, cluster: Sequence[int], before: Mapping[int, int], entity: int) -> None:
    origins = sorted({before[record] for record in cluster if record in before})
    for origin in origins:
        work.note(Change("split", None, entity, origin))
