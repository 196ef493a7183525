"""Covers of a condition: keys of which two records share one whenever the condition holds for them.

Of the parts of an `and` the best will do, its equalities together in one key; of an `or` all are needed. An `or` within
an `and` may also be multiplied out: each branch makes a key together with the rest, or contradicts it and needs none.
What is left without a key is a scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dromio.deciders.keys.costs import Cost, Fields
from dromio.deciders.keys.filters import parts_of, why_no_key
from dromio.deciders.keys.normal import TRUE, conjuncts, contradict, normal, side_of
from dromio.model.expressions import All, AnyOf, Condition, FieldExpression, Measure, Test, Together

MOST_PARTS = 6
"""Most parts of a key."""
_MOST_BRANCHES = 200
"""Most branches that one condition is multiplied out to."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A clause that no key serves: the records for which `left` holds must be compared with those for which `right`
    does; without conditions, all with all."""

    path: str
    clause: str
    reason: str
    left: tuple[Condition, ...] = ()
    right: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {self.clause}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Cover:
    """Keys and scans of which every pair that a condition holds for is in one."""

    keys: tuple[Fields, ...] = ()
    scans: tuple[Scan, ...] = ()
    needs: tuple[Condition, ...] = ()
    """For every key what holds, one way or the other, for the pairs that are in no other key or scan; other pairs of
    that key need not be looked at."""

    def rank(self, cost: Cost) -> tuple[bool, float]:
        """What puts covers in order, the best first."""
        return bool(self.scans), sum(map(cost, self.keys))


NOTHING = Cover()
"""The cover of what never holds."""


def union(covers: Iterable[Cover]) -> Cover:
    """A cover of all conditions together, without keys that another one makes needless."""
    found = list(covers)
    needs: dict[frozenset[FieldExpression], list[Condition]] = {}
    written: dict[frozenset[FieldExpression], Fields] = {}
    for one in found:
        for key, need in zip(one.keys, one.needs, strict=True):
            written.setdefault(frozenset(key), key)
            needs.setdefault(frozenset(key), []).append(need)
    kept = {parts: list(own) for parts, own in needs.items() if not any(other < parts for other in needs)}
    for parts, own in needs.items():
        if parts not in kept:
            kept[next(other for other in kept if other < parts)] += own
    scans = dict.fromkeys(scan for one in found for scan in one.scans)
    return Cover(tuple(written[parts] for parts in kept), tuple(scans), tuple(map(any_of, kept.values())))


def within(cover: Cover, parts: Sequence[Condition]) -> Cover:
    """The cover of what a cover is for together with further conditions."""
    return Cover(cover.keys, cover.scans, tuple(all_of((*parts, need)) for need in cover.needs))


def all_of(conditions: Sequence[Condition]) -> Condition:
    """All of them, without an `or` of which one branch is among the others."""
    parts = dict.fromkeys(conjuncts(All(tuple(conditions))))

    def is_told(one: Condition) -> bool:
        return isinstance(one, AnyOf) and any(
            all(part in parts and part != one for part in conjuncts(branch)) for branch in one.parts
        )

    return All(tuple(one for one in parts if not is_told(one)))


def any_of(needs: Sequence[Condition]) -> Condition:
    """At least one of them, what all have in common told once."""
    each = [dict.fromkeys(conjuncts(need)) for need in needs]
    common = [part for part in each[0] if all(part in one for one in each)]
    rests = [tuple(part for part in one if part not in common) for one in each]
    if all(rests):
        common.append(AnyOf(tuple(dict.fromkeys(map(All, rests)))))
    return All(tuple(common))


@dataclass
class Coverer:
    """Finds covers of conditions; `path` is where they stand in the model."""

    path: str
    cost: Cost
    _branches: int = field(default=0, init=False)

    def cover(self, *conditions: Condition) -> Cover:
        """The best cover of all conditions together."""
        return self._all([normal(one) for one in conditions])

    def _all(self, conditions: Sequence[Condition]) -> Cover:
        parts = list(conjuncts(All(tuple(conditions))))
        if contradict(parts):
            return NOTHING
        if len(parts) == 1 and isinstance(parts[0], AnyOf):
            return self._any(parts[0])
        candidates = (within(one, parts) for one in self._candidates(parts))
        found = [*candidates, *self._multiplied(parts)] or [self._scan(parts)]
        return min(found, key=lambda one: one.rank(self.cost))

    def _any(self, condition: AnyOf) -> Cover:
        if not self._may_branch(len(condition.parts)):
            return self._scan([condition])
        return union(self._all([branch]) for branch in condition.parts)

    def _candidates(self, parts: Sequence[Condition]) -> Iterator[Cover]:
        """Covers by a part of an `and`, alone and joined with the equalities of the other parts."""
        tests = [part for part in parts if isinstance(part, Test)]
        equal = _joined([*map(parts_of, tests), *_equal_constants(tests)])
        if equal:
            yield _key(equal)
        for part in parts:
            alone = self._part(part)
            if alone is None or alone.scans:
                continue
            yield alone
            if equal:
                yield union([Cover(tuple(_joined([equal, key]) for key in alone.keys), (), alone.needs)])

    def _part(self, part: Condition) -> Cover | None:
        """The cover of a part that is no equality; None where it has no key."""
        if isinstance(part, AnyOf):
            return self._any(part)
        if isinstance(part, Together):
            return Coverer(self.path, self.cost).cover(part.part)
        found = parts_of(part) if isinstance(part, Measure) else ()
        return _key(found) if found else None

    def _multiplied(self, parts: Sequence[Condition]) -> Iterator[Cover]:
        """The covers of the branches of the smallest `or`, each with the other parts."""
        branching = [part for part in parts if isinstance(part, AnyOf)]
        chosen = min(branching, key=lambda one: len(one.parts), default=None)
        if chosen is not None and self._may_branch(len(chosen.parts)):
            others = [part for part in parts if part is not chosen]
            yield union(self._all([branch, *others]) for branch in chosen.parts)

    def _may_branch(self, count: int) -> bool:
        self._branches += count
        return self._branches <= _MOST_BRANCHES

    def _scan(self, parts: Sequence[Condition]) -> Cover:
        sided = [part for part in parts if side_of(part)]
        left, right = (tuple(part for part in sided if side_of(part) == side) for side in ("left", "right"))
        clause = " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in parts) or "always()"
        return Cover((), (Scan(self.path, clause, _reason(parts), left, right),))


def _reason(parts: Sequence[Condition]) -> str:
    """Why an `and` without a key has none, by the first part that looks at both records."""
    if not parts:
        return "holds for every pair"
    both = [part for part in parts if not side_of(part)]
    told = (both or parts)[0]
    if isinstance(told, AnyOf):
        return "has more alternatives than are looked at one by one"
    if both:
        why = why_no_key(told)
    elif len(set(map(side_of, parts))) == 1:
        why = "looks at one record alone, and the other may be any"
    else:
        why = "looks at one record alone, and nothing asks the two for something in common"
    return why if len(parts) == 1 else f"{told} {why}"


def _key(fields: Fields) -> Cover:
    """The cover that is one key."""
    return Cover((fields,), (), (TRUE,))


def _joined(found: Sequence[Fields]) -> Fields:
    """All parts of the keys in one, at most MOST_PARTS of them."""
    parts: dict[FieldExpression, None] = dict.fromkeys(part for fields in found for part in fields)
    return tuple(parts)[:MOST_PARTS]


def _equal_constants(tests: Sequence[Test]) -> list[Fields]:
    """Fields that must hold one and the same text on both sides."""
    left = [(one.fields, one.texts) for one in tests if one.function == "left_is" and len(one.texts) == 1]
    right = {(one.fields, one.texts) for one in tests if one.function == "right_is"}
    return [fields for fields, texts in left if (fields, texts) in right]
