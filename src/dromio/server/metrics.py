"""Counts and durations, in the text format of Prometheus. Labels are names of routes and codes, never values.

Every worker process writes its counts to a file; whichever worker is asked adds all of them up.
"""

from __future__ import annotations

import json
import os
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the durations, in seconds."""
_NAMES = (*map(str, BOUNDS), "+Inf")
_HELP = {
    "dromio_requests_total": "Answered requests by route, method and status.",
    "dromio_request_seconds": "Time from the first byte read to the answer.",
    "dromio_refused_total": "Requests refused before any work, by reason.",
    "dromio_requests_in_work": "Requests in work or waiting.",
}
WRITE_SECONDS = 1.0
"""How often a worker writes its counts."""


class Metrics:
    """Counts of one worker process, shared through a folder where there are several."""

    def __init__(self, folder: Path | None = None) -> None:
        self._requests: Counter[str] = Counter()
        self._durations: Counter[str] = Counter()
        self._sums: dict[str, float] = {}
        self._refused: Counter[str] = Counter()
        self.in_work = 0
        self._file = folder / f"worker-{os.getpid()}.json" if folder else None
        self._lock = threading.Lock()

    @property
    def is_shared(self) -> bool:
        """Whether other workers add these counts to theirs."""
        return self._file is not None

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            self._requests[f'route="{route}",method="{method}",status="{status}"'] += 1
            self._durations[f"{route} {_NAMES[bisect_left(BOUNDS, seconds)]}"] += 1
            self._sums[route] = self._sums.get(route, 0.0) + seconds

    def refused(self, reason: str) -> None:
        """Count a refusal."""
        with self._lock:
            self._refused[reason] += 1

    def write(self) -> None:
        """Leave the counts where the other workers find them."""
        if self._file is None:
            return
        draft = self._file.with_suffix(".tmp")
        draft.write_text(json.dumps(self._counts()), encoding="ascii")
        draft.replace(self._file)

    def text(self) -> str:
        """All counts of all workers."""
        return _text(_added([self._counts(), *self._others()]))

    def _counts(self) -> dict[str, Any]:
        with self._lock:
            return {
                "requests": dict(self._requests),
                "durations": dict(self._durations),
                "sums": dict(self._sums),
                "refused": dict(self._refused),
                "in_work": {"": self.in_work},
            }

    def _others(self) -> Iterable[dict[str, Any]]:
        if self._file is None:
            return
        for path in sorted(self._file.parent.glob("worker-*.json")):
            if path != self._file:
                with suppress(OSError, ValueError):
                    yield json.loads(path.read_text(encoding="ascii"))


def _added(all_counts: Iterable[Mapping[str, Mapping[str, float]]]) -> dict[str, Counter[str]]:
    names = ("requests", "durations", "sums", "refused", "in_work")
    total: dict[str, Counter[str]] = {name: Counter() for name in names}
    for counts in all_counts:
        for name in names:
            total[name].update(counts.get(name, {}))
    return total


def _text(total: Mapping[str, Mapping[str, float]]) -> str:
    lines = [*_head("dromio_requests_total", "counter")]
    lines += [f"dromio_requests_total{{{labels}}} {count:g}" for labels, count in sorted(total["requests"].items())]
    lines += _head("dromio_request_seconds", "histogram")
    for route in sorted(total["sums"]):
        lines += _histogram(route, total)
    lines += _head("dromio_refused_total", "counter")
    lines += [f'dromio_refused_total{{reason="{why}"}} {count:g}' for why, count in sorted(total["refused"].items())]
    lines += _head("dromio_requests_in_work", "gauge")
    lines.append(f"dromio_requests_in_work {sum(total['in_work'].values()):g}")
    return "\n".join(lines) + "\n"


def _histogram(route: str, total: Mapping[str, Mapping[str, float]]) -> Iterable[str]:
    so_far = 0.0
    for bound in _NAMES:
        so_far += total["durations"].get(f"{route} {bound}", 0)
        yield f'dromio_request_seconds_bucket{{route="{route}",le="{bound}"}} {so_far:g}'
    yield f'dromio_request_seconds_sum{{route="{route}"}} {total["sums"][route]:.6f}'
    yield f'dromio_request_seconds_count{{route="{route}"}} {so_far:g}'


def _head(name: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {_HELP[name]}", f"# TYPE {name} {kind}"
