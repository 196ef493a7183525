"""How much is taken in at once: a rate for every caller, and a bounded number of requests in work."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from dromio.server.errors import OverloadError, RateError

_CALLERS = 10_000


class Buckets:
    """A token bucket for every caller; callers that have not been seen for longest are forgotten."""

    def __init__(
        self, per_second: float, burst: float, *, most: int = _CALLERS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = per_second
        self._burst = burst
        self._most = most
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Count one request. Raises RateError where the caller has none left."""
        level = self._level(caller)
        if level < 1:
            raise RateError((1 - level) / self._rate)
        self._set(caller, level - 1)

    def check(self, caller: str) -> None:
        """Raise RateError where the caller has none left, without counting."""
        level = self._level(caller)
        if level < 1:
            raise RateError((1 - level) / self._rate)

    def _level(self, caller: str) -> float:
        level, then = self._levels.get(caller, (self._burst, -math.inf))
        return min(self._burst, level + (self._clock() - then) * self._rate)

    def _set(self, caller: str, level: float) -> None:
        self._levels[caller] = level, self._clock()
        self._levels.move_to_end(caller)
        while len(self._levels) > self._most:
            self._levels.popitem(last=False)


class Gate:
    """Counts requests in work or waiting; what goes beyond the bound is refused at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.inside = 0

    def enter(self) -> None:
        """Let one request in. Raises OverloadError."""
        if self.inside >= self._most:
            raise OverloadError
        self.inside += 1

    def leave(self) -> None:
        """Let one request out."""
        self.inside -= 1


class Shares:
    """Counts the requests of every caller that are in work or waiting: none may take all the room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside: Counter[str] = Counter()

    def enter(self, caller: str) -> None:
        """Let one request of a caller in. Raises RateError."""
        if self._inside[caller] >= self._most:
            raise RateError(1)
        self._inside[caller] += 1

    def leave(self, caller: str) -> None:
        """Let one request of a caller out."""
        self._inside[caller] -= 1
        if self._inside[caller] <= 0:
            del self._inside[caller]
