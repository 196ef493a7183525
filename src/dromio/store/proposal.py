"""What another model would change, for a person to read before it is applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.records import RecordKey
from dromio.store.recompute import Expected

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Regrouped:
    """A cluster that does not exist yet: its records, and the entities they are in now."""

    records: tuple[RecordKey, ...]
    entities: tuple[int, ...]


@dataclass(frozen=True)
class Proposal:
    """What a model would make of the records. `merged`: clusters of records of several entities; `split`: entities
    whose records would be in several clusters. Both are lists of the first hundred, with counts of all."""

    model_version: int
    records: int
    entities_before: int
    entities_after: int
    moved_records: int
    merged_count: int
    split_count: int
    merged: tuple[Regrouped, ...]
    split: tuple[Regrouped, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("merged", "split")}
        for name in ("merged", "split"):
            plain[name] = [
                {"records": [list(key) for key in one.records], "entities": list(one.entities)}
                for one in getattr(self, name)
            ]
        return plain

    def __str__(self) -> str:
        return (
            f"model version {self.model_version}: {self.entities_before:,} entities become {self.entities_after:,}; "
            f"{self.merged_count:,} new clusters join several entities, {self.split_count:,} entities are split, "
            f"{self.moved_records:,} of {self.records:,} records change their entity"
        )


def propose(model_version: int, expected: Expected, before: Mapping[int, int]) -> Proposal:
    """Compare what a model makes of the records with the entities they are in."""
    keys = {record: one.key for record, one in expected.placed.items()}
    merged: list[Regrouped] = []
    homes: dict[int, list[list[int]]] = {}
    moved = 0
    for cluster in expected.clusters:
        entities = sorted({before[record] for record in cluster})
        moved += sum(before[record] != entities[0] for record in cluster)
        if len(entities) > 1:
            merged.append(_regrouped(cluster, entities, keys))
        for entity in entities:
            homes.setdefault(entity, []).append([record for record in cluster if before[record] == entity])
    split = {entity: parts for entity, parts in homes.items() if len(parts) > 1}
    moved += sum(sum(map(len, parts)) - max(map(len, parts)) for parts in split.values())
    shown = [_regrouped(min(parts), [entity], keys) for entity, parts in sorted(split.items())[:SHOWN]]
    counts = (len(keys), len(set(before.values())), len(expected.clusters), moved, len(merged), len(split))
    return Proposal(model_version, *counts, tuple(merged[:SHOWN]), tuple(shown))


def _regrouped(records: list[int], entities: list[int], keys: Mapping[int, RecordKey]) -> Regrouped:
    return Regrouped(tuple(sorted(keys[record] for record in records)), tuple(entities))
