"""Threads that do the work of requests, and tell the event loop of its end with a single wake-up."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Work = Callable[[], None]


class Threads:
    """A bounded number of threads, started as they are needed, that work off one queue in order.

    Leaner than an executor on purpose: no lock, condition or future is made for a piece of work, which must say by
    itself what came of it and never raise.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._is_open = True

    def submit(self, work: Work) -> bool:
        """Queue a piece of work; False once the threads have been told to end. For one thread only, the loop's."""
        if not self._is_open:
            return False
        self._queue.put(work)
        if len(self._threads) < self._most and not self._idle.acquire(blocking=False):
            thread = threading.Thread(target=self._run, name=f"work_{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return True

    def close(self) -> None:
        """Let what is queued be done, and end."""
        self._is_open = False
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
            del work  # else what it holds would be kept until the next one comes
            if len(self._threads) < self._most and self._queue.empty():
                self._idle.release()
