"""Groups from keys, compared with the groups that all pairs would give."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dromio.clusters.rule_levels import rule_levels
from dromio.server.faces.customer_profiles.formation import form_groups

Keys = dict[int, list[tuple[int, int]]]
profiles = st.lists(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5)), max_size=4), max_size=9)


def by_pairs(keys: Keys, rank: list[str]) -> set[tuple[tuple[int, int], ...]]:
    """The groups that the reference makes: members with their levels."""
    pairs = []
    for one, other in combinations(range(len(keys)), 2):
        shared = set(keys[one]) & set(keys[other])
        if shared:
            pairs.append((one, other, min(shared)[0]))
    left, right, level = (np.array([pair[at] for pair in pairs], np.int64) for at in range(3))
    order = np.argsort(np.argsort(np.array([f"{text}" for text in rank]), kind="stable"), kind="stable")
    root, levels = rule_levels(left, right, level, len(keys), order)
    groups: dict[int, list[tuple[int, int]]] = {}
    for one in range(len(keys)):
        if levels[one]:
            groups.setdefault(int(root[one]), []).append((one, int(levels[one])))
    return {tuple(group) for group in groups.values()}


def formed(keys: Keys, rank: dict[int, str]) -> set[tuple[tuple[int, int], ...]]:
    return {tuple(sorted(group.members.items())) for group in form_groups(keys, rank)}


@given(profiles)
def test_groups_are_those_of_all_pairs(found: list[list[tuple[int, int]]]) -> None:
    # A key of one level never meets a key of another.
    keys = {number: sorted({(level, level * 10 + key) for level, key in one}) for number, one in enumerate(found)}
    rank = [f"{(number * 7) % 11:02d}" for number in range(len(keys))]
    assert formed(keys, dict(enumerate(rank))) == by_pairs(keys, rank)


@given(profiles, st.randoms())
def test_groups_do_not_depend_on_order(found: list[list[tuple[int, int]]], chance: object) -> None:
    keys = {number: [(level, level * 10 + key) for level, key in one] for number, one in enumerate(found)}
    rank = {number: f"{(number * 7) % 11:02d}" for number in keys}
    shuffled = list(keys.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert formed(dict(shuffled), rank) == formed(keys, rank)


def test_a_component_joins_the_group_that_most_of_it_touches() -> None:
    keys = {
        1: [(1, 10), (2, 20)],
        2: [(1, 10)],
        3: [(1, 11), (2, 21)],
        4: [(1, 11)],
        5: [(2, 20), (2, 22)],
        6: [(2, 21), (2, 22)],
        7: [(2, 21)],
    }
    rank = {number: str(number) for number in keys}
    assert ((3, 1), (4, 1), (5, 2), (6, 2), (7, 2)) in formed(keys, rank)
