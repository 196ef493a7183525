"""What another model would change, for a person to read before it is applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dromio.model.schema import Model
from dromio.records import RecordKey
from dromio.store.delivered import Delivered, from_canonical
from dromio.store.golden import GoldenValue, golden_values
from dromio.store.identity import heirs_of
from dromio.store.recompute import Expected
from dromio.store.work import Work

SHOWN = 100
Value = str | list[str] | None

_BEFORE = "SELECT record_id, entity_id FROM placements WHERE generation = ?"
_CONTENT = "SELECT record_id, source, unique_id, content FROM records WHERE record_id IN ??"


@dataclass(frozen=True, slots=True)
class Regrouped:
    """A cluster that does not exist yet: its records, and the entities they are in now."""

    records: tuple[RecordKey, ...]
    entities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoldenChange:
    """A column of an entity's golden record that would say something else to those who have its records.

    `into`: the entity in which these records, or some of them, would be; None for one whose id is not given yet.
    """

    entity_id: int
    into: int | None
    name: str
    before: Value
    after: Value


@dataclass(frozen=True)
class Proposal:
    """What a model would make of the records. `merged`: clusters of records of several entities; `split`: entities
    whose records would be in several clusters; `golden`: values of golden records that would change, `golden_entities`
    in how many entities. All three are lists of the first, in order of entities, with counts of all."""

    model_version: int
    records: int
    entities_before: int
    entities_after: int
    moved_records: int
    merged_count: int
    split_count: int
    golden_count: int
    golden_entities: int
    merged: tuple[Regrouped, ...]
    split: tuple[Regrouped, ...]
    golden: tuple[GoldenChange, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        lists = ("merged", "split", "golden")
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in lists}
        for name in ("merged", "split"):
            plain[name] = [
                {"records": [list(key) for key in one.records], "entities": list(one.entities)}
                for one in getattr(self, name)
            ]
        return plain | {"golden": [asdict(one) for one in self.golden]}

    def __str__(self) -> str:
        return (
            f"model version {self.model_version}: {self.entities_before:,} entities become {self.entities_after:,}; "
            f"{self.merged_count:,} new clusters join several entities, {self.split_count:,} entities are split, "
            f"{self.moved_records:,} of {self.records:,} records change their entity, "
            f"{self.golden_count:,} golden values change in {self.golden_entities:,} entities"
        )


def propose(old: Work, new: Work, model_version: int, expected: Expected, *, shown: int = SHOWN) -> Proposal:
    """Compare what a model makes of the records with the entities they are in; `shown` of each list are told.

    `old`, `new`: the generation that readers see, with its own model and with the one proposed.
    """
    before: dict[int, int] = dict(old.tx.rows(_BEFORE, old.generation))
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
    parted = [_regrouped(min(parts), [entity], keys) for entity, parts in sorted(split.items())[:shown]]
    golden = list(_golden_changes(old, new, expected.clusters, before))
    return Proposal(
        model_version=model_version,
        records=len(keys),
        entities_before=len(set(before.values())),
        entities_after=len(expected.clusters),
        moved_records=moved,
        merged_count=len(merged),
        split_count=len(split),
        golden_count=len(golden),
        golden_entities=len({one.entity_id for one in golden}),
        merged=tuple(sorted(merged, key=lambda one: one.entities)[:shown]),
        split=tuple(parted),
        golden=tuple(golden[:shown]),
    )


def _regrouped(records: list[int], entities: list[int], keys: Mapping[int, RecordKey]) -> Regrouped:
    return Regrouped(tuple(sorted(keys[record] for record in records)), tuple(entities))


def _golden_changes(
    old: Work, new: Work, clusters: Sequence[Sequence[int]], before: Mapping[int, int]
) -> Iterator[GoldenChange]:
    """Every value that differs between an entity and a cluster in which its records would be, in order of entities."""
    now: dict[int, list[int]] = {}
    for record, entity in before.items():
        now.setdefault(entity, []).append(record)
    alike = _survivorship(old.matcher.model) == _survivorship(new.matcher.model)
    then = [one for one in clusters if not (alike and _is_entity(one, now, before))]
    heirs = dict(zip(map(min, clusters), heirs_of(clusters, before), strict=True))
    pairs = sorted({(before[record], number) for number, cluster in enumerate(then) for record in cluster})
    contents = _contents(old, then)
    entities = sorted({entity for entity, _ in pairs})
    values = dict(zip(entities, _values(old, [now[one] for one in entities], contents), strict=True))
    after = _values(new, then, contents)
    for entity, number in pairs:
        for name in sorted(set(values[entity]) | set(after[number])):
            was, will_be = _value(values[entity], name), _value(after[number], name)
            if was != will_be:
                yield GoldenChange(entity, heirs[min(then[number])], name, was, will_be)


def _survivorship(model: Model) -> tuple[object, ...]:
    """All of a model by which golden records are chosen."""
    return model.attributes, model.guards, model.survivorship, model.source_rank, model.recency


def _is_entity(cluster: Sequence[int], now: Mapping[int, Sequence[int]], before: Mapping[int, int]) -> bool:
    return set(cluster) == set(now[before[cluster[0]]])


def _contents(work: Work, clusters: Sequence[Sequence[int]]) -> dict[int, tuple[RecordKey, Delivered]]:
    rows = work.tx.rows(_CONTENT, [record for cluster in clusters for record in cluster])
    return {record: (RecordKey(source, unique_id), from_canonical(text)) for record, source, unique_id, text in rows}


def _values(
    work: Work, groups: Sequence[Sequence[int]], contents: Mapping[int, tuple[RecordKey, Delivered]]
) -> list[dict[str, GoldenValue]]:
    return golden_values(work, groups, contents) if groups else []


def _value(values: Mapping[str, GoldenValue], name: str) -> Value:
    return values[name].value if name in values else None
