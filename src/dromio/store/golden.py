"""The golden record of one entity: survivorship as in a batch, values that people wrote in front."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.errors import UsageError
from dromio.model.schema import Model
from dromio.records import RecordKey
from dromio.store.database import Row
from dromio.store.delivered import Delivered, from_canonical
from dromio.store.judgements import Author, records_of
from dromio.store.work import Change, Work

_CONTENT = "SELECT record_id, source, unique_id, content FROM records WHERE record_id IN ??"
_MANUAL = "SELECT name, value, author, written_at, record_id FROM manual_values WHERE record_id IN ??"
_FORGET = "DELETE FROM manual_values WHERE name = ? AND record_id IN ??"
_WRITE = """
INSERT INTO manual_values (domain_id, record_id, name, value, author, written_at) VALUES (?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """A value and where it is from: a record, or the person who wrote it."""

    value: str | list[str] | None
    record: RecordKey | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """The merged view of an entity: column -> value with its origin."""

    entity_id: int
    records: tuple[RecordKey, ...]
    values: dict[str, GoldenValue]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "entity_id": self.entity_id,
            "records": [list(key) for key in self.records],
            "values": {name: one.value for name, one in self.values.items()},
            "from": {
                name: f"author {one.author}" if one.author else list(one.record) if one.record else None
                for name, one in self.values.items()
            },
        }


def golden_record(work: Work, entity_id: int) -> GoldenRecord:
    """The golden record of a live entity. Raises UnknownError."""
    records = records_of(work, entity_id)
    contents = {
        RecordKey(source, unique_id): from_canonical(content)
        for _, source, unique_id, content in work.tx.rows(_CONTENT, records)
    }
    values = survivors(contents, work.matcher.model) | _newest(work.tx.rows(_MANUAL, records))
    return GoldenRecord(entity_id, tuple(sorted(contents)), values)


def _newest(written: Iterable[Row]) -> dict[str, GoldenValue]:
    """Column -> the value that a person wrote last."""
    ordered = sorted(written, key=lambda row: (row[3], -row[4]))
    return {name: GoldenValue(value, None, author) for name, value, author, _, _ in ordered}


def golden_values(
    work: Work, groups: Sequence[Sequence[int]], contents: Mapping[int, tuple[RecordKey, Delivered]]
) -> list[dict[str, GoldenValue]]:
    """Values of the golden record that each group of records has under the model; no record is in two groups.

    `contents`: key and values of every record.
    """
    written: dict[int, list[Row]] = {}
    for row in work.tx.rows(_MANUAL, [record for group in groups for record in group]):
        written.setdefault(row[4], []).append(row)
    chosen = survivors_of([dict(contents[record] for record in group) for group in groups], work.matcher.model)
    return [
        values | _newest(row for record in group for row in written.get(record, ()))
        for group, values in zip(groups, chosen, strict=True)
    ]


def write_value(work: Work, entity_id: int, name: str, value: str | None, author: Author) -> None:
    """Let a value win over all records. It stays with the entity's earliest record, wherever that goes."""
    work.hold_domain()
    records = records_of(work, entity_id)
    known = {
        column for one in work.matcher.model.attributes for given in one.inputs for column in given.columns.values()
    }
    if name not in known:
        raise UsageError(f"there is no column {name!r} in the model; columns are {', '.join(sorted(known))}")
    work.tx.run(_FORGET, name, records)
    work.tx.run(_WRITE, work.domain_id, records[0], name, value, author.name, work.now)
    work.note(Change("valued", records[0], entity_id))


def clear_value(work: Work, entity_id: int, name: str) -> None:
    """Let the records decide again."""
    work.hold_domain()
    records = records_of(work, entity_id)
    work.tx.run(_FORGET, name, records)
    work.note(Change("valued", records[0], entity_id))


def survivors(contents: Mapping[RecordKey, Delivered], model: Model) -> dict[str, GoldenValue]:
    """Column -> surviving value and the record it is from, for the records of one entity."""
    return survivors_of([contents], model)[0]


def survivors_of(entities: Sequence[Mapping[RecordKey, Delivered]], model: Model) -> list[dict[str, GoldenValue]]:
    """The same for the records of each of several entities, none of them in two."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, contents in enumerate(entities):
        lists = (name for name, is_list in _columns(contents, model).items() if is_list)
        alike.setdefault(tuple(sorted(lists)), []).append(number)
    found: dict[int, dict[str, GoldenValue]] = {}
    for numbers in alike.values():
        found |= zip(numbers, _survivors([entities[number] for number in numbers], model), strict=True)
    return [found[number] for number in range(len(entities))]


def _survivors(entities: Sequence[Mapping[RecordKey, Delivered]], model: Model) -> Iterator[dict[str, GoldenValue]]:
    """The survivors of entities that have lists in the same columns."""
    import duckdb
    import numpy as np
    import pyarrow as pa

    from dromio.golden import golden_records
    from dromio.io.sources import read_records

    contents = {key: values for own in entities for key, values in own.items()}
    entity_of = {key: number for number, own in enumerate(entities) for key in own}
    sources = sorted({key.source for key in contents})
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        inputs = {source: _table(source, contents, model) for source in sources}
        records = read_records(con, inputs, id_column="unique_id")
        keys = zip(records.source_names.to_pylist(), map(str, records.ids.to_pylist()), strict=True)
        cluster = np.array([entity_of[RecordKey(*key)] for key in keys], np.int64)
        ids = pa.array([str(number) for number in range(len(entities))])
        rows = golden_records(records, model, cluster, ids).to_pylist()
    columns = _columns(contents, model)
    origins = {column: f"{one.name}__from" for one in model.attributes for column in one.inputs[0].columns.values()}
    for own, row in zip(entities, rows, strict=True):
        names = {key.unique_id if len(sources) == 1 else ":".join(key): key for key in own}
        yield {
            name: GoldenValue(row[name], names.get(str(row[origins[name]])) if name in origins else None)
            for name in row
            if name in columns and row[name] is not None
        }


def _columns(contents: Mapping[RecordKey, Delivered], model: Model) -> dict[str, bool]:
    """Column -> whether it holds lists."""
    found = {name: False for one in model.attributes for given in one.inputs for name in given.columns.values()}
    for values in contents.values():
        for name, value in values.items():
            found[name] = found.get(name, False) or isinstance(value, list)
    return found


def _table(source: str, contents: Mapping[RecordKey, Delivered], model: Model) -> Any:
    """The records of one source as an Arrow table."""
    import pyarrow as pa

    rows = [(key, values) for key, values in sorted(contents.items()) if key.source == source]
    table = {"unique_id": pa.array([key.unique_id for key, _ in rows], pa.string())}
    for name, is_list in _columns(contents, model).items():
        if name == "unique_id":
            continue
        found: list[Any] = [values.get(name) for _, values in rows]
        if is_list:
            found = [[one] if isinstance(one, str) else one for one in found]
        table[name] = pa.array(found, pa.list_(pa.string()) if is_list else pa.string())
    return pa.table(table)
