"""The golden record of one entity: survivorship as in a batch, values that people wrote in front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dromio.errors import UsageError
from dromio.model.schema import Model
from dromio.records import RecordKey
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
    values = survivors(contents, work.matcher.model)
    written = sorted(work.tx.rows(_MANUAL, records), key=lambda row: (row[3], -row[4]))
    values |= {name: GoldenValue(value, None, author) for name, value, author, _, _ in written}
    return GoldenRecord(entity_id, tuple(sorted(contents)), values)


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
    import duckdb
    import numpy as np
    import pyarrow as pa

    from dromio.golden import golden_records
    from dromio.io.sources import read_records

    sources = sorted({key.source for key in contents})
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        inputs = {source: _table(source, contents, model) for source in sources}
        records = read_records(con, inputs, id_column="unique_id")
        row = golden_records(records, model, np.zeros(len(contents), np.int64), pa.array(["entity"])).to_pylist()[0]
    names = {key.unique_id if len(sources) == 1 else ":".join(key): key for key in contents}
    origins = {
        column: names.get(str(row[f"{one.name}__from"]))
        for one in model.attributes
        for column in one.inputs[0].columns.values()
    }
    columns = [name for name in row if name in _columns(contents, model)]
    return {name: GoldenValue(row[name], origins.get(name)) for name in columns if row[name] is not None}


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
