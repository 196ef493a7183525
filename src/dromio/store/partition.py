"""The partition of one component: exactly what a batch over the same records and judgements would give.

Judgements outrank the model. Records judged to be one begin as one group; for records judged not to be one, the pair
weighs so much against them that no mean can outweigh it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from dromio.deciders import VETO, level_of
from dromio.engines.row_facts import CleanedRecord
from dromio.model.schema import Model
from dromio.plan import MILLI
from dromio.records import RecordKey
from dromio.store.forest import Forest
from dromio.store.grouping import average_groups
from dromio.store.levels import ValueOrder, level_groups, value_order

NEVER = -(1 << 44)
"""Weight in milli-bits of a pair judged not to be one: more than all other pairs of a component can have together."""
_FEW = 48
"""Components with more records are clustered in arrays."""

Pairs = AbstractSet[tuple[int, int]]


class Node(NamedTuple):
    """A record in a component; `digest` and `joins` as in `Prepared`. `cleaned`: its values, where rules are levels."""

    record_id: int
    key: RecordKey
    digest: int | None
    joins: bool
    cleaned: CleanedRecord | None = None

    @property
    def order(self) -> tuple[str, int, str]:
        """Place of the record among all records, as in a batch."""
        return self.key.source, len(self.key.unique_id.encode()), self.key.unique_id


@dataclass(frozen=True, slots=True)
class Rules:
    """How edges become clusters, in thousandths of a bit. `compares`: whether there is a probability for what rules
    leave open; `vetoes`: whether there are rules that keep records apart; `order`: where rules are levels, that of
    records by their values."""

    averages: bool
    unseen: int
    least: int
    one_to_one: bool
    cross_only: bool
    compares: bool = True
    vetoes: bool = False
    order: ValueOrder | None = None

    @classmethod
    def of(cls, model: Model) -> Rules:
        """The rules of a model."""
        given = model.clustering
        by_levels = given.method == "rule_levels"
        return cls(
            given.method == "average_link" and bool(model.comparisons),
            round(given.unseen * MILLI),
            round(given.least * MILLI),
            given.one_to_one,
            model.link_type == "link_only",
            bool(model.comparisons),
            not by_levels and any(rule.decision == "non-match" for rule in model.rules),
            value_order(model) if by_levels else None,
        )

    def links(self, weight: int) -> bool:
        """Whether a pair of this weight speaks for a match."""
        return weight > 0 if self.averages or not self.compares else weight >= 0


def partition(
    nodes: Iterable[Node], weights: Mapping[tuple[int, int], int], positive: Pairs, negative: Pairs, rules: Rules
) -> list[list[int]]:
    """Record ids of every cluster, in the order of records.

    `weights`: compared pairs of record ids, smaller first; `positive`, `negative`: pairs judged, smaller first.
    """
    ordered = sorted(nodes, key=lambda one: one.order)
    place = {node.record_id: number for number, node in enumerate(ordered)}
    compared = _placed(weights, place)
    apart = _placed(dict.fromkeys(negative, 0), place)
    if rules.order is not None:
        together = _placed(dict.fromkeys(positive, 0), place)
        return _clusters(ordered, _by_levels(ordered, compared, together, apart, rules.order))
    start = _beginnings(ordered, compared, _placed(dict.fromkeys(positive, 0), place), apart, rules)
    splits = rules.one_to_one or bool(apart) or VETO in compared.values()
    root = (_averaged if rules.averages or splits else _connected)(ordered, compared, start, apart, rules)
    return _clusters(ordered, root)


def parts(
    nodes: Iterable[Node], weights: Mapping[tuple[int, int], int], positive: Pairs, negative: Pairs, rules: Rules,
    bound: int,
) -> list[list[int]]:  # fmt: skip
    """Record ids of the parts of one cluster that hold together by more evidence, in the order of records.

    `bound`: with rule levels the last level that counts; else thousandths of a bit above the match threshold.
    """
    if rules.order is not None:
        counted = {pair: weight for pair, weight in weights.items() if (level_of(weight) or bound + 1) <= bound}
        return partition(nodes, counted, positive, negative, rules)
    stricter = replace(rules, unseen=rules.unseen - bound, least=rules.least - bound)
    shifted = {pair: weight if weight == VETO else weight - bound for pair, weight in weights.items()}
    return partition(nodes, shifted, positive, negative, stricter)


def _clusters(ordered: Sequence[Node], root: Sequence[int]) -> list[list[int]]:
    clusters: dict[int, list[int]] = {}
    for node, first in zip(ordered, root, strict=True):
        clusters.setdefault(first, []).append(node.record_id)
    return list(clusters.values())


def _placed(pairs: Mapping[tuple[int, int], int], place: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """Pairs by the places of their records, without those of other components."""
    result = {}
    for (one, other), weight in pairs.items():
        left, right = place.get(one), place.get(other)
        if left is not None and right is not None:
            result[(left, right) if left < right else (right, left)] = weight
    return result


def _beginnings(
    ordered: Sequence[Node], compared: Mapping[tuple[int, int], int], together: Pairs | Mapping[tuple[int, int], int],
    apart: Mapping[tuple[int, int], int], rules: Rules,
) -> list[int]:  # fmt: skip
    """Where every record begins: with those judged to be one with it, then with those that say the same."""
    forest = Forest(len(ordered), apart)
    for one, other in sorted(together):
        forest.join(one, other)
    if not rules.one_to_one:
        for one, other in _saying_the_same(ordered, compared, rules, every=bool(apart)):
            forest.join(one, other)
    return forest.roots()


def _saying_the_same(
    ordered: Sequence[Node], compared: Mapping[tuple[int, int], int], rules: Rules, *, every: bool
) -> Iterator[tuple[int, int]]:
    """Pairs that begin together; a pair with the first of those that say the same will do, unless all are wanted."""
    groups: dict[int, list[int]] = {}
    for number, node in enumerate(ordered):
        if node.digest is not None:
            groups.setdefault(node.digest, []).append(number)
    for group in groups.values():
        joined = joins_at_once([ordered[one] for one in group], cross_only=rules.cross_only)
        if joined:
            yield from combinations(group, 2) if every else ((group[0], one) for one in group[1:])
        else:
            yield from (pair for pair in combinations(group, 2) if compared.get(pair, 0) > 0)


def joins_at_once(group: Sequence[Node], *, cross_only: bool) -> bool:
    """Whether records that say the same are one without further evidence: several, who say enough, and where only
    pairs of different sources count not all of one source."""
    if len(group) < 2 or not group[0].joins:
        return False
    return not cross_only or any(one.key.source != group[0].key.source for one in group)


def _averaged(
    ordered: Sequence[Node], compared: Mapping[tuple[int, int], int], start: Sequence[int],
    apart: Mapping[tuple[int, int], int], rules: Rules,
) -> list[int]:  # fmt: skip
    """Average linkage; where links alone would do, it only keeps apart what must be."""
    least, unseen = (rules.least, rules.unseen) if rules.averages else (0, 0)
    weights = {pair: weight if weight == VETO else max(weight, least) for pair, weight in compared.items()}
    weights |= dict.fromkeys(apart, NEVER)
    names = sorted({node.key.source for node in ordered})
    sources = [names.index(node.key.source) for node in ordered]
    grouped: Callable[..., list[int]] = average_groups if len(ordered) <= _FEW else _in_arrays
    return grouped(
        weights,
        len(ordered),
        unseen=unseen,
        sources=sources if rules.one_to_one or rules.cross_only else None,
        cross_only=rules.cross_only,
        one_to_one=rules.one_to_one,
        start=start,
    )


def _in_arrays(
    weights: Mapping[tuple[int, int], int], count: int, *, sources: Sequence[int] | None, start: Sequence[int],
    unseen: int, cross_only: bool, one_to_one: bool,
) -> list[int]:  # fmt: skip
    import numpy as np

    from dromio.clusters.average_link import Edges, average_link

    ends = np.array(list(weights), np.int64).reshape(-1, 2)
    edges = Edges(ends[:, 0], ends[:, 1], np.array(list(weights.values()), np.int64))
    result: list[int] = average_link(
        edges,
        count,
        unseen=unseen,
        source=None if sources is None else np.array(sources, np.int32),
        cross_only=cross_only,
        one_to_one=one_to_one,
        start=np.array(start, np.int64),
    ).tolist()
    return result


def _connected(
    ordered: Sequence[Node], compared: Mapping[tuple[int, int], int], start: Sequence[int],
    apart: Mapping[tuple[int, int], int], rules: Rules,
) -> list[int]:  # fmt: skip
    """Everything that links join."""
    forest = Forest(len(ordered), apart)
    for record, root in enumerate(start):
        forest.join(root, record)
    for pair, weight in compared.items():
        if rules.links(weight):
            forest.join(*pair)
    return forest.roots()


def _by_levels(
    ordered: Sequence[Node], compared: Mapping[tuple[int, int], int], together: Mapping[tuple[int, int], int],
    apart: Mapping[tuple[int, int], int], order: ValueOrder,
) -> list[int]:  # fmt: skip
    """Groups by rule levels; what is judged to be one comes before the first level."""
    by_values = sorted(range(len(ordered)), key=lambda one: (order(ordered[one].cleaned or {}), one))
    rank = {number: place for place, number in enumerate(by_values)}
    levels = {pair: level for pair, weight in compared.items() if (level := level_of(weight))} | dict(together)
    root = level_groups(_renamed(levels, rank), _renamed(apart, rank), len(ordered))
    return [root[rank[number]] for number in range(len(ordered))]


def _renamed(pairs: Mapping[tuple[int, int], int], rank: Mapping[int, int]) -> dict[tuple[int, int], int]:
    ends = {(rank[one], rank[other]): own for (one, other), own in pairs.items()}
    return {(min(pair), max(pair)): own for pair, own in ends.items()}
