from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.clusters.rule_levels import UNGROUPED, rule_levels

Pairs = Mapping[tuple[int, int], int]
"""(left, right) -> level."""
Groups = dict[int, tuple[frozenset[int], int]]
"""Record -> (members of its group, its level)."""


def groups(pairs: Pairs, records: int, rank: list[int] | None = None) -> Groups:
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    ranks = np.array(rank or range(records), np.int64)
    root, level = rule_levels(left, right, np.array(list(pairs.values()), np.int64), records, ranks)
    members: dict[int, set[int]] = {}
    for record, its in enumerate(root.tolist()):
        members.setdefault(its, set()).add(record)
    assert all(min(them) == its for its, them in members.items())
    return {record: (frozenset(members[int(root[record])]), int(level[record])) for record in range(records)}


def reference(pairs: Pairs, records: int, rank: list[int]) -> Groups:
    """The rules of formation word by word, on sets."""
    formed: list[tuple[int, set[int]]] = []
    assigned: dict[int, int] = {}
    for level in sorted(set(pairs.values())):
        joined = [set(pair) for pair, its in pairs.items() if its == level]
        components = [{one} for one in range(records) if one not in assigned]
        for pair in joined:
            if not pair & set(assigned):
                touched = [each for each in components if each & pair]
                components = [each for each in components if not each & pair] + [set().union(*touched)]
        before = [(its, set(them)) for its, them in formed]
        for component in components:
            choices = []
            for number, (its, members) in enumerate(before):
                newcomers = {one for one in component for pair in joined if one in pair and (pair - {one}) & members}
                if newcomers:
                    choices.append((its, -len(newcomers), sorted(rank[one] for one in members), number))
            if choices:
                formed[min(choices)[-1]][1].update(component)
            elif len(component) > 1:
                formed.append((level, set(component)))
            else:
                continue
            assigned |= dict.fromkeys(component, level)
    found = {one: frozenset(members) for _, members in formed for one in members}
    return {one: (found.get(one, frozenset({one})), assigned.get(one, UNGROUPED)) for one in range(records)}


@st.composite
def levelled_pairs(draw: st.DrawFn, most: int = 9) -> tuple[Pairs, int]:
    records = draw(st.integers(2, most))
    possible = [(one, other) for other in range(records) for one in range(other)]
    chosen = draw(st.lists(st.sampled_from(possible), unique=True, max_size=14))
    return {pair: draw(st.integers(1, 4)) for pair in chosen}, records


def test_records_without_pairs_are_in_no_group() -> None:
    assert groups({}, 2) == {0: (frozenset({0}), 0), 1: (frozenset({1}), 0)}


def test_pairs_of_one_level_chain() -> None:
    assert groups({(0, 1): 2, (1, 2): 2}, 3)[2] == (frozenset({0, 1, 2}), 2)


def test_each_member_keeps_the_level_at_which_it_came() -> None:
    found = groups({(1, 2): 1, (0, 1): 3}, 3)
    assert found == {n: (frozenset({0, 1, 2}), level) for n, level in enumerate([3, 1, 1])}


def test_groups_that_only_share_a_looser_level_stay_apart() -> None:
    found = groups({(0, 1): 1, (2, 3): 1, (1, 2): 2}, 4)
    assert found[0] == (frozenset({0, 1}), 1)
    assert found[2] == (frozenset({2, 3}), 1)


def test_a_record_with_a_stricter_partner_is_in_that_group_only() -> None:
    """0 and 1 paired at level 2; then 2 comes, which pairs with 1 at level 1: 0 follows as the looser member."""
    assert groups({(0, 1): 2}, 2)[1] == (frozenset({0, 1}), 2)
    found = groups({(0, 1): 2, (1, 2): 1}, 3)
    assert [found[n][1] for n in range(3)] == [2, 1, 1]


def test_a_component_goes_as_a_whole_to_one_of_the_groups_that_it_touches() -> None:
    pairs = {(0, 1): 1, (2, 3): 1, (4, 5): 2, (4, 0): 2, (5, 2): 2}
    found = groups(pairs, 6)
    assert found[4] == found[5] == (frozenset({0, 1, 4, 5}), 2)


def test_the_group_of_the_lowest_level_is_preferred_to_the_one_touched_more() -> None:
    pairs = {(2, 3): 1, (0, 1): 2, (4, 5): 3, (4, 0): 3, (5, 1): 3, (5, 3): 3}
    assert groups(pairs, 6)[4][0] == {2, 3, 4, 5}


def test_the_group_touched_by_more_newcomers_is_preferred_to_the_first_by_rank() -> None:
    pairs = {(0, 1): 1, (2, 3): 1, (4, 5): 2, (4, 0): 2, (4, 1): 2, (4, 2): 2, (5, 2): 2}
    assert groups(pairs, 6)[4][0] == {2, 3, 4, 5}


def test_a_tie_goes_to_the_group_that_comes_first_by_the_rank_of_values() -> None:
    pairs = {(0, 1): 1, (2, 3): 1, (0, 4): 2, (2, 4): 2}
    assert groups(pairs, 5)[4][0] == {0, 1, 4}
    assert groups(pairs, 5, [3, 2, 9, 1, 0])[4][0] == {2, 3, 4}


def test_members_that_come_at_the_level_do_not_count_for_the_choice_at_that_level() -> None:
    """Record 5 has the lowest rank of all, but joins its group at the same level as record 4 makes its choice."""
    pairs = {(0, 1): 1, (2, 3): 1, (5, 2): 2, (0, 4): 2, (2, 4): 2}
    assert groups(pairs, 6, [1, 2, 3, 4, 5, 0])[4][0] == {0, 1, 4, 5} - {5}


@given(levelled_pairs(), st.randoms(use_true_random=False))
def test_groups_are_those_of_the_rules_word_by_word(given_pairs: tuple[Pairs, int], rng: random.Random) -> None:
    pairs, records = given_pairs
    rank = rng.sample(range(records), records)
    assert groups(pairs, records, rank) == reference(pairs, records, rank)


@given(levelled_pairs(most=5))
def test_every_order_of_the_records_gives_the_same_groups(given_pairs: tuple[Pairs, int]) -> None:
    pairs, records = given_pairs
    expected = groups(pairs, records)
    for order in permutations(range(records)):
        moved = {(order[one], order[other]): level for (one, other), level in pairs.items()}
        rank = [0] * records
        for record, place in enumerate(order):
            rank[place] = record
        found = groups(moved, records, rank)
        for record, (members, level) in expected.items():
            assert found[order[record]] == (frozenset(order[one] for one in members), level)


@given(levelled_pairs(), st.randoms(use_true_random=False))
def test_order_and_direction_of_the_pairs_change_nothing(given_pairs: tuple[Pairs, int], rng: random.Random) -> None:
    pairs, records = given_pairs
    moved = [(pair if rng.random() < 0.5 else pair[::-1], level) for pair, level in pairs.items()]
    rng.shuffle(moved)
    assert groups(dict(moved), records) == groups(pairs, records)


@given(levelled_pairs(), levelled_pairs())
def test_unconnected_parts_are_grouped_as_each_alone(one: tuple[Pairs, int], other: tuple[Pairs, int]) -> None:
    """So a store may work out only the part that a new record touches."""
    (pairs, records), (more, further) = one, other
    moved = {(left + records, right + records): level for (left, right), level in more.items()}
    found = groups({**pairs, **moved}, records + further)
    assert {n: found[n] for n in range(records)} == groups(pairs, records)
    alone = groups(more, further)
    assert all(
        found[n + records] == (frozenset(m + records for m in members), level) for n, (members, level) in alone.items()
    )


@given(levelled_pairs(), st.integers(1, 4))
def test_groups_of_the_first_levels_are_the_members_of_these_levels(given_pairs: tuple[Pairs, int], last: int) -> None:
    """So one run tells both who matches and who would be merged."""
    pairs, records = given_pairs
    whole = groups(pairs, records)
    strict = groups({pair: level for pair, level in pairs.items() if level <= last}, records)
    kept = {n for n, (_, level) in whole.items() if 0 < level <= last}
    assert kept == {n for n, (_, level) in strict.items() if level}
    assert all(strict[n] == (whole[n][0] & kept, whole[n][1]) for n in kept)


@pytest.mark.parametrize("seed", range(3))
def test_many_records_are_grouped_as_by_the_reference(seed: int) -> None:
    rng = random.Random(seed)
    records = 120
    pairs = {tuple(rng.sample(range(records), 2)): rng.randint(1, 6) for _ in range(110)}
    pairs = {(one, other): level for (one, other), level in pairs.items() if (other, one) not in pairs}
    rank = rng.sample(range(records), records)
    assert groups(pairs, records, rank) == reference(pairs, records, rank)
