"""Groups by rule levels in one component in plain Python: those of `dromio.clusters.rule_levels`, with judgements.

Records judged not to be one are never in one group: pairs are taken in the order of values, and what would bring such
records together is left out; what may not go to a group goes to the next best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dromio.clean import TYPES, Fields
from dromio.engines.row_facts import CleanedRecord
from dromio.model.schema import Model
from dromio.store.forest import Forest

Pair = tuple[int, int]
ValueOrder = Callable[[CleanedRecord], tuple[Any, ...]]


def value_order(model: Model) -> ValueOrder:
    """What records are ordered by: their values, as in `dromio.clusters.value_ranks`."""
    parts = [
        (one.name, sorted(TYPES[one.type].fields), list(dict.fromkeys(each.label for each in one.inputs)))
        for one in sorted(model.attributes, key=lambda one: one.name)
    ]

    def order(cleaned: CleanedRecord) -> tuple[Any, ...]:
        return tuple(
            tuple(sorted((_texts(values, fields), labels.index(label)) for label, values in cleaned.get(name, ())))
            for name, fields, labels in parts
        )

    return order


def _texts(values: Fields, fields: Iterable[str]) -> tuple[Any, ...]:
    return tuple((name in values, values.get(name, "")) for name in fields)


@dataclass(eq=False)
class _Group:
    """A group: the level at which it was formed, its lowest record, all of its records."""

    level: int
    first: int
    records: set[int]


def level_groups(levels: Mapping[Pair, int], apart: Collection[Pair], count: int) -> list[int]:
    """For every record the first one of its group; records are numbered in the order of their values.

    `levels`: the first level that pairs (smaller first) meet, in any whole numbers; `apart`: pairs never in one group.
    """
    group_of: dict[int, _Group] = {}
    for level in sorted(set(levels.values())):
        _grow(level, sorted(pair for pair, own in levels.items() if own == level), apart, count, group_of)
    return [group_of[one].first if one in group_of else one for one in range(count)]


def _grow(level: int, pairs: Sequence[Pair], apart: Collection[Pair], count: int, group_of: dict[int, _Group]) -> None:
    """Take in the records that pair at the level and have no group yet."""
    forest = Forest(count, apart)
    touched: dict[int, set[_Group]] = {}
    for one, other in pairs:
        if one not in group_of and other not in group_of:
            forest.join(one, other)
        for newcomer, member in ((one, other), (other, one)):
            if newcomer not in group_of:
                touched.setdefault(newcomer, set()).update([group_of[member]] if member in group_of else [])
    parts: dict[int, list[int]] = {}
    for newcomer in sorted(touched):
        parts.setdefault(forest.find(newcomer), []).append(newcomer)
    joined = [(part, _chosen(part, touched, apart)) for part in parts.values()]
    for part, group in joined:
        if group is None and len(part) > 1:
            group = _Group(level, part[0], set(part))
        if group is not None:
            group.first = min(group.first, part[0])
            group_of.update(dict.fromkeys(part, group))


def _chosen(part: Sequence[int], touched: Mapping[int, set[_Group]], apart: Collection[Pair]) -> _Group | None:
    """The group that records go to, which they enter at once: of the lowest level, then the one that most of them
    touch, then the first by values."""
    counts = Counter(group for one in part for group in touched[one])
    for group in sorted(counts, key=lambda one: (one.level, -counts[one], one.first)):
        together = group.records.union(part)
        if not any(together.issuperset(pair) for pair in apart):
            group.records |= together
            return group
    return None
