"""Groups by rule levels: strict rules form groups first, looser ones may only add to them or form groups of the rest.

Level by level, from the strictest: records without a group that pair at the level are joined into components. A
component that pairs with members of groups goes to one of these as a whole; one of two or more records that touches no
group becomes a new one. A record once in a group stays in it, so groups that only share a loose value stay apart.

Two laws follow. The groups do not depend on the order of records or pairs, and are the same for each connected part of
the pairs alone; so working out the part that a new record touches gives what working out everything would. And the
groups made of the pairs of the first n levels are the members that have one of these levels, in the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dromio.clusters.components import connected_components

Ints = npt.NDArray[np.int64]
UNGROUPED = 0
"""Level of a record that is in no group."""


def rule_levels(
    left: npt.NDArray[Any], right: npt.NDArray[Any], level: npt.NDArray[Any], records: int, rank: npt.NDArray[Any]
) -> tuple[Ints, Ints]:
    """(the first record of its group, its level) of every record: its own number and UNGROUPED without a group.

    A pair comes with the first level that it meets, from 1. The lowest level in a group is that of the group.
    `rank` orders records by their values (`dromio.clusters.value_ranks`). Where a component could go to several
    groups, it goes to the one with the lowest level, then to the one with which more records of the component pair,
    then to the one whose first member by rank comes first.
    """
    groups = _Groups(np.arange(records), np.zeros(records, np.int64), np.zeros(records, np.int64), _places(rank))
    for each in np.unique(level):
        at = level == each
        groups.grow(int(each), left[at].astype(np.int64), right[at].astype(np.int64))
    first = np.arange(records)
    np.minimum.at(first, groups.root, np.arange(records))
    return first[groups.root], groups.level


def _places(rank: npt.NDArray[Any]) -> Ints:
    """Rank made distinct: records of equal rank in order of their numbers."""
    places = np.empty(len(rank), np.int64)
    places[np.argsort(rank, kind="stable")] = np.arange(len(rank))
    return places


@dataclass
class _Groups:
    """Groups so far. `root`: a record that stands for the group; `of_group` and `place` are kept at that record."""

    root: Ints
    level: Ints
    of_group: Ints
    """Level of the group."""
    place: Ints
    """The lowest place of a member."""

    def grow(self, level: int, left: Ints, right: Ints) -> None:
        """Take in the records that pair at the level and have no group yet."""
        free_l, free_r = self.level[left] == UNGROUPED, self.level[right] == UNGROUPED
        both = free_l & free_r
        component = connected_components(left[both], right[both], len(self.root))
        # The free record first, the member of a group second.
        touching = free_l != free_r
        newcomer = np.where(free_l, left, right)[touching]
        chosen, group = self._chosen(component, newcomer, self.root[np.where(free_l, right, left)[touching]])
        joining = np.unique(np.concatenate([left[both], right[both], newcomer]))
        target = component.copy()
        target[chosen] = group
        self.root[joining] = target[component[joining]]
        self.level[joining] = level
        # Of a component that goes to a group this is never read: its record stands for no group.
        self.of_group[component[joining]] = level
        np.minimum.at(self.place, self.root[joining], self.place[joining])

    def _chosen(self, component: Ints, newcomer: Ints, group: Ints) -> tuple[Ints, Ints]:
        """(component, the group that it goes to) for every component whose newcomers pair with members of groups."""
        records = len(self.root)
        distinct = np.unique(newcomer * records + group)
        pairs, members = np.unique(component[distinct // records] * records + distinct % records, return_counts=True)
        component, group = pairs // records, pairs % records
        order = np.lexsort((self.place[group], -members, self.of_group[group], component))
        component, group = component[order], group[order]
        first = np.r_[True, component[1:] != component[:-1]] if len(component) else np.zeros(0, np.bool_)
        return component[first], group[first]
