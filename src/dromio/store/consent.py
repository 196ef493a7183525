"""Entities that exist are not merged without a person's consent, in a domain that asks for it.

A merge that would be made is held: its two cores are kept apart, as if judged not to be one, until a person judges. So
the partition is a function of the records, the judgements, the model and the merges held; which merges are held
depends on which entities there were, and so on the order in which records came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

from dromio.store.identity import cores_of
from dromio.store.work import Work

Pair = tuple[int, int]
Clusters = list[list[int]]

_HELD = "SELECT left_id, right_id FROM held_merges WHERE domain_id = ? AND left_id IN ??"
_HELD_OF = "SELECT left_id, right_id FROM held_merges WHERE domain_id = ?"
_HOLD = """
INSERT INTO held_merges (domain_id, left_id, right_id, held_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_OFFER = """
INSERT INTO review_items (domain_id, left_id, right_id, kind, weight, state, created_at)
VALUES (?, ?, ?, 'merge', 0, 'open', ?)
ON CONFLICT (left_id, right_id) DO UPDATE SET kind = 'merge',
state = CASE review_items.state WHEN 'accepted' THEN 'open' ELSE review_items.state END
"""
_TAKE = "DELETE FROM review_items WHERE left_id = ? AND right_id = ? AND kind = 'merge' AND state = 'open'"
_ENTITY = "SELECT entity_id FROM placements WHERE generation = ? AND record_id = ?"


def held(work: Work, records: Iterable[int], positive: AbstractSet[Pair]) -> set[Pair]:
    """Pairs of the records that are kept apart until a person judges: those not judged to be one meanwhile, be it by
    way of others."""
    if not work.asks_consent:
        return set()
    known = set(records)
    rows = work.tx.rows(_HELD, work.domain_id, sorted(known)) if len(known) > 1 else []
    found = {(left, right) for left, right in rows if right in known}
    root = _roots(positive) if found else {}
    return {(left, right) for left, right in found if root.get(left, left) != root.get(right, right)}


def held_between(work: Work, pair: Pair) -> set[Pair]:
    """Pairs that are kept apart for the sake of the entities of a pair."""
    if not work.asks_consent:
        return set()
    homes = {work.tx.rows(_ENTITY, work.generation, record)[0][0] for record in _placed(work, pair)}
    rows = work.tx.rows(_HELD_OF, work.domain_id)
    return {(left, right) for left, right in rows if homes == _homes(work, (left, right)) and len(homes) > 1}


def _placed(work: Work, records: Iterable[int]) -> list[int]:
    return [record for record in records if work.tx.rows(_ENTITY, work.generation, record)]


def _homes(work: Work, records: Iterable[int]) -> set[int]:
    return {row[0] for record in records for row in work.tx.rows(_ENTITY, work.generation, record)}


def merges(
    clusters: Clusters, before: Mapping[int, int], changed: Collection[int], positive: AbstractSet[Pair]
) -> set[Pair]:
    """Pairs of cores of existing entities that clusters would merge, and that nobody has judged to be one."""
    cluster_of = {record: number for number, cluster in enumerate(clusters) for record in cluster}
    own: dict[int, list[int]] = {}
    for core in cores_of(cluster_of, before, changed).values():
        own.setdefault(cluster_of[core], []).append(core)
    judged = [(before[one], before[other]) for one, other in positive if one in before and other in before]
    root = _roots(judged)
    group = {core: root.get(before[core], before[core]) for cores in own.values() for core in cores}
    return {
        (left, right)
        for cores in own.values()
        for left, right in combinations(sorted(cores), 2)
        if group[left] != group[right]
    }


def ask_first(
    work: Work, cluster: Callable[[set[Pair]], Clusters], before: Mapping[int, int], changed: Collection[int],
    positive: AbstractSet[Pair],
) -> Clusters:  # fmt: skip
    """The clusters that are left when every merge that needs consent is held. `cluster` gives them with further pairs
    kept apart."""
    apart: set[Pair] = set()
    clusters = cluster(apart)
    while work.asks_consent and (new := merges(clusters, before, changed, positive) - apart):
        apart |= new
        clusters = cluster(apart)
    hold(work, apart)
    return clusters


def hold(work: Work, pairs: Iterable[Pair]) -> None:
    """Keep pairs of cores apart until a person judges."""
    rows = [(work.domain_id, *pair, work.now) for pair in sorted(pairs)]
    if rows:
        work.tx.many(_HOLD, rows)


def offer(work: Work, components: Iterable[Sequence[int]], apart: Iterable[Pair]) -> None:
    """Put merges into the review queue while something speaks for them, and take out those for which nothing does any
    more. `apart`: the pairs held among the records of the components."""
    component_of = {record: number for number, own in enumerate(components) for record in own}
    wanted = {pair: component_of[pair[0]] == component_of[pair[1]] for pair in apart}
    offered = [(work.domain_id, *pair, work.now) for pair, linked in sorted(wanted.items()) if linked]
    taken = [pair for pair, linked in sorted(wanted.items()) if not linked]
    if offered:
        work.tx.many(_OFFER, offered)
    if taken:
        work.tx.many(_TAKE, taken)


def release(work: Work) -> set[int]:
    """Forget all merges that are held; gives the records concerned."""
    rows = work.tx.rows(_HELD_OF, work.domain_id)
    work.tx.many(_TAKE, [(left, right) for left, right in rows])
    work.tx.run("DELETE FROM held_merges WHERE domain_id = ?", work.domain_id)
    return {end for row in rows for end in row}


def _roots(pairs: Iterable[Pair]) -> dict[int, int]:
    """The smallest number that each is joined to."""
    root: dict[int, int] = {}

    def find(one: int) -> int:
        while root.get(one, one) != one:
            one = root[one]
        return one

    for pair in sorted(pairs):
        low, high = sorted(map(find, pair))
        root[high] = low
    return {one: find(one) for pair in pairs for one in pair}
