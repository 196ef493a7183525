"""Groups from level keys: strict levels form groups first, looser ones add to them or form groups of what is left.

The groups are those that `dromio.clusters.rule_levels` makes of all pairs that share a key, but the work grows with the
number of keys, not of pairs: a value that thousands share costs thousands of steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Keys = Iterable[tuple[int, int]]
"""(level, key) of a profile."""


@dataclass
class Group:
    """A group: the level at which it was formed, its members with their own levels, and its place among all."""

    level: int
    place: int
    members: dict[int, int] = field(default_factory=dict)


def form_groups(keys: Mapping[int, Keys], rank: Mapping[int, str]) -> list[Group]:
    """The groups of some profiles. `rank` orders profiles by their values."""
    order = {profile: place for place, profile in enumerate(sorted(keys, key=lambda one: (rank[one], one)))}
    by_level: dict[int, dict[int, list[int]]] = {}
    for profile in sorted(keys, key=order.__getitem__):
        for level, key in keys[profile]:
            by_level.setdefault(level, {}).setdefault(key, []).append(profile)
    group_of: dict[int, Group] = {}
    for level in sorted(by_level):
        _grow(level, list(by_level[level].values()), order, group_of)
    return list({id(group): group for group in group_of.values()}.values())


def _grow(level: int, shared: Sequence[Sequence[int]], order: Mapping[int, int], group_of: dict[int, Group]) -> None:
    """Take in the profiles that share a key at the level and have no group yet."""
    touched = _touched(shared, group_of)
    decided = [
        (part, _chosen([touched[one] for one in part if one in touched])) for part in _components(shared, group_of)
    ]
    for part, group in decided:
        if group is None:
            if len(part) < 2:
                continue
            group = Group(level, len(order))
        for one in part:
            group.members[one] = level
            group.place = min(group.place, order[one])
            group_of[one] = group


def _components(shared: Sequence[Sequence[int]], group_of: Mapping[int, Group]) -> list[list[int]]:
    """Profiles without a group that share keys, directly or through others."""
    root: dict[int, int] = {}

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for bucket in shared:
        free = [one for one in bucket if one not in group_of]
        for one in free:
            root.setdefault(one, one)
            root[find(one)] = find(free[0])
    parts: dict[int, list[int]] = {}
    for one in root:
        parts.setdefault(find(one), []).append(one)
    return list(parts.values())


def _touched(shared: Sequence[Sequence[int]], group_of: Mapping[int, Group]) -> dict[int, dict[int, Group]]:
    """Profile without a group -> the groups with whose members it shares a key."""
    found: dict[int, dict[int, Group]] = {}
    for bucket in shared:
        groups = {id(group_of[one]): group_of[one] for one in bucket if one in group_of}
        if groups:
            for one in bucket:
                if one not in group_of:
                    found.setdefault(one, {}).update(groups)
    return found


def _chosen(touched: Sequence[Mapping[int, Group]]) -> Group | None:
    """The group that a component goes to: of the lowest level, then touched by most, then first by values."""
    counts = Counter(one for groups in touched for one in groups)
    groups = {one: group for found in touched for one, group in found.items()}
    if not groups:
        return None
    return groups[min(groups, key=lambda one: (groups[one].level, -counts[one], groups[one].place))]
