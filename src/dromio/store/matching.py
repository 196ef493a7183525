"""The one place where the store asks the engine: what a record is compared by, and what is decided of a pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

from dromio.clean import TYPES
from dromio.clusters.identical import LEAST_ATTRIBUTES
from dromio.deciders import Verdict
from dromio.engines import row
from dromio.engines.cleaning import NEVER_COMPARED
from dromio.engines.compiled import values_of, words_of_model
from dromio.engines.row_facts import CleanedRecord
from dromio.model.expressions import leaves
from dromio.model.schema import Model
from dromio.plan import Plan, make_plan
from dromio.records import RecordKey
from dromio.store.delivered import Delivered, as_record

_MASK = (1 << 64) - 1
_SIGN = 1 << 63
_NO_LIMIT = 1 << 62


class KeyHashes(NamedTuple):
    """What a record has under one key: hashes of its values, and for every further field that splits large blocks the
    hashes of that field's values."""

    values: list[int]
    splits: list[list[int]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record ready to be compared.

    `digest`: hash of all that it says, None where it says nothing; `joins`: whether records that say the same are one
    entity without further evidence.
    """

    cleaned: CleanedRecord
    keys: list[KeyHashes]
    digest: int | None
    joins: bool

    @property
    def blocks_text(self) -> str:
        """Keys as the store keeps them."""
        return json.dumps([self.joins, *self.keys], separators=(",", ":"))

    @property
    def cleaned_text(self) -> str:
        """Cleaned values as the store keeps them."""
        return json.dumps(self.cleaned, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def keys_from(text: str) -> tuple[bool, list[KeyHashes]]:
    """(joins, keys) from what the store keeps."""
    joins, *keys = from_json(text)
    return joins, [KeyHashes(*one) for one in keys]


def cleaned_from(text: str) -> CleanedRecord:
    """Cleaned values from what the store keeps."""
    result: CleanedRecord = from_json(text, cache_strings="keys")
    return result


class Matcher:
    """A model at work on single records and pairs."""

    def __init__(self, model: Model, secret: bytes) -> None:
        self.plan: Plan = make_plan(model)
        self.model = model
        self._begun = blake2b(digest_size=8, key=secret)
        words = words_of_model(model)
        parts = list(dict.fromkeys(part for key in self.plan.keys for part in (*key.parts, *key.split_by)))
        self.parts = [(attribute, part, values_of(part, words.get(attribute, {}))) for attribute, part in parts]
        """Attribute, expression and values of everything that is a part of keys."""
        self.key_parts = [[parts.index(part) for part in key.parts] for key in self.plan.keys]
        self.split_parts = [[parts.index(part) for part in key.split_by] for key in self.plan.keys]
        self._split = sorted({part for own in self.split_parts for part in own})
        self.compared = _compared_fields(self.plan)

    def prepare(self, key: RecordKey, values: Delivered) -> Prepared:
        """The record ready to be compared."""
        cleaned = row.clean_record(as_record(key, values, self.model), self.model)
        return self.prepare_cleaned(cleaned)

    def prepare_cleaned(self, cleaned: CleanedRecord) -> Prepared:
        """The same from its cleaned values."""
        digest, attributes = self.digest(cleaned) if self.plan.comparisons else (None, 0)
        joins = attributes >= LEAST_ATTRIBUTES and not self.model.clustering.one_to_one
        return Prepared(cleaned, list(self._hashed_keys(cleaned)), digest, joins)

    def compare(self, left: CleanedRecord, right: CleanedRecord) -> Verdict:
        """What the model decides on a pair; the order of the two does not matter."""
        return row.decide(self.plan, left, right)

    def levels(self, left: CleanedRecord, right: CleanedRecord) -> tuple[int, ...]:
        """The level of every comparison of a pair, 0 where nothing could be compared."""
        return row.levels(self.plan, left, right)

    @property
    def least_doubtful(self) -> int:
        """The least weight above the match threshold of a pair that a person should see."""
        return min(self.plan.review_threshold - self.plan.match_threshold, 0)

    def sub_hash(self, block: int, split: int) -> int:
        """Hash of the part of a large block whose records share a further value."""
        return _signed(_mixed(_mixed(block & _MASK) ^ (split & _MASK)))

    def max_block(self, key: int) -> int:
        """The most records that a block of a key may hold."""
        most = self.plan.keys[key].max_block
        return _NO_LIMIT if most is None else most

    def hashed(self, text: str) -> int:
        """A hash of 64 bits that nobody can make without the store's secret."""
        found = self._begun.copy()
        found.update(text.encode())
        return int.from_bytes(found.digest(), "big", signed=True)

    def digest(self, cleaned: CleanedRecord) -> tuple[int | None, int]:
        """(hash of all values that count, None without any; number of attributes that have one)."""
        said: list[tuple[str, list[tuple[str, list[tuple[str, str]]]]]] = []
        for name, used in self.compared.items():
            values = [
                (label, [(one, fields[one]) for one in used if one in fields])
                for label, fields in cleaned.get(name, ())
            ]
            told = sorted(one for one in values if one[1])
            if told:
                said.append((name, told))
        return (self.hashed(json.dumps(said)), len(said)) if said else (None, 0)

    def _hashed_keys(self, cleaned: CleanedRecord) -> Iterator[KeyHashes]:
        hashes = [
            {self.hashed(value) for _, fields in cleaned.get(attribute, ()) for value in values(fields)}
            for attribute, _, values in self.parts
        ]
        split = {part: sorted(hashes[part]) for part in self._split}
        for number, (parts, splits) in enumerate(zip(self.key_parts, self.split_parts, strict=True)):
            found = {_mixed(number)}
            for part in parts:
                found = {_mixed(one ^ (other & _MASK)) for one in found for other in hashes[part]}
            yield KeyHashes(sorted(map(_signed, found)), [split[one] for one in splits] if found else [])


def _compared_fields(plan: Plan) -> dict[str, list[str]]:
    """Attribute -> the fields that count when two records are asked whether they say the same."""
    leaf_fields = (
        (one.attribute, leaf.fields)
        for one in plan.comparisons
        for condition in one.conditions
        for leaf in leaves(condition)
    )
    named = {(name, field) for name, fields in leaf_fields for expression in fields for field in expression.fields}
    return {
        one.name: [
            field
            for field in sorted(TYPES[one.type].fields)
            if field not in NEVER_COMPARED.get(one.type, set()) or (one.name, field) in named
        ]
        for one in plan.model.attributes
    }


def _mixed(value: int) -> int:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def _signed(value: int) -> int:
    return value - (1 << 64) if value & _SIGN else value
