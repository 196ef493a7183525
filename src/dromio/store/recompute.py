"""Everything that follows from the current records and judgements, worked out from nothing but these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from dromio.records import RecordKey
from dromio.store.blocks import Block, parts
from dromio.store.bulk import compare_pairs
from dromio.store.consent import held
from dromio.store.delivered import from_canonical
from dromio.store.partition import joins_at_once
from dromio.store.settle import Pair, by_component, clusters_of, may_pair, pair_of
from dromio.store.sharing import Sharing, lowered, sharing_of
from dromio.store.work import Placement, Work

_RECORDS = "SELECT record_id, source, unique_id, content FROM records WHERE domain_id = ? AND state = 'current'"
_JUDGED = "SELECT left_id, right_id, verdict FROM judgements WHERE domain_id = ? AND ended_by IS NULL"


@dataclass
class Expected:
    """What follows from the records."""

    placed: dict[int, Placement]
    keys: set[tuple[int, int]]
    large: dict[int, int]
    edges: dict[Pair, int]
    components: list[list[int]]
    clusters: list[list[int]]
    sharing: Sharing
    compared: dict[Pair, int]
    """Weight of every candidate pair, also of those whose records are in different components."""
    lowered: set[Pair]
    """Pairs that would match but for shared values."""
    positive: set[Pair]
    """Pairs judged to be one."""


def expect(work: Work) -> Expected:
    """Keys, edges and clusters of all current records, from nothing but these and the judgements."""
    placed = {}
    rows = work.tx.rows(_RECORDS, work.domain_id)
    for record_id, source, unique_id, content in rows:
        key = RecordKey(source, unique_id)
        placed[record_id] = Placement.of(record_id, key, work.matcher.prepare(key, from_canonical(content)))
    keys, large, candidates = _index(work, placed)
    edges = compare_pairs(work.matcher, {record: one.cleaned for record, one in placed.items()}, sorted(candidates))
    sharing = sharing_of(work.matcher, placed)
    cleaned = {record: one.cleaned for record, one in placed.items()}
    less = lowered(work.matcher, cleaned, edges, lambda values: values & sharing.shared.keys())
    edges |= {pair: verdict.weight for pair, verdict in less.items()}
    positive, negative = _judged(work, placed)
    negative |= held(work, placed, positive)
    components = _components(work, placed, edges, positive)
    components.sort()
    inner = by_component(components, edges)
    clusters = [
        cluster
        for component, own in zip(components, inner, strict=True)
        for cluster in clusters_of(work, component, placed, own, positive, negative)
    ]
    kept = {pair: weight for own in inner for pair, weight in own.items()}
    return Expected(placed, keys, large, kept, components, clusters, sharing, edges, set(less), positive)


def _index(work: Work, placed: Mapping[int, Placement]) -> tuple[set[tuple[int, int]], dict[int, int], set[Pair]]:
    """(rows of the key index, size of every large block, candidate pairs)."""
    keys = {(one.digest, record) for record, one in placed.items() if one.joins and one.digest is not None}
    large: dict[int, int] = {}
    pairs: set[Pair] = set()
    blocks: dict[Block, set[int]] = {}
    for record, one in placed.items():
        for number, own in enumerate(one.keys):
            for value in own.values:
                blocks.setdefault(Block(value, number, 0), set()).add(record)
    while blocks:
        following: dict[Block, set[int]] = {}
        for block, members in blocks.items():
            keys |= {(block.hash, record) for record in members}
            if len(members) <= work.matcher.max_block(block.key):
                pairs |= set(combinations(sorted(members), 2))
                continue
            large[block.hash] = len(members)
            for record in members:
                for part in parts(work.matcher, block, placed[record].keys):
                    following.setdefault(part, set()).add(record)
        blocks = following
    return keys, large, {pair for pair in pairs if may_pair(work, placed[pair[0]], placed[pair[1]])}


def _judged(work: Work, placed: Mapping[int, Placement]) -> tuple[set[Pair], set[Pair]]:
    rows = [row for row in work.tx.rows(_JUDGED, work.domain_id) if row[0] in placed and row[1] in placed]
    return (
        {(left, right) for left, right, verdict in rows if verdict == "positive"},
        {(left, right) for left, right, verdict in rows if verdict == "negative"},
    )


def _components(
    work: Work, placed: Mapping[int, Placement], edges: Mapping[Pair, int], positive: Iterable[Pair]
) -> list[list[int]]:
    neighbours: dict[int, set[int]] = {record: set() for record in placed}
    links = [*positive, *(pair for pair, weight in edges.items() if work.rules.links(weight)), *_same(work, placed)]
    for one, other in links:
        neighbours[one].add(other)
        neighbours[other].add(one)
    components = []
    left = set(placed)
    while left:
        component, frontier = set(), {left.pop()}
        while frontier:
            component |= frontier
            frontier = {other for one in frontier for other in neighbours[one]} - component
        left -= component
        components.append(sorted(component))
    return components


def _same(work: Work, placed: Mapping[int, Placement]) -> Iterator[Pair]:
    groups: dict[int, list[int]] = {}
    for record, one in placed.items():
        if one.joins and one.digest is not None:
            groups.setdefault(one.digest, []).append(record)
    for group in groups.values():
        if joins_at_once([placed[one].node for one in group], cross_only=work.rules.cross_only):
            yield from (pair_of(group[0], one) for one in group[1:])
