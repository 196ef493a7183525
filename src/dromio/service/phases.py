"""Phases of a run: timed, and told to whoever watches."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

Watcher = Callable[[str, float], None]
"""Called with the phase that begins and the seconds since the start."""


def nobody(phase: str, seconds: float) -> None:
    """A watcher that looks away."""


@dataclass
class Phases:
    """Seconds of every phase, in order."""

    watch: Watcher = nobody
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        begin = time.perf_counter()
        self.watch(name, begin - self.started)
        yield
        pa.default_memory_pool().release_unused()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin

    @property
    def total(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started


def peak_memory_mb() -> int:
    """Largest memory that this process has used so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
