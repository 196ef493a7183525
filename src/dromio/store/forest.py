"""Groups of numbers that grow together, except where two of them must stay apart."""

from __future__ import annotations

from collections.abc import Iterable


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
