"""What a caller may choose for a run, checked once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from dromio.errors import UsageError
from dromio.model.schema import LinkType

_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
LEAST_MEMORY = 256 * 10**6
MOST_THREADS = 1024
MOST_BITS = 1000


@dataclass(frozen=True)
class RunOptions:
    """Choices of one run. `memory`: bytes that the run may use, None for most of what the machine has free."""

    link_type: LinkType | None = None
    threshold: float | None = None
    """Match threshold in bits of match weight; None: chosen on the data."""
    memory: int | None = None
    threads: int | None = None
    temporary: Path | None = None
    one_to_one: bool = False
    allow_scan: bool = False
    """Whether pairs may be looked at that no key brings together, or that a key makes in very large numbers."""

    def __post_init__(self) -> None:
        if self.link_type is not None and self.link_type not in get_args(LinkType):
            raise UsageError(
                f"link type {self.link_type!r} is not known; link types are {', '.join(get_args(LinkType))}"
            )
        for name, kinds in (("threads", int), ("memory", int | float), ("threshold", int | float)):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
                raise UsageError(f"{name} must be a number, found {value!r}")
        if self.threads is not None and not 1 <= self.threads <= MOST_THREADS:
            raise UsageError(f"{self.threads} threads; 1 to {MOST_THREADS} are possible")
        if self.threshold is not None and not abs(self.threshold) <= MOST_BITS:
            raise UsageError(f"threshold {self.threshold}; match weights go from -{MOST_BITS} to {MOST_BITS} bits")
        if self.memory is not None and self.memory < LEAST_MEMORY:
            raise UsageError(f"{self.memory} bytes of memory; at least {LEAST_MEMORY} (256MB) are needed")

    @property
    def thread_count(self) -> int:
        """Threads to use: as asked, else one for each processor this process may run on."""
        return (
            self.threads or len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else self.threads or os.cpu_count() or 1
        )


def parse_memory(text: str) -> int:
    """Bytes of "6GB", "512 MiB" and the like. Raises UsageError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS or len(match[1]) > 20:
        raise UsageError(f"cannot read {text!r} as an amount of memory; write it as 6GB or 512MB")
    return int(float(match[1]) * _UNITS[match[2]])
