"""The partition of one component: exactly what a batch over the same records and judgements would give.

Judgements outrank the model. Records judged to be one begin as one group; for records judged not to be one, the pair
weighs so much against them that no mean can outweigh it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from dromio.deciders import VETO
from dromio.model.schema import Model
from dromio.plan import MILLI
from dromio.records import RecordKey
from dromio.store.grouping import average_groups

NEVER = -(1 << 44)
"""Weight in milli-bits of a pair judged not to be one: more than all other pairs of a component can have together."""
_FEW = 48
"""Components with more records are clustered in arrays."""

Pairs = AbstractSet[tuple[int, int]]


class Node(NamedTuple):
    """A record in a component; `digest` and `joins` as in `Prepared`."""

    record_id: int
    key: RecordKey
    digest: int | None
    joins: bool

    @property
    def order(self) -> tuple[str, int, str]:
        """Place of the record among all records, as in a batch."""
        return self.key.source, len(self.key.unique_id.encode()), self.key.unique_id


@dataclass(frozen=True, slots=True)
class Rules:
    """How edges become clusters, in thousandths of a bit. `compares`: whether there is a probability for what rules
    leave open; `vetoes`: whether there are rules that keep records apart."""

    averages: bool
    unseen: int
    least: int
    one_to_one: bool
    cross_only: bool
    compares: bool = True
    vetoes: bool = False

    @classmethod
    def of(cls, model: Model) -> Rules:
        """The rules of a model."""
        given = model.clustering
        return cls(
            given.method == "average_link" and bool(model.comparisons),
            round(given.unseen * MILLI),
            round(given.least * MILLI),
            given.one_to_one,
            model.link_type == "link_only",
            bool(model.comparisons),
            any(rule.decision == "non-match" for rule in model.rules),
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
    start = _beginnings(ordered, compared, _placed(dict.fromkeys(positive, 0), place), apart, rules)
    splits = rules.one_to_one or bool(apart) or VETO in compared.values()
    root = (_averaged if rules.averages or splits else _connected)(ordered, compared, start, apart, rules)
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


class Forest:
    """Groups of numbers, each known by its smallest; pairs that must stay apart are never joined."""

    def __init__(self, count: int, apart: Iterable[tuple[int, int]] = ()) -> None:
        self.root = list(range(count))
        self._apart = list(apart)

    def find(self, one: int) -> int:
        """The smallest number of the group."""
        while self.root[one] != one:
            self.root[one] = one = self.root[self.root[one]]
        return one

    def join(self, one: int, other: int) -> None:
        """Make the groups of both one, unless that brings together what must stay apart."""
        low, high = sorted((self.find(one), self.find(other)))
        if low == high or any({self.find(a), self.find(b)} == {low, high} for a, b in self._apart):
            return
        self.root[high] = low

    def roots(self) -> list[int]:
        """The smallest number of every number's group."""
        return [self.find(one) for one in range(len(self.root))]


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
