"""After a change: the components it touches are worked out again from their records, edges and judgements alone.

So the partition never depends on what happened before. Edges are kept for all compared pairs whose records are in one
component, and for no others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import combinations

from dromio.deciders import VETO
from dromio.store import consent
from dromio.store.blocks import standings
from dromio.store.database import Row
from dromio.store.doubts import doubts, least_weight, offer
from dromio.store.identity import name_clusters
from dromio.store.partition import Node, joins_at_once, partition
from dromio.store.sharing import lowered, note, noted_among
from dromio.store.work import Change, Placement, Work

Pair = tuple[int, int]
Judged = tuple[set[Pair], set[Pair]]
"""Pairs judged to be one, and not to be one."""
LARGEST = 200
"""Components with more records are not searched for vetoes among pairs that no key brought together."""

_EDGES = "SELECT left_id, right_id, weight FROM edges WHERE generation = ? AND left_id IN ??"
_JUDGED = "SELECT left_id, right_id, verdict FROM judgements WHERE ended_by IS NULL AND left_id IN ??"
_INSERT_EDGE = "INSERT INTO edges (generation, left_id, right_id, weight) VALUES (?, ?, ?, ?)"
_DELETE_EDGE = "DELETE FROM edges WHERE generation = ? AND left_id = ? AND right_id = ?"
_INSERT = """
INSERT INTO placements (generation, record_id, entity_id, component, digest, cleaned, blocks)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_DELETE = "DELETE FROM placements WHERE generation = ? AND record_id = ?"
_UPDATE = "UPDATE placements SET entity_id = ?, component = ? WHERE generation = ? AND record_id = ?"


def pair_of(one: int, other: int) -> Pair:
    """The pair, smaller first."""
    return (one, other) if one < other else (other, one)


@dataclass
class Unsettled:
    """What has changed.

    `seeds`: records whose components are to be worked out again; `arrived`: records that have no row yet; `gone`:
    records that had one; `fresh`: weights of pairs that were just compared; `changed`: records all of whose old edges
    are void; `disturbed`: records of which some pairs may no longer be candidates; `alone`: others that arrived, have
    their rows, and match nobody; `known`: records of the store as they have been read in this transaction.
    """

    seeds: set[int]
    arrived: dict[int, Placement] = field(default_factory=dict)
    gone: dict[int, Placement] = field(default_factory=dict)
    fresh: dict[Pair, int] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    disturbed: set[int] = field(default_factory=set)
    alone: Iterable[Placement] = ()
    known: Mapping[int, Placement] = field(default_factory=dict)


def settle(work: Work, change: Unsettled) -> dict[int, Placement]:
    """Work out the components touched, write what is different, and give the placements of their records."""
    flipped = note(work, [*change.arrived.values(), *change.alone], change.gone.values())
    for holders in flipped.values():
        change.seeds |= work.linked_among(holders - set(change.arrived))
    found = work.components_of(change.seeds | set(change.gone), change.known)
    for gone in change.gone:
        change.gone[gone] = found.pop(gone)  # as it stands now that nobody else can change it
        work.tx.run(_DELETE, work.generation, gone)
    found |= change.arrived
    stored, (positive, negative) = _known_between(work, found, [*(set(found) - set(change.arrived)), *change.gone])
    weights = _still_valid(work, stored, found, change)
    fresh = change.fresh | {
        pair: weight
        for pair, weight in weights.items()
        if pair not in change.fresh and any(holders.issuperset(pair) for holders in flipped.values())
    }
    seen = found | _doubtful(work, fresh, found, change.known)
    less = _lowered(work, seen, fresh)
    weights |= {pair: weight for pair, weight in less.items() if pair in weights}
    components = _components(work, found, weights, positive)
    across = _compared_across(work, components, found, weights, change.changed)
    weights |= across | _lowered(work, found, across)
    inner = by_component(components, weights)
    before = {record: one.entity_id for record, one in {**found, **change.gone}.items() if one.entity_id}

    def clustered(apart: set[Pair]) -> list[list[int]]:
        each = zip(components, inner, strict=True)
        return [
            one for part, own in each for one in clusters_of(work, part, found, own, positive, negative | held | apart)
        ]

    held = consent.held(work, found, positive)
    clusters = consent.ask_first(work, clustered, before, change.changed, positive)
    _write_edges(work, stored, inner)
    _write_placements(work, change, found, components, clusters, before)
    held = consent.held(work, found, positive)
    consent.offer(work, components, held)
    torn = {pair: weight for pair, weight in stored.items() if _is_torn(pair, before, found) and pair not in fresh}
    entity_of = {record: one.entity_id for record, one in seen.items()}
    offer(work, doubts(work, seen, entity_of, _seen_only({**torn, **fresh, **less}, seen), less, held))
    return found


def _doubtful(
    work: Work, fresh: Mapping[Pair, int], found: Mapping[int, Placement], known: Mapping[int, Placement]
) -> dict[int, Placement]:
    """Records elsewhere that were compared and may be put before a person."""
    least = least_weight(work)
    wanted = {end for pair, weight in fresh.items() if weight >= least for end in pair} - set(found)
    if work.tx.is_shared:  # they may have moved since they were read
        return work.placed(wanted)
    return {one: known[one] for one in wanted if one in known} | work.placed(wanted.difference(known))


def _lowered(work: Work, placed: Mapping[int, Placement], weights: Mapping[Pair, int]) -> dict[Pair, int]:
    """Weights of those pairs that match only thanks to values that too many people share."""
    if not work.matcher.model.shared_values:
        return {}
    likely = {pair: weight for pair, weight in _seen_only(weights, placed).items() if weight >= 0}
    cleaned = {end: placed[end].cleaned for pair in likely for end in pair}
    found = lowered(work.matcher, cleaned, likely, noted_among(work))
    return {pair: verdict.weight for pair, verdict in found.items()}


def _seen_only(weights: Mapping[Pair, int], placed: Mapping[int, Placement]) -> dict[Pair, int]:
    return {pair: weight for pair, weight in weights.items() if pair[0] in placed and pair[1] in placed}


def _is_torn(pair: Pair, before: Mapping[int, int], found: Mapping[int, Placement]) -> bool:
    """Whether the records of a pair were in one entity and are not now."""
    left, right = pair
    if left not in found or right not in found or before.get(left, 0) != before.get(right, 1):
        return False
    return found[left].entity_id != found[right].entity_id


def judged(work: Work, records: Iterable[int]) -> Judged:
    """Pairs of the records that are judged to be one, and not to be one."""
    known = set(records)
    return _judged_among(known, work.tx.rows(_JUDGED, list(known)) if len(known) > 1 else [])


def _judged_among(known: AbstractSet[int], rows: Iterable[Row]) -> Judged:
    inside = [(left, right, verdict) for left, right, verdict in rows if right in known]
    return (
        {(left, right) for left, right, verdict in inside if verdict == "positive"},
        {(left, right) for left, right, verdict in inside if verdict == "negative"},
    )


def _known_between(work: Work, found: Mapping[int, Placement], stored: list[int]) -> tuple[dict[Pair, int], Judged]:
    """Edges of the records that have some stored, and what is judged of those found."""
    if not stored:
        return {}, judged(work, found)
    edges, verdicts = work.tx.together((_EDGES, work.generation, stored), (_JUDGED, list(found)))
    return {(left, right): weight for left, right, weight in edges}, _judged_among(found.keys(), verdicts)


def _still_valid(
    work: Work, stored: Mapping[Pair, int], found: Mapping[int, Placement], change: Unsettled
) -> dict[Pair, int]:
    """Edges stored and fresh, without the stored ones of changed records, and without those whose records share no
    block any more."""
    kept = {pair: weight for pair, weight in stored.items() if not change.changed.intersection(pair)} | change.fresh
    kept = {pair: weight for pair, weight in kept.items() if pair[0] in found and pair[1] in found}
    doubted = [pair for pair in kept if change.disturbed.issuperset(pair)]
    if doubted:
        shares = _share_block(work, doubted, found)
        kept = {pair: weight for pair, weight in kept.items() if not change.disturbed.issuperset(pair) or shares(pair)}
    return kept


def _share_block(work: Work, pairs: Iterable[Pair], found: Mapping[int, Placement]) -> Callable[[Pair], bool]:
    ends = {record for pair in pairs for record in pair}
    known = standings(work, {record: found[record].keys for record in ends})
    live = {record: {block.hash for block in one.live} for record, one in known.items()}
    return lambda pair: not live[pair[0]].isdisjoint(live[pair[1]])


def _components(
    work: Work, found: Mapping[int, Placement], weights: Mapping[Pair, int], positive: AbstractSet[Pair]
) -> list[list[int]]:
    """Records that edges for a match, judgements, or saying the same link."""
    root = {record: record for record in found}

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = one = root[root[one]]
        return one

    links = [pair for pair, weight in weights.items() if work.rules.links(weight)]
    for one, other in [*links, *positive, *_same(work, found)]:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    components: dict[int, list[int]] = {}
    for record in sorted(found):
        components.setdefault(find(record), []).append(record)
    return list(components.values())


def _same(work: Work, found: Mapping[int, Placement]) -> list[Pair]:
    if len(found) == 1 or work.rules.one_to_one:
        return []
    groups: dict[int, list[int]] = {}
    for record, one in found.items():
        if one.digest is not None:
            groups.setdefault(one.digest, []).append(record)
    return [
        (group[0], one)
        for group in groups.values()
        if joins_at_once([found[one].node for one in group], cross_only=work.rules.cross_only)
        for one in group[1:]
    ]


def _compared_across(
    work: Work, components: Iterable[list[int]], found: Mapping[int, Placement], weights: Mapping[Pair, int],
    changed: AbstractSet[int],
) -> dict[Pair, int]:  # fmt: skip
    """Weights of candidate pairs that were in different components before and are in one now.

    Pairs of changed records were all compared already.
    """
    pairs: list[Pair] = []
    for component in components:
        settled = [record for record in component if record not in changed]
        if len({found[record].group for record in settled}) > 1:
            pairs += [
                pair
                for pair in combinations(settled, 2)
                if found[pair[0]].group != found[pair[1]].group and pair not in weights
            ]
    if not pairs:
        return {}
    shares = _share_block(work, pairs, found)
    return {
        (one, other): compare(work, found[one], found[other])
        for one, other in pairs
        if shares((one, other)) and may_pair(work, found[one], found[other])
    }


def may_pair(work: Work, one: Placement, other: Placement) -> bool:
    """Whether a pair counts at all: where sources are linked, only pairs of different ones do."""
    return not work.rules.cross_only or one.key.source != other.key.source


def compare(work: Work, one: Placement, other: Placement) -> int:
    """Weight of a pair above the match threshold, in thousandths of a bit."""
    return work.matcher.compare(one.cleaned, other.cleaned).weight


def by_component(components: Sequence[Sequence[int]], weights: Mapping[Pair, int]) -> list[dict[Pair, int]]:
    """The pairs inside every component."""
    number_of = {record: number for number, component in enumerate(components) for record in component}
    inner: list[dict[Pair, int]] = [{} for _ in components]
    for pair, weight in weights.items():
        number = number_of[pair[0]]
        if number == number_of[pair[1]]:
            inner[number][pair] = weight
    return inner


def clusters_of(
    work: Work, component: list[int], found: Mapping[int, Placement], own: Mapping[Pair, int],
    positive: set[Pair], negative: set[Pair],
) -> list[list[int]]:  # fmt: skip
    """The clusters of a component, from the weights of its compared pairs and the judgements."""
    if len(component) == 1:
        return [component]
    weights = {**own, **_unseen_vetoes(work, component, found, own)}
    return partition(nodes_of(work, component, found), weights, positive, negative, work.rules)


def nodes_of(work: Work, records: Iterable[int], found: Mapping[int, Placement]) -> Iterable[Node]:
    """Records as they are clustered; with their values where rules are levels."""
    nodes = (found[record].node for record in records)
    if work.rules.order is None:
        return nodes
    return (node._replace(cleaned=found[node.record_id].cleaned) for node in nodes)


def _unseen_vetoes(
    work: Work, component: Sequence[int], found: Mapping[int, Placement], compared: Mapping[Pair, int]
) -> dict[Pair, int]:
    """Pairs of a component that no key brought together, and that a rule keeps apart."""
    if not work.rules.vetoes or not 3 <= len(component) <= LARGEST:
        return {}
    pairs = (pair for pair in combinations(component, 2) if pair not in compared)
    wanted = [pair for pair in pairs if may_pair(work, found[pair[0]], found[pair[1]])]
    return {pair: VETO for pair in wanted if compare(work, found[pair[0]], found[pair[1]]) == VETO}


def _write_edges(work: Work, stored: Mapping[Pair, int], inner: Iterable[Mapping[Pair, int]]) -> None:
    kept = {pair: weight for own in inner for pair, weight in own.items()}
    void = [(work.generation, *pair) for pair, weight in stored.items() if kept.get(pair) != weight]
    new = [(work.generation, *pair, weight) for pair, weight in kept.items() if stored.get(pair) != weight]
    if void:
        work.tx.many(_DELETE_EDGE, void)
    if new:
        work.tx.many(_INSERT_EDGE, new)


def _write_placements(
    work: Work, change: Unsettled, found: Mapping[int, Placement], components: Iterable[list[int]],
    clusters: list[list[int]], before: Mapping[int, int],
) -> None:  # fmt: skip
    named = name_clusters(work, clusters, before, change.changed)
    moved = []
    arrived = []
    for component in components:
        own = component[0] if len(component) > 1 else None
        for record in component:
            one = found[record]
            if record in change.arrived:
                row = (work.generation, record, named[record], own)
                arrived.append((*row, one.digest, one.cleaned_text, one.blocks_text))
            elif (one.entity_id, one.component) != (named[record], own):
                moved.append((named[record], own, work.generation, record))
                if one.entity_id != named[record]:
                    work.note(Change("moved", record, named[record], one.entity_id))
            one.entity_id, one.component = named[record], own
    if arrived:
        work.tx.many(_INSERT, arrived)
    if moved:
        work.tx.many(_UPDATE, moved)
