"""Many records made ready at once, in columns: to the letter what `Matcher.prepare` gives for one after another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dromio.clusters.identical import LEAST_ATTRIBUTES
from dromio.engines import row
from dromio.engines.arrays import distinct
from dromio.engines.cleaning import clean_attribute
from dromio.engines.columns import AttributeColumns, Column
from dromio.engines.row_facts import CleanedRecord
from dromio.io.sources import POSITION, RECORDS, InputColumn, Records
from dromio.model.expressions import FieldExpression
from dromio.model.schema import Attribute
from dromio.records import RecordKey
from dromio.store.delivered import Delivered, as_record
from dromio.store.matching import Matcher, cleaned_from

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
SLICE = 100_000
"""Records whose texts are put together at a time."""


@dataclass
class Told:
    """What records say of one attribute: text i of every field belongs to record `owner[i]`, in rising order, under
    label `label[i]`. Values without any field are left out."""

    owner: Ints
    label: pa.Array
    fields: dict[str, pa.Array]

    def part(self, begin: int, end: int) -> Told:
        """The same of some records, which are counted from 0."""
        low, high = np.searchsorted(self.owner, [begin, end]).tolist()
        fields = {name: texts.slice(low, high - low) for name, texts in self.fields.items()}
        return Told(self.owner[low:high] - begin, self.label.slice(low, high - low), fields)


class Hashed(NamedTuple):
    """Record `record[i]` has the hash `hash[i]`; in rising order of both, each once."""

    record: Ints
    hash: Ints


@dataclass
class PreparedColumns:
    """Records ready to be compared, by their places: see `Prepared` for what every one of them has."""

    records: int
    told: dict[str, Told]
    keys: list[Hashed]
    """What they have under every key."""
    splits: list[list[Hashed]]
    """For every key what they have of the further fields that split its large blocks."""
    digest: Ints
    has_digest: Bools
    joins: Bools
    cleaned_texts: list[str]
    blocks_texts: list[str]

    @property
    def digests(self) -> Hashed:
        """The digests by which records join."""
        found = np.flatnonzero(self.joins & self.has_digest)
        return Hashed(found, self.digest[found])


def prepare_columns(matcher: Matcher, keys: Sequence[RecordKey], contents: Sequence[Delivered]) -> PreparedColumns:
    """Records ready to be compared, from what was delivered of them."""
    told = clean_columns(matcher, keys, contents)
    records = len(keys)
    parts = [_values(told[name], expression, of) for name, expression, of in matcher.parts]
    hashed = [_hashed(matcher, part, records) for part in parts]
    of_keys = [_key(number, [hashed[one] for one in used], records) for number, used in enumerate(matcher.key_parts)]
    splits = [[hashed[one] for one in used] for used in matcher.split_parts]
    cleaned, blocks = [], []
    digest, has_digest = np.zeros(records, np.int64), np.zeros(records, np.bool_)
    joins = np.zeros(records, np.bool_)
    for begin in range(0, records, SLICE):
        end = min(begin + SLICE, records)
        own = {name: one.part(begin, end) for name, one in told.items()}
        texts = _cleaned_texts(own, end - begin)
        cleaned += texts
        if matcher.plan.comparisons:
            part = slice(begin, end)
            digest[part], has_digest[part], joins[part] = _digests(matcher, own, texts)
        blocks += _blocks_texts(
            joins[begin:end],
            [_part(one, begin, end) for one in of_keys],
            [[_part(one, begin, end) for one in each] for each in splits],
        )
    return PreparedColumns(records, told, of_keys, splits, digest, has_digest, joins, cleaned, blocks)


def clean_columns(matcher: Matcher, keys: Sequence[RecordKey], contents: Sequence[Delivered]) -> dict[str, Told]:
    """The cleaned values of every attribute, without what guards of the model take out."""
    model = matcher.model
    wanted = dict.fromkeys(
        column for attribute in model.attributes for one in attribute.inputs for column in one.columns.values()
    )
    found = {name: [one.get(name) for one in contents] for name in wanted}
    listed = {name for name, values in found.items() if any(type(one) is list for one in values)}
    plain = [name for name in wanted if name not in listed]
    made: dict[str, Told] = {}
    with duckdb.connect() as con:
        columns = tuple(InputColumn(name, f"c{place}") for place, name in enumerate(plain))
        table = {one.inside: pa.array(found[one.name], pa.string()) for one in columns}
        con.register("given", pa.table({POSITION: np.arange(len(contents)), **table}))
        con.execute(f"CREATE TABLE {RECORDS} AS SELECT * FROM given")  # cursors do not see what is registered
        none = pa.array([], pa.string())
        records = Records(con, (), columns, np.arange(len(contents)), none, np.zeros(len(contents), np.int32), None)
        for attribute in model.attributes:
            used = {column for one in attribute.inputs for column in one.columns.values()}
            if listed.isdisjoint(used):
                cleaned = clean_attribute(records, attribute, list(model.guards))
                made[attribute.name] = _told(attribute, cleaned, len(contents))
            else:
                made[attribute.name] = _one_by_one(matcher, attribute, keys, contents)
    return made


def _told(attribute: Attribute, columns: AttributeColumns, records: int) -> Told:
    filled = np.flatnonzero(columns.filled())
    labels = pa.array(list(dict.fromkeys(one.label for one in attribute.inputs)), pa.string())
    taken = pa.array(filled)
    fields = {name: own.texts().take(taken).cast(pa.string()) for name, own in sorted(columns.columns.items())}
    if columns.owner is None or columns.labels is None:
        return Told(filled, labels.take(pa.array(np.zeros(len(filled), np.int64))), fields)
    return Told(columns.owner[filled].astype(np.int64), labels.take(pa.array(columns.labels[filled])), fields)


def _one_by_one(
    matcher: Matcher, attribute: Attribute, keys: Sequence[RecordKey], contents: Sequence[Delivered]
) -> Told:
    model = matcher.model.model_copy(update={"attributes": [attribute], "guards": matcher.model.guards})
    cleaned = [row.clean_record(as_record(*one, model), model) for one in zip(keys, contents, strict=True)]
    return told_by(attribute.name, cleaned)


def told_by(name: str, cleaned: Sequence[CleanedRecord]) -> Told:
    """What cleaned records say of an attribute."""
    rows = [(place, label, fields) for place, one in enumerate(cleaned) for label, fields in one.get(name, ())]
    names = sorted({field for _, _, fields in rows for field in fields})
    return Told(
        np.array([place for place, _, _ in rows], np.int64),
        pa.array([label for _, label, _ in rows], pa.string()),
        {one: pa.array([fields.get(one) for _, _, fields in rows], pa.string()) for one in names},
    )


def told_before(attributes: Sequence[Attribute], texts: Sequence[str]) -> dict[str, Told]:
    """What records say, from the texts in which the store keeps it."""
    from dromio.clean import TYPES

    made: dict[str, Told] = {}
    with duckdb.connect() as con:
        con.register("kept", pa.table({"place": np.arange(len(texts)), "told": pa.array(texts, pa.string())}))
        for attribute in attributes:
            names = sorted(
                {role for one in attribute.inputs for role in one.columns}
                if TYPES[attribute.type].open_roles
                else TYPES[attribute.type].fields
            )
            made[attribute.name] = _told_before(con, attribute.name, names) or told_by(
                attribute.name, [cleaned_from(one) for one in texts]
            )
    return made


def _told_before(con: duckdb.DuckDBPyConnection, attribute: str, names: Sequence[str]) -> Told | None:
    """The same of one attribute; None where a record has several values of it."""
    base = f"$.{json.dumps(attribute)}"
    paths = [f"{base}[1]", f"{base}[0][0]", *(f"{base}[0][1].{json.dumps(name)}" for name in names)]
    query = "SELECT place, json_extract_string(told, $paths) AS found FROM kept ORDER BY place"
    table = con.sql(query, params={"paths": paths}).to_arrow_table()
    found = table["found"].combine_chunks()
    columns = [pc.list_element(found, place) for place in range(len(paths))] if len(found) else []
    if not columns:
        return Told(np.zeros(0, np.int64), pa.array([], pa.string()), {})
    if columns[0].null_count < len(found):
        return None
    owner = np.flatnonzero(columns[1].is_valid().to_numpy(zero_copy_only=False))
    taken = pa.array(owner)
    fields = {name: one.take(taken) for name, one in zip(names, columns[2:], strict=True)}
    return Told(owner, columns[1].take(taken), fields)


def compared_by(attribute: Attribute, several: Sequence[tuple[int, Told]]) -> AttributeColumns:
    """One attribute of several lots of records, one after another, each given with its number of records."""
    from dromio.clean import TYPES

    starts = np.cumsum([0, *(records for records, _ in several)])
    total = int(starts[-1])
    owner = np.concatenate([one.owner + at for at, (_, one) in zip(starts[:-1], several, strict=True)])
    label = pa.chunked_array([one.label for _, one in several], pa.string()).combine_chunks()
    names = sorted({*TYPES[attribute.type].fields, *(name for _, one in several for name in one.fields)})
    columns = {}
    for name in names:
        texts = [
            one.fields[name] if name in one.fields else pa.nulls(len(one.owner), pa.string()) for _, one in several
        ]
        columns[name] = Column.encode(pa.chunked_array(texts, pa.string()))
    if len(distinct(owner)) < len(owner) or len(label.unique()) > 1:
        labels = label.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int32)
        return AttributeColumns(attribute.name, columns, owner.astype(np.int32), labels)
    spread = {}
    for name, one in columns.items():
        codes = np.full(total, -1, np.int32)
        codes[owner] = one.codes
        spread[name] = Column(codes, one.values)
    return AttributeColumns(attribute.name, spread)


def _values(
    told: Told, expression: FieldExpression, of: Callable[[dict[str, str]], Iterable[str]]
) -> tuple[Ints, Ints, list[str]]:
    """(record, place of the value in the list, list of values) of a part of keys; a record may have a value twice.

    Where a part has several fields its values are those of each of them.
    """
    owners, codes, texts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], dict[str, int]()
    for name in expression.fields:
        if name not in told.fields:
            continue
        column = Column.encode(told.fields[name])
        filled = np.flatnonzero(column.codes >= 0)
        found = [tuple(of({name: text})) for text in column.values.to_pylist()]
        count = np.array([len(one) for one in found], np.int64)
        flat = np.array([texts.setdefault(text, len(texts)) for one in found for text in one], np.int64)
        own = column.codes[filled]
        start = np.cumsum(count) - count
        owners.append(np.repeat(told.owner[filled], count[own]))
        codes.append(flat[ranges(start[own], count[own])])
    return np.concatenate(owners), np.concatenate(codes), list(texts)


def ranges(start: Ints, count: Ints) -> Ints:
    """start[0], start[0] + 1, … (count[0] of them), start[1], …"""
    inside = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(start, count) + inside


def _hashed(matcher: Matcher, part: tuple[Ints, Ints, list[str]], records: int) -> Hashed:
    owner, code, texts = part
    hashes = np.array([matcher.hashed(text) for text in texts], np.int64)
    return _sorted(owner, hashes[code] if len(hashes) else code)


def _sorted(record: Ints, hashes: Ints) -> Hashed:
    order = np.lexsort((hashes, record))
    record, hashes = record[order], hashes[order]
    kept = np.ones(len(record), np.bool_)
    kept[1:] = (record[1:] != record[:-1]) | (hashes[1:] != hashes[:-1])
    return Hashed(record[kept], hashes[kept])


def _key(number: int, parts: Sequence[Hashed], records: int) -> Hashed:
    """What records have under a key: every combination of what they have of its parts."""
    owner, found = parts[0].record, _mixed(_unsigned(parts[0].hash) ^ _mixed(np.array([number], np.uint64)))
    for part in parts[1:]:
        count = np.bincount(part.record, minlength=records)
        start = np.cumsum(count) - count
        repeat = count[owner]
        other = _unsigned(part.hash)[ranges(start[owner], repeat)]
        owner, found = np.repeat(owner, repeat), _mixed(np.repeat(found, repeat) ^ other)
    return _sorted(owner, found.view(np.int64))


def sub_hashes(blocks: Ints, splits: Ints) -> Ints:
    """`Matcher.sub_hash` of many."""
    found: Ints = _mixed(_mixed(_unsigned(blocks)) ^ _unsigned(splits)).view(np.int64)
    return found


def _unsigned(values: Ints) -> Hashes:
    return np.ascontiguousarray(values).view(np.uint64)


def _mixed(values: Hashes) -> Hashes:
    """As in `dromio.store.matching`."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _part(one: Hashed, begin: int, end: int) -> Hashed:
    low, high = np.searchsorted(one.record, [begin, end]).tolist()
    return Hashed(one.record[low:high] - begin, one.hash[low:high])


def _cleaned_texts(told: Mapping[str, Told], records: int) -> list[str]:
    attributes = []
    for name, one in sorted(told.items()):
        pieces = [
            _pieces(texts, f"{json.dumps(field, ensure_ascii=False)}:", "") for field, texts in one.fields.items()
        ]
        label = _pieces(one.label, "[", ",{")
        values = _concat(label, _joined(pieces, ",", len(one.owner)), "}]")
        inside = _gathered(one.owner, values, ",", records)
        attributes.append(_concat(f"{json.dumps(name, ensure_ascii=False)}:[", inside, "]"))
    texts: list[str] = _concat("{", _joined(attributes, ",", records), "}").to_pylist()
    return texts


def _digests(matcher: Matcher, told: Mapping[str, Told], texts: Sequence[str]) -> tuple[Ints, Bools, Bools]:
    """(digest, whether there is one, whether records that say the same are one) of every record."""
    records = len(texts)
    number, attributes = np.zeros(records, np.int64), []
    several = np.zeros(records, np.bool_)
    for name, used in matcher.compared.items():
        one = told[name]
        pieces = [
            _pieces(one.fields[field], f"[{json.dumps(field)}, ", "]", to_ascii=True)
            for field in used
            if field in one.fields
        ]
        inside = _joined(pieces, ", ", len(one.owner))
        said = np.flatnonzero(pc.not_equal(inside, "").to_numpy(zero_copy_only=False)) if len(inside) else one.owner
        taken = pa.array(said)
        values = _concat(_pieces(one.label.take(taken), "[", ", [", to_ascii=True), inside.take(taken), "]]")
        owner = one.owner[said]
        count = np.bincount(owner, minlength=records)
        number += count > 0
        several |= count > 1
        joined = _concat(f"[{json.dumps(name)}, [", _gathered(owner, values, ", ", records), "]]")
        attributes.append(pc.if_else(pa.array(count > 0), joined, pa.scalar(None, pa.string())))
    whole = _concat("[", _joined(attributes, ", ", records), "]").to_pylist()
    has_digest = number > 0
    digest = np.zeros(records, np.int64)
    digest[has_digest] = [matcher.hashed(whole[one]) for one in np.flatnonzero(has_digest).tolist()]
    for record in np.flatnonzero(several).tolist():  # several values are in the order of their parts, not of texts
        digest[record] = matcher.digest(cleaned_from(texts[record]))[0] or 0
    joins = (number >= LEAST_ATTRIBUTES) & (not matcher.model.clustering.one_to_one)
    return digest, has_digest, joins


def _blocks_texts(joins: Bools, keys: Sequence[Hashed], splits: Sequence[Sequence[Hashed]]) -> list[str]:
    records = len(joins)
    shown = [pc.if_else(pa.array(joins), "true", "false")]
    for key, further in zip(keys, splits, strict=True):
        values = _gathered(key.record, _digits(key.hash), ",", records)
        lists = [_concat("[", _gathered(one.record, _digits(one.hash), ",", records), "]") for one in further]
        inside = _joined(lists, ",", records)
        inside = pc.if_else(pc.equal(values, ""), "", inside)
        shown.append(_concat("[[", values, "],[", inside, "]]"))
    texts: list[str] = _concat("[", _joined(shown, ",", records), "]").to_pylist()
    return texts


def _digits(values: Ints) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _pieces(texts: pa.Array, before: str, after: str, *, to_ascii: bool = False) -> pa.Array:
    """Each text as JSON between two others; null stays null."""
    own = Column.encode(texts)
    encode = json.encoder.encode_basestring_ascii if to_ascii else json.encoder.encode_basestring
    values = [f"{before}{encode(text)}{after}" for text in own.values.to_pylist()]
    return pa.array(values, pa.string()).take(pa.array(own.codes, mask=own.codes < 0))


def _joined(columns: Sequence[pa.Array], by: str, rows: int) -> pa.Array:
    """The texts of every row in one, but for those that are null."""
    if not columns:
        return pa.array([""] * rows, pa.string())
    led = [pc.fill_null(_concat(by, one), "") for one in columns]
    return pc.utf8_slice_codeunits(_concat(*led), start=len(by))


def _gathered(owner: Ints, texts: pa.Array, by: str, records: int) -> pa.Array:
    """The texts of every record in one; owners are in rising order."""
    starts = np.searchsorted(owner, np.arange(records + 1)).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(starts), texts), by)


def _concat(*parts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
