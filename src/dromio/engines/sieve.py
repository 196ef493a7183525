"""What is known of a pair before it is looked at closely: pairs of a key that cannot be what the key is there for.

A key that a decider needs says what must hold for the pairs that are found by no other key. Of that, what codes and
signatures tell is asked of each pair as it is made; what they cannot tell may hold. No pair is lost that matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from dromio.deciders.keys.normal import conjuncts
from dromio.deciders.questions import is_directed, mirrored
from dromio.engines.columns import AttributeColumns, Bools, Codes, Column
from dromio.engines.signatures import Signatures, signatures
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Measure, Not, Test, leaves
from dromio.model.schema import local
from dromio.plan import PlannedKey

_TRIED = 20_000
_AT_ONCE = 1 << 16
"""Pairs of a block compared in one step: they fit into the fast memory of a core."""
_CHUNK = 1_000_000
_SELDOM = 0.25
"""Share of random pairs that signatures may let pass to be worth comparing in squares."""

Asked = tuple[Condition, tuple[Condition, ...]]


@dataclass(frozen=True)
class Square:
    """Signatures of every record, by which whole blocks are sieved at once."""

    bits: np.ndarray
    reach: np.ndarray
    constant: np.uint8 | None
    """What a pair may differ in, where that is the same for all."""
    one_of: Bools | None = None
    """Records of which every pair has one or two; None where it may have none."""

    def passing(self, members: Codes) -> Iterator[tuple[Codes, Codes]]:
        """Pairs of records of one block that the signatures let pass."""
        rows = len(members)
        if self.one_of is not None:
            is_one = self.one_of[members]
            members, rows = np.concatenate([members[is_one], members[~is_one]]), int(is_one.sum())
        bits, reach = self.bits[members], self.reach[members]
        step = max(1, _AT_ONCE // len(members))
        for at in range(0, rows, step):
            to = min(at + step, rows)
            differing = np.bitwise_count(bits[at:to, None] ^ bits[None, at:])
            limit = reach[at:to, None] + reach[None, at:] if self.constant is None else self.constant
            one, other = np.divmod(np.flatnonzero(differing <= limit), len(members) - at)
            later = one < other
            yield members[one[later] + at], members[other[later] + at]


class Signed:
    """The columns of records with the signatures of measures, each worked out once for all sieves."""

    def __init__(self, attributes: Mapping[str, AttributeColumns]) -> None:
        self._attributes = attributes
        self._lock = Lock()
        self._known: dict[Measure, Signatures | None] = {}

    def column(self, field: FieldExpression) -> Column | None:
        """The column of a field of which every record has one value at most."""
        name, inside = local(field)
        attribute = self._attributes[name]
        return attribute.column(inside) if attribute.owner is None else None

    def of(self, measure: Measure, pairs: int | None = None) -> Signatures | None:
        """The signatures of a measure; None where it has none, or where they are more than the pairs to ask about."""
        column = self.column(measure.fields[0]) if len(measure.fields) == 1 else None
        if column is None or (pairs is not None and pairs < len(column.values)):
            return None
        with self._lock:
            if measure not in self._known:
                self._known[measure] = signatures(measure, column)
            return self._known[measure]


class Sieve:
    """Says of pairs of records whether what a key needs may hold for them; `pairs`: how many it is asked about, where
    that is known."""

    def __init__(self, need: Condition, signed: Signed, pairs: int | None = None) -> None:
        self._signed = signed
        self._pairs = pairs
        back = mirrored(need)
        self._ways = [need, back] if is_directed(need) and _told(need) != _told(back) else [need]
        always = [one for one in conjuncts(need) if isinstance(one, Measure | Test)]
        filled = [column.codes >= 0 for one in always for column in self._columns_of(one)]
        self.there: Bools | None = np.logical_and.reduce(filled) if filled else None
        """Records that have every field that all pairs must have; None where they need none."""
        self.one_of = self._one_of(conjuncts(need))
        self.square = self._square([one for one in always if isinstance(one, Measure)])

    @property
    def tells(self) -> bool:
        """Whether anything can be told of any pair."""
        nobody = np.zeros(0, np.int32)
        return self._holds(self._ways[0], nobody, nobody) is not None

    def passing(self, left: Codes, right: Codes) -> Bools:
        """Which pairs of records may be what the key is there for."""
        result = np.zeros(len(left), np.bool_)
        for at in range(0, len(left), _CHUNK):
            one, other = left[at : at + _CHUNK], right[at : at + _CHUNK]
            part = result[at : at + _CHUNK]
            for way in self._ways:
                todo = np.flatnonzero(~part)
                told = self._holds(way, one[todo], other[todo])
                part[todo] = True if told is None else told
        return result

    def _holds(self, condition: Condition, left: Codes, right: Codes) -> Bools | None:
        """Whether a condition may hold for each pair; None where nothing can be told."""
        if isinstance(condition, All):
            return self._every(condition.parts, left, right)
        if isinstance(condition, AnyOf):
            return self._some(condition.parts, left, right)
        if isinstance(condition, Not):
            inside = condition.part
            told = self._exact(inside, left, right) if isinstance(inside, Test) else None
            return None if told is None else ~told
        if isinstance(condition, Test):
            return self._exact(condition, left, right)
        return self._signature(condition, left, right) if isinstance(condition, Measure) else None

    def _every(self, parts: Sequence[Condition], left: Codes, right: Codes) -> Bools | None:
        """What is cheap comes first, and the rest is asked of what is left."""
        result: Bools | None = None
        alive = np.arange(len(left))
        for part in sorted(parts, key=_dearness):
            told = self._holds(part, left[alive], right[alive])
            if told is not None:
                alive = alive[told]
                result = np.zeros(len(left), np.bool_)
        if result is not None:
            result[alive] = True
        return result

    def _some(self, parts: Sequence[Condition], left: Codes, right: Codes) -> Bools | None:
        result = np.zeros(len(left), np.bool_)
        for part in sorted(parts, key=_dearness):
            todo = np.flatnonzero(~result)
            told = self._holds(part, left[todo], right[todo])
            if told is None:
                return None
            result[todo] = told
        return result

    def _exact(self, test: Test, left: Codes, right: Codes) -> Bools | None:
        """Tests that codes answer."""
        sides = {"equal": (left, right), "missing_left": (left,), "missing_right": (right,)}.get(test.function)
        columns = [self._signed.column(field) for field in test.fields]
        if sides is None or any(column is None for column in columns):
            return None
        if test.function != "equal":
            (column,) = columns
            assert column is not None
            lacking: Bools = column.codes[sides[0]] < 0
            return lacking
        result = np.ones(len(left), np.bool_)
        for column in columns:
            assert column is not None
            codes = column.codes[left]
            result &= (codes >= 0) & (codes == column.codes[right])
        return result

    def _signature(self, measure: Measure, left: Codes, right: Codes) -> Bools | None:
        signed = self._signed.of(measure, self._pairs)
        if signed is None:
            return None
        one, other = signed.column.codes[left], signed.column.codes[right]
        result: Bools = (one >= 0) & (other >= 0)
        there = np.flatnonzero(result)
        result[there] = signed.may_hold(one[there], other[there])
        return result

    def _one_of(self, parts: Iterable[Condition]) -> Bools | None:
        """Records of which every pair has one or two: those that lack a field, where a part asks one of the two for
        that."""
        for part in parts:
            asked = part.parts if isinstance(part, AnyOf) else (part,)
            lacking = [self._lacking(one) for one in asked]
            told = [one for one in lacking if one is not None]
            if len(told) == len(asked):
                result: Bools = np.logical_or.reduce(told)
                return result
        return None

    def _lacking(self, condition: Condition) -> Bools | None:
        """Records without a field, where the condition asks one side for that."""
        if not isinstance(condition, Test) or condition.function not in ("missing_left", "missing_right"):
            return None
        column = self._signed.column(condition.fields[0])
        return None if column is None else column.codes < 0

    def _columns_of(self, condition: Test | Measure) -> list[Column]:
        """Columns without which the condition cannot hold."""
        if isinstance(condition, Test) and condition.function != "equal":
            return []
        return [column for field in condition.fields if (column := self._signed.column(field)) is not None]

    def _square(self, measures: Sequence[Measure]) -> Square | None:
        """The signatures of the measure that most pairs fail."""
        found: list[tuple[float, str, Signatures]] = []
        for measure in measures:
            signed = self._signed.of(measure, self._pairs)
            if signed is not None:
                found.append((_share_passing(signed), str(measure), signed))
        share, _, best = min(found, key=lambda one: one[:2], default=(1.0, "", None))
        if best is None or share > _SELDOM:
            return None
        codes = np.maximum(best.column.codes, 0)
        same = np.uint8(2 * best.reach[0]) if (best.reach == best.reach[0]).all() else None
        return Square(best.bits[codes], best.reach[codes], same, self.one_of)


def sieve_of(key: PlannedKey, signed: Signed, pairs: int | None = None) -> Sieve | None:
    """The sieve of a key's need, for so many pairs; None where nothing can be told of a pair but what the key says
    itself."""
    if key.need is None:
        return None
    rest = All(tuple(part for part in conjuncts(key.need) if not _is_said_by(key, part)))
    sieve = Sieve(rest, signed, pairs)
    return sieve if sieve.tells else None


def _is_said_by(key: PlannedKey, part: Condition) -> bool:
    """Whether sharing the key is an equality that a need asks for."""
    if not isinstance(part, Test) or part.function != "equal":
        return False
    return all(local(field) in key.parts for field in part.fields)


def _share_passing(signed: Signatures) -> float:
    """Share of pairs of values, some far apart in the column, that pass."""
    count = len(signed.bits)
    one = np.arange(min(count, _TRIED), dtype=np.int32)
    other = (one.astype(np.int64) * 7919 + count // 2 + 1) % count
    different = one != other
    if not different.any():
        return 1.0
    return float(signed.may_hold(one[different], other[different].astype(np.int32)).mean())


def _told(condition: Condition) -> str:
    """The condition in words that do not depend on the order of its parts."""
    if isinstance(condition, All | AnyOf):
        return f"{type(condition).__name__}({', '.join(sorted(map(_told, condition.parts)))})"
    return f"not ({_told(condition.part)})" if isinstance(condition, Not) else str(condition)


def _dearness(condition: Condition) -> tuple[int, str]:
    """What puts questions in order, the cheap ones first."""
    asked = list(leaves(condition))
    return 100 * sum(isinstance(one, Measure) for one in asked) + len(asked), str(condition)
